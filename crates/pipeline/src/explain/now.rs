//! What the instance says now: the target records of a row, and what it would make of the row if it came. Apart because the
//! instance may be away, and everything else is told all the same.

use arrow::array::RecordBatch;
use ledger::HeldRow;
use load::Target;

use super::told::TargetNow;
use crate::declaration::Pipeline;
use crate::error::Error;
use crate::foretell::{ForetoldMap, MapPlan, Oracle, UnknownReference, target_of};

/// The instance, with what it says of one pipeline's tables.
pub(super) struct Now<'t> {
    target: &'t Target,
    pipeline: &'t Pipeline,
    maps: Vec<MapPlan>,
    /// A run that would be the next one.
    run: i64,
}

/// What the instance would make of a row.
#[derive(Default)]
pub(super) struct Made {
    pub(super) maps: Vec<ForetoldMap>,
    pub(super) unknown: Vec<UnknownReference>,
}

impl<'t> Now<'t> {
    pub(super) async fn open(target: &'t Target, pipeline: &'t Pipeline, run: i64) -> Result<Self, Error> {
        Ok(Self { target, pipeline, maps: MapPlan::all(target, pipeline).await?, run })
    }

    /// What it would make of a staging row.
    pub(super) async fn made_of(&self, row: &RecordBatch) -> Result<Made, Error> {
        let mut oracle = Oracle::new(self.target, self.run);
        let mut made = Made::default();
        for looked in oracle.look(&self.maps, row).await?.into_iter().flatten() {
            made.maps.push(looked.told);
            made.unknown.extend(looked.unknown);
        }
        Ok(made)
    }

    /// The records that are held of a row, as they are now; `held` is the row as it is held.
    pub(super) async fn targets(&self, row: &HeldRow, held: &RecordBatch) -> Result<Vec<TargetNow>, Error> {
        let written = self.made_of(held).await?.maps;
        let mut targets = Vec::new();
        for (place, map) in self.maps.iter().enumerate() {
            let Some(target) = target_of(&self.maps, place, &row.targets) else { continue };
            let mut fields: Vec<&str> = map.slots.iter().map(String::as_str).collect();
            fields.extend(["sys_updated_by", "sys_updated_on"]);
            let query = format!("sys_id={}", target.sys_id);
            let doing = format!("read the record {} of `{}`", target.sys_id, target.table);
            let found = self.target.read(&target.table, &query, &fields).await.map_err(Error::target(doing))?;
            let record = found.into_iter().next();
            // What a row carries of its own run is newer each time, and nobody's change.
            let is_value = |name: &str| {
                let from = map.fields.iter().filter(|field| field.to == name).map(|field| field.from.as_str());
                from.into_iter().any(|from| self.pipeline.mapping().columns.iter().any(|column| column.name == from))
            };
            let otherwise = written
                .iter()
                .find(|told| told.sys_id == target.sys_id)
                .map(|told| told.fields.iter().filter(|field| is_value(&field.field)).cloned().collect::<Vec<_>>());
            targets.push(TargetNow {
                table: target.table.clone(),
                sys_id: target.sys_id.clone(),
                is_there: record.is_some(),
                otherwise: otherwise.unwrap_or_default(),
                updated_by: record.as_ref().map(|record| record[map.slots.len()].clone()).unwrap_or_default(),
                updated_at: record.as_ref().map(|record| record[map.slots.len() + 1].clone()).unwrap_or_default(),
                fields: record.map(|record| map.slots.iter().cloned().zip(record).collect()).unwrap_or_default(),
            });
        }
        Ok(targets)
    }
}
