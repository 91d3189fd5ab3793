//! A reconciliation for spreadsheets: a line each finding. Apart because a table that a spreadsheet opens must not be a
//! program, and must not be short without saying so.

use ::csv::Writer;
use anyhow::{Context, Result};
use pipeline::Reconciled;

use super::{kinds, more, sentence};
use crate::shown::outcomes::inert;
use crate::shown::plain;

const HEAD: [&str; 14] = [
    "kind", "count", "pipeline", "table", "title", "field", "expected", "found", "by", "at", "row_key", "sys_id",
    "detail", "remedy",
];

/// One line a finding, its count 1; then one line for what is counted and not listed, a kind each, so that the counts
/// add up to all that was found; then notes, which count 0. Without findings one line says that, and counts 0.
pub(crate) fn csv(report: &Reconciled) -> Result<String> {
    let mut writer = Writer::from_writer(Vec::new());
    put(&mut writer, HEAD)?;
    for finding in &report.findings {
        let cells = [
            finding.kind.as_str(),
            "1",
            &finding.pipeline,
            &finding.table,
            &finding.title,
            &finding.field,
            &finding.expected,
            &finding.found,
            &finding.by,
            &finding.at,
            &finding.row_key,
            &finding.sys_id,
            &finding.detail,
            finding.kind.remedy(),
        ];
        put(&mut writer, cells)?;
    }
    remarks(&mut writer, report)?;
    let bytes = writer.into_inner().context("could not write the table")?;
    String::from_utf8(bytes).context("could not write the table")
}

/// Lines that are no finding.
fn remarks(writer: &mut Writer<Vec<u8>>, report: &Reconciled) -> Result<()> {
    for kind in kinds(report) {
        let count = more(report, kind, usize::MAX);
        if count > 0 {
            put(writer, remark(kind.as_str(), &count.to_string(), "counted and not listed", kind.remedy()))?;
        }
    }
    if !report.has_findings() {
        put(writer, remark("none", "0", &sentence(report, |count| count.to_string()), ""))?;
    }
    for note in &report.notes {
        put(writer, remark("note", "0", note, ""))?;
    }
    Ok(())
}

fn remark<'t>(kind: &'t str, count: &'t str, detail: &'t str, remedy: &'t str) -> [&'t str; 14] {
    [kind, count, "", "", "", "", "", "", "", "", "", "", detail, remedy]
}

/// Writes a line. Control characters are escaped here too: what goes to standard output may be a terminal.
fn put(writer: &mut Writer<Vec<u8>>, cells: [&str; 14]) -> Result<()> {
    let cells = cells.map(|cell| inert(&plain(cell)));
    writer.write_record(cells).context("could not write the table")
}
