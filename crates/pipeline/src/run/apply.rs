//! `apply`: a plan that was made before, sent exactly as it was made. Apart because everything that the plan was made by is
//! looked at again first: what has changed since makes it another plan.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use flow::Clock;
use ledger::{Ledger, NewRun};

use super::plan::TablePlan;
use super::{Ended, Events, Link, One, earlier, note_end};
use crate::cancel::refuse_cancelled;
use crate::declaration::Pipeline;
use crate::destination::Destination;
use crate::error::Error;
use crate::planner::PlanFile;
use crate::report::RunReport;
use crate::saved::{SavedPlan, SavedTable};
use crate::{foretell, limits};

/// What `apply` is told.
pub struct ApplyOptions<'a> {
    /// The integration's name.
    pub integration: &'a str,
    /// The integration's folder.
    pub folder: &'a Path,
    /// The command, as runs list it: `apply` or `undo`.
    pub command: &'a str,
    /// The pipelines that there are.
    pub pipelines: &'a [Pipeline],
    /// The folder of the plan.
    pub plan: &'a Path,
    /// What time it is.
    pub clock: Clock,
    /// Where events go.
    pub events: Events,
}

/// Sends a plan exactly as it was made, and says how many of its outcomes came as foretold.
///
/// # Errors
/// [`Error::PlanStale`] where what it was made by has changed since, [`Error::PlanStopped`] where a brake stops it and
/// nobody has approved it.
pub async fn apply(options: ApplyOptions<'_>, destination: Destination) -> Result<RunReport, Error> {
    refuse_cancelled(options.folder)?;
    let plan = SavedPlan::read(options.plan)?;
    let mut ledger = Ledger::open(options.folder)?;
    let pipelines = same_pipelines(&plan, &options)?;
    ledger.sweep()?;
    let number = ledger.begin_run(NewRun {
        command: options.command.to_owned(),
        snapshot: plan.snapshot.clone(),
        snapshot_at: plan.snapshot_at.clone(),
    })?;
    let applying = Applying { options: &options, plan: &plan, pipelines: &pipelines, number, began: Instant::now() };
    let ended = applying.all(&mut ledger, &destination).await;
    note_end(&mut ledger, number, &ended)?;
    ended
}

/// The pipelines of the plan, as they are declared now.
fn same_pipelines(plan: &SavedPlan, options: &ApplyOptions<'_>) -> Result<Vec<Pipeline>, Error> {
    if plan.integration != options.integration {
        return stale(format!("it was made for the integration `{}`", plan.integration));
    }
    let mut pipelines = Vec::new();
    for table in &plan.tables {
        match options.pipelines.iter().find(|pipeline| pipeline.name() == table.pipeline) {
            Some(pipeline) if pipeline.digest() == table.declaration => pipelines.push(pipeline.clone()),
            Some(_) => return stale(format!("pipeline `{}` is declared otherwise now", table.pipeline)),
            None => return stale(format!("there is no pipeline `{}` any more", table.pipeline)),
        }
    }
    Ok(pipelines)
}

fn stale<T>(reason: String) -> Result<T, Error> {
    Err(Error::PlanStale { reason, examples: Vec::new() })
}

struct Applying<'a> {
    options: &'a ApplyOptions<'a>,
    plan: &'a SavedPlan,
    pipelines: &'a [Pipeline],
    number: i64,
    began: Instant,
}

impl Applying<'_> {
    async fn all(&self, ledger: &mut Ledger, destination: &Destination) -> Result<RunReport, Error> {
        let link = Link::open(destination, self.options.integration, self.pipelines, ledger).await?;
        if !self.plan.instance.is_empty() && self.plan.instance != link.identity_text() {
            return stale(format!("it was made for the instance {}", self.plan.instance));
        }
        // The plan's files become this run's: should it be killed, the next one finds them here.
        let folder = ledger.plan_folder(self.number)?;
        self.plan.copy(self.options.plan, &folder)?;
        let mut plans = Vec::new();
        for (position, table) in self.plan.tables.iter().enumerate() {
            let earlier = earlier::settle(&self.one(&link, position), ledger).await?;
            let held = ledger.held(&table.staging_table)?.map(|held| held.blake3).unwrap_or_default();
            if held != table.held || earlier.everything_in_doubt {
                return stale(format!("another run has sent rows to `{}` since", table.staging_table));
            }
            let mut plan = table_plan(table, &self.pipelines[position], &folder);
            (plan.fence, plan.report.notes) = (earlier.fence, earlier.notes);
            plans.push(plan);
        }
        foretell::still_holds(&link.target, &plans_told(&plans), self.plan.run, &folder).await?;
        let is_braked = plans.iter().any(|plan| !plan.report.brakes.is_empty());
        if is_braked && !ledger.use_approval(&self.plan.plan, self.number)? {
            let said = ledger.approval(&self.plan.plan)?;
            return Err(Error::PlanStopped {
                plan: self.options.plan.to_owned(),
                brakes: self.plan.brakes().iter().map(|brake| brake.reason.clone()).collect(),
                was: match said {
                    None => "nobody has approved it",
                    Some(approval) if approval.used_by.is_some() => "its approval was used, and is for once",
                    Some(_) => "its approval is older than a day",
                },
            });
        }
        let told: HashMap<String, PlanFile> =
            plans.iter().filter_map(|plan| Some((plan.report.staging_table.clone(), plan.foretold.clone()?))).collect();
        let mut ended = Ended::default();
        for (position, plan) in plans.into_iter().enumerate() {
            ended.load(&self.one(&link, position), plan, ledger, position, true).await?;
        }
        // A table that was not begun is not among those that ended.
        for table in &mut ended.tables {
            let outcomes = ledger.outcomes_file(self.number, &table.staging_table)?;
            if let (Some(foretold), Some(told)) = (&mut table.foretold, told.get(&table.staging_table)) {
                foretell::compare(told, &outcomes, foretold)?;
            }
        }
        Ok(self.report(ended))
    }

    fn one<'o>(&'o self, link: &'o Link, position: usize) -> One<'o> {
        One {
            number: self.number,
            folder: self.options.folder,
            now: self.options.clock.now(),
            events: &self.options.events,
            target: &link.target,
            patience: link.patience,
            pipeline: &self.pipelines[position],
            dictionary: &link.dictionaries[position],
            identity: link.identity.as_ref(),
            snapshot_at: &self.plan.snapshot_at,
        }
    }

    fn report(&self, ended: Ended<'_>) -> RunReport {
        RunReport {
            schema_version: limits::SCHEMA_VERSION,
            run: self.number,
            plan: self.plan.plan.clone(),
            snapshot: self.plan.snapshot.clone(),
            tables: ended.tables,
            not_started: ended.not_started,
            undecoded: Vec::new(),
            bodies_left_out: Vec::new(),
            drift: Vec::new(),
            seconds: self.began.elapsed().as_secs_f64(),
            balanced: ended.imbalances.is_empty(),
            imbalances: ended.imbalances,
        }
    }
}

/// A table's plan with its files where they are now.
fn table_plan<'p>(table: &SavedTable, pipeline: &'p Pipeline, folder: &Path) -> TablePlan<'p> {
    TablePlan {
        pipeline,
        files: table.files.at(folder),
        foretold: table.files.foretold_at(folder),
        report: table.report.clone(),
        basis: table.basis.clone(),
        held: table.held.clone(),
        imbalance: None,
        difference: None,
        everything_in_doubt: false,
        fence: None,
    }
}

/// What was foretold of each table, for whoever foretells again.
fn plans_told<'p>(plans: &'p [TablePlan<'_>]) -> Vec<foretell::Told<'p>> {
    plans
        .iter()
        .filter_map(|plan| {
            Some(foretell::Told {
                pipeline: plan.pipeline,
                rows: plan.files.rows.as_ref()?,
                foretold: plan.foretold.as_ref()?,
            })
        })
        .collect()
}
