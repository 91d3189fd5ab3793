//! Runs in lists: one line each, and the page of all of them.

use ledger::RunState;
use maud::{Markup, html};

use super::frame::{Frame, Place, Sheet, document};
use super::parts::{Tone, badge, head};
use super::table::{Column, number, table, text};
use super::words::{grouped, moment, plain};
use super::{chart, links};

/// One run in a line.
#[derive(Clone, Debug)]
pub struct RunLine {
    /// Its number.
    pub run: u64,
    /// What began it: `run`, `replay`, `plan`, `apply` or `undo`.
    pub command: String,
    /// Where it stands.
    pub state: RunState,
    /// When it began, RFC 3339 in UTC.
    pub begun_at: String,
    /// When it ended, RFC 3339 in UTC; empty while it works.
    pub ended_at: String,
    /// Records read, over all pipelines.
    pub read: u64,
    /// Rows planned.
    pub planned: u64,
    /// Rows that created a target record.
    pub inserted: u64,
    /// Rows that changed one.
    pub updated: u64,
    /// Rows whose record was already so.
    pub ignored: u64,
    /// Rows that the instance left out.
    pub skipped: u64,
    /// Rows that the instance refused.
    pub error: u64,
    /// Rows whose outcome is not proven.
    pub unresolved: u64,
    /// Rows that were held back.
    pub not_sent: u64,
    /// Why it is not done; empty where it is.
    pub failure: String,
}

impl RunLine {
    /// Rows that the instance left out or refused.
    pub(super) fn refused(&self) -> u64 {
        self.skipped + self.error
    }

    /// Rows of which it is not known, or not so, that they arrived.
    pub(super) fn open(&self) -> u64 {
        self.unresolved + self.not_sent
    }

    pub(super) fn badge(&self) -> Markup {
        state_badge(self.state, self.refused() > 0)
    }

    /// Its state and when it began, with the way to it.
    pub(super) fn short(&self, integration: &str) -> Markup {
        html! {
            div.run-short {
                a.target href=(links::run(integration, self.run)) { "Run " (self.run) }
                (self.badge())
                span.when { (moment(&self.begun_at)) }
            }
        }
    }
}

/// Where a run stands, with whether rows have errors.
pub(super) fn state_badge(state: RunState, has_errors: bool) -> Markup {
    match state {
        RunState::Running => badge(Tone::Busy, "Running"),
        RunState::Done if has_errors => badge(Tone::Warning, "Done, with errors"),
        RunState::Done => badge(Tone::Good, "Done"),
        RunState::Incomplete => badge(Tone::Warning, "Incomplete"),
        RunState::Stopped => badge(Tone::Warning, "Stopped by a brake"),
        RunState::Cancelled => badge(Tone::Quiet, "Cancelled"),
        RunState::Planned => badge(Tone::Quiet, "Planned only"),
        RunState::Failed => badge(Tone::Bad, "Failed"),
        RunState::Interrupted => badge(Tone::Warning, "Interrupted"),
    }
}

/// The runs of an integration, or a page of them.
#[derive(Clone, Debug)]
pub struct Runs {
    /// The integration's name.
    pub integration: String,
    /// The newest first.
    pub runs: Vec<RunLine>,
    /// There are older ones than the last of these.
    pub has_older: bool,
    /// These are not the newest.
    pub is_older: bool,
}

/// The page of runs.
pub fn runs(frame: &Frame, view: &Runs) -> Markup {
    let oldest = view.runs.last().map(|run| run.run).filter(|_| view.has_older);
    let inside = html! {
        (head(html! { "Runs" }, None, Some(html! { (plain(&view.integration)) }), None))
        @if view.runs.is_empty() { p.card.empty { "There is no run yet." } }
        @else {
            (chart::outcomes(&view.runs))
            (lines(&view.integration, "runs", "Runs, the newest first", &view.runs))
        }
        @if view.is_older || oldest.is_some() {
            nav.pages aria-label="Pages of runs" {
                @if view.is_older { a.button href=(links::runs(&view.integration)) { "The newest" } }
                @if let Some(oldest) = oldest {
                    a.button href=(links::runs_before(&view.integration, oldest)) { "Older runs" }
                }
            }
        }
    };
    let name = view.integration.as_str();
    let above = [("Integrations", links::HOME.to_owned()), (name, links::integration(name))];
    document(frame, &Sheet { title: "Runs", place: Place::Integrations, above: &above, events: None }, &inside)
}

/// Columns of a table of runs.
const COLUMNS: [Column; 9] = [
    text("Run"),
    text("State"),
    text("Began"),
    number("Read"),
    number("Planned"),
    number("Inserted"),
    number("Updated"),
    number("Refused"),
    number("Open"),
];

/// Runs as a table.
pub(super) fn lines(integration: &str, id: &str, caption: &str, runs: &[RunLine]) -> Markup {
    let row = |run: &RunLine| {
        let count = |count: u64| html! { (grouped(count)) };
        vec![
            html! {
                a.target href=(links::run(integration, run.run)) { (run.run) } " " span.command { (plain(&run.command)) }
            },
            html! { (run.badge()) @if !run.failure.is_empty() { p.failure { (super::words::prose(&run.failure)) } } },
            moment(&run.begun_at),
            count(run.read),
            count(run.planned),
            count(run.inserted),
            count(run.updated),
            count(run.refused()),
            count(run.open()),
        ]
    };
    table(id, caption, &COLUMNS, &runs.iter().map(row).collect::<Vec<_>>())
}
