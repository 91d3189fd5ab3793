//! A run's plan, row by row, and a person's word for it.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use integration::Name;
use jiff::Timestamp;
use pipeline::{Change, PlannedRow, SavedPlan, SavedTable};
use serde::Deserialize;
use service::{Desk, Error};

use super::run::{Numbered, brake};
use super::{Console, Named, Signed, answer, failure, onwards, reading, told};
use crate::guard::Posted;
use crate::limits;
use crate::pages::{self, Approval, Count, FieldError, Plan, PlanField, PlanGroup, PlanRow, PlanTable, Sign, links};

/// Which part of it.
#[derive(Deserialize)]
pub(super) struct Part {
    page: Option<usize>,
}

pub(super) async fn page(
    State(console): State<Console>,
    Signed(frame): Signed,
    Named(name): Named,
    Path(Numbered { run }): Path<Numbered>,
    Query(part): Query<Part>,
) -> Response {
    let desk = console.desk.clone();
    let page = part.page.unwrap_or(1).clamp(1, limits::PLAN_PAGES_MAX);
    let view = reading(move || view(&desk, &name, run, page)).await;
    answer(&frame, view.map(|view| pages::plan(&frame, &view)))
}

fn view(desk: &Desk, name: &Name, run: i64, page: usize) -> Result<Plan, Error> {
    let connected = desk.connected(name)?;
    let plan = desk.plan(name, run)?;
    let folder = pipeline::plan_folder(&desk.folder_of(name), &run.to_string());
    let pipelines = desk.pipelines()?.nightly();
    let mut tables = Vec::new();
    let mut has_next = false;
    for table in &plan.tables {
        let declared = pipelines.iter().find(|pipeline| pipeline.name() == table.pipeline);
        // One more than is shown tells whether there is another page.
        let until = page * limits::PLAN_ROWS_A_PAGE;
        let rows = match declared {
            Some(pipeline) => pipeline::planned(&folder, table, pipeline, until + 1)?,
            None => Vec::new(),
        };
        let (groups, is_more) = groups(table, rows, until);
        has_next |= is_more;
        tables.push(of_table(table, groups));
    }
    let approval = approval(desk, &connected.name, &plan)?;
    let is_approved = matches!(approval, Approval::Approved { .. });
    Ok(Plan {
        integration: name.to_string(),
        run: told::number(run),
        digest: plan.plan.clone(),
        snapshot: plan.snapshot.clone(),
        snapshot_at: plan.snapshot_at.clone(),
        instance: plan.instance.clone(),
        tables,
        brakes: plan.brakes().iter().map(|one| brake(one, is_approved)).collect(),
        approval,
        page: page as u64,
        has_next,
    })
}

/// The rows of a page by cause.
fn groups(table: &SavedTable, rows: Vec<PlannedRow>, until: usize) -> (Vec<PlanGroup>, bool) {
    let mut groups: Vec<(Change, PlanGroup, usize)> = Vec::new();
    let from = until - limits::PLAN_ROWS_A_PAGE;
    let mut is_more = false;
    for row in rows {
        let change = row.change;
        let at = match groups.iter().position(|(known, ..)| *known == change) {
            Some(at) => at,
            None => {
                let total = table.changes.of(change);
                let group = PlanGroup { cause: change.as_str().to_owned(), total, rows: Vec::new() };
                groups.push((change, group, 0));
                groups.len() - 1
            }
        };
        let (_, group, seen) = &mut groups[at];
        *seen += 1;
        is_more |= *seen > until;
        if *seen > from && *seen <= until {
            group.rows.push(of_row(row));
        }
    }
    (groups.into_iter().map(|(_, group, _)| group).filter(|group| !group.rows.is_empty()).collect(), is_more)
}

fn of_row(row: PlannedRow) -> PlanRow {
    let sign = match row.sign {
        '+' => Sign::Makes,
        '~' => Sign::Changes,
        '-' => Sign::Retires,
        '=' => Sign::Same,
        _ => Sign::Unclear,
    };
    let fields = row.fields.into_iter().map(|one| PlanField { field: one.field, old: one.old, new: one.new });
    PlanRow { sign, title: row.title, comment: row.comment, fields: fields.collect() }
}

fn of_table(table: &SavedTable, groups: Vec<PlanGroup>) -> PlanTable {
    let accounts = &table.accounts;
    let counts = |counts: &std::collections::BTreeMap<String, u64>| {
        counts.iter().map(|(name, count)| Count { name: name.clone(), count: *count }).collect::<Vec<_>>()
    };
    PlanTable {
        pipeline: table.pipeline.clone(),
        staging_table: table.staging_table.clone(),
        staging_rows: accounts.staging_rows,
        unchanged: accounts.unchanged,
        waiting: accounts.waiting,
        planned: accounts.planned,
        reasons: counts(&table.changes.by_reason),
        fields: table.foretold.as_ref().map(|foretold| counts(&foretold.fields)).unwrap_or_default(),
        foretold: table.foretold.as_ref().map(|foretold| counts(&foretold.outcomes)).unwrap_or_default(),
        groups,
    }
}

fn approval(desk: &Desk, name: &Name, plan: &SavedPlan) -> Result<Approval, Error> {
    if plan.brakes().is_empty() {
        return Ok(Approval::NotNeeded);
    }
    if let Some(given) = desk.approval(name, plan)? {
        return Ok(Approval::Approved { by: given.by, reason: given.reason, at: given.at });
    }
    let until = service::approvable_until(plan);
    Ok(match Timestamp::now() < until {
        true => {
            Approval::Waiting { until: until.to_string(), by: String::new(), reason: String::new(), errors: Vec::new() }
        }
        false => Approval::Over,
    })
}

/// What was typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    by: String,
    #[serde(default)]
    reason: String,
}

/// Notes a person's word, and sends the plan.
pub(super) async fn approve(
    State(console): State<Console>,
    Signed(frame): Signed,
    Named(name): Named,
    Path(Numbered { run }): Path<Numbered>,
    Posted(typed): Posted<Typed>,
) -> Response {
    let (desk, of) = (console.desk.clone(), name.clone());
    let (by, reason) = (typed.by.trim().to_owned(), typed.reason.trim().to_owned());
    let missing = [("by", by.is_empty(), "Who says so?"), ("reason", reason.is_empty(), "Why is it meant?")];
    let errors: Vec<FieldError> = missing
        .into_iter()
        .filter(|(_, is_missing, _)| *is_missing)
        .map(|(field, _, message)| FieldError { field: field.to_owned(), message: message.to_owned() })
        .collect();
    if !errors.is_empty() {
        let mut found = reading(move || view(&desk, &of, run, 1)).await;
        if let Ok(Plan {
            approval: Approval::Waiting { by: typed_by, reason: typed_reason, errors: shown, .. }, ..
        }) = &mut found
        {
            (*typed_by, *typed_reason, *shown) = (by, reason, errors);
        }
        return answer(&frame, found.map(|view| pages::plan(&frame, &view)));
    }
    match reading(move || desk.approve(&of, run, &by, &reason)).await {
        Ok(_) => {
            console.scheduler.ask_apply(&name, run);
            onwards(&links::integration(name.as_str()))
        }
        Err(error) => failure(&frame, &error).into_response(),
    }
}
