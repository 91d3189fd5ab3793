//! What it comes to, in sentences: what a person who asks after a device wants to hear first. Apart because the order in which
//! things are said is a judgement of its own: why it is not there before where it is.

use extract::Scope;
use flow::Outcome;
use jiff::{SignedDuration, Timestamp};
use ledger::Standing;

use super::past::HeldOne;
use super::told::{ExplainedRow, Explanation, Fate};
use crate::declaration::Pipeline;
use crate::planner::{Change, Verdict};

/// Says what an explanation comes to.
pub(super) fn verdict(explanation: &mut Explanation, pipelines: &[Pipeline]) {
    let mut said = Vec::new();
    let who = match &explanation.app {
        Some(app) => format!("`{app}` on `{}`", explanation.wanted),
        None => format!("`{}`", explanation.wanted),
    };
    if explanation.rows.is_empty() {
        said.push(never_seen(explanation, &who, pipelines));
    }
    let (called, told) = (explanation.called, explanation.rows.len());
    let what = if explanation.app.is_some() { "applications" } else { "devices" };
    if called > told {
        let by = if explanation.app.is_some() { "path" } else { "serial number" };
        said.push(format!("{called} {what} are called {who}; the first {told} are explained: ask by {by}"));
    } else if told > 1 {
        said.push(format!("{told} {what} are called {who}; each is explained by itself"));
    }
    let scope = explanation.snapshot.as_ref().and_then(|snapshot| snapshot.scope.as_deref());
    for row in &explanation.rows {
        said.extend(of_row(row, &who, scope));
    }
    explanation.verdict = said;
}

fn never_seen(explanation: &Explanation, who: &str, pipelines: &[Pipeline]) -> String {
    let Some(snapshot) = &explanation.snapshot else {
        return format!("{who} was never seen: nothing of the tenant was read yet");
    };
    let looked_for = pipelines.first().map(|pipeline| pipeline.mapping().who.join(", ")).unwrap_or_default();
    let mut said = format!(
        "{who} was never seen: no record of snapshot {}, read at {}, nor of those before it that are kept, is called so \
         ({looked_for}), and nothing is held of it",
        snapshot.snapshot, snapshot.read_at
    );
    if let Some(scope) = &snapshot.scope {
        said.push_str(&format!("; that snapshot was read of {scope} alone, so it may be out of that scope"));
    }
    said
}

/// The sentences about one row, the one that matters most first.
fn of_row(row: &ExplainedRow, asked: &str, scope: Option<&str>) -> Vec<String> {
    let who = if row.title.is_empty() { asked.to_owned() } else { format!("{} ({})", row.title, row.pipeline) };
    let mut said = Vec::new();
    said.extend(why_no_row(row, &who));
    let scope = scope.map(|scope| format!(", which was read of {scope} alone")).unwrap_or_default();
    said.extend(row.last_seen.as_ref().map(|seen| {
        let (last, at) = (&seen.snapshot, &seen.read_at);
        format!("{who} is not in the newest snapshot{scope}; snapshot {last}, read at {at}, had it last")
    }));
    if row.records.is_empty() && row.last_seen.is_none() && row.held.is_some() {
        said.push(format!("{who} is not in the newest snapshot{scope}"));
    }
    said.extend(duplicates(row, &who));
    for unknown in &row.next.unknown {
        said.push(format!(
            "`{}` is not known to the instance: no {} has it, so `{}` stays as it is",
            unknown.value, unknown.table, unknown.field
        ));
    }
    said.extend(standing(row, &who));
    for target in row.targets.iter().filter(|target| !target.is_there) {
        said.push(format!(
            "the instance no longer has the record {} of `{}`: somebody deleted it",
            target.sys_id, target.table
        ));
    }
    for target in row.targets.iter().filter(|target| !target.otherwise.is_empty()) {
        let fields: Vec<&str> = target.otherwise.iter().map(|field| field.field.as_str()).collect();
        said.push(format!(
            "{} of `{}` hold something else than was written; {} changed the record last, at {}",
            fields.join(", "),
            target.table,
            if target.updated_by.is_empty() { "somebody" } else { &target.updated_by },
            if target.updated_at.is_empty() { "a time that is not shown" } else { &target.updated_at }
        ));
    }
    for map in row.next.maps.iter().filter(|map| map.matches > 1) {
        said.push(format!("{} records of `{}` match it: the oldest is written to", map.matches, map.table));
    }
    said.push(format!("next: {}", row.next.words));
    said
}

/// Why a device or application has no row, where it has none.
fn why_no_row(row: &ExplainedRow, who: &str) -> Option<String> {
    if row.records.iter().any(|record| record.fate == Fate::Staged) {
        return None;
    }
    let record = row
        .records
        .iter()
        .find(|record| matches!(record.fate, Fate::Rejected | Fate::OutOfScope | Fate::Unreadable | Fate::Duplicate))?;
    let why = match record.fate {
        Fate::OutOfScope => "is out of scope",
        Fate::Unreadable => "could not be read",
        Fate::Duplicate => "is a duplicate",
        _ => "is rejected",
    };
    let column = if record.column.is_empty() { String::new() } else { format!(" ({})", record.column) };
    let value = if record.value.is_empty() { String::new() } else { format!(": `{}`", record.value) };
    Some(format!("{who} {why}{column}: {}{value}; read from {}", record.reason, record.place))
}

fn duplicates(row: &ExplainedRow, who: &str) -> Option<String> {
    let others: Vec<&str> = row
        .records
        .iter()
        .filter(|record| record.fate == Fate::Duplicate)
        .map(|record| record.place.as_str())
        .collect();
    let is_staged = row.records.iter().any(|record| record.fate == Fate::Staged);
    (is_staged && !others.is_empty()).then(|| {
        format!("{who} is listed more than once; the newest check-in tells, and {} is a duplicate", others.join(", "))
    })
}

fn standing(row: &ExplainedRow, who: &str) -> Option<String> {
    let Some(held) = &row.held else {
        let is_staged = row.records.iter().any(|record| record.fate == Fate::Staged);
        return is_staged.then(|| format!("{who} is not in ServiceNow yet, as far as is proven"));
    };
    let records: Vec<String> = held.targets.iter().map(|(table, sys_id)| format!("`{table}` {sys_id}")).collect();
    let records = if records.is_empty() { String::new() } else { format!(" as {}", records.join(", ")) };
    Some(match held.standing {
        "held" => {
            format!("{who} is in ServiceNow{records}: {}, proven by run {} at {}", held.outcome, held.run, held.at)
        }
        "retired" => format!("{who} was retired by run {} at {}{records}", held.run, held.at),
        "waiting" => format!(
            "the instance left {who} out ({}): {}; run {} at {}{}",
            held.outcome,
            held.comment,
            held.run,
            held.at,
            held.remedy.map(|remedy| format!("; {remedy}")).unwrap_or_default()
        ),
        _ => format!("{who} left in run {} at {}, and what became of it is not proven yet", held.run, held.at),
    })
}

/// What would come next of a staging row; `is_newer` where values that are often newer are.
pub(super) fn next(verdict: Verdict, held: Option<&HeldOne>, is_newer: bool, now: Timestamp) -> String {
    match verdict {
        Verdict::Unchanged if is_newer => {
            "nothing: what is held says the same, but for values that are often newer and not due yet".to_owned()
        }
        Verdict::Unchanged => "nothing: what is held says the same".to_owned(),
        Verdict::Waiting => {
            let until = held
                .and_then(|held| held.row().at.parse::<Timestamp>().ok())
                .and_then(|at| at.checked_add(SignedDuration::from_hours(24 * crate::limits::WAITING_DAYS)).ok());
            let until = until.filter(|until| *until > now).map(|until| format!(" at {until}")).unwrap_or_default();
            format!(
                "nothing: it was refused, and waits until it changes or {} days have passed{until}, or for --retry-refused",
                crate::limits::WAITING_DAYS
            )
        }
        Verdict::Planned(change) => match change {
            Change::New => "it is sent, as nothing is held of it",
            Change::Changed => "it is sent, as it says something else than what is held",
            Change::Volatile => "it is sent, as its values that are often newer are due",
            Change::Retried => "it is sent again, as it was refused and its days are over",
            Change::Unproven => "it is sent again, as nothing is proven of it",
            Change::Retire => "it retires",
            Change::Back => "it is put in use again, as it had been retired and is there",
        }
        .to_owned(),
    }
}

/// What would come next where there is no staging row.
pub(super) fn next_without_row(
    pipeline: &Pipeline,
    held: Option<&HeldOne>,
    is_in_snapshot: bool,
    now: Timestamp,
) -> String {
    let Some(held) = held else { return "nothing: there is no row to send".to_owned() };
    if is_in_snapshot {
        return "nothing: it is in the snapshot, so it has not vanished, and stays as it is".to_owned();
    }
    let row = held.row();
    if row.standing == Standing::Retired {
        return "nothing: it was retired".to_owned();
    }
    if row.outcome == Outcome::Unresolved {
        return "what became of it is asked for first".to_owned();
    }
    let Some(retire) = &pipeline.retire else { return "nothing: nothing of this pipeline retires".to_owned() };
    let Ok(since) = row.missing_since.parse::<Timestamp>() else {
        return format!(
            "a complete snapshot without it counts once it is carried; it retires with the {} and after {} hours",
            ordinal(retire.snapshots),
            retire.hours
        );
    };
    let hours = now.duration_since(since).as_hours();
    format!(
        "{} complete snapshots did not have it, since {since} ({hours} hours); it retires after {} and {} hours",
        row.missing, retire.snapshots, retire.hours
    )
}

fn ordinal(number: u32) -> String {
    match number {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        _ => format!("{number}th"),
    }
}

/// A scope in words.
pub(super) fn scope(scope: &Scope) -> String {
    let set = |name: &str, values: &std::collections::BTreeSet<String>| {
        let listed: Vec<&str> = values.iter().map(String::as_str).collect();
        (!values.is_empty()).then(|| format!("{name} {}", listed.join(", ")))
    };
    let parts = [
        set("serial numbers", &scope.serials),
        set("tags", &scope.tags),
        set("blueprints", &scope.blueprints),
        set("platforms", &scope.platforms),
        scope.devices_max.map(|most| format!("the first {most} devices")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
