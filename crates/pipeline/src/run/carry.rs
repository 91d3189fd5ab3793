//! One pipeline of a run, from its plan to what is held of it. Apart because its order is the promise: the plan is
//! durable before the note, the note before the first batch, and nothing is believed before the commit.
//!
//! ```text
//!   plan ─▶ note that it is sent ─▶ send, hear ─▶ sums hold? ─▶ commit, the note goes
//!                                                     │ no
//!                                                     ▼
//!                                    nothing is believed: the note stays
//! ```

use std::time::Instant;

use flow::RunEvent;
use ledger::{Commit, Ledger, PipelineRecord};

use super::One;
use super::plan::{TablePlan, imbalance};
use crate::error::Error;
use crate::loader::{Books, Merge, OutcomesFile, Trial};
use crate::planner::Marks;
use crate::report::{Imbalanced, TableReport};

/// What a pipeline has come to.
pub(super) struct Carried {
    pub(super) table: TableReport,
    /// The sum that does not hold; nothing is committed then.
    pub(super) imbalance: Option<Imbalanced>,
}

impl One<'_> {
    pub(super) async fn carry(
        &self,
        plan: TablePlan<'_>,
        ledger: &mut Ledger,
        position: usize,
    ) -> Result<Carried, Error> {
        let began = Instant::now();
        let number = self.number;
        let table = self.pipeline.staging_table();
        let TablePlan { files, mut report, basis, difference, everything_in_doubt, fence, .. } = plan;
        let mut accounts = report.accounts.clone();
        accounts.not_sent = 0;

        let columns = self.pipeline.value_columns();
        let is_rewritten = files.rows.is_some() || files.marks.is_some() || everything_in_doubt;
        let mut held = is_rewritten.then(|| ledger.begin_held(number, table, &columns)).transpose()?;
        let (maps, outcomes, trial) = match &files.rows {
            Some(rows) if fence.is_none() => {
                let maps = self.target.transform_maps(table).await;
                let maps = maps.map_err(Error::target(format!("read the transform maps of `{table}`")))?;
                ledger.note_sending(number, table, &rows.blake3)?;
                let outcomes = OutcomesFile::create(&ledger.outcomes_file(number, table)?)?;
                let trial = Trial::due(ledger, self.pipeline, self.dictionary, self.now)?;
                (maps, Some(outcomes), trial)
            }
            _ => (Vec::new(), None, None),
        };
        let (loaded, accounted) = match &mut held {
            Some(held) => {
                let marks = Marks::open(files.marks.as_ref())?;
                let merge = Merge::new(ledger.read_held(table, &columns)?, marks, everything_in_doubt, held);
                let mut books = Books::open(&mut accounts, merge, self.pipeline, &maps, outcomes);
                if let Some(fence) = fence {
                    books.stop(fence);
                }
                self.loader().load(files.rows.as_ref(), trial, ledger, &mut books).await?;
                (books.loaded, books.accounted)
            }
            None => {
                let mut loaded = crate::loader::Loaded::over(self.pipeline);
                if let Some(fence) = fence {
                    loaded.stop(&fence);
                }
                (loaded, Vec::new())
            }
        };

        let record = PipelineRecord {
            pipeline: self.pipeline.name().to_owned(),
            staging_table: table.to_owned(),
            orphans: report.orphans,
            sent: accounts.sent(),
            targets: loaded.targets.clone(),
            accounts: accounts.clone(),
            seconds: report.seconds + began.elapsed().as_secs_f64(),
        };
        let imbalance = imbalance(self.pipeline, &accounts, difference.as_deref());
        if imbalance.is_none() {
            ledger.commit_pipeline(Commit {
                run: number,
                position,
                record: &record,
                snapshot_at: self.snapshot_at,
                identity: self.identity,
                accounted: &accounted,
                basis: &basis,
                held,
            })?;
        }
        (self.events)(RunEvent::PipelineEnded { flow: self.pipeline.name().to_owned(), accounts: Box::new(accounts) });
        report.notes.extend(loaded.notes());
        report.accounts = record.accounts;
        report.sent = record.sent;
        report.targets = record.targets;
        report.seconds = record.seconds;
        report.refused = loaded.refused;
        report.refused_not_listed = loaded.refused_not_listed;
        report.incomplete = loaded.incomplete;
        Ok(Carried { table: report, imbalance })
    }
}
