//! Documents in words. Apart so that what a person reads stands in one place.

mod explain;
mod life;
mod outcomes;
mod plan;
mod reconcile;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use ledger::{RunRecord, RunState};
use pipeline::{CheckResult, RunReport, TableReport};
use serde_json::Value;
use snapshot::Manifest;

pub(crate) use explain::explanation;
pub(crate) use life::{check, connected, deleted, edited, looked, names, reauthenticated, status};
pub(crate) use outcomes::{outcomes, outcomes_csv};
pub(crate) use plan::{audit, night, plan, undone};
pub(crate) use reconcile::{csv as reconciled_csv, html as reconciled_html, text as reconciled};

use crate::arguments::Common;
use crate::commands::Document;

/// Examples of one cause that are listed; `runs show` with `--output json` has them all.
const EXAMPLES: usize = 3;

/// A run: accounts, targets, what was left out and why, what is open, where to look next.
pub(crate) fn run(report: &RunReport, common: &Common) -> String {
    let mut text = String::new();
    for table in &report.tables {
        text.push_str(&accounts(table));
    }
    for table in &report.not_started {
        line(&mut text, format!("{} → {}   not begun: {}\n", table.pipeline, table.staging_table, table.reason));
    }
    text.push_str(&undecoded(report));
    if !report.bodies_left_out.is_empty() {
        line(&mut text, format!("{} bodies belong to no data set:", report.bodies_left_out.len()));
        for (name, reason) in &report.bodies_left_out {
            line(&mut text, format!("    {name}: {reason}"));
        }
    }
    line(&mut text, format!("run {} of snapshot {} took {:.1} s", report.run, report.snapshot, report.seconds));
    let at = format!("--state {} --integration {}", common.state.display(), common.integration);
    line(&mut text, "look next:".to_owned());
    line(
        &mut text,
        format!("    snowhaul runs show {} {at} --output json   every row left out, with place and reason", report.run),
    );
    line(&mut text, format!("    snowhaul snapshots show {} {at}   what was read", report.snapshot));
    let instance = common.state.join(&common.integration).join("instance");
    // Another instance shows its records itself.
    if instance.is_dir() {
        let served = instance.display();
        line(&mut text, format!("    snowhaul instance serve --data {served}   the records, over the Table API"));
    }
    for table in &report.tables {
        text.push_str(&plan::brakes(&table.brakes, table.sent > 0));
    }
    if report.is_stopped() {
        line(
            &mut text,
            format!(
                "if it is meant: snowhaul approve {0} {at} --by NAME --reason \"…\", then snowhaul apply {0} {at}",
                report.run
            ),
        );
    }
    for lost in &report.imbalances {
        line(&mut text, format!("pipeline {} lost count, and nothing of it is believed: {}", lost.pipeline, lost.sum));
    }
    for table in &report.tables {
        if let Some(hint) = table.incomplete.as_ref().and_then(|incomplete| incomplete.hint.as_ref()) {
            line(&mut text, format!("hint: {}: {hint}", table.pipeline));
        }
    }
    line(&mut text, format!("balanced: {}", report.balanced));
    text
}

/// Records that were not decoded, but for those that stand with their pipeline already.
fn undecoded(report: &RunReport) -> String {
    let of_tables = report.tables.iter().flat_map(|table| &table.left_out);
    let told: BTreeSet<&str> =
        of_tables.filter(|row| row.kind == "unreadable").map(|row| row.record.data_set.as_str()).collect();
    let rest: Vec<_> = report.undecoded.iter().filter(|record| !told.contains(record.data_set.as_str())).collect();
    let mut text = String::new();
    if !rest.is_empty() {
        line(&mut text, format!("{} records of joined data sets could not be decoded:", rest.len()));
        for record in rest.iter().take(EXAMPLES) {
            line(&mut text, format!("    {} {}: {} {}", record.place, record.who, record.column, record.reason));
        }
        if rest.len() > EXAMPLES {
            line(&mut text, format!("    … and {} more", rest.len() - EXAMPLES));
        }
    }
    text
}

/// How much of what was foretold came so.
fn foretold(text: &mut String, table: &TableReport) {
    let Some(foretold) = &table.foretold else { return };
    let (Some(so), Some(otherwise)) = (foretold.as_foretold, foretold.otherwise) else { return };
    line(text, format!("    {so} rows came as foretold, {otherwise} did not"));
    for named in &foretold.otherwise_named {
        line(text, format!("        {}", plain(named)));
    }
}

fn accounts(table: &TableReport) -> String {
    let accounts = &table.accounts;
    let rate = accounts.read as f64 / table.seconds.max(0.001);
    let mut text = String::new();
    line(&mut text, format!("{} → {}   {:.1} s, {rate:.0} rows/s", table.pipeline, table.staging_table, table.seconds));
    line(
        &mut text,
        format!(
            "    read {} + retire {} = duplicate {} + rejected {} + out_of_scope {} + staging_rows {}",
            accounts.read,
            accounts.retire,
            accounts.duplicate,
            accounts.rejected,
            accounts.out_of_scope,
            accounts.staging_rows
        ),
    );
    line(
        &mut text,
        format!(
            "    staging_rows {} = unchanged {} + waiting {} + planned {}",
            accounts.staging_rows, accounts.unchanged, accounts.waiting, accounts.planned
        ),
    );
    line(
        &mut text,
        format!(
            "    planned {} = not_sent {} + unresolved {} + inserted {} + updated {} + ignored {} + skipped {} + error {}",
            accounts.planned,
            accounts.not_sent,
            accounts.unresolved,
            accounts.inserted,
            accounts.updated,
            accounts.ignored,
            accounts.skipped,
            accounts.error
        ),
    );
    line(&mut text, format!("    sent {}, orphans {}", table.sent, table.orphans));
    for target in &table.targets {
        line(
            &mut text,
            format!(
                "    {}: inserted {}, updated {}, ignored {}, skipped {}, error {}",
                target.table, target.inserted, target.updated, target.ignored, target.skipped, target.error
            ),
        );
    }
    for (what, columns) in [("cut or cleaned", &table.adjusted), ("not understood, left empty", &table.unreadable)] {
        if !columns.is_empty() {
            let counts: Vec<String> = columns.iter().map(|(column, count)| format!("{column} {count}")).collect();
            line(&mut text, format!("    values {what}: {}", counts.join(", ")));
        }
    }
    foretold(&mut text, table);
    text.push_str(&left_out(table));
    for note in &table.notes {
        line(&mut text, format!("    note: {note}"));
    }
    if let Some(incomplete) = &table.incomplete {
        line(&mut text, format!("    incomplete: {}", plain(&incomplete.reason)));
    }
    text.push('\n');
    text
}

/// Causes with their counts and a few examples each.
fn left_out(table: &TableReport) -> String {
    let mut causes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in &table.left_out {
        let column = if row.record.column.is_empty() { String::new() } else { format!("{}: ", row.record.column) };
        let cause = format!("{}: {column}{}", row.kind, row.record.reason);
        let value = if row.record.value.is_empty() { String::new() } else { format!(" `{}`", row.record.value) };
        causes.entry(cause).or_default().push(format!("{}{value} ({})", row.record.who, row.record.place));
    }
    for row in &table.refused {
        // A comment is the instance's own text, with a row's value anywhere in it: nothing in it is a cause to count by.
        let cause = format!("{}: the instance's own words", row.outcome.as_str());
        causes.entry(cause).or_default().push(format!("{}: {}", plain(&row.title), plain(&row.comment)));
    }
    let mut text = String::new();
    for (cause, rows) in causes {
        line(&mut text, format!("    {} × {cause}", rows.len()));
        for row in rows.iter().take(EXAMPLES) {
            line(&mut text, format!("        {row}"));
        }
        if rows.len() > EXAMPLES {
            line(&mut text, format!("        … and {} more", rows.len() - EXAMPLES));
        }
    }
    let not_listed = table.left_out_not_listed.iter().map(|(kind, count)| (kind.as_str(), *count));
    for (kind, count) in not_listed.chain([("refused", table.refused_not_listed)]).filter(|(_, count)| *count > 0) {
        line(&mut text, format!("    {count} more {kind}, counted and not listed"));
    }
    text
}

/// A text from outside, its control characters escaped: a name must not move the cursor.
fn plain(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let escaped = c.is_control().then(|| c.escape_default());
            let same = (!c.is_control()).then_some(c);
            escaped.into_iter().flatten().chain(same)
        })
        .collect()
}

/// Snapshots, a line each.
pub(crate) fn manifests(manifests: &[Manifest]) -> String {
    if manifests.is_empty() {
        return "no snapshots yet".to_owned();
    }
    let mut text = String::new();
    for manifest in manifests {
        let (id, rows, source) = (&manifest.snapshot, manifest.rows(), &manifest.source);
        line(
            &mut text,
            format!("{id}  {:8}  {rows:>9} rows  {} {}", manifest.completeness.as_str(), source.kind, source.identity),
        );
    }
    text
}

/// One snapshot: files, drift, what is not in it.
pub(crate) fn manifest(manifest: &Manifest) -> String {
    let mut text = String::new();
    line(
        &mut text,
        format!("snapshot {}, {}, sealed {}", manifest.snapshot, manifest.completeness.as_str(), manifest.sealed_at),
    );
    for file in &manifest.data_sets {
        let digest = file.blake3.get(..12).unwrap_or_default();
        line(
            &mut text,
            format!("    {:20} {:>9} rows {:>12} bytes  BLAKE3 {digest}…", file.data_set, file.rows, file.bytes),
        );
    }
    if !manifest.rejected.is_empty() {
        line(&mut text, format!("{} records could not be decoded:", manifest.rejected.len()));
        for record in &manifest.rejected {
            line(&mut text, format!("    {} {}: {} {}", record.place, record.who, record.column, record.reason));
        }
    }
    if !manifest.left_out.is_empty() {
        line(&mut text, "not inventory, left out:".to_owned());
        for (name, reason) in &manifest.left_out {
            line(&mut text, format!("    {name}: {reason}"));
        }
    }
    if !manifest.drift.is_empty() {
        line(&mut text, "fields that differ from what is declared:".to_owned());
        for (field, count) in &manifest.drift {
            line(&mut text, format!("    {field}: {count}"));
        }
    }
    text
}

/// Runs, a line each.
pub(crate) fn runs(runs: &[RunRecord]) -> String {
    if runs.is_empty() {
        return "no runs yet".to_owned();
    }
    let mut text = String::new();
    for run in runs {
        let sent: u64 = run.tables.iter().map(|table| table.sent).sum();
        let read: u64 = run.tables.iter().map(|table| table.accounts.read).sum();
        line(
            &mut text,
            format!(
                "{:>5}  {}  {:11}  {:6}  snapshot {}  read {read}, sent {sent}",
                run.run,
                run.begun_at,
                run.state.as_str(),
                run.command,
                run.snapshot
            ),
        );
    }
    text
}

/// One run, with everything that it left out, that was refused, and that is open.
pub(crate) fn run_record(run: &RunRecord, report: &str) -> String {
    let mut text = runs(std::slice::from_ref(run));
    match run.state {
        RunState::Failed => line(&mut text, format!("it failed: {}", run.failure)),
        RunState::Incomplete => line(&mut text, format!("it is incomplete: {}", run.failure)),
        RunState::Interrupted => line(&mut text, format!("it was interrupted: {}", run.failure)),
        RunState::Running => line(&mut text, "it has not ended: it works, or it was killed".to_owned()),
        RunState::Cancelled => line(&mut text, format!("it was cancelled: {}", run.failure)),
        RunState::Stopped => line(&mut text, format!("a brake stopped it: {}", run.failure)),
        RunState::Planned => line(&mut text, "it planned, and sent nothing".to_owned()),
        RunState::Done => {}
    }
    for table in &run.tables {
        line(&mut text, format!("    {}: {}", table.pipeline, serde_json::json!(table.accounts)));
    }
    let report: Value = serde_json::from_str(report).unwrap_or_default();
    for table in list(&report, "tables") {
        for row in list(table, "left_out") {
            line(&mut text, words(row, &["kind", "who", "place", "column", "value", "reason"]));
        }
        for row in list(table, "refused") {
            line(&mut text, words(row, &["outcome", "title", "comment"]));
        }
        for (kind, count) in table["left_out_not_listed"].as_object().into_iter().flatten() {
            line(&mut text, format!("    {count} more {kind}, counted and not listed"));
        }
        for note in list(table, "notes").iter().filter_map(Value::as_str) {
            line(&mut text, format!("    note: {note}"));
        }
    }
    for row in list(&report, "undecoded") {
        line(&mut text, format!("    undecoded{}", words(row, &["who", "place", "column", "value", "reason"])));
    }
    for row in list(&report, "not_started") {
        line(&mut text, format!("    not begun{}", words(row, &["pipeline", "reason"])));
    }
    text
}

/// The elements of a list in a document; none where there is no such list.
fn list<'d>(document: &'d Value, name: &str) -> &'d [Value] {
    document[name].as_array().map_or(&[][..], Vec::as_slice)
}

/// Some texts of a document's object in one line.
fn words(object: &Value, names: &[&str]) -> String {
    let texts = names.iter().filter_map(|name| object[*name].as_str()).filter(|text| !text.is_empty());
    texts.fold("   ".to_owned(), |mut words, text| {
        words.push(' ');
        words.push_str(&plain(text));
        words
    })
}

/// Checks, a line each.
pub(crate) fn checks(results: &[CheckResult]) -> String {
    let mut text = String::new();
    for result in results {
        let name = if result.check.is_empty() { "the declaration" } else { &result.check };
        match &result.failure {
            None => line(&mut text, format!("holds  {}: {name}", result.pipeline)),
            Some(failure) => line(&mut text, format!("FAILS  {}: {name}: {failure}", result.pipeline)),
        }
    }
    let failures = results.iter().filter(|result| result.failure.is_some()).count();
    line(&mut text, format!("{} checks, {failures} failures", results.len()));
    text
}

fn line(text: &mut String, line: String) {
    // A write into a String cannot fail.
    writeln!(text, "{line}").expect("a String takes every line");
}

/// What was read of a tenant.
pub(crate) fn extracted(document: &Document) -> String {
    let mut text = String::new();
    let heading = ["data set", "rows", "carried", "pages", "requests", "by", "seconds"];
    line(&mut text, columns(&heading.map(str::to_owned)));
    for read in &document.data_sets {
        line(
            &mut text,
            columns(&[
                read.data_set.to_owned(),
                read.rows.to_string(),
                read.carried.to_string(),
                read.pages.to_string(),
                read.requests.to_string(),
                read.strategy.clone(),
                format!("{:.1}", read.seconds),
            ]),
        );
        for note in &read.notes {
            line(&mut text, format!("    {note}"));
        }
    }
    let budget = document.budget_left.map(|left| format!(", {left} requests left in the hour")).unwrap_or_default();
    let completeness = document.completeness.as_str();
    line(
        &mut text,
        format!(
            "snapshot {} of {} is sealed, {completeness}: {} rows, {} requests{budget}",
            document.snapshot, document.tenant, document.rows, document.requests
        ),
    );
    text
}

fn columns(cells: &[String; 7]) -> String {
    let [name, rows, carried, pages, requests, by, seconds] = cells;
    format!("{name:<26} {rows:>10} {carried:>10} {pages:>8} {requests:>9}  {by:<13} {seconds:>8}")
}
