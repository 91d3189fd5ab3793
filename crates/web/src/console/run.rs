//! Runs: the list of them, one of them while it works and afterwards, and beginning one.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use integration::Name;
use ledger::{RunRecord, RunState};
use pipeline::{RunReport, TableReport};
use serde::Deserialize;
use service::{Desk, Error};

use super::signing_in::Nothing;
use super::{Console, Named, Signed, answer, failure, onwards, reading, told};
use crate::guard::Posted;
use crate::limits;
use crate::pages::{self, ErrorCause, LeftOut, PipelineReport, RefusedRow, Run, Runs, links};

/// Where a list begins.
#[derive(Deserialize)]
pub(super) struct Before {
    before: Option<i64>,
}

pub(super) async fn list(
    State(console): State<Console>,
    Signed(frame): Signed,
    Named(name): Named,
    Query(before): Query<Before>,
) -> Response {
    let desk = console.desk.clone();
    let page = reading(move || -> Result<Runs, Error> {
        desk.connected(&name)?;
        let from = before.before.unwrap_or(i64::MAX);
        let mut runs = desk.runs_before(&name, from, limits::RUNS_A_PAGE + 1)?;
        let has_older = runs.len() > limits::RUNS_A_PAGE;
        runs.truncate(limits::RUNS_A_PAGE);
        let lines = runs.iter().map(told::run_line).collect();
        Ok(Runs { integration: name.to_string(), runs: lines, has_older, is_older: before.before.is_some() })
    });
    answer(&frame, page.await.map(|view| pages::runs(&frame, &view)))
}

/// Begins a run as soon as there is a place for it.
pub(super) async fn begin(
    State(console): State<Console>,
    Signed(frame): Signed,
    Named(name): Named,
    _form: Posted<Nothing>,
) -> Response {
    match console.desk.connected(&name) {
        Ok(connected) if !connected.settings.is_sync_on() => {
            failure(&frame, &Error::Asked(format!("`{name}` is paused. Turn its sync on under Edit first.")))
        }
        Ok(_) => {
            console.scheduler.ask(&name);
            // A moment for the scheduler: the page that follows shows the run where it has begun.
            for _ in 0..limits::BEGINNING_LOOKED_FOR {
                if console.live.run(&name).is_some() {
                    let status = console.desk.status(&name);
                    if let Some(run) = super::details::live_run(&console, &name, &status) {
                        return onwards(&links::run(name.as_str(), run));
                    }
                }
                tokio::time::sleep(limits::EVENTS_EVERY).await;
            }
            onwards(&links::integration(name.as_str()))
        }
        Err(error) => failure(&frame, &error),
    }
}

/// An integration and a number, as an address has them.
#[derive(Deserialize)]
pub(super) struct Numbered {
    pub(super) run: i64,
}

pub(super) async fn page(
    State(console): State<Console>,
    Signed(frame): Signed,
    Named(name): Named,
    Path(Numbered { run }): Path<Numbered>,
) -> Response {
    let desk = console.desk.clone();
    let of = name.clone();
    let found = reading(move || -> Result<_, Error> {
        desk.connected(&of)?;
        let next = desk.next_run(&of)?;
        match desk.run(&of, run) {
            Ok((record, report)) => Ok((Some(view(&desk, &of, &record, report)?), next)),
            Err(Error::Ledger(ledger::Error::UnknownRun(_))) => Ok((None, next)),
            Err(error) => Err(error),
        }
    });
    let live = console.live.run(&name);
    let page = match (found.await, live) {
        (Err(error), _) => return failure(&frame, &error),
        // While the tenant is read the ledger knows nothing of the run yet.
        (Ok((None, next)), Some(live)) if run == next => Run {
            integration: name.to_string(),
            run: told::number(run),
            command: "run".to_owned(),
            state: RunState::Running,
            begun_at: live.began.to_string(),
            ended_at: String::new(),
            snapshot: String::new(),
            snapshot_at: String::new(),
            failure: String::new(),
            progress: Some(told::progress(&live)),
            pipelines: Vec::new(),
            not_started: Vec::new(),
            errors: Vec::new(),
            brakes: Vec::new(),
            has_plan: false,
            notes: Vec::new(),
        },
        // Its reading failed, so that no run came of it: why is told with the integration.
        (Ok((None, next)), None) if run == next && console.desk.failure(&name).is_some() => {
            return onwards(&links::integration(name.as_str()));
        }
        (Ok((None, _)), _) => return failure(&frame, &ledger::Error::UnknownRun(run).into()),
        (Ok((Some(mut view), _)), live) => {
            if view.state == RunState::Running {
                view.progress = live.as_ref().map(told::progress);
            }
            view
        }
    };
    pages::run(&frame, &page).into_response()
}

fn view(desk: &Desk, name: &Name, record: &RunRecord, report: Option<RunReport>) -> Result<Run, Error> {
    let plan = desk.plan(name, record.run).ok();
    let is_approved = match &plan {
        Some(plan) => desk.approval(name, plan)?.is_some(),
        None => false,
    };
    let report = report.as_ref();
    let tables = || report.into_iter().flat_map(|report| &report.tables);
    Ok(Run {
        integration: name.to_string(),
        run: told::number(record.run),
        command: record.command.clone(),
        state: record.state,
        begun_at: record.begun_at.clone(),
        ended_at: record.ended_at.clone(),
        snapshot: record.snapshot.clone(),
        snapshot_at: record.snapshot_at.clone(),
        failure: record.failure.clone(),
        progress: None,
        pipelines: tables().map(|table| of_pipeline(table, report)).collect(),
        not_started: report
            .into_iter()
            .flat_map(|report| &report.not_started)
            .map(|one| pages::NotStarted {
                pipeline: one.pipeline.clone(),
                staging_table: one.staging_table.clone(),
                reason: one.reason.clone(),
            })
            .collect(),
        errors: causes(desk, name, record)?,
        brakes: tables().flat_map(|table| &table.brakes).map(|brake| self::brake(brake, is_approved)).collect(),
        has_plan: plan.is_some(),
        notes: notes(report),
    })
}

/// A brake as pages show it.
pub(super) fn brake(brake: &pipeline::Brake, approved: bool) -> pages::Brake {
    pages::Brake {
        kind: brake.brake.as_str().to_owned(),
        pipeline: brake.pipeline.clone(),
        reason: brake.reason.clone(),
        remedy: brake.remedy.clone(),
        examples: brake.examples.clone(),
        approved,
    }
}

fn of_pipeline(table: &TableReport, report: Option<&RunReport>) -> PipelineReport {
    let lost = report.into_iter().flat_map(|report| &report.imbalances);
    PipelineReport {
        pipeline: table.pipeline.clone(),
        staging_table: table.staging_table.clone(),
        seconds: table.seconds as u64,
        accounts: table.accounts.clone(),
        orphans: table.orphans,
        left_out: left_out(table),
        targets: table.targets.clone(),
        incomplete: table.incomplete.as_ref().map(|incomplete| pages::Incomplete {
            reason: incomplete.reason.clone(),
            hint: incomplete.hint.clone().unwrap_or_default(),
        }),
        imbalance: lost.filter(|one| one.pipeline == table.pipeline).map(|one| one.sum.clone()).collect(),
        notes: table.notes.clone(),
    }
}

/// What was left out, by kind and reason, with some of it; what is not listed is counted with its kind.
fn left_out(table: &TableReport) -> Vec<LeftOut> {
    let mut by_reason: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for row in &table.left_out {
        let record = &row.record;
        let place = match record.who.is_empty() {
            true => record.place.clone(),
            false => format!("{} ({})", record.who, record.place),
        };
        by_reason.entry((&row.kind, &record.reason)).or_default().push(place);
    }
    let mut left_out: Vec<LeftOut> = by_reason
        .into_iter()
        .map(|((kind, reason), mut examples)| {
            let count = examples.len() as u64;
            examples.truncate(limits::EXAMPLES);
            LeftOut { kind: kind.replace('_', " "), reason: reason.to_owned(), count, examples }
        })
        .collect();
    for (kind, count) in &table.left_out_not_listed {
        let (kind, reason) = (kind.replace('_', " "), "more of them, for these and other reasons".to_owned());
        left_out.push(LeftOut { kind, reason, count: *count, examples: Vec::new() });
    }
    for (rule, count) in &table.out_of_scope_by_rule {
        let (kind, reason) = ("out of scope".to_owned(), rule.clone());
        left_out.push(LeftOut { kind, reason, count: *count, examples: Vec::new() });
    }
    left_out
}

/// What the instance refused, by cause, the most frequent first.
fn causes(desk: &Desk, name: &Name, record: &RunRecord) -> Result<Vec<ErrorCause>, Error> {
    let has_any = record.tables.iter().any(|table| table.accounts.error + table.accounts.skipped > 0);
    if record.state == RunState::Running || !has_any {
        return Ok(Vec::new());
    }
    let told = pipeline::outcomes(&desk.folder_of(name), record.run, pipeline::ToldOutcome::is_refused)?;
    let mut causes: BTreeMap<(String, String, String), ErrorCause> = BTreeMap::new();
    for one in told {
        let cause = one.cause.map_or_else(|| one.line.comment.clone(), str::to_owned);
        let outcome = one.line.outcome.to_string();
        let known = causes.entry((one.staging_table.clone(), outcome.clone(), cause.clone()));
        let known = known.or_insert_with(|| ErrorCause {
            staging_table: one.staging_table.clone(),
            outcome,
            count: 0,
            cause,
            remedy: one.remedy.unwrap_or_default().to_owned(),
            examples: Vec::new(),
        });
        known.count += 1;
        if known.examples.len() < limits::EXAMPLES {
            known.examples.push(RefusedRow { title: one.line.title.clone(), comment: one.line.comment.clone() });
        }
    }
    let mut causes: Vec<ErrorCause> = causes.into_values().collect();
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.count));
    Ok(causes)
}

fn notes(report: Option<&RunReport>) -> Vec<String> {
    let Some(report) = report else { return Vec::new() };
    let undecoded = report.undecoded.len();
    let drift = report
        .drift
        .iter()
        .map(|(field, times)| format!("The tenant's answers differ from what is documented: {field}, {times} times."));
    let bodies = report.bodies_left_out.iter().map(|(name, reason)| format!("{name} was left out: {reason}."));
    let mut notes: Vec<String> = drift.chain(bodies).collect();
    if undecoded > 0 {
        notes.push(format!("{undecoded} records could not be read; `snowhaul runs show {}` lists them.", report.run));
    }
    notes
}
