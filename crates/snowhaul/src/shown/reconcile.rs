//! A reconciliation in words, and what its other forms have in common. Apart because the report has four forms, and all
//! of them must tell the same counts: whatever a form does not list, it says how much that is.

mod charts;
mod csv;
mod html;

use pipeline::{Finding, FindingKind, Reconciled, ReconciledTable};

pub(crate) use self::csv::csv;
pub(crate) use self::html::html;
use super::{line, plain};

/// The result, target tables, findings by kind with at most `limit` lines each, notes.
pub(crate) fn text(report: &Reconciled, limit: usize) -> String {
    let mut text = String::new();
    line(&mut text, plain(&sentence(report, |count| count.to_string())));
    if !report.tables.is_empty() {
        tables(&mut text, report);
    }
    for kind in kinds(report) {
        listed(&mut text, report, kind, limit);
    }
    if !report.notes.is_empty() {
        text.push('\n');
    }
    for note in &report.notes {
        line(&mut text, format!("note: {}", plain(note)));
    }
    text
}

fn tables(text: &mut String, report: &Reconciled) {
    let names: Vec<String> = report.tables.iter().map(|table| plain(&name(table))).collect();
    let heading = "target table";
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default().max(heading.len());
    line(text, format!("\n{heading:<width$} {:>10} {:>10}  findings", "rows", "agree"));
    for (name, table) in names.iter().zip(&report.tables) {
        let found = of_table(table).map(|(kind, count)| format!("{} {count}", kind.as_str()));
        let found = found.collect::<Vec<_>>().join(", ");
        let found = if found.is_empty() { "none" } else { &found };
        line(text, format!("{name:<width$} {:>10} {:>10}  {found}", table.rows, table.agree));
    }
}

fn listed(text: &mut String, report: &Reconciled, kind: FindingKind, limit: usize) {
    line(text, format!("\n{} ({})", kind.heading(), report.count(kind)));
    line(text, format!("    remedy: {}", kind.remedy()));
    for finding in of_kind(report, kind).take(limit) {
        line(text, format!("    {}", words(finding)));
    }
    let more = more(report, kind, limit);
    if more > 0 {
        line(text, format!("    … and {more} more"));
    }
}

/// One finding: which row, where, what differs, who did it and when.
fn words(finding: &Finding) -> String {
    let mut words = format!("{}   {}", plain(titled(finding)), plain(&finding.table));
    if !finding.field.is_empty() {
        words.push_str(&format!("   {}", plain(&finding.field)));
    }
    if !finding.expected.is_empty() || !finding.found.is_empty() {
        let [expected, found] = [&finding.expected, &finding.found].map(|value| told(value));
        let colon = if finding.field.is_empty() { "  " } else { ":" };
        words.push_str(&format!("{colon} {expected} → {found}"));
    }
    let changed = match (finding.by.is_empty(), finding.at.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!("   by {}", plain(&finding.by)),
        (true, false) => format!("   at {}", plain(&finding.at)),
        (false, false) => format!("   by {}, {}", plain(&finding.by), plain(&finding.at)),
    };
    words.push_str(&changed);
    if !finding.detail.is_empty() {
        words.push_str(&format!("   {}", plain(&finding.detail)));
    }
    words
}

/// A value as it is told: one that is empty is named, since nothing on one side of an arrow reads like a mistake.
fn told(value: &str) -> String {
    if value.is_empty() { "(empty)".to_owned() } else { plain(value) }
}

/// What a finding is called: its title, else what else is known of it.
fn titled(finding: &Finding) -> &str {
    let known = [&finding.title, &finding.row_key, &finding.sys_id];
    known.into_iter().find(|name| !name.is_empty()).map_or("(without a name)", String::as_str)
}

/// The sentence that says the result, numbers written as the form writes them. It says that both agree only where rows
/// were compared and all of them do.
fn sentence(report: &Reconciled, number: fn(u64) -> String) -> String {
    let rows: u64 = report.tables.iter().map(|table| table.rows).sum();
    let agree: u64 = report.tables.iter().map(|table| table.agree).sum();
    let count: u64 = FindingKind::ALL.into_iter().map(|kind| report.count(kind)).sum();
    let of = format!("of snapshot {} and instance {}", report.snapshot, report.instance);
    let counted = |count, what: &str| format!("{} {what}{}", number(count), if count == 1 { "" } else { "s" });
    let result = match count {
        0 if rows == 0 => format!("nothing was compared, and nothing found, {of}"),
        0 if agree < rows => {
            format!("no findings, yet only {} of {} rows compared agree, {of}", number(agree), number(rows))
        }
        0 => format!("target and tenant agree: no findings in {} compared, {of}", counted(rows, "row")),
        _ => format!("{} in {} compared, {of}", counted(count, "finding"), counted(rows, "row")),
    };
    // What was not looked at cannot agree, so the result does not stand without it.
    match report.notes.len() as u64 {
        0 => result,
        notes => format!("{result}; {} below", counted(notes, "note")),
    }
}

/// A pipeline and its target table: two pipelines may write to one table, each by its own map.
fn name(table: &ReconciledTable) -> String {
    format!("{} → {}", table.pipeline, table.table)
}

/// Kinds of which there are findings, in the order in which they are told.
fn kinds(report: &Reconciled) -> impl Iterator<Item = FindingKind> {
    FindingKind::ALL.into_iter().filter(|&kind| report.count(kind) > 0)
}

/// Findings of one kind that are listed.
fn of_kind(report: &Reconciled, kind: FindingKind) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(move |finding| finding.kind == kind)
}

/// Counts of one table, in the order in which kinds are told.
fn of_table(table: &ReconciledTable) -> impl Iterator<Item = (FindingKind, u64)> {
    let count = |kind| table.findings.get(&kind).copied().filter(|&count| count > 0).map(|count| (kind, count));
    FindingKind::ALL.into_iter().filter_map(count)
}

/// How many of a kind a form leaves out that lists at most `limit`: listed in the report beyond that, or counted alone.
fn more(report: &Reconciled, kind: FindingKind, limit: usize) -> u64 {
    let shown = of_kind(report, kind).take(limit).count() as u64;
    report.count(kind).saturating_sub(shown)
}

/// Rows that agree, as a share that is rounded down: one row of a million that does not agree is not 100 %.
fn share(table: &ReconciledTable) -> String {
    match (table.agree, table.rows) {
        (_, 0) => "–".to_owned(),
        (agree, rows) if agree >= rows => "100 %".to_owned(),
        (agree, rows) => {
            let permille = u128::from(agree) * 1000 / u128::from(rows);
            format!("{}.{} %", permille / 10, permille % 10)
        }
    }
}

/// A number with a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
