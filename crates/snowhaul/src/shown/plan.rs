//! Plans in words: counts first, then rows with a sign each, grouped by cause.

use std::collections::BTreeMap;

use ledger::AuditEntry;
use pipeline::{Brake, PlannedRow, RunReport, SavedPlan, SavedTable, Undone};

use super::{line, plain};
use crate::arguments::Common;

/// A plan: counts, what is foretold, rows by cause, brakes, where to go next.
pub(crate) fn plan(plan: &SavedPlan, rows: &[PlannedRow], common: &Common) -> String {
    let mut text = String::new();
    let whom = if plan.instance.is_empty() {
        "no instance was asked".to_owned()
    } else {
        format!("instance {}", plan.instance)
    };
    line(&mut text, format!("plan {} of snapshot {}, {whom}", &plan.plan[..12], plan.snapshot));
    for table in &plan.tables {
        counts(&mut text, table);
        let own: Vec<&PlannedRow> = rows.iter().filter(|row| row.pipeline == table.pipeline).collect();
        listed(&mut text, table, &own);
        text.push_str(&brakes(&table.brakes, false));
    }
    let at = format!("--state {} --integration {}", common.state.display(), common.integration);
    let run = plan.run;
    if !plan.brakes().is_empty() {
        line(&mut text, format!("if it is meant: snowhaul approve {run} {at} --by NAME --reason \"…\""));
    }
    if plan.has_changes() {
        line(&mut text, format!("send exactly this: snowhaul apply {run} {at}"));
    } else {
        line(&mut text, "nothing is to be sent".to_owned());
    }
    text
}

/// A plan that puts back what a run changed, and what stays as it is.
pub(crate) fn undone(undone: &Undone, rows: &[PlannedRow], limit: usize, common: &Common) -> String {
    let mut text = String::new();
    line(&mut text, format!("to put back what run {} changed:", undone.of_run));
    text.push_str(&plan(&undone.plan, rows, common));
    if undone.made > 0 {
        let named: Vec<String> = undone.made_named.iter().map(|title| plain(title)).collect();
        line(
            &mut text,
            format!(
                "{} rows made records, and those stay: {}{}",
                undone.made,
                named.join(", "),
                if undone.made as usize > named.len() { ", …" } else { "" }
            ),
        );
    }
    if undone.not_known > 0 {
        line(&mut text, format!("{} values stay, as nobody knows what was there before", undone.not_known));
    }
    if undone.not_applied > 0 {
        line(&mut text, format!("{} rows of its plan were not proven to have arrived", undone.not_applied));
    }
    let refused = undone.changed_since.len() as u64 + undone.changed_since_not_listed;
    if refused > 0 {
        line(&mut text, format!("{refused} values changed since, and stay as they are:"));
    }
    for since in undone.changed_since.iter().take(limit) {
        let at = if since.at.is_empty() { String::new() } else { format!(" at {}", since.at) };
        line(
            &mut text,
            format!(
                "    {} {}: the run wrote {}, and it is {} since, by {}{at}",
                plain(&since.title),
                since.column,
                plain(&since.written),
                plain(&since.now),
                plain(&since.by)
            ),
        );
    }
    if refused > limit as u64 {
        line(&mut text, format!("    … and {} more; --output json has them", refused - limit as u64));
    }
    line(&mut text, "the next run writes again what the tenant says: mend the cause before it".to_owned());
    text
}

/// The audit trail, a line an entry.
pub(crate) fn audit(trail: &[AuditEntry]) -> String {
    let mut text = String::new();
    for entry in trail {
        let plan: String = entry.plan.chars().take(12).collect();
        line(
            &mut text,
            format!(
                "{:4} {}   {} {} plan {plan}: {}",
                entry.entry,
                entry.at,
                plain(&entry.actor),
                entry.action,
                plain(&entry.detail)
            ),
        );
    }
    line(&mut text, format!("{} entries; each holds the digest of the one before", trail.len()));
    text
}

fn counts(text: &mut String, table: &SavedTable) {
    let accounts = &table.accounts;
    line(
        text,
        format!(
            "{} → {}   {} staging rows: {} unchanged, {} waiting, {} to send",
            table.pipeline,
            table.staging_table,
            accounts.staging_rows,
            accounts.unchanged,
            accounts.waiting,
            accounts.planned
        ),
    );
    let named = |counts: &BTreeMap<String, u64>| {
        counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
    };
    let changes = &table.changes;
    for (what, counts) in [("why", &changes.by_reason), ("columns that change", &changes.by_column)] {
        if !counts.is_empty() {
            line(text, format!("    {what}: {}", named(counts)));
        }
    }
    if changes.missing + changes.left > 0 {
        line(
            text,
            format!(
                "    not in the snapshot and not due yet: {}; left with their device: {}",
                changes.missing, changes.left
            ),
        );
    }
    if let Some(foretold) = &table.foretold {
        line(text, format!("    foretold: {} ({} requests)", named(&foretold.outcomes), foretold.requests));
        if !foretold.fields.is_empty() {
            line(text, format!("    fields that change: {}", named(&foretold.fields)));
        }
    }
}

fn listed(text: &mut String, table: &SavedTable, rows: &[&PlannedRow]) {
    let mut causes: Vec<_> = rows.iter().map(|row| row.change).collect();
    causes.sort_unstable();
    causes.dedup();
    for cause in causes {
        let own = rows.iter().filter(|row| row.change == cause);
        let all = table.changes.of(cause);
        line(text, format!("    {} ({all})", cause.as_str()));
        let mut shown = 0;
        for row in own {
            shown += 1;
            let comment = if row.comment.is_empty() { String::new() } else { format!("   {}", plain(&row.comment)) };
            line(text, format!("      {} {}{comment}", row.sign, plain(&row.title)));
            for field in &row.fields {
                line(text, format!("            {}: {} → {}", field.field, plain(&field.old), plain(&field.new)));
            }
        }
        if all > shown {
            line(text, format!("      … and {} more", all - shown));
        }
    }
}

/// Brakes that a plan trips.
pub(super) fn brakes(brakes: &[Brake], was_approved: bool) -> String {
    let mut text = String::new();
    for brake in brakes {
        let what = if was_approved { "was approved" } else { "stops it" };
        line(&mut text, format!("brake `{}` of {} {what}: {}", brake.brake.as_str(), brake.pipeline, brake.reason));
        for example in &brake.examples {
            line(&mut text, format!("    {}", plain(example)));
        }
        line(&mut text, format!("    {}", brake.remedy));
    }
    text
}

/// One night in a line.
pub(crate) fn night(night: u32, report: &RunReport) -> String {
    let tables = report.tables.iter().map(|table| {
        let accounts = &table.accounts;
        format!(
            "{} {} sent of {} ({} new, {} changed, {} retired)",
            table.pipeline,
            table.sent,
            accounts.staging_rows,
            table.changes.of(pipeline::Change::New),
            table.changes.of(pipeline::Change::Changed),
            accounts.retire
        )
    });
    let mut text = format!("night {night}: {}", tables.collect::<Vec<_>>().join(" · "));
    for table in &report.tables {
        text.push_str(&brakes(&table.brakes, table.sent > 0));
    }
    text
}
