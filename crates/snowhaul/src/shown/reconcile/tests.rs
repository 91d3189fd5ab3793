//! Every form tells the same counts, and no text of a report is more than text in any of them.

use std::collections::BTreeMap;

use pipeline::{Finding, FindingKind, Reconciled, ReconciledTable};

use super::{charts, csv, html, share, text};

/// What a device's owner may have named it, and what must become of it nowhere.
const HOSTILE: &str = "=cmd()\"><script>alert('1')</script>\u{1b}[2J\r\n\u{7}`<b>";

fn finding(kind: FindingKind, title: &str) -> Finding {
    Finding {
        kind,
        pipeline: "devices".to_owned(),
        row_key: "SERIAL0001".to_owned(),
        title: title.to_owned(),
        table: "cmdb_ci_computer".to_owned(),
        sys_id: String::new(),
        field: "os_version".to_owned(),
        expected: "15.6".to_owned(),
        found: String::new(),
        by: "somebody".to_owned(),
        at: "2026-02-03 09:14:55".to_owned(),
        detail: String::new(),
    }
}

fn table(name: &str, rows: u64, agree: u64, findings: &[(FindingKind, u64)]) -> ReconciledTable {
    ReconciledTable {
        pipeline: "devices".to_owned(),
        table: name.to_owned(),
        rows,
        agree,
        findings: findings.iter().copied().collect(),
    }
}

fn report(tables: Vec<ReconciledTable>, findings: Vec<Finding>) -> Reconciled {
    Reconciled {
        schema_version: 1,
        integration: "demo".to_owned(),
        instance: "http://127.0.0.1:8181".to_owned(),
        snapshot: "20260204-1".to_owned(),
        snapshot_at: "2026-02-04T02:15:00Z".to_owned(),
        at: "2026-02-04T08:00:12Z".to_owned(),
        tables,
        findings,
        not_listed: BTreeMap::new(),
        notes: Vec::new(),
    }
}

/// A report of 1,240 changed fields, of which 7 are listed, and one missing row.
fn many() -> Reconciled {
    let counts = [(FindingKind::ChangedByHand, 1240), (FindingKind::Missing, 1)];
    let tables = vec![table("cmdb_ci_computer", 2000, 760, &counts), table("alm_hardware", 1000, 1000, &[])];
    let changed = (1..=7).map(|number| finding(FindingKind::ChangedByHand, &format!("Mac of desk {number}")));
    let mut report = report(tables, changed.chain([finding(FindingKind::Missing, "Mac of nobody")]).collect());
    report.not_listed.insert(FindingKind::ChangedByHand, 1233);
    report
}

fn hostile() -> Reconciled {
    let mut finding = finding(FindingKind::Doubled, HOSTILE);
    for text in [&mut finding.found, &mut finding.expected, &mut finding.by, &mut finding.at, &mut finding.detail] {
        *text = HOSTILE.to_owned();
    }
    for text in [&mut finding.field, &mut finding.table, &mut finding.row_key, &mut finding.sys_id] {
        *text = HOSTILE.to_owned();
    }
    finding.pipeline = HOSTILE.to_owned();
    let mut report = report(vec![table(HOSTILE, 2, 1, &[(FindingKind::Doubled, 1)])], vec![finding]);
    report.tables[0].pipeline = HOSTILE.to_owned();
    report.notes.push(HOSTILE.to_owned());
    for text in [&mut report.instance, &mut report.integration, &mut report.snapshot, &mut report.at] {
        *text = HOSTILE.to_owned();
    }
    report
}

/// What stands between the tags of texts in a picture.
fn letters(svg: &str) -> Vec<&str> {
    let texts = svg.split("<text ").skip(1).filter_map(|rest| rest.split_once('>')?.1.split_once("</text>"));
    texts.map(|(inside, _)| inside.trim()).collect()
}

/// Widths of the shapes of a class.
fn widths<'s>(svg: &'s str, class: &str) -> Vec<&'s str> {
    let shapes = svg.split("<rect ").skip(1).filter(|rest| rest.contains(&format!("class=\"{class}\"")));
    shapes.filter_map(|rest| Some(rest.split_once("width=\"")?.1.split_once('"')?.0)).collect()
}

fn controls(text: &str) -> Vec<char> {
    text.chars().filter(|letter| letter.is_control() && *letter != '\n').collect()
}

#[test]
fn hostile_text_does_not_leave_its_line_in_a_terminal() {
    let text = text(&hostile(), 10);
    assert_eq!(controls(&text), Vec::<char>::new());
    assert!(text.contains("\\u{1b}[2J\\r\\n\\u{7}"), "{text}");
    let lines = text.lines().filter(|line| line.contains("<b>")).count();
    assert_eq!(lines, 4, "the result, the table, the finding, the note:\n{text}");
}

#[test]
fn hostile_text_is_no_element_of_the_page() {
    let page = html(&hostile()).expect("a page");
    assert!(!page.contains("<script") && !page.contains("<b>alert") && !page.contains("`<b>"), "{page}");
    assert!(page.contains("=cmd()&quot;&gt;&lt;script&gt;alert("), "{page}");
    assert_eq!(controls(&page), Vec::<char>::new());
    assert_eq!(page.matches("<tr>").count(), 4, "two tables, each of a head and a row");
}

#[test]
fn the_page_fetches_nothing() {
    let page = html(&many()).expect("a page");
    assert!(page.contains(r#"content="default-src 'none'; style-src 'unsafe-inline'""#), "{page}");
    for means in ["src=", "href=", "url(", "@import", "<link", "<script", "xmlns", "<?xml"] {
        assert!(!page.contains(means), "{means}");
    }
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"));
}

#[test]
fn hostile_text_is_no_formula_of_a_spreadsheet() {
    let table = csv(&hostile()).expect("a table");
    assert_eq!(controls(&table), Vec::<char>::new());
    let mut reader = ::csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<_> = reader.records().collect::<Result<_, _>>().expect("records");
    assert_eq!(rows.len(), 2, "the finding and the note:\n{table}");
    assert_eq!(rows.iter().flatten().filter(|cell| cell.starts_with("'=cmd()\"><script>")).count(), 12);
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
}

#[test]
fn without_findings_every_form_says_so() {
    let report = report(vec![table("cmdb_ci_computer", 1500, 1500, &[])], Vec::new());
    let (text, page, table) =
        (text(&report, 10), html(&report).expect("a page"), csv(&report).expect("a table of one line"));
    assert!(text.starts_with("target and tenant agree: no findings in 1500 rows compared"), "{text}");
    assert!(page.contains("target and tenant agree: no findings in 1,500 rows compared"), "{page}");
    assert!(!page.contains("Findings by kind"), "{page}");
    assert!(table.lines().nth(1).is_some_and(|line| line.starts_with("none,0,")), "{table}");
    assert!(table.contains("target and tenant agree"), "{table}");
}

#[test]
fn agreement_is_not_said_of_what_was_not_compared() {
    let mut nothing = report(Vec::new(), Vec::new());
    nothing.notes.push("`alm_hardware` may not be read".to_owned());
    let told = text(&nothing, 10);
    assert!(told.starts_with("nothing was compared"), "{told}");
    assert!(told.contains("; 1 note below\n") && told.ends_with("\nnote: `alm_hardware` may not be read\n"), "{told}");
    let page = html(&nothing).expect("a page");
    assert!(page.contains("<code>alm_hardware</code> may not be read"), "{page}");
    let short = report(vec![table("alm_hardware", 10, 9, &[])], Vec::new());
    assert!(text(&short, 10).starts_with("no findings, yet only 9 of 10 rows compared agree"));
}

#[test]
fn the_limit_holds_and_the_rest_is_counted() {
    let told = text(&many(), 2);
    assert!(told.starts_with("1241 findings in 3000 rows compared"), "{told}");
    assert!(told.contains("Changed by hand (1240)\n    remedy: undo it"), "{told}");
    assert!(told.contains("Mac of desk 2 ") && !told.contains("Mac of desk 3 "), "{told}");
    assert!(told.contains("os_version: 15.6 → (empty)   by somebody, 2026-02-03 09:14:55\n"), "{told}");
    assert!(told.contains("    … and 1238 more\n"), "{told}");
    assert_eq!(told.matches("… and").count(), 1, "the missing row is listed:\n{told}");
    let page = html(&many()).expect("a page");
    assert!(page.contains("Mac of desk 7") && page.contains("… and 1,233 more"), "{page}");
}

#[test]
fn the_counts_of_the_table_add_up_to_all_findings() {
    let table = csv(&many()).expect("a table");
    let mut reader = ::csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<_> = reader.records().collect::<Result<_, _>>().expect("records");
    let sum: u64 = rows.iter().map(|row| row[1].parse::<u64>().expect("a count")).sum();
    assert_eq!((rows.len(), sum), (9, 1241), "{table}");
}

#[test]
fn pictures_tell_the_counts_of_the_report() {
    let by_kind = charts::by_kind(&many()).expect("a picture");
    assert_eq!(letters(&by_kind), ["Missing in ServiceNow", "1", "Changed by hand", "1,240"]);
    assert_eq!(widths(&by_kind, "otherwise"), ["4", "400"], "one of 1,240 is to be seen");
    let by_table = charts::by_table(&many()).expect("a picture");
    assert_eq!(letters(&by_table), ["cmdb_ci_computer", "760 of 2,000", "alm_hardware", "1,000 of 1,000"]);
    assert_eq!(widths(&by_table, "agree"), ["152", "400"], "760 of 2,000 is 38 of 100");
    assert_eq!(widths(&by_table, "otherwise"), ["246"]);
}

#[test]
fn pictures_are_told_in_words_and_take_the_colours_of_the_page() {
    let svg = charts::by_table(&many()).expect("a picture");
    assert!(
        svg.starts_with("<svg class=\"chart\" role=\"img\" width=\"100%\" viewBox=\"0 0 400 84\"><title>"),
        "{svg}"
    );
    assert!(svg.contains("<title>Rows that agree by target table. cmdb_ci_computer: 760 of 2,000; "), "{svg}");
    assert!(!svg.contains("fill=") && svg.ends_with("</svg>"), "{svg}");
}

#[test]
fn one_row_that_differs_is_not_all() {
    assert_eq!(share(&table("a", 1_000_000, 999_999, &[])), "99.9 %");
    assert_eq!(share(&table("a", 3, 3, &[])), "100 %");
    assert_eq!(share(&table("a", 0, 0, &[])), "–");
}
