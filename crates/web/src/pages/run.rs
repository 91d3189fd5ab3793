//! One run: while it works, how far it has come; afterwards, what came of every row.

use maud::{Markup, html};

use super::frame::{Frame, Place, Sheet, document};
use super::links;
use super::parts::{Tone, facts, head, notice, sentence};
use super::progress::{Progress, run_progress, run_said};
use super::report::{Brake, ErrorCause, NotStarted, PipelineReport, brakes, errors, pipeline};
use ledger::RunState;

use super::runs::state_badge;
use super::words::{moment, plain, prose};

/// A run and its report.
#[derive(Clone, Debug)]
pub struct Run {
    /// The integration's name.
    pub integration: String,
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
    /// The snapshot that it carries; empty before there is one.
    pub snapshot: String,
    /// When that was read, RFC 3339 in UTC; empty before there is one.
    pub snapshot_at: String,
    /// Why it is not done; empty where it is.
    pub failure: String,
    /// How far it has come; none when it is over.
    pub progress: Option<Progress>,
    /// Its pipelines, in their order.
    pub pipelines: Vec<PipelineReport>,
    /// Pipelines that were not begun.
    pub not_started: Vec<NotStarted>,
    /// What the instance refused, by cause.
    pub errors: Vec<ErrorCause>,
    /// Brakes that its plan trips.
    pub brakes: Vec<Brake>,
    /// Its plan is kept and can be looked at.
    pub has_plan: bool,
    /// What else a person should read, in sentences.
    pub notes: Vec<String>,
}

/// The page of a run.
pub fn run(frame: &Frame, view: &Run) -> Markup {
    let title = format!("Run {}", view.run);
    let has_errors = view.pipelines.iter().any(|one| one.accounts.error + one.accounts.skipped > 0);
    let badge = state_badge(view.state, has_errors);
    let to_plan = view.has_plan.then(|| {
        html! { a.button #to-plan href=(links::plan(&view.integration, view.run)) { "Look at its plan" } }
    });
    let inside = html! {
        (head(html! { (title) }, Some(badge), None, to_plan))
        (about(view))
        @if !view.failure.is_empty() { (notice(failure_tone(view.state), html! { div #failure { (sentence("", &view.failure)) } })) }
        @if let Some(progress) = &view.progress { (live(progress)) }
        @if !view.brakes.is_empty() {
            section aria-labelledby="brakes-name" { h2 #brakes-name { "Brakes" } (brakes(&view.brakes)) (way_to_approve(view)) }
        }
        @for (at, one) in view.pipelines.iter().enumerate() { (pipeline(at + 1, one)) }
        @if !view.not_started.is_empty() { (not_started(view)) }
        @if !view.errors.is_empty() { (errors(&view.errors)) }
        @if !view.notes.is_empty() {
            section aria-labelledby="notes" {
                h2 #notes { "Notes" }
                ul.notes { @for note in &view.notes { li.sentence { (prose(note)) } } }
            }
        }
    };
    let name = view.integration.as_str();
    let above =
        [("Integrations", links::HOME.to_owned()), (name, links::integration(name)), ("Runs", links::runs(name))];
    let events = view.progress.is_some().then(|| links::run_events(name, view.run));
    document(frame, &Sheet { title: &title, place: Place::Integrations, above: &above, events }, &inside)
}

fn failure_tone(state: RunState) -> Tone {
    if state == RunState::Failed { Tone::Bad } else { Tone::Warning }
}

fn about(view: &Run) -> Markup {
    let mut all = vec![("Begun by", html! { code { (plain(&view.command)) } }), ("Began", moment(&view.begun_at))];
    if !view.ended_at.is_empty() {
        all.push(("Ended", moment(&view.ended_at)));
    }
    if !view.snapshot.is_empty() {
        all.push((
            "Snapshot",
            html! { code { (plain(&view.snapshot)) } span.when { "read " (moment(&view.snapshot_at)) } },
        ));
    }
    html! { div.card.about { (facts(&all)) } }
}

fn live(progress: &Progress) -> Markup {
    html! {
        section aria-labelledby="live" {
            h2 #live { "At work" }
            p.tally role="status" aria-live="polite" { (run_said(progress)) }
            (run_progress(progress))
        }
    }
}

fn way_to_approve(view: &Run) -> Markup {
    html! {
        @if view.has_plan && view.brakes.iter().any(|brake| !brake.approved) {
            p { a.button.primary #to-approve href=(links::plan(&view.integration, view.run)) { "Look at the plan, then decide" } }
        }
    }
}

fn not_started(view: &Run) -> Markup {
    html! {
        section aria-labelledby="not-begun" {
            h2 #not-begun { "Not begun" }
            ul.notes {
                @for one in &view.not_started {
                    li { code { (plain(&one.pipeline)) } " to " code { (plain(&one.staging_table)) } ": " (prose(&one.reason)) }
                }
            }
        }
    }
}
