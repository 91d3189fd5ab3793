//! The rows that put values back, group by group: what a run sent, beside what became of it, what was held before, what is held
//! now, and what the records say now.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use engine::TextColumn;
use ledger::{HeldBatch, HeldWalk, Ledger, Standing, Values};
use transform::{Compiled, lineage};

use super::Undone;
use super::former::Former;
use super::put_back::{PuttingBack, undoing};
use crate::declaration::Pipeline;
use crate::error::Error;
use crate::foretell::{Came, ForetoldLine, Lines, MapPlan, Oracle, lines};
use crate::limits;
use crate::planned::Before;
use crate::planner::{self, CHANGE, Change, Counts, Output, PlanFile, extend, plan_schema, with_column};
use crate::run::One;
use crate::saved::SavedTable;

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
    came: Came,
    before: Before,
    told: Told,
    held: HeldWalk,
    output: Output,
    held_rows: Vec<Range<usize>>,
    by_reason: Counts,
    /// The run that plans it.
    number: i64,
}

/// A row whose values may be put back.
pub(super) struct Candidate {
    pub(super) key: String,
    pub(super) title: String,
    /// Why the run sent it.
    pub(super) change: Change,
    moment: String,
    held_row: usize,
    /// By column.
    pub(super) cells: Vec<Cell>,
}

/// One value of a candidate.
pub(super) struct Cell {
    /// What was there before the run.
    pub(super) former: Former,
    /// What the run sent.
    pub(super) sent: String,
    /// What is held now, until it is what is to be sent.
    pub(super) now: String,
}

impl<'a> Undoing<'a> {
    /// `outcomes` are those of the run that is undone.
    pub(super) fn open(
        one: &'a One<'a>,
        ledger: &Ledger,
        table: &SavedTable,
        (folder, outcomes): (&Path, &Path),
        number: i64,
    ) -> Result<Self, Error> {
        let columns = one.pipeline.value_columns();
        let files = table.files.at(folder);
        let before = files.before.as_ref().map(|file| file.path.as_path());
        let told = table.files.foretold_at(folder).map(|file| lines(&file.path)).transpose()?;
        Ok(Self {
            one,
            compiled: one.pipeline.mapping().clone().compile()?,
            came: Came::open(outcomes)?,
            before: Before::open(before, table, &columns)?,
            told: Told { lines: told, next: None },
            held: HeldWalk::over(ledger.read_held(&table.staging_table, &columns)?),
            output: Output::new(ledger.plan_file(number, &table.staging_table)?),
            sent: files.rows,
            columns,
            held_rows: Vec::new(),
            by_reason: Counts::new(),
            number,
        })
    }

    pub(super) async fn rows(mut self, undone: &mut Undone) -> Result<PutBack, Error> {
        if let Some(sent) = self.sent.take() {
            let maps = MapPlan::all(self.one.target, self.one.pipeline).await?;
            let mut oracle = Oracle::new(self.one.target, self.number).asking_who();
            for group in planner::groups(&sent.path)? {
                let candidates = self.candidates(&group?, &maps, undone)?;
                if candidates.is_empty() {
                    continue;
                }
                let looked = oracle.look(&maps, &self.as_held(&candidates)?).await?;
                let putting = PuttingBack { pipeline: self.one.pipeline, columns: &self.columns, maps: &maps };
                let mut kept = Vec::new();
                for (candidate, looked) in candidates.into_iter().zip(&looked) {
                    kept.extend(putting.back(candidate, looked, undone));
                }
                self.write(&kept)?;
            }
        }
        Ok(PutBack { rows: self.output.finish()?, held_rows: self.held_rows, by_reason: self.by_reason })
    }

    /// The rows of a group that changed a record, and of which something is known from before.
    fn candidates(
        &mut self,
        group: &RecordBatch,
        maps: &[MapPlan],
        undone: &mut Undone,
    ) -> Result<Vec<Candidate>, Error> {
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
            let (came, line) = (self.came.of(key)?, self.told.of(key)?);
            let before = self.before.held(key)?;
            let held = up_to(&mut self.held, key)?.filter(|(held, place)| is_proven(held, *place));
            let changed_something = came.iter().any(|outcome| matches!(outcome.as_str(), "inserted" | "updated"));
            let Some((held, place)) = held.filter(|_| changed_something) else {
                undone.not_applied += u64::from(came.iter().all(|outcome| outcome != "ignored"));
                continue;
            };
            let title = title(self.one.pipeline, &sent, row);
            if !came.iter().any(|outcome| outcome == "updated") {
                undone.made(title);
                continue;
            }
            let cell = |name: &String| Cell {
                former: Former::of(name, (self.one.pipeline, maps), before.as_ref(), change, line.as_ref()),
                sent: sent.text(name, row).unwrap_or_default().to_owned(),
                now: held.values().text(name, place).unwrap_or_default().to_owned(),
            };
            candidates.push(Candidate {
                key: key.to_owned(),
                title,
                change,
                moment: held.moment(place).to_owned(),
                cells: self.columns.iter().map(cell).collect(),
                held_row: self.held.place(),
            });
        }
        Ok(candidates)
    }

    /// The candidates as they are held now: what their records should say.
    fn as_held(&self, candidates: &[Candidate]) -> Result<RecordBatch, Error> {
        self.batch(candidates, |name, candidate| match name {
            lineage::ROW_KEY => Some(candidate.key.clone()),
            _ => self.value(name, candidate),
        })
    }

    fn value(&self, name: &str, candidate: &Candidate) -> Option<String> {
        let place = self.columns.iter().position(|column| column == name)?;
        Some(candidate.cells[place].now.clone()).filter(|value| !value.is_empty())
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
            Arc::new(builder.finish())
        };
        let columns = schema.fields().iter().map(|field| column(field.name())).collect();
        Ok(RecordBatch::try_new(schema, columns).map_err(transform::Error::Gather)?)
    }

    /// Writes the rows that put back.
    fn write(&mut self, kept: &[Candidate]) -> Result<(), Error> {
        for candidate in kept {
            extend(&mut self.held_rows, candidate.held_row);
            *self.by_reason.entry(undoing(candidate.change).as_str().to_owned()).or_default() += 1;
        }
        let rows = self.batch(kept, |name, candidate| match name {
            lineage::ROW_KEY => Some(candidate.key.clone()),
            lineage::NEWEST => Some(candidate.moment.clone()).filter(|moment| !moment.is_empty()),
            CHANGE => Some(undoing(candidate.change).as_str().to_owned()),
            _ => self.value(name, candidate),
        })?;
        let prints = self.compiled.fingerprints(&rows)?;
        let rows = with_column(&rows, lineage::FINGERPRINT, Arc::new(prints)).map_err(transform::Error::Gather)?;
        self.output.write(rows)
    }
}

/// What was foretold of a run's rows, walked beside them.
struct Told {
    lines: Option<Lines>,
    next: Option<ForetoldLine>,
}

impl Told {
    /// What was foretold of a row; none where nothing was. Keys come in rising order.
    fn of(&mut self, key: &str) -> Result<Option<ForetoldLine>, Error> {
        let Some(lines) = &mut self.lines else { return Ok(None) };
        loop {
            let Some(next) = self.next.take().map_or_else(|| lines.next().transpose(), |next| Ok(Some(next)))? else {
                return Ok(None);
            };
            match next.row_key.as_str().cmp(key) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => return Ok(Some(next)),
                std::cmp::Ordering::Greater => {
                    self.next = Some(next);
                    return Ok(None);
                }
            }
        }
    }
}

/// True where what is held of a row was proven.
fn is_proven(held: &HeldBatch, place: usize) -> bool {
    matches!(held.standing(place), Standing::Held | Standing::Retired)
}

/// The held row of a key, in a walk that rises.
fn up_to<'h>(held: &'h mut HeldWalk, key: &str) -> Result<Option<(&'h HeldBatch, usize)>, Error> {
    while held.current()?.is_some_and(|(batch, place)| batch.row_key(place) < key) {
        held.advance();
    }
    Ok(held.current()?.filter(|(batch, place)| batch.row_key(*place) == key))
}

fn title(pipeline: &Pipeline, values: &Values, row: usize) -> String {
    let words = pipeline.title.iter().filter_map(|column| values.text(column, row));
    words.collect::<Vec<_>>().join(" ")
}

impl Undone {
    fn made(&mut self, title: String) {
        self.made += 1;
        if self.made_named.len() < limits::BRAKE_EXAMPLES {
            self.made_named.push(title);
        }
    }
}
