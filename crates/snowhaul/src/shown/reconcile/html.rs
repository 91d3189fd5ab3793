//! A reconciliation as a page to open or to send. Apart because a page is read by a program that would run what it
//! finds: every text goes in escaped, there is no script, and the page's own policy lets it fetch nothing from
//! anywhere.

use anyhow::Result;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use pipeline::{Finding, FindingKind, Reconciled, ReconciledTable};

use super::{charts, grouped, kinds, more, of_kind, of_table, sentence, share, titled};
use crate::shown::plain;

/// Findings of one kind on the page. More of them are no reading for people, and make a page that a telephone cannot
/// open.
const ROWS_MAX: usize = 500;

/// Fetch nothing, run nothing; the page's own style alone.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// A column: its name, whether it is a name or time of a machine's that stays in one line, and its text of a finding.
type Column = (&'static str, bool, fn(&Finding) -> &str);

/// Columns in their order; those of which a section has nothing do not stand in it.
const COLUMNS: [Column; 10] = [
    ("What", false, titled),
    ("Table", true, |finding| &finding.table),
    ("Field", true, |finding| &finding.field),
    ("The tenant has", false, |finding| &finding.expected),
    ("ServiceNow has", false, |finding| &finding.found),
    ("Changed by", true, |finding| &finding.by),
    ("Changed at", true, |finding| &finding.at),
    ("Detail", false, |finding| &finding.detail),
    ("Row key", true, |finding| &finding.row_key),
    ("Record", true, |finding| &finding.sys_id),
];

/// One page that needs nothing but itself.
pub(crate) fn html(report: &Reconciled) -> Result<String> {
    let charts = charts(report)?;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(report))
            body {
                main {
                    (opening(report))
                    (tables(report))
                    (charts)
                    @for kind in kinds(report) { (section(report, kind)) }
                    (notes(report))
                }
            }
        }
    };
    Ok(page.into_string())
}

fn head(report: &Reconciled) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(POLICY);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { "Reconciliation of " (plain(&report.integration)) ", " (plain(&report.at)) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

fn opening(report: &Reconciled) -> Markup {
    let facts = [
        ("Integration", &report.integration),
        ("Instance", &report.instance),
        ("Snapshot", &report.snapshot),
        ("Tenant read", &report.snapshot_at),
        ("Compared", &report.at),
    ];
    html! {
        header {
            h1 { "Tenant and ServiceNow" }
            p.summary.sentence { (plain(&sentence(report, grouped))) "." }
            dl { @for (name, value) in facts { div { dt { (name) } dd { (plain(value)) } } } }
        }
    }
}

fn tables(report: &Reconciled) -> Markup {
    html! {
        section aria-labelledby="tables" {
            h2 #tables { "Target tables" }
            @if report.tables.is_empty() { p { "No target table was compared." } }
            @else {
                div.scroll role="region" aria-labelledby="tables" tabindex="0" {
                    table {
                        thead { tr {
                            th scope="col" { "Table" }
                            @for name in ["Rows", "Agree", "Share"] { th.number scope="col" { (name) } }
                            th scope="col" { "Findings" } th scope="col" { "Pipeline" }
                        } }
                        tbody { @for table in &report.tables { (table_row(table)) } }
                    }
                }
            }
        }
    }
}

fn table_row(table: &ReconciledTable) -> Markup {
    let found: Vec<_> = of_table(table).collect();
    html! {
        tr {
            th.one-line scope="row" { (plain(&table.table)) }
            td.number { (grouped(table.rows)) }
            td.number { (grouped(table.agree)) }
            td.number { (share(table)) }
            td {
                @if found.is_empty() { "none" }
                @else {
                    ul.counts { @for (kind, count) in found { li { (kind.heading()) " " b { (grouped(count)) } } } }
                }
            }
            td.one-line { (plain(&table.pipeline)) }
        }
    }
}

/// Pictures, where there is something to draw.
fn charts(report: &Reconciled) -> Result<Markup> {
    let by_table = if report.tables.is_empty() { None } else { Some(charts::by_table(report)?) };
    let by_kind = if report.has_findings() { Some(charts::by_kind(report)?) } else { None };
    Ok(html! {
        div.charts {
            @if let Some(svg) = by_table {
                figure {
                    figcaption {
                        h2 { "Agreement" }
                        p.legend { span.key.agree {} "agree" span.key.otherwise {} "otherwise" }
                    }
                    (PreEscaped(svg))
                }
            }
            @if let Some(svg) = by_kind { figure { figcaption { h2 { "Findings by kind" } } (PreEscaped(svg)) } }
        }
    })
}

fn section(report: &Reconciled, kind: FindingKind) -> Markup {
    let findings: Vec<&Finding> = of_kind(report, kind).take(ROWS_MAX).collect();
    let columns = COLUMNS.iter().filter(|(_, _, text)| findings.iter().any(|finding| !text(finding).is_empty()));
    let columns: Vec<&Column> = columns.collect();
    let (id, more) = (kind.as_str(), more(report, kind, ROWS_MAX));
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (kind.heading()) " " span.count { (grouped(report.count(kind))) } }
            p.remedy.sentence { (prose(kind.remedy())) "." }
            @if !findings.is_empty() {
                div.scroll role="region" aria-labelledby=(id) tabindex="0" {
                    table {
                        thead { tr { @for (name, _, _) in &columns { th scope="col" { (name) } } } }
                        tbody {
                            @for finding in findings { tr { @for column in &columns { (cell(finding, column)) } } }
                        }
                    }
                }
            }
            @if more > 0 { p.more { "… and " (grouped(more)) " more" } }
        }
    }
}

fn cell(finding: &Finding, (_, is_one_line, text): &Column) -> Markup {
    let text = plain(text(finding));
    html! { @if *is_one_line { td.one-line { (text) } } @else { td { (text) } } }
}

fn notes(report: &Reconciled) -> Markup {
    html! {
        @if !report.notes.is_empty() {
            section aria-labelledby="notes" {
                h2 #notes { "Notes" }
                ul.notes { @for note in &report.notes { li.sentence { (prose(note)) } } }
            }
        }
    }
}

/// A text whose words between backticks are code.
fn prose(text: &str) -> Markup {
    let text = plain(text);
    // An even number of pieces has a backtick without a partner: such a text stands as it is.
    let is_even = text.split('`').count().is_multiple_of(2);
    html! {
        @if is_even { (text) }
        @else {
            @for (at, piece) in text.split('`').enumerate() { @if at % 2 == 1 { code { (piece) } } @else { (piece) } }
        }
    }
}

/// The page's look: text 4.5 to 1 against its ground or better, light and dark. Cells wrap; a table that is wider than
/// the page scrolls by itself.
const STYLE: &str = "
:root { color-scheme: light dark; --ground: #f6f7f9; --panel: #fff; --ink: #1b2330; --quiet: #566173; --line: #dfe3e9;
  --track: #e6eaef; --agree: #1c6d75; --otherwise: #b0501a; }
@media (prefers-color-scheme: dark) { :root { --ground: #11151b; --panel: #191f28; --ink: #e5e9ef; --quiet: #a2acba;
  --line: #2b333f; --track: #2b333f; --agree: #58b9c1; --otherwise: #ee9c63; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, 'Segoe UI',
  Roboto, 'Helvetica Neue', Arial, sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
main { max-width: 84rem; margin: 0 auto; padding: clamp(1.25rem, 4vw, 4rem) clamp(1rem, 4vw, 3rem) 5rem; }
h1 { font-size: clamp(1.75rem, 4vw, 2.5rem); line-height: 1.2; letter-spacing: -.02em; margin: 0 0 .75rem;
  text-wrap: balance; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .5rem; }
section, .charts { margin-top: clamp(2.25rem, 5vw, 3.5rem); }
.summary { font-size: 1.15rem; max-width: 75ch; margin: 0; }
.sentence::first-letter { text-transform: uppercase; }
dl { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 2rem 0 0; }
dt, .legend, .more, thead th { color: var(--quiet); font-size: .875rem; }
dd { margin: 0; }
.remedy { color: var(--quiet); max-width: 70ch; margin: 0 0 1rem; }
.more { margin: .75rem 0 0; }
.count { color: var(--quiet); font-weight: 400; margin-left: .35em; }
.scroll, figure { background: var(--panel); border: 1px solid var(--line); border-radius: .75rem; }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 2px solid var(--agree); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .7rem .9rem; min-width: 6rem; max-width: 26rem; }
section td:not(.one-line):not(.number) { min-width: 14rem; }
td:first-child { min-width: 12rem; }
thead th { font-weight: 500; white-space: nowrap; overflow-wrap: normal; }
tbody th { font-weight: 400; }
.one-line { white-space: nowrap; max-width: none; }
tbody tr { border-top: 1px solid var(--line); }
.number { text-align: right; white-space: nowrap; min-width: 5rem; }
.counts { list-style: none; margin: 0; padding: 0; min-width: 11rem; }
code { font: .9em ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); gap: 1.5rem;
  align-items: start; }
.charts:empty { display: none; }
figure { margin: 0; padding: clamp(1rem, 3vw, 1.75rem); }
figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 1rem;
  margin-bottom: 1rem; }
.legend { margin: 0; }
.key { display: inline-block; width: .7em; height: .7em; border-radius: .2em; margin: 0 .4em 0 1em; }
.key:first-child { margin-left: 0; }
.key.agree { background: var(--agree); }
.key.otherwise { background: var(--otherwise); }
.chart { display: block; max-width: 30rem; height: auto; }
.chart text { font-family: inherit; }
.chart rect { rx: 2px; }
.chart .ink { fill: var(--ink); }
.chart .track { fill: var(--track); }
.chart .agree { fill: var(--agree); }
.chart .otherwise { fill: var(--otherwise); }
.notes { margin: 0; padding-left: 1.25rem; max-width: 70ch; }
@media (max-width: 40rem) { th, td { padding: .55rem .75rem; max-width: 15rem; } .one-line { max-width: none; }
  .chart text { font-size: 16px; } }
@media (min-width: 66rem) { .chart { max-width: 38rem; } .chart text { font-size: 12px; } }
@media print { body { background: none; } .scroll { overflow: visible; } tr, figure { break-inside: avoid; } }
";
