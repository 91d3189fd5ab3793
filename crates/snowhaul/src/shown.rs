//! Documents in words. Apart so that what a person reads stands in one place.

use std::collections::BTreeMap;
use std::fmt::Write;

use ledger::{RunRecord, RunState};
use pipeline::{CheckResult, RunReport, TableReport};
use snapshot::Manifest;

use crate::arguments::Common;

/// Examples of one cause that are listed; `runs show` with `--output json` has them all.
const EXAMPLES: usize = 3;

/// A run: accounts, targets, what was left out and why, where to look next.
pub(crate) fn run(report: &RunReport, common: &Common) -> String {
    let mut text = String::new();
    for table in &report.tables {
        text.push_str(&accounts(table));
    }
    let undecoded = report.undecoded.len();
    if undecoded > 0 {
        line(&mut text, format!("{undecoded} records could not be decoded:"));
        for record in report.undecoded.iter().take(EXAMPLES) {
            line(&mut text, format!("    {} {}: {} {}", record.place, record.who, record.column, record.reason));
        }
    }
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
    line(
        &mut text,
        format!(
            "    snowhaul instance serve --data {}   the records, over the Table API",
            common.state.join(&common.integration).join("instance").display()
        ),
    );
    line(&mut text, format!("balanced: {}", report.balanced));
    text
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
    text.push_str(&left_out(table));
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
        // What is rejected stands at the comment's end; before it stands the cause.
        let cause = row.comment.split_once(" with ").map_or(row.comment.as_str(), |(cause, _)| cause);
        causes
            .entry(format!("{}: {cause}", row.outcome.as_str()))
            .or_default()
            .push(format!("{}: {}", row.title, row.comment));
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
    text
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
                "{:>5}  {}  {:7}  {:6}  snapshot {}  read {read}, sent {sent}",
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

/// One run.
pub(crate) fn run_record(run: &RunRecord, report: &str) -> String {
    let mut text = runs(std::slice::from_ref(run));
    match run.state {
        RunState::Failed => line(&mut text, format!("it failed: {}", run.failure)),
        RunState::Running => line(&mut text, "it has not ended: it works, or it was killed".to_owned()),
        RunState::Done => {}
    }
    for table in &run.tables {
        line(&mut text, format!("    {}: {}", table.pipeline, serde_json::json!(table.accounts)));
    }
    let report: serde_json::Value = serde_json::from_str(report).unwrap_or_default();
    for table in report["tables"].as_array().into_iter().flatten() {
        for row in table["left_out"].as_array().into_iter().flatten() {
            let of = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            line(
                &mut text,
                format!("    {} {} ({}) {} {}", of("kind"), of("who"), of("place"), of("column"), of("reason")),
            );
        }
    }
    text
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
