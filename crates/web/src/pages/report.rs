//! What came of a run, pipeline by pipeline: its rows on their way, what was left out and why, what was refused and what
//! to do about it, and the brakes that stopped it.

use flow::Accounts;
use ledger::TargetCounts;
use maud::{Markup, html};

use super::funnel::funnel;
use super::limits::EXAMPLES_OPEN;
use super::parts::{Tone, badge, examples, notice, sentence};
use super::table::{Column, number, table, text};
use super::words::{counted, grouped, lasted, plain, prose};

/// One pipeline's part.
#[derive(Clone, Debug, Default)]
pub struct PipelineReport {
    /// The pipeline.
    pub pipeline: String,
    /// Its staging table.
    pub staging_table: String,
    /// Seconds that it took.
    pub seconds: u64,
    /// Its rows.
    pub accounts: Accounts,
    /// Records of joined data sets without a partner.
    pub orphans: u64,
    /// What was left out, by reason.
    pub left_out: Vec<LeftOut>,
    /// Outcomes by target table.
    pub targets: Vec<TargetCounts>,
    /// Why not every planned row was sent and proven.
    pub incomplete: Option<Incomplete>,
    /// Which sum does not hold, where the accounts do not balance; empty where they do.
    pub imbalance: String,
    /// What nobody expected, in sentences.
    pub notes: Vec<String>,
}

/// Records that were left out for one reason.
#[derive(Clone, Debug)]
pub struct LeftOut {
    /// What became of them: `rejected`, `duplicate`, `out of scope` and the like.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// How many.
    pub count: u64,
    /// Some of them, each with its place.
    pub examples: Vec<String>,
}

/// Why a pipeline is not complete.
#[derive(Clone, Debug)]
pub struct Incomplete {
    /// What happened.
    pub reason: String,
    /// What to do about it; empty where nothing.
    pub hint: String,
}

/// A pipeline that was not begun.
#[derive(Clone, Debug)]
pub struct NotStarted {
    /// The pipeline.
    pub pipeline: String,
    /// Its staging table.
    pub staging_table: String,
    /// Why.
    pub reason: String,
}

/// Rows that the instance refused for one cause.
#[derive(Clone, Debug)]
pub struct ErrorCause {
    /// The staging table.
    pub staging_table: String,
    /// `error`, `skipped` or `ignored`.
    pub outcome: String,
    /// How many.
    pub count: u64,
    /// What is behind it, or the instance's own words where that is not known.
    pub cause: String,
    /// What to do about it; empty where that is not known.
    pub remedy: String,
    /// Some of the rows.
    pub examples: Vec<RefusedRow>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct RefusedRow {
    /// The row in words.
    pub title: String,
    /// The instance's own words.
    pub comment: String,
}

/// A limit that a plan passes.
#[derive(Clone, Debug)]
pub struct Brake {
    /// What it is about: `retire`, `shrink`, `change`, `null`, `create` or `identity`.
    pub kind: String,
    /// The pipeline.
    pub pipeline: String,
    /// What is too much, and how much would not be.
    pub reason: String,
    /// What is behind it most often, and what to do.
    pub remedy: String,
    /// Some of the rows, columns or groups.
    pub examples: Vec<String>,
    /// A person has approved it.
    pub approved: bool,
}

/// Brakes, each with what tripped it.
pub(super) fn brakes(brakes: &[Brake]) -> Markup {
    let one = |brake: &Brake| {
        let (tone, does) =
            if brake.approved { (Tone::Quiet, "was approved") } else { (Tone::Warning, "stops the pipeline") };
        let named: Vec<Markup> = brake.examples.iter().map(|example| html! { (plain(example)) }).collect();
        notice(
            tone,
            html! {
                h3 { "The brake " code { (plain(&brake.kind)) } " " (does) " " code { (plain(&brake.pipeline)) } }
                (sentence("", &brake.reason))
                (examples(&named, EXAMPLES_OPEN, 0))
                p.remedy { b { "To do: " } (prose(&brake.remedy)) }
            },
        )
    };
    html! { div.brakes #brakes { @for brake in brakes { (one(brake)) } } }
}

/// Refused rows by cause, the most frequent first as they come.
pub(super) fn errors(causes: &[ErrorCause]) -> Markup {
    html! {
        section aria-labelledby="errors" {
            h2 #errors { "What the instance refused" }
            div.causes { @for cause in causes { (self::cause(cause)) } }
        }
    }
}

fn cause(cause: &ErrorCause) -> Markup {
    let rows: Vec<Markup> = cause
        .examples
        .iter()
        .map(|row| html! { b { (plain(&row.title)) } @if !row.comment.is_empty() { " " span.hint { (plain(&row.comment)) } } })
        .collect();
    let tone = if cause.outcome == "error" { Tone::Bad } else { Tone::Warning };
    html! {
        article.card.cause {
            div.check-head {
                h3.sentence { (prose(&cause.cause)) }
                (badge(tone, &counted(cause.count, "row", "rows")))
            }
            p.hint { code { (plain(&cause.staging_table)) } ", " (plain(&cause.outcome)) }
            @if !cause.remedy.is_empty() { p.remedy { b { "To do: " } (prose(&cause.remedy)) } }
            (examples(&rows, EXAMPLES_OPEN, cause.count.saturating_sub(cause.examples.len() as u64)))
        }
    }
}

/// One pipeline. `number` is its place, from 1: names come from files, and an id must be one.
pub(super) fn pipeline(number: usize, report: &PipelineReport) -> Markup {
    let id = format!("pipeline-{number}");
    html! {
        section.card.pipeline aria-labelledby=(id) {
            div.check-head {
                h2 id=(id) { (plain(&report.pipeline)) }
                span.hint { code { (plain(&report.staging_table)) } ", " (lasted(report.seconds)) }
            }
            @if !report.imbalance.is_empty() {
                (notice(Tone::Bad, html! {
                    h3 { "It lost count, and nothing of it is believed" }
                    (sentence("", &report.imbalance))
                }))
            }
            @if let Some(incomplete) = &report.incomplete {
                (notice(Tone::Warning, html! {
                    h3 { "It is not complete" }
                    (sentence("", &incomplete.reason))
                    @if !incomplete.hint.is_empty() { p.remedy { b { "To do: " } (prose(&incomplete.hint)) } }
                }))
            }
            (funnel(&report.accounts, &id))
            @if report.orphans > 0 {
                p.hint { (counted(report.orphans, "record", "records")) " of joined data sets had no partner." }
            }
            @if !report.left_out.is_empty() { (left_out(report)) }
            @if !report.targets.is_empty() { (targets(report, &id)) }
            @if !report.notes.is_empty() { ul.notes { @for note in &report.notes { li.sentence { (prose(note)) } } } }
        }
    }
}

fn left_out(report: &PipelineReport) -> Markup {
    html! {
        h3 { "Left out" }
        ul.left-out {
            @for one in &report.left_out {
                @let named: Vec<Markup> = one.examples.iter().map(|example| html! { (plain(example)) }).collect();
                li {
                    p { b { (grouped(one.count)) " " (plain(&one.kind)) } ": " (prose(&one.reason)) }
                    (examples(&named, EXAMPLES_OPEN, one.count.saturating_sub(one.examples.len() as u64)))
                }
            }
        }
    }
}

fn targets(report: &PipelineReport, id: &str) -> Markup {
    const COLUMNS: [Column; 6] = [
        text("Target table"),
        number("Inserted"),
        number("Updated"),
        number("Already so"),
        number("Skipped"),
        number("Errors"),
    ];
    let row = |target: &TargetCounts| {
        let counts = [target.inserted, target.updated, target.ignored, target.skipped, target.error];
        let counts = counts.into_iter().map(|count| html! { (grouped(count)) });
        std::iter::once(html! { code { (plain(&target.table)) } }).chain(counts).collect()
    };
    let rows: Vec<Vec<Markup>> = report.targets.iter().map(row).collect();
    table(&format!("{id}-targets"), "Outcomes by target table", &COLUMNS, &rows)
}
