//! What is known, as pages show it: the values of the crates below become the plain values of a page. Apart, because it
//! decides nothing and is long.

use extract::Scope;
use flow::Step;
use integration::checks::{Area, Check, CheckResult};
use ledger::RunRecord;
use service::Standing;

use crate::live::LiveRun;
use crate::pages;

pub(super) fn check(check: &Check) -> pages::Check {
    pages::Check {
        name: check.name.to_owned(),
        area: match check.area {
            Area::Tenant => pages::Area::Tenant,
            Area::Instance => pages::Area::Instance,
        },
        result: match check.result {
            CheckResult::Passed => pages::CheckResult::Passed,
            CheckResult::Warning => pages::CheckResult::Warning,
            CheckResult::Failed => pages::CheckResult::Failed,
            CheckResult::Skipped => pages::CheckResult::Skipped,
        },
        evidence: check.evidence.clone(),
        remedy: check.remedy.clone(),
    }
}

pub(super) fn checks(checks: &[Check]) -> Vec<pages::Check> {
    checks.iter().map(check).collect()
}

pub(super) fn standing(standing: Standing) -> pages::Standing {
    match standing {
        Standing::Connected => pages::Standing::Connected,
        Standing::NeedsAttention => pages::Standing::NeedsAttention,
        Standing::Paused => pages::Standing::Paused,
        Standing::NeverRan => pages::Standing::NeverRan,
        Standing::NotConnected => pages::Standing::NotConnected,
    }
}

pub(super) fn grant(grant: integration::Grant) -> pages::Grant {
    match grant {
        integration::Grant::Password => pages::Grant::Password,
        integration::Grant::ClientCredentials => pages::Grant::ClientCredentials,
    }
}

pub(super) fn run_line(record: &RunRecord) -> pages::RunLine {
    let sum = |of: fn(&flow::Accounts) -> u64| record.tables.iter().map(|table| of(&table.accounts)).sum();
    pages::RunLine {
        run: number(record.run),
        command: record.command.clone(),
        state: record.state,
        begun_at: record.begun_at.clone(),
        ended_at: record.ended_at.clone(),
        read: sum(|accounts| accounts.read),
        planned: sum(|accounts| accounts.planned),
        inserted: sum(|accounts| accounts.inserted),
        updated: sum(|accounts| accounts.updated),
        ignored: sum(|accounts| accounts.ignored),
        skipped: sum(|accounts| accounts.skipped),
        error: sum(|accounts| accounts.error),
        unresolved: sum(|accounts| accounts.unresolved),
        not_sent: sum(|accounts| accounts.not_sent),
        failure: record.failure.clone(),
    }
}

/// Runs are counted from 1.
pub(super) fn number(run: i64) -> u64 {
    u64::try_from(run).unwrap_or_default()
}

pub(super) fn step(step: Step) -> pages::Step {
    match step {
        Step::Extract => pages::Step::Extract,
        Step::Plan => pages::Step::Plan,
        Step::Load => pages::Step::Load,
        Step::Confirm => pages::Step::Confirm,
    }
}

/// How far a run has come.
pub(super) fn progress(run: &LiveRun) -> pages::Progress {
    let flows: Vec<pages::FlowProgress> = run
        .steps
        .iter()
        .map(|one| pages::FlowProgress {
            flow: one.flow.clone(),
            step: step(one.step),
            rows: one.rows,
            total: one.rows_expected,
            ended: one.is_over,
            detail: run.asked(one).unwrap_or_default(),
        })
        .collect();
    let said = match run.steps.iter().rev().find(|one| !one.is_over) {
        Some(one) => match one.step {
            Step::Extract => format!("Reading `{}` from the tenant.", one.flow),
            Step::Plan => format!("Comparing `{}` with what is held.", one.flow),
            Step::Load => format!("Sending `{}` to the instance.", one.flow),
            Step::Confirm => format!("Reading back what became of `{}`.", one.flow),
        },
        None if run.steps.is_empty() => String::new(),
        None => "Between two steps.".to_owned(),
    };
    pages::Progress { said, flows, notes: run.notes.clone() }
}

/// A scope in words.
pub(super) fn scope(scope: &Scope, pinned: usize) -> String {
    if scope.is_everything() {
        return "every device".to_owned();
    }
    if pinned > 0 {
        return format!("{pinned} devices, by their serial numbers");
    }
    let listed = |what: &str, values: &std::collections::BTreeSet<String>| match values.len() {
        0 => None,
        1..=5 => Some(format!("{what} {}", values.iter().cloned().collect::<Vec<_>>().join(", "))),
        many => Some(format!("{many} of {what}")),
    };
    let parts = [
        listed("serial number", &scope.serials),
        listed("tag", &scope.tags),
        listed("blueprint", &scope.blueprints),
        listed("platform", &scope.platforms),
        scope.devices_max.map(|devices| format!("at most {devices} devices")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
