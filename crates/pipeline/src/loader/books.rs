//! What is written down while a plan is sent: accounts, counts by target, rows that were refused, what nobody expected,
//! and what is held from now on. Apart from the sending, which knows nothing of any of them.

use std::collections::HashMap;

use flow::{Accounts, RowOutcome};
use jiff::Timestamp;
use ledger::{Standing, TargetCounts};
use load::InstalledMap;

use super::merge::Merge;
use super::outcomes::OutcomesFile;
use super::proof::Fate;
use super::row::Rows;
use crate::declaration::Pipeline;
use crate::error::Error;
use crate::limits;
use crate::report::{Incomplete, Refused};

/// The books of one pipeline in one run.
pub(crate) struct Books<'b> {
    pub(crate) accounts: &'b mut Accounts,
    pub(crate) loaded: Loaded,
    /// The instance stopped answering for what had left; it is not asked for more.
    pub(super) is_unheard: bool,
    /// Batches of which nothing is open any more.
    pub(crate) accounted: Vec<String>,
    outcomes: Option<OutcomesFile>,
    merge: Merge<'b>,
    pipeline: &'b Pipeline,
    maps: &'b [InstalledMap],
}

/// What became of a plan, beside its accounts.
#[derive(Default)]
pub(crate) struct Loaded {
    /// Outcomes by target table, in the order of the pipeline's maps.
    pub(crate) targets: Vec<TargetCounts>,
    /// Rows that the instance refused, the first [`limits::LISTED_ROWS_MAX`], and how many more there were.
    pub(crate) refused: Vec<Refused>,
    pub(crate) refused_not_listed: u64,
    /// Outcomes beyond one a row and map.
    surplus: u64,
    /// Outcomes of keys that were not sent, and some of those keys.
    strangers: u64,
    strangers_named: Vec<String>,
    /// Rows that are staged twice, because only a part of their batch was there and it was sent again.
    pub(super) staged_twice: u64,
    /// Batches of this run that appeared after they had been sent again.
    pub(super) late: u64,
    /// Why sending ended before its end.
    pub(crate) incomplete: Option<Incomplete>,
}

impl<'b> Books<'b> {
    /// Opens them; `maps` are the instance's own, none where it does not show them. `outcomes` is where each row's are
    /// written down, none where no row leaves.
    pub(crate) fn open(
        accounts: &'b mut Accounts,
        merge: Merge<'b>,
        pipeline: &'b Pipeline,
        maps: &'b [InstalledMap],
        outcomes: Option<OutcomesFile>,
    ) -> Self {
        let loaded = Loaded::over(pipeline);
        Self { accounts, loaded, is_unheard: false, accounted: Vec::new(), outcomes, merge, pipeline, maps }
    }

    /// Enters what became of one row that left, in the batch of that id, of this run and now. Rows come in rising order of
    /// their keys.
    pub(super) fn enter(
        &mut self,
        rows: &Rows,
        row: usize,
        batch: &str,
        fate: Fate,
        (run, now): (i64, Timestamp),
    ) -> Result<(), Error> {
        if let Some(outcomes) = &mut self.outcomes {
            outcomes.write(rows, row, batch, &fate)?;
        }
        self.accounts.count(fate.outcome);
        self.loaded.surplus += fate.surplus;
        self.count_targets(&fate);
        if fate.standing == Standing::Waiting {
            self.refuse(rows.title(row), &fate);
        }
        let former = self.merge.former(rows.key(row))?;
        self.merge.write(&rows.held(row, &fate, former, run, now), rows.values(), row)
    }

    /// Carries over what was not touched.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        if let Some(outcomes) = self.outcomes.take() {
            outcomes.finish()?;
        }
        self.merge.rest()
    }

    /// Nothing more is sent: the first reason is the one that is told.
    pub(crate) fn stop(&mut self, error: load::Error) {
        self.loaded.stop(&error);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.loaded.incomplete.is_some()
    }

    /// Outcomes that are left when every row of a group has its own belong to rows that were not sent.
    pub(super) fn meet_strangers(&mut self, left: HashMap<String, Vec<RowOutcome>>) {
        let mut keys: Vec<String> = left.keys().cloned().collect();
        keys.sort_unstable();
        self.loaded.strangers += left.values().map(|outcomes| outcomes.len() as u64).sum::<u64>();
        let room = limits::STRANGERS_NAMED.saturating_sub(self.loaded.strangers_named.len());
        self.loaded.strangers_named.extend(keys.into_iter().take(room));
    }

    fn count_targets(&mut self, fate: &Fate) {
        if fate.is_for_all_maps {
            for counts in &mut self.loaded.targets {
                counts.count(fate.outcome);
            }
            return;
        }
        for outcome in &fate.outcomes {
            let table = self.table_of(outcome);
            self.loaded.counts(&table).count(outcome.outcome);
        }
    }

    /// The table under which an outcome counts: its map's own, as a record may be found in a table that extends it. An
    /// instance that does not show its maps leaves the table that the outcome names, which for a row that reached no
    /// record may be none.
    fn table_of(&self, outcome: &RowOutcome) -> String {
        let map = self.maps.iter().find(|map| map.sys_id == outcome.transform_map);
        match (map, self.pipeline.maps.as_slice()) {
            (Some(map), _) => map.target_table.clone(),
            (None, [only]) => only.target.clone(),
            (None, _) if outcome.target_table.is_empty() => self.pipeline.staging_table().to_owned(),
            (None, _) => outcome.target_table.clone(),
        }
    }

    fn refuse(&mut self, title: String, fate: &Fate) {
        let Some(blame) = fate.to_blame() else { return };
        if self.loaded.refused.len() < limits::LISTED_ROWS_MAX {
            self.loaded.refused.push(Refused { title, outcome: blame.outcome, comment: blame.comment.clone() });
        } else {
            self.loaded.refused_not_listed += 1;
        }
    }
}

impl Loaded {
    /// Nothing yet, for each target of a pipeline.
    pub(crate) fn over(pipeline: &Pipeline) -> Self {
        let mut loaded = Self::default();
        for table in pipeline.targets() {
            loaded.counts(table);
        }
        loaded
    }

    /// Nothing more is sent: the first reason is the one that is told.
    pub(crate) fn stop(&mut self, error: &load::Error) {
        self.incomplete.get_or_insert_with(|| Incomplete::of(error));
    }

    /// The counts of a table, begun where there are none yet.
    fn counts(&mut self, table: &str) -> &mut TargetCounts {
        let place = self.targets.iter().position(|counts| counts.table == table).unwrap_or_else(|| {
            self.targets.push(TargetCounts { table: table.to_owned(), ..TargetCounts::default() });
            self.targets.len() - 1
        });
        &mut self.targets[place]
    }

    /// What nobody expected, in sentences.
    pub(crate) fn notes(&self) -> Vec<String> {
        let surplus = (self.surplus > 0).then(|| {
            format!(
                "{} outcomes beyond one a row and transform map: those rows were staged or transformed more than once, \
                 and the worst outcome counts",
                self.surplus
            )
        });
        let strangers = (self.strangers > 0).then(|| {
            let named = self.strangers_named.join(", ");
            format!("{} outcomes belong to rows that this run did not send, for example {named}", self.strangers)
        });
        let twice = (self.staged_twice > 0).then(|| {
            format!(
                "{} rows are staged twice: a part of their batch was there when its answer was lost, and all of it was \
                 sent again",
                self.staged_twice
            )
        });
        let late = (self.late > 0).then(|| {
            format!(
                "{} batches appeared after they had been sent again; the next run sends their rows once more",
                self.late
            )
        });
        surplus.into_iter().chain(strangers).chain(twice).chain(late).collect()
    }
}
