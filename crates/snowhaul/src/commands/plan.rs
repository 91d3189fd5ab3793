//! `plan`, `approve` and `apply`: what a run would do, a person's word for it, and doing exactly that.

use std::path::Path;

use anyhow::{Context, Result};
use flow::Clock;
use pipeline::{ApplyOptions, Pipeline, PlannedRow, RunOptions, SavedPlan, UndoOptions, Undone};
use serde::Serialize;

use super::run::{Place, print, read};
use super::source::Tenant;
use super::{life, say};
use crate::arguments::{ApplyArguments, ApproveArguments, Common, Form, PlanArguments, UndoArguments};
use crate::output::Output;
use crate::{exit, progress, shown};

/// A plan with its rows, as it is printed.
#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    plan: &'a SavedPlan,
    rows: &'a [PlannedRow],
}

/// Plans and sends nothing.
pub(super) async fn plan(common: &Common, arguments: PlanArguments, output: &mut Output) -> Result<u8> {
    let pipelines = life::carried(common)?;
    let folder = common.folder()?;
    let events = progress::for_command(common);
    let (sealed, clock) = match &arguments.snapshot {
        Some(snapshot) => (common.snapshots()?.verify(snapshot)?, Clock::default()),
        None => {
            let tenant = Tenant::open(common, &arguments.source, arguments.reading.wait, 0).await?;
            let clock = tenant.tenant.clock();
            (read(common, tenant, &arguments.reading, &events).await?, clock)
        }
    };
    let place = match arguments.offline {
        true => None,
        false => Some(Place::open(common, &pipelines, &arguments.run.destination).await?),
    };
    let options = RunOptions {
        integration: &common.integration,
        folder: &folder,
        command: "plan",
        pipelines: &pipelines,
        snapshot: &sealed,
        // A snapshot that was there before is a replay, and retires nothing.
        may_retire: arguments.snapshot.is_none(),
        older: false,
        retry_refused: arguments.run.retry_refused,
        clock,
        events,
    };
    let (destination, embedded) = place.map_or((None, None), |place| (Some(place.destination), place.embedded));
    let planned = pipeline::plan(options, destination).await;
    if let Some(embedded) = embedded {
        embedded.stop().await?;
    }
    let (plan, report) = planned?;
    let made = pipeline::plan_folder(&folder, &plan.run.to_string());
    if let Some(out) = &arguments.out {
        plan.copy(&made, out)?;
    }
    let rows = rows_of(common, &plan, &pipelines, &made, arguments.rows)?;
    let document = Document { schema_version: pipeline::limits::SCHEMA_VERSION, plan: &plan, rows: &rows };
    say(common.output, output, &document, || shown::plan(&plan, &rows, common))?;
    Ok(if !report.balanced {
        exit::FAILED
    } else if !plan.brakes().is_empty() {
        exit::STOPPED
    } else if arguments.detailed_exitcode && plan.has_changes() {
        exit::CHANGES_WAIT
    } else {
        exit::DONE
    })
}

/// The rows of a plan, as they are printed: all of them in a document for programs.
fn rows_of(
    common: &Common,
    plan: &SavedPlan,
    pipelines: &[Pipeline],
    folder: &Path,
    limit: usize,
) -> Result<Vec<PlannedRow>> {
    let limit = if common.output == Form::Json { usize::MAX } else { limit };
    let mut rows = Vec::new();
    for table in &plan.tables {
        if let Some(pipeline) = pipelines.iter().find(|pipeline| pipeline.name() == table.pipeline) {
            rows.extend(pipeline::planned(folder, table, pipeline, limit)?);
        }
    }
    Ok(rows)
}

/// A plan that puts back, with its rows, as it is printed.
#[derive(Serialize)]
struct UndoDocument<'a> {
    schema_version: u32,
    undone: &'a Undone,
    rows: &'a [PlannedRow],
}

/// Plans to put back what a run changed, and sends nothing.
pub(super) async fn undo(common: &Common, arguments: UndoArguments, output: &mut Output) -> Result<u8> {
    let pipelines = life::carried(common)?;
    let folder = common.folder()?;
    let place = Place::open(common, &pipelines, &arguments.destination).await?;
    let options = UndoOptions {
        integration: &common.integration,
        folder: &folder,
        run: arguments.run,
        pipelines: &pipelines,
        clock: Clock::default(),
        events: progress::for_command(common),
    };
    let planned = pipeline::undo(options, place.destination).await;
    if let Some(embedded) = place.embedded {
        embedded.stop().await?;
    }
    let undone = planned?;
    let made = pipeline::plan_folder(&folder, &undone.plan.run.to_string());
    if let Some(out) = &arguments.out {
        undone.plan.copy(&made, out)?;
    }
    let rows = rows_of(common, &undone.plan, &pipelines, &made, arguments.rows)?;
    let document = UndoDocument { schema_version: pipeline::limits::SCHEMA_VERSION, undone: &undone, rows: &rows };
    say(common.output, output, &document, || shown::undone(&undone, &rows, arguments.rows, common))?;
    Ok(if undone.plan.brakes().is_empty() { exit::DONE } else { exit::STOPPED })
}

/// Notes a person's word for a plan.
pub(super) fn approve(common: &Common, arguments: &ApproveArguments, output: &mut Output) -> Result<u8> {
    let folder = common.folder()?;
    let plan = SavedPlan::read(&pipeline::plan_folder(&folder, &arguments.plan))?;
    let approval = service::approve(&folder, &plan, &common.integration, &arguments.by, &arguments.reason)?;
    say(common.output, output, &approval, || {
        format!(
            "plan {} is let through once within {} hours; send it with\n    snowhaul apply {} --state {} --integration {}",
            &plan.plan[..12],
            ledger::limits::APPROVAL_HOURS,
            arguments.plan,
            common.state.display(),
            common.integration
        )
    })?;
    Ok(exit::DONE)
}

/// Sends a plan exactly as it was made.
pub(super) async fn apply(common: &Common, arguments: ApplyArguments, output: &mut Output) -> Result<u8> {
    let pipelines = life::carried(common)?;
    let folder = common.folder()?;
    let plan = pipeline::plan_folder(&folder, &arguments.plan);
    // What is wrong with the plan itself is said before anything is begun.
    SavedPlan::read(&plan).context("the plan cannot be sent")?;
    let place = Place::open(common, &pipelines, &arguments.destination).await?;
    let options = ApplyOptions {
        integration: &common.integration,
        folder: &folder,
        command: "apply",
        pipelines: &pipelines,
        plan: &plan,
        clock: Clock::default(),
        events: progress::for_command(common),
    };
    let ended = pipeline::apply(options, place.destination).await;
    if let Some(embedded) = place.embedded {
        embedded.stop().await?;
    }
    let report = ended?;
    print(common, &report, output)?;
    Ok(exit::of_report(&report))
}
