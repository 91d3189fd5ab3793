//! Rows and what became of them, for people and for spreadsheets. Apart because a table that a spreadsheet opens must
//! not be a program: any Mac's user can name the Mac `=HYPERLINK(…)`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result};
use pipeline::ToldOutcome;

/// Rows of one cause that are listed for people; the other forms have them all.
const EXAMPLES: usize = 20;

/// Outcomes by table and comment, the most frequent first, with cause and remedy where they are known.
pub(crate) fn outcomes(run: i64, told: &[ToldOutcome]) -> String {
    let mut text = String::new();
    if told.is_empty() {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "run {run}: no such row");
    }
    let mut causes: BTreeMap<(&str, &str, &str), Vec<&ToldOutcome>> = BTreeMap::new();
    for one in told {
        let kind = (one.staging_table.as_str(), one.line.outcome.as_str(), family(one));
        causes.entry(kind).or_default().push(one);
    }
    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    for ((table, outcome, _), rows) in causes {
        let _ = writeln!(text, "{table}: {} {outcome}", rows.len());
        if let (Some(cause), Some(remedy)) = (rows[0].cause, rows[0].remedy) {
            let _ = writeln!(text, "    cause: {cause}\n    remedy: {remedy}");
        }
        for row in rows.iter().take(EXAMPLES) {
            let _ = writeln!(text, "    {}  {}", row.line.title, row.line.comment);
        }
        if rows.len() > EXAMPLES {
            let _ = writeln!(text, "    and {} more; --output csv or json has them all", rows.len() - EXAMPLES);
        }
    }
    text
}

/// What rows have in common: the explanation of their comments, else the comment.
fn family(one: &ToldOutcome) -> &str {
    one.cause.unwrap_or(&one.line.comment)
}

/// One line an outcome.
pub(crate) fn outcomes_csv(told: &[ToldOutcome]) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = [
        "staging_table",
        "outcome",
        "title",
        "comment",
        "cause",
        "remedy",
        "target_table",
        "sys_id",
        "batch",
        "import_set",
        "import_row",
        "transform_map",
        "page",
        "record",
        "row_key",
    ];
    writer.write_record(head).context("could not write the table")?;
    for ToldOutcome { staging_table, line, cause, remedy } in told {
        let cells = [
            staging_table.as_str(),
            &line.outcome,
            &line.title,
            &line.comment,
            cause.unwrap_or_default(),
            remedy.unwrap_or_default(),
            &line.target_table,
            &line.sys_id,
            &line.batch,
            &line.import_set,
            &line.import_row,
            &line.transform_map,
            &line.page,
            &line.record,
            &line.row_key,
        ];
        writer.write_record(cells.map(inert)).context("could not write the table")?;
    }
    let bytes = writer.into_inner().context("could not write the table")?;
    String::from_utf8(bytes).context("could not write the table")
}

/// A cell that no spreadsheet takes for a formula: one that begins like one begins with an apostrophe instead.
pub(super) fn inert(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::inert;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(inert("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(inert("@SUM(1)"), "'@SUM(1)");
        assert_eq!(inert("Mac of Ada"), "Mac of Ada");
    }
}
