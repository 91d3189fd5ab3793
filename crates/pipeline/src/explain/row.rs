//! One row of an explanation: its columns, what is held of it, what the instance says, what runs did with it, and what would
//! come next. Apart from looking for it, which knows nothing of what a row is made of.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use engine::TextColumn;
use ledger::{Said, Standing};
use snapshot::Sealed;
use transform::lineage;

use super::Looking;
use super::normalised::Normalised;
use super::now::{Made, Now};
use super::past::{self, HeldOne};
use super::told::{ExplainedColumn, ExplainedRow, Next, TargetNow};
use super::words;
use crate::declaration::Pipeline;
use crate::error::Error;
use crate::planner::{Change, Deciding, Groups, Judge, StagedRow, Verdict};
use crate::report::said;
use crate::stored::as_texts;

impl Looking<'_> {
    /// One row: its columns, what is held of it, what the instance says, what runs did with it, what would come next.
    pub(super) async fn row(
        &self,
        pipeline: &Pipeline,
        key: &str,
        from: Option<(&Normalised, &Sealed)>,
    ) -> Result<ExplainedRow, Error> {
        let held = if key.is_empty() { None } else { past::held_of(&self.history, pipeline, key)? };
        let staged = from.and_then(|(normalised, _)| Some((normalised, normalised.staged.get(key)?)));
        let mut row = ExplainedRow {
            pipeline: pipeline.name().to_owned(),
            staging_table: pipeline.staging_table().to_owned(),
            row_key: key.to_owned(),
            title: title(pipeline, staged.map(|(_, row)| row), held.as_ref())?,
            columns: columns(pipeline, staged, held.as_ref())?,
            held: held.as_ref().map(HeldOne::told),
            ..ExplainedRow::default()
        };
        row.next = self.next(pipeline, staged.map(|(_, row)| row), held.as_ref(), from)?;
        let now = self.now_of(pipeline, staged.map(|(_, row)| row), held.as_ref().map(|held| (key, held)));
        match now.await {
            Ok((made, targets)) => {
                (row.next.maps, row.next.unknown) = (made.maps, made.unknown);
                row.targets = targets;
            }
            // Everything else is told all the same.
            Err(error) => self.note(format!("the instance could not be asked: {}", said(&error))),
        }
        if !key.is_empty() {
            row.runs = past::runs(self.options.folder, &self.runs, pipeline, key)?;
        }
        Ok(row)
    }

    /// What the instance would make of a staging row, and what the records of a held one are now; nothing where there is none
    /// to be asked.
    async fn now_of(
        &self,
        pipeline: &Pipeline,
        staged: Option<&RecordBatch>,
        held: Option<(&str, &HeldOne)>,
    ) -> Result<(Made, Vec<TargetNow>), Error> {
        let Some(target) = &self.target else { return Ok(Default::default()) };
        let run = self.runs.last().map_or(1, |run| run.run + 1);
        let now = Now::open(target, pipeline, run).await?;
        let made = match staged {
            Some(staged) => now.made_of(&as_texts(staged)?).await?,
            None => Made::default(),
        };
        let targets = match held {
            Some((key, held)) => now.targets(&held.row(), &held_batch(key, held)?).await?,
            None => Vec::new(),
        };
        Ok((made, targets))
    }

    /// What is known of the group that a held row is of: whether it was retired itself, and its rows with it.
    fn group_of(&self, pipeline: &Pipeline, held: &HeldOne) -> Result<Groups, Error> {
        let within = pipeline.retire.as_ref().and_then(|retire| retire.within.as_ref());
        let Some(within) = within else { return Ok(Groups::default()) };
        let Some(group) = held.value(&within.column) else { return Ok(Groups::default()) };
        let mut retired = false;
        for parent in self.options.pipelines.iter().filter(|parent| parent.name() == within.pipeline) {
            let said = Said { columns: std::slice::from_ref(&within.column), value: group };
            let rows = past::held_saying(&self.history, parent, &[said])?;
            retired |= rows.iter().any(|one| one.row().standing == Standing::Retired);
        }
        Ok(Groups::of_one(&within.column, retired.then_some(group)))
    }

    /// What the next run would do, were the newest snapshot what it reads.
    fn next(
        &self,
        pipeline: &Pipeline,
        staged: Option<&RecordBatch>,
        held: Option<&HeldOne>,
        from: Option<(&Normalised, &Sealed)>,
    ) -> Result<Next, Error> {
        let next = |words: String, change| Next { words, change, ..Next::default() };
        let Some(staged) = staged else {
            return Ok(next(words::next_without_row(pipeline, held, from.is_some(), self.now), None));
        };
        let text = |name: &str| -> Result<String, Error> {
            let array = staged.column_by_name(name).expect("the stager keeps its lineage columns");
            let texts = TextColumn::new(array).map_err(transform::Error::Gather)?;
            Ok(texts.text(0).unwrap_or_default().to_owned())
        };
        let (key, print, moment) = (text(lineage::ROW_KEY)?, text(lineage::FINGERPRINT)?, text(lineage::NEWEST)?);
        let verdict = match held {
            None => Verdict::Planned(Change::New),
            Some(held) => {
                let judge = Judge::new(pipeline.retire.as_ref(), false, self.now, self.group_of(pipeline, held)?);
                let deciding = Deciding {
                    judge: &judge,
                    volatile_days: pipeline.mapping().volatile_days,
                    now: self.now,
                    retry_refused: false,
                };
                let staged = StagedRow { key: &key, print: &print, moment: &moment };
                deciding.verdict(&held.batch, held.place, &staged)
            }
        };
        let change = match verdict {
            Verdict::Planned(change) => Some(change),
            Verdict::Unchanged | Verdict::Waiting => None,
        };
        let is_newer = held.is_some_and(|held| {
            let mut volatile = pipeline.mapping().columns.iter().filter(|column| column.volatile);
            volatile.any(|column| {
                text_of(staged, &column.name).is_ok_and(|value| value.as_deref() != held.value(&column.name))
            })
        });
        Ok(next(words::next(verdict, held, is_newer, self.now), change))
    }
}

/// A row in words, as it is staged or held.
fn title(pipeline: &Pipeline, staged: Option<&RecordBatch>, held: Option<&HeldOne>) -> Result<String, Error> {
    let mut words = Vec::new();
    for column in &pipeline.title {
        let value = match staged {
            Some(staged) => text_of(staged, column)?,
            None => held.and_then(|held| held.value(column)).map(str::to_owned),
        };
        words.extend(value);
    }
    Ok(words.join(" "))
}

/// Every staging column with what it is made of and what is held in it.
fn columns(
    pipeline: &Pipeline,
    staged: Option<(&Normalised, &RecordBatch)>,
    held: Option<&HeldOne>,
) -> Result<Vec<ExplainedColumn>, Error> {
    let mapping = pipeline.mapping();
    let mut columns = Vec::new();
    if staged.is_none() && held.is_none() {
        return Ok(columns);
    }
    for column in &mapping.columns {
        let value = match staged {
            Some((_, row)) => text_of(row, &column.name)?,
            None => None,
        };
        let held = held.and_then(|held| held.value(&column.name)).map(str::to_owned);
        let goes_to = pipeline.maps.iter().flat_map(|map| {
            let fields = map.fields.iter().filter(|field| field.from == column.name);
            fields.map(|field| format!("{}.{}", map.target, field.to))
        });
        let key = staged.map(|(_, row)| text_of(row, lineage::ROW_KEY)).transpose()?.flatten().unwrap_or_default();
        let adjusted = staged.and_then(|(normalised, _)| normalised.adjusted.get(&key));
        let is_adjusted = adjusted.is_some_and(|names| names.contains(&column.name));
        columns.push(ExplainedColumn {
            column: column.name.clone(),
            raw: staged
                .map(|(normalised, row)| normalised.raw(row, &mapping.fields_of(&column.name)))
                .unwrap_or_default(),
            held: held.filter(|held| Some(held) != value.as_ref()),
            expression: column.value.clone(),
            goes_to: goes_to.collect(),
            is_volatile: column.volatile,
            note: match (is_adjusted, &value) {
                (false, _) => String::new(),
                (true, None) => "its value was not understood, and is not sent".to_owned(),
                (true, Some(_)) => "it was cut or cleaned".to_owned(),
            },
            value,
        });
    }
    Ok(columns)
}

pub(super) fn text_of(row: &RecordBatch, column: &str) -> Result<Option<String>, Error> {
    let Some(array) = row.column_by_name(column) else { return Ok(None) };
    let texts = TextColumn::new(array).map_err(transform::Error::Gather)?;
    Ok(texts.text(0).filter(|text| !text.is_empty()).map(str::to_owned))
}

/// A held row as a staging row.
fn held_batch(key: &str, held: &HeldOne) -> Result<RecordBatch, Error> {
    let values = held.batch.values().batch().slice(held.place, 1);
    let names = values.schema().fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
    let columns = names.into_iter().zip(values.columns().iter().cloned());
    let own: ArrayRef = Arc::new(StringArray::from(vec![key]));
    let all = columns.chain([(lineage::ROW_KEY.to_owned(), own)]);
    Ok(RecordBatch::try_from_iter_with_nullable(all.map(|(name, array)| (name, array, true)))
        .map_err(transform::Error::Gather)?)
}
