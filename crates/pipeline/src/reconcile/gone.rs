//! Held rows whose record the snapshot does not have: their target records are looked up by their ids. Apart because nothing
//! follows from a snapshot that is not all of the tenant, but for rows that we retired ourselves.

use std::collections::{BTreeMap, HashSet};

use arrow::array::RecordBatch;
use ledger::{HeldBatch, HeldRow, HeldWalk, Standing};

use super::finding::{Finding, FindingKind, Reconciled};
use super::judge::retired_field;
use super::{Explained, One, number_of};
use crate::error::Error;
use crate::foretell::{MapPlan, target_of};
use crate::planner::{Gone as Vanished, Judge, Mark};

/// Held rows that are gone from the tenant.
pub(super) struct Gone<'a> {
    one: &'a One<'a>,
    maps: &'a [MapPlan],
    /// The place of the pipeline's first table in the report.
    first: usize,
    /// Keys of records that the snapshot has and no row came of: they are not gone.
    kept: HashSet<String>,
    /// As the planner judges them.
    judge: Judge<'a>,
    waiting: Vec<(HeldRow, String)>,
}

impl<'a> Gone<'a> {
    pub(super) fn new(one: &'a One<'a>, maps: &'a [MapPlan], first: usize, judge: Judge<'a>) -> Self {
        Self { one, maps, first, kept: HashSet::new(), judge, waiting: Vec::new() }
    }

    /// Notes keys that are in the snapshot and became no row, and records that have no key.
    pub(super) fn keep(&mut self, keys: Vec<String>, keyless: &RecordBatch) -> Result<(), Error> {
        self.kept.extend(keys);
        self.judge.keep_alive(keyless)
    }

    /// Takes the held rows before a key.
    pub(super) fn up_to(&mut self, held: &mut HeldWalk, key: &str) -> Result<(), Error> {
        while let Some((batch, place)) = held.current()?.filter(|(batch, place)| batch.row_key(*place) < key) {
            let title = self.one.title(|column| batch.values().text(column, place).map(str::to_owned));
            self.take(batch, place, title);
            held.advance();
        }
        Ok(())
    }

    /// Takes all held rows that are left.
    pub(super) fn rest(&mut self, held: &mut HeldWalk) -> Result<(), Error> {
        while let Some((batch, place)) = held.current()? {
            let title = self.one.title(|column| batch.values().text(column, place).map(str::to_owned));
            self.take(batch, place, title);
            held.advance();
        }
        Ok(())
    }

    /// Takes a row that says something: one that we retired, or one that has vanished as the planner sees it.
    fn take(&mut self, batch: &HeldBatch, place: usize, title: String) {
        let is_retired = batch.standing(place) == Standing::Retired;
        let judged = self.judge.judge(batch, place);
        let has_vanished = matches!(judged, Vanished::Retires | Vanished::Counted(Mark::Missing { .. }));
        let row = batch.row(place);
        if (is_retired || has_vanished) && !row.targets.is_empty() {
            self.waiting.push((row, title));
        }
    }

    /// Looks up the records of those that were taken.
    pub(super) async fn look(&mut self, report: &mut Reconciled, explained: &mut Explained) -> Result<(), Error> {
        let rows = std::mem::take(&mut self.waiting);
        for (place, map) in self.maps.iter().enumerate() {
            let target_of =
                |row: &HeldRow| target_of(self.maps, place, &row.targets).map(|target| target.sys_id.clone());
            let ids: BTreeMap<String, &(HeldRow, String)> =
                rows.iter().filter_map(|row| Some((target_of(&row.0)?, row))).collect();
            explained[place].extend(ids.keys().filter_map(|id| number_of(id)));
            let asked: Vec<&str> = ids.keys().map(String::as_str).collect();
            if asked.is_empty() {
                continue;
            }
            let mut fields: Vec<&str> = map.slots.iter().map(String::as_str).collect();
            fields.extend(["sys_updated_by", "sys_updated_on"]);
            let found = self.one.target.matching(&map.target, "sys_id", &asked, &fields).await;
            for record in found.map_err(Error::target(format!("look up records of `{}`", map.target)))? {
                let Some((row, title)) = ids.get(&record[0]) else { continue };
                if let Some(finding) = self.judge(map, row, title, &record) {
                    report.find(self.first + place, finding);
                }
            }
        }
        Ok(())
    }

    fn judge(&self, map: &MapPlan, row: &HeldRow, title: &str, record: &[String]) -> Option<Finding> {
        let pipeline = self.one.pipeline;
        let values = &record[1..];
        let retire = pipeline.retire.as_ref()?;
        // A map that writes none of what a retiring row sets cannot tell.
        let mut telling = map.fields.iter().filter(|field| retire.set.contains_key(&field.from));
        // What we retired is in use where any field says so; what may still retire is not where any says that it is.
        let telling = match row.standing {
            Standing::Retired => telling.find(|field| retire.set.get(&field.from) != values.get(field.slot))?,
            _ => telling.next().filter(|_| retired_field(pipeline, map, values).is_none())?,
        };
        if self.kept.contains(&row.row_key) {
            return None;
        }
        let (kind, detail) = match row.standing {
            Standing::Retired => (FindingKind::RetiredYetAlive, format!("run {} retired it at {}", row.run, row.at)),
            _ => {
                let since = if row.missing_since.is_empty() { &row.at } else { &row.missing_since };
                let gone = format!(
                    "the tenant no longer has it, since {since} or before; it retires after {} complete snapshots and {} hours",
                    retire.snapshots, retire.hours
                );
                (FindingKind::Stale, gone)
            }
        };
        Some(Finding {
            kind,
            pipeline: pipeline.name().to_owned(),
            row_key: row.row_key.clone(),
            title: title.to_owned(),
            table: map.target.clone(),
            sys_id: record[0].clone(),
            field: telling.to.clone(),
            expected: retire.set.get(&telling.from).cloned().unwrap_or_default(),
            found: values[telling.slot].clone(),
            by: values[map.slots.len()].clone(),
            at: values[map.slots.len() + 1].clone(),
            detail,
        })
    }
}
