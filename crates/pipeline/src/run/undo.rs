//! `undo`: a plan that puts back what a run changed, by the values that its plan wrote down before its first row left. It is a
//! plan as any other: shown, judged by the brakes, sent by `apply`, which foretells once more. Apart because its rows come
//! of no snapshot.
//!
//! ```text
//!   plans/<run>: rows sent, and the same rows before ─┐
//!   held: what was proven of them ────────────────────┼─▶ values to put back · changed since · made anew ─▶ plan
//!   the instance: what their records say now ─────────┘
//! ```

mod former;
mod put_back;
mod rows;

use std::path::Path;
use std::time::Instant;

use flow::{Accounts, Clock};
use ledger::{Ending, History, Ledger, NewRun, RunRecord, RunState};
use serde::Serialize;

use super::plan::{TablePlan, examples};
use super::{Events, Link, One, earlier, plans_of};
use crate::brakes::{self, Judged};
use crate::declaration::Pipeline;
use crate::destination::Destination;
use crate::error::Error;
use crate::foretell;
use crate::planner::{Changes, PlanFiles, before};
use crate::report::{TableReport, said};
use crate::saved::{SavedPlan, SavedTable};
use rows::Undoing;

/// What `undo` is told.
pub struct UndoOptions<'a> {
    /// The integration's name.
    pub integration: &'a str,
    /// The integration's folder.
    pub folder: &'a Path,
    /// The run whose changes are to be put back.
    pub run: i64,
    /// The pipelines that there are.
    pub pipelines: &'a [Pipeline],
    /// What time it is.
    pub clock: Clock,
    /// Where events go.
    pub events: Events,
}

/// A plan that puts back what a run changed, and what it does not put back.
#[derive(Clone, Debug, Serialize)]
pub struct Undone {
    /// The run whose changes it puts back.
    pub of_run: i64,
    /// The plan.
    pub plan: SavedPlan,
    /// Fields that have changed since, and stay as they are.
    pub changed_since: Vec<ChangedSince>,
    /// How many more there are of them.
    pub changed_since_not_listed: u64,
    /// Rows that the run made records of, and nothing else: those stay.
    pub made: u64,
    /// Some of those.
    pub made_named: Vec<String>,
    /// Values that stay, because nobody knows what was there before.
    pub not_known: u64,
    /// Rows of the run's plan of which nothing was proven to have arrived, or whose standing is not proven now.
    pub not_applied: u64,
}

/// A value of a run that is no longer what the run wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChangedSince {
    /// The pipeline.
    pub pipeline: String,
    /// The row in words.
    pub title: String,
    /// The staging column.
    pub column: String,
    /// What the run wrote.
    pub written: String,
    /// What it is now.
    pub now: String,
    /// Who changed it, as far as that is known.
    pub by: String,
    /// When, as far as that is known.
    pub at: String,
}

/// Plans to put back what a run changed. Nothing is sent: `apply` sends it.
///
/// # Errors
/// A run whose plan is no longer kept, a pipeline that is declared otherwise now.
pub async fn undo(options: UndoOptions<'_>, destination: Destination) -> Result<Undone, Error> {
    let (record, _) = History::open(options.folder)?.run(options.run)?;
    let folder = crate::saved::plan_folder(options.folder, &options.run.to_string());
    if !folder.is_dir() {
        return Err(Error::NoPlan { run: options.run });
    }
    let saved = SavedPlan::read(&folder)?;
    // A run that only planned has changed nothing, and what one did that is forgotten cannot be put back.
    if !options.folder.join("outcomes").join(format!("{:06}", options.run)).is_dir() {
        return Err(Error::NoOutcomes { run: options.run });
    }
    let mut ledger = Ledger::open(options.folder)?;
    let number = ledger.begin_run(NewRun {
        command: "undo".to_owned(),
        snapshot: record.snapshot.clone(),
        snapshot_at: record.snapshot_at.clone(),
    })?;
    let undo = Undo { options: &options, record: &record, saved: &saved, folder: &folder, number };
    let ended = undo.all(&mut ledger, &destination).await;
    let (state, failure) = match &ended {
        Ok(_) => (RunState::Planned, String::new()),
        Err(error) => (RunState::Failed, said(error)),
    };
    ledger.end_run(number, Ending { state, failure: &failure, report: "" })?;
    ended
}

struct Undo<'a> {
    options: &'a UndoOptions<'a>,
    record: &'a RunRecord,
    /// The plan of the run.
    saved: &'a SavedPlan,
    folder: &'a Path,
    number: i64,
}

impl Undo<'_> {
    async fn all(&self, ledger: &mut Ledger, destination: &Destination) -> Result<Undone, Error> {
        let link = Link::open(destination, self.options.integration, self.options.pipelines, ledger).await?;
        let mut undone = Undone {
            of_run: self.options.run,
            plan: self.empty_plan(link.identity_text()),
            changed_since: Vec::new(),
            changed_since_not_listed: 0,
            made: 0,
            made_named: Vec::new(),
            not_known: 0,
            not_applied: 0,
        };
        let mut plans = Vec::new();
        for table in &self.saved.tables {
            let position = self.position(table)?;
            let one = self.one(&link, position);
            let earlier = earlier::settle(&one, ledger).await?;
            if earlier.everything_in_doubt || earlier.fence.is_some() {
                let reason =
                    format!("rows of `{}` are on their way, and what became of them is not known", table.staging_table);
                return Err(Error::PlanStale { reason, examples: Vec::new() });
            }
            plans.push(Box::pin(self.table(table, &one, ledger, &mut undone)).await?);
        }
        let folder = ledger.plan_folder(self.number)?;
        foretell::all(&link.target, &mut plans_of(&mut plans), self.number, &folder).await?;
        undone.plan.tables = plans.iter().map(TablePlan::saved).collect();
        undone.plan = undone.plan.write(&folder)?;
        Ok(undone)
    }

    fn empty_plan(&self, instance: String) -> SavedPlan {
        SavedPlan {
            plan_version: 0,
            plan: String::new(),
            run: self.number,
            integration: self.options.integration.to_owned(),
            snapshot: self.record.snapshot.clone(),
            snapshot_at: self.record.snapshot_at.clone(),
            made_at: self.options.clock.now().to_string(),
            instance,
            tables: Vec::new(),
            blake3: String::new(),
        }
    }

    /// The pipeline of a table of the run's plan, as it is declared now.
    fn position(&self, table: &SavedTable) -> Result<usize, Error> {
        let pipelines = self.options.pipelines;
        let found = pipelines.iter().position(|pipeline| pipeline.name() == table.pipeline);
        match found {
            Some(position) if pipelines[position].digest() == table.declaration => Ok(position),
            _ => {
                let reason = format!("pipeline `{}` is declared otherwise now than in that run", table.pipeline);
                Err(Error::PlanStale { reason, examples: Vec::new() })
            }
        }
    }

    /// The plan of one table.
    async fn table<'p>(
        &self,
        table: &SavedTable,
        one: &One<'p>,
        ledger: &Ledger,
        undone: &mut Undone,
    ) -> Result<TablePlan<'p>, Error> {
        let began = Instant::now();
        let pipeline = one.pipeline;
        let outcomes = ledger.outcomes_file(self.options.run, &table.staging_table)?;
        let undoing = Undoing::open(one, ledger, table, (self.folder, &outcomes), self.number)?;
        let put_back = Box::pin(undoing.rows(undone)).await?;
        let (staging_table, held) = (pipeline.staging_table(), ledger.held(pipeline.staging_table())?);
        let mut changes = Changes { by_reason: put_back.by_reason, ..Changes::default() };
        changes.held = held.as_ref().map_or(0, |held| held.rows);
        changes.present = changes.held;
        let before = match &put_back.rows {
            Some(rows) => before::write(pipeline, ledger, self.number, rows, &put_back.held_rows, &mut changes)?,
            None => None,
        };
        let basis = held.as_ref().map(|held| held.basis.clone()).unwrap_or_default();
        let judged = Judged {
            pipeline,
            changes: &changes,
            held: held.as_ref(),
            basis: &basis,
            is_empty: false,
            examples: examples(pipeline, put_back.rows.as_ref())?,
        };
        let count = changes.by_reason.values().sum();
        let accounts =
            Accounts { read: count, staging_rows: count, planned: count, not_sent: count, ..Accounts::default() };
        let brakes = brakes::judge(&judged)?;
        let report = TableReport {
            accounts,
            changes,
            brakes,
            seconds: began.elapsed().as_secs_f64(),
            ..TableReport::empty(pipeline.name(), staging_table)
        };
        Ok(TablePlan {
            pipeline,
            files: PlanFiles { rows: put_back.rows, before, marks: None },
            foretold: None,
            report,
            basis,
            held: held.map(|held| held.blake3).unwrap_or_default(),
            imbalance: None,
            difference: None,
            everything_in_doubt: false,
            fence: None,
        })
    }

    fn one<'o>(&'o self, link: &'o Link, position: usize) -> One<'o> {
        One {
            number: self.number,
            folder: self.options.folder,
            now: self.options.clock.now(),
            events: &self.options.events,
            target: &link.target,
            patience: link.patience,
            pipeline: &self.options.pipelines[position],
            dictionary: &link.dictionaries[position],
            identity: link.identity.as_ref(),
            snapshot_at: &self.record.snapshot_at,
        }
    }
}
