//! The rows that put values back, group by group: what a run sent beside what was held before it, what is held now, and what
//! the records say now.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use engine::TextColumn;
use ledger::{HeldBatch, HeldWalk, Ledger, Standing, Values};
use transform::{Compiled, lineage};

use super::{ChangedSince, Undone};
use crate::declaration::Pipeline;
use crate::error::Error;
use crate::foretell::{Looked, MapPlan, Oracle};
use crate::limits;
use crate::planned::Before;
use crate::planner::{self, CHANGE, Change, Counts, Output, PlanFile, extend, plan_schema, with_column};
use crate::run::One;
use crate::saved::SavedTable;

/// What clears a field, as ServiceNow's transform maps read it: a value that was empty before is put back by it.
const CLEARS: &str = "NULL";

/// Rows that put back.
pub(super) struct PutBack {
    pub(super) rows: Option<PlanFile>,
    pub(super) held_rows: Vec<Range<usize>>,
    pub(super) by_reason: Counts,
}

/// What is walked for it, all in the order of the rows' keys.
pub(super) struct Undoing<'a> {
    one: &'a One<'a>,
    compiled: Compiled,
    columns: Vec<String>,
    sent: Option<PlanFile>,
    before: Before,
    held: HeldWalk,
    output: Output,
    held_rows: Vec<Range<usize>>,
    by_reason: Counts,
    /// The run that is undone.
    of_run: i64,
    /// The run that plans it.
    number: i64,
}

/// A row whose values may be put back.
struct Candidate {
    key: String,
    title: String,
    /// Why the run sent it.
    change: Change,
    moment: String,
    held_row: usize,
    /// By column: what was held before, what the run sent, what is held now.
    values: Vec<[String; 3]>,
}

impl<'a> Undoing<'a> {
    pub(super) fn open(
        one: &'a One<'a>,
        ledger: &Ledger,
        table: &SavedTable,
        folder: &Path,
        (of_run, number): (i64, i64),
    ) -> Result<Self, Error> {
        let columns = one.pipeline.value_columns();
        let files = table.files.at(folder);
        let before = files.before.as_ref().map(|file| file.path.as_path());
        Ok(Self {
            one,
            compiled: one.pipeline.mapping().clone().compile()?,
            before: Before::open(before, table, &columns)?,
            held: HeldWalk::over(ledger.read_held(&table.staging_table, &columns)?),
            output: Output::new(ledger.plan_file(number, &table.staging_table)?),
            sent: files.rows,
            columns,
            held_rows: Vec::new(),
            by_reason: Counts::new(),
            of_run,
            number,
        })
    }

    pub(super) async fn rows(mut self, undone: &mut Undone) -> Result<PutBack, Error> {
        if let Some(sent) = self.sent.take() {
            let maps = MapPlan::all(self.one.target, self.one.pipeline).await?;
            let mut oracle = Oracle::new(self.one.target, self.number).asking_who();
            for group in planner::groups(&sent.path)? {
                let candidates = self.candidates(&group?, undone)?;
                if candidates.is_empty() {
                    continue;
                }
                let looked = oracle.look(&maps, &self.as_held(&candidates)?).await?;
                let rows = self.put_back(candidates, &maps, &looked, undone)?;
                self.output.write(rows)?;
            }
        }
        Ok(PutBack { rows: self.output.finish()?, held_rows: self.held_rows, by_reason: self.by_reason })
    }

    /// The rows of a group that were applied and had been held before.
    fn candidates(&mut self, group: &RecordBatch, undone: &mut Undone) -> Result<Vec<Candidate>, Error> {
        let column = |name: &str| {
            let array = group.column_by_name(name).expect("a plan has its own columns");
            TextColumn::new(array).map_err(transform::Error::Gather)
        };
        let (keys, reasons) = (column(lineage::ROW_KEY)?, column(CHANGE)?);
        let sent = Values::of(group, &self.columns)?;
        let mut candidates = Vec::new();
        for row in 0..group.num_rows() {
            let key = keys.text(row).unwrap_or_default();
            let change = reasons.text(row).and_then(Change::parse).unwrap_or(Change::Unproven);
            let before = self.before.of(key)?;
            let Some((held, place)) = up_to(&mut self.held, key)? else {
                undone.not_applied += 1;
                continue;
            };
            let known = held.row(place);
            let is_applied = matches!(known.standing, Standing::Held | Standing::Retired) && known.run >= self.of_run;
            if !is_applied {
                undone.not_applied += 1;
                continue;
            }
            let title = title(self.one.pipeline, &sent, row);
            let Some((before, before_place)) = before else {
                undone.made += 1;
                if undone.made_named.len() < limits::BRAKE_EXAMPLES {
                    undone.made_named.push(title);
                }
                continue;
            };
            let text = |values: &Values, column: &str, place| values.text(column, place).unwrap_or_default().to_owned();
            let of_column = |name: &String| {
                [text(&before, name, before_place), text(&sent, name, row), text(held.values(), name, place)]
            };
            candidates.push(Candidate {
                key: key.to_owned(),
                title,
                change,
                moment: known.moment,
                values: self.columns.iter().map(of_column).collect(),
                held_row: self.held.place(),
            });
        }
        Ok(candidates)
    }

    /// The candidates as they are held now: what their records should say.
    fn as_held(&self, candidates: &[Candidate]) -> Result<RecordBatch, Error> {
        let text = |name: &str, candidate: &Candidate| match name {
            lineage::ROW_KEY => Some(candidate.key.clone()),
            _ => {
                let place = self.columns.iter().position(|column| column == name)?;
                Some(candidate.values[place][2].clone()).filter(|value| !value.is_empty())
            }
        };
        self.batch(candidates, text)
    }

    fn batch(
        &self,
        candidates: &[Candidate],
        text: impl Fn(&str, &Candidate) -> Option<String>,
    ) -> Result<RecordBatch, Error> {
        let schema = plan_schema(self.one.pipeline);
        let column = |name: &str| -> ArrayRef {
            let mut builder = StringBuilder::new();
            candidates.iter().for_each(|candidate| builder.append_option(text(name, candidate)));
            std::sync::Arc::new(builder.finish())
        };
        let columns = schema.fields().iter().map(|field| column(field.name())).collect();
        Ok(RecordBatch::try_new(schema, columns).map_err(transform::Error::Gather)?)
    }

    /// The rows that put back what is still as the run wrote it.
    fn put_back(
        &mut self,
        candidates: Vec<Candidate>,
        maps: &[MapPlan],
        looked: &[Vec<Looked>],
        undone: &mut Undone,
    ) -> Result<RecordBatch, Error> {
        let mut kept = Vec::new();
        for (mut candidate, looked) in candidates.into_iter().zip(looked) {
            let touched = touched(maps, looked);
            let mut is_put_back = false;
            for (column, [before, sent, now]) in self.columns.iter().zip(&mut candidate.values) {
                let is_by_hand = touched.contains(column.as_str());
                // What was not sent was not changed.
                let was_changed = before != sent && !sent.is_empty();
                if was_changed && now == sent && !is_by_hand {
                    is_put_back = true;
                    *now = if before.is_empty() { CLEARS.to_owned() } else { std::mem::take(before) };
                    continue;
                }
                if was_changed {
                    let since = since(maps, looked, column, now, is_by_hand);
                    note(
                        undone,
                        ChangedSince {
                            pipeline: self.one.pipeline.name().to_owned(),
                            title: candidate.title.clone(),
                            column: column.clone(),
                            written: sent.clone(),
                            ..since
                        },
                    );
                }
                if is_by_hand {
                    // Sent, it would undo what somebody else did.
                    now.clear();
                }
            }
            if is_put_back {
                kept.push(candidate);
            }
        }
        for candidate in &mut kept {
            self.in_use_again(candidate);
            extend(&mut self.held_rows, candidate.held_row);
            *self.by_reason.entry(undoing(candidate.change).as_str().to_owned()).or_default() += 1;
        }
        let text = |name: &str, candidate: &Candidate| match name {
            lineage::ROW_KEY => Some(candidate.key.clone()),
            lineage::NEWEST => Some(candidate.moment.clone()).filter(|moment| !moment.is_empty()),
            CHANGE => Some(undoing(candidate.change).as_str().to_owned()),
            _ => {
                let place = self.columns.iter().position(|column| column == name)?;
                Some(candidate.values[place][2].clone()).filter(|value| !value.is_empty())
            }
        };
        let rows = self.batch(&kept, text)?;
        let prints = self.compiled.fingerprints(&rows)?;
        Ok(with_column(&rows, lineage::FINGERPRINT, std::sync::Arc::new(prints)).map_err(transform::Error::Gather)?)
    }

    /// What a run retired comes back as the declaration says: what was sent before it retired does not say that it is in use.
    fn in_use_again(&self, candidate: &mut Candidate) {
        let retire = self.one.pipeline.retire.as_ref().filter(|_| candidate.change == Change::Retire);
        for (column, [_, _, now]) in self.columns.iter().zip(&mut candidate.values) {
            if let Some(back) = retire.and_then(|retire| retire.back.get(column)) {
                now.clone_from(back);
            }
        }
    }
}

/// Why a row goes that undoes a change.
fn undoing(change: Change) -> Change {
    match change {
        Change::Retire => Change::Back,
        Change::Back => Change::Retire,
        _ => Change::Changed,
    }
}

/// The held row of a key, in a walk that rises.
fn up_to<'h>(held: &'h mut HeldWalk, key: &str) -> Result<Option<(&'h HeldBatch, usize)>, Error> {
    while held.current()?.is_some_and(|(batch, place)| batch.row_key(place) < key) {
        held.advance();
    }
    Ok(held.current()?.filter(|(batch, place)| batch.row_key(*place) == key))
}

/// Staging columns whose target fields hold something else than is held: somebody else changed them.
fn touched<'m>(maps: &'m [MapPlan], looked: &[Looked]) -> HashSet<&'m str> {
    let mut touched = HashSet::new();
    for (map, looked) in maps.iter().zip(looked) {
        for changed in &looked.told.fields {
            let from = map.fields.iter().filter(|field| field.to == changed.field);
            touched.extend(from.map(|field| field.from.as_str()));
        }
    }
    touched
}

/// Who changed a column's value since, as far as that is known.
fn since(maps: &[MapPlan], looked: &[Looked], column: &str, now: &str, is_by_hand: bool) -> ChangedSince {
    let mut since = ChangedSince {
        pipeline: String::new(),
        title: String::new(),
        column: String::new(),
        written: String::new(),
        now: now.to_owned(),
        by: "a later run".to_owned(),
        at: String::new(),
    };
    if !is_by_hand {
        return since;
    }
    for (map, looked) in maps.iter().zip(looked) {
        let Some(field) = map.fields.iter().find(|field| field.from == column) else { continue };
        let changed = looked.told.fields.iter().find(|changed| changed.field == field.to);
        if let (Some(changed), Some(record)) = (changed, looked.records.first()) {
            (since.now, since.by, since.at) = (changed.old.clone(), record.by.clone(), record.at.clone());
        }
    }
    since
}

fn note(undone: &mut Undone, since: ChangedSince) {
    if undone.changed_since.len() < limits::LISTED_ROWS_MAX {
        undone.changed_since.push(since);
    } else {
        undone.changed_since_not_listed += 1;
    }
}

fn title(pipeline: &Pipeline, values: &Values, row: usize) -> String {
    let words = pipeline.title.iter().filter_map(|column| values.text(column, row));
    words.collect::<Vec<_>>().join(" ")
}
