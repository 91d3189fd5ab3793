//! One pipeline of a run, from staging rows to what is held of them. Apart because its order is the promise: the plan is
//! durable before the note, the note before the first batch, and nothing is believed before the commit.
//!
//! ```text
//!   earlier runs ─▶ plan ─▶ sums hold? ─▶ note that it is sent ─▶ send, hear ─▶ sums hold? ─▶ commit, the note goes
//!        │ open               │ no                                                │ no
//!        ▼                    ▼                                                   ▼
//!   nothing is sent    nothing is sent                           nothing is believed: the note stays
//! ```

use std::time::Instant;

use flow::{Accounts, RunEvent};
use ledger::{Commit, Ledger, PipelineRecord};

use super::One;
use super::earlier::{self, Earlier};
use super::left_out::{self, LeftOutList};
use crate::error::Error;
use crate::loader::{Books, Loaded, Loader, Merge, OutcomesFile, Trial};
use crate::planner::{self, PlanOptions, Planned};
use crate::report::{Imbalanced, TableReport};

/// What a pipeline has come to.
pub(super) struct Carried {
    pub(super) table: TableReport,
    /// The sum that does not hold; nothing is committed then.
    pub(super) imbalance: Option<Imbalanced>,
}

impl One<'_> {
    pub(super) async fn carry(&self, ledger: &mut Ledger, position: usize) -> Result<Carried, Error> {
        let began = Instant::now();
        let number = self.run.number;
        let table = self.pipeline.staging_table();
        let earlier = earlier::settle(self, ledger).await?;
        let mut planned = self.plan(ledger, &earlier).await?;
        let left_out = left_out::list(self, &mut planned.tally).await?;
        let orphans = left_out.orphans;
        let mut accounts = planned.accounts.clone();
        let ended = |accounts: &Accounts, loaded: &Loaded| PipelineRecord {
            pipeline: self.pipeline.name().to_owned(),
            staging_table: table.to_owned(),
            orphans,
            sent: accounts.sent(),
            targets: loaded.targets.clone(),
            accounts: accounts.clone(),
            seconds: began.elapsed().as_secs_f64(),
        };

        // The first two sums are whole before the first row leaves, and the third is if none leaves.
        accounts.not_sent = accounts.planned;
        if let Some(imbalance) = self.imbalance(&accounts, &planned) {
            let loaded = Loaded::default();
            let record = ended(&accounts, &loaded);
            return Ok(Carried {
                table: report(record, planned, left_out, loaded, earlier.notes),
                imbalance: Some(imbalance),
            });
        }
        accounts.not_sent = 0;

        let mut held = ledger.begin_held(number, table)?;
        let merge = Merge::new(ledger.read_held(table)?, earlier.everything_in_doubt, &mut held);
        let (maps, outcomes, trial) = match &planned.file {
            Some(plan) if earlier.fence.is_none() => {
                let maps = self.target.transform_maps(table).await;
                let maps = maps.map_err(Error::target(format!("read the transform maps of `{table}`")))?;
                ledger.note_sending(number, table, &plan.blake3)?;
                let outcomes = OutcomesFile::create(&ledger.outcomes_file(number, table)?)?;
                let trial = Trial::due(ledger, self.pipeline, self.dictionary, self.run.now)?;
                (maps, Some(outcomes), trial)
            }
            _ => (Vec::new(), None, None),
        };
        let (loaded, accounted) = {
            let mut books = Books::open(&mut accounts, merge, self.pipeline, &maps, outcomes);
            if let Some(fence) = earlier.fence {
                books.stop(fence);
            }
            self.loader().load(planned.file.as_ref(), trial, ledger, &mut books).await?;
            (books.loaded, books.accounted)
        };

        let record = ended(&accounts, &loaded);
        let imbalance = self.imbalance(&accounts, &planned);
        if imbalance.is_none() {
            let snapshot_at = &self.run.options.snapshot.manifest.begun_at;
            let identity = self.identity;
            ledger.commit_pipeline(Commit {
                run: number,
                position,
                record: &record,
                snapshot_at,
                identity,
                accounted: &accounted,
                held,
            })?;
        }
        let accounts = Box::new(accounts);
        (self.run.options.events)(RunEvent::PipelineEnded { flow: self.pipeline.name().to_owned(), accounts });
        Ok(Carried { table: report(record, planned, left_out, loaded, earlier.notes), imbalance })
    }

    async fn plan(&self, ledger: &Ledger, earlier: &Earlier) -> Result<Planned, Error> {
        let options = self.run.options;
        let table = self.pipeline.staging_table();
        let file = ledger.plan_file(self.run.number, table)?;
        let plan_options = PlanOptions {
            now: self.run.now,
            retry_refused: options.retry_refused,
            everything_in_doubt: earlier.everything_in_doubt,
            file: &file,
            events: &options.events,
        };
        let held = ledger.read_held(table)?;
        planner::plan(self.engine, self.mapping, options.snapshot, held, &plan_options).await
    }

    pub(super) fn loader(&self) -> Loader<'_> {
        Loader {
            target: self.target,
            patience: self.run.options.destination.patience,
            pipeline: self.pipeline,
            run: self.run.number,
            now: self.run.now,
            events: &self.run.options.events,
        }
    }

    /// The first sum that does not hold, with what is known of the cause.
    fn imbalance(&self, accounts: &Accounts, planned: &Planned) -> Option<Imbalanced> {
        let sum = accounts.balance().err()?.to_string();
        let sum = match &planned.difference {
            Some(difference) => format!("{sum}: {difference}"),
            None => sum,
        };
        Some(Imbalanced { pipeline: self.pipeline.name().to_owned(), sum })
    }
}

fn report(
    record: PipelineRecord,
    planned: Planned,
    left_out: LeftOutList,
    loaded: Loaded,
    mut notes: Vec<String>,
) -> TableReport {
    notes.extend(loaded.notes());
    let tally = planned.tally;
    TableReport {
        pipeline: record.pipeline,
        staging_table: record.staging_table,
        accounts: record.accounts,
        orphans: record.orphans,
        sent: record.sent,
        targets: record.targets,
        seconds: record.seconds,
        out_of_scope_by_rule: tally.out_of_scope,
        adjusted: tally.adjusted,
        unreadable: tally.unreadable,
        left_out: left_out.listed,
        left_out_not_listed: left_out.not_listed,
        refused: loaded.refused,
        refused_not_listed: loaded.refused_not_listed,
        notes,
        incomplete: loaded.incomplete,
    }
}
