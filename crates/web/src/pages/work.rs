//! Work that a person waits for: a connection that is made, both ends that are looked at, new credentials that are
//! tried. Checks appear one by one; then what came of it, and the way on.

use maud::{Markup, html};

use super::checks::{Check, checks, checks_tally};
use super::frame::{Frame, Place, Sheet, document, post};
use super::links;
use super::parts::{Tone, badge, head, notice, road};
use super::words::{plain, prose};

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkKind {
    /// A connection is made.
    Connect,
    /// Both ends are looked at.
    Check,
    /// New credentials are tried.
    Reauthenticate,
}

/// The work, as far as it has come.
#[derive(Clone, Debug)]
pub struct Work {
    /// Its id, by which its page and its events are found.
    pub id: String,
    /// What it is.
    pub kind: WorkKind,
    /// The integration's name.
    pub integration: String,
    /// The tenant's address.
    pub tenant: String,
    /// The instance's address.
    pub instance: String,
    /// Checks so far, in the order in which they were made.
    pub checks: Vec<Check>,
    /// What came of it; none while it goes on.
    pub outcome: Option<Outcome>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Everything that a run needs is there; what was to be kept is kept.
    pub accepted: bool,
    /// What went wrong beside the checks, with its hint; empty where nothing did.
    pub failure: String,
    /// The run that was begun because of it.
    pub run: Option<u64>,
}

/// The page of work.
pub fn work(frame: &Frame, view: &Work) -> Markup {
    let title = match view.kind {
        WorkKind::Connect => format!("Connecting {}", view.integration),
        WorkKind::Check => format!("Checking {}", view.integration),
        WorkKind::Reauthenticate => format!("New credentials for {}", view.integration),
    };
    let (tone, words) = match &view.outcome {
        None => (Tone::Busy, "Under way"),
        Some(Outcome { accepted: true, .. }) => (Tone::Good, "Done"),
        Some(_) => (Tone::Bad, "Stopped"),
    };
    let inside = html! {
        (head(html! { (plain(&title)) }, Some(badge(tone, words)), None, None))
        (road(&view.tenant, &view.instance, tone))
        @if let Some(outcome) = &view.outcome { (told(frame, view, outcome)) }
        p.tally role="status" aria-live="polite" { (checks_tally(&view.checks)) }
        (checks(&view.checks))
    };
    let place = if view.kind == WorkKind::Connect { Place::Discover } else { Place::Integrations };
    let above = match view.kind {
        WorkKind::Connect => vec![("ServiceNow", links::DISCOVER_SERVICENOW.to_owned())],
        _ => vec![
            ("Integrations", links::HOME.to_owned()),
            (view.integration.as_str(), links::integration(&view.integration)),
        ],
    };
    let events = view.outcome.is_none().then(|| links::work_events(&view.id));
    document(frame, &Sheet { title: &title, place, above: &above, events }, &inside)
}

fn told(frame: &Frame, view: &Work, outcome: &Outcome) -> Markup {
    let tone = if outcome.accepted { Tone::Good } else { Tone::Bad };
    let (first, then) = words(view.kind, outcome.accepted);
    let inside = html! {
        h2 { (first) }
        p { (then) }
        @if !outcome.failure.is_empty() { p.sentence { (prose(&outcome.failure)) } }
        div.actions { (onwards(frame, view, outcome)) }
    };
    html! { div #outcome { (notice(tone, inside)) } }
}

fn words(kind: WorkKind, is_accepted: bool) -> (&'static str, &'static str) {
    match (kind, is_accepted) {
        (WorkKind::Connect, true) => {
            ("Connected", "The credentials are sealed and are never shown again. Devices are sent from now on.")
        }
        (WorkKind::Connect, false) => {
            ("Not connected", "Nothing is kept. Mend what failed; what you typed is still there, but for the secrets.")
        }
        (WorkKind::Check, true) => ("Everything that a run needs is there", "Nothing was changed at either end."),
        (WorkKind::Check, false) => ("A run would stop", "Mend what failed below. Nothing was changed at either end."),
        (WorkKind::Reauthenticate, true) => {
            ("The new credentials are in force", "A sync that works meanwhile goes on with those that it began with.")
        }
        (WorkKind::Reauthenticate, false) => {
            ("The new credentials were refused", "The old ones stay in force, and nothing was changed.")
        }
    }
}

fn onwards(frame: &Frame, view: &Work, outcome: &Outcome) -> Markup {
    let details = links::integration(&view.integration);
    html! {
        @match (view.kind, outcome.accepted) {
            (WorkKind::Connect, false) => {
                a.button.primary #again href=(links::connect_again(&view.id)) { "Mend and try again" }
            }
            (WorkKind::Reauthenticate, false) => {
                a.button.primary #again href=(links::reauthenticate_credentials(&view.integration)) { "Mend and try again" }
                a.button #onwards href=(details) { "To the details" }
            }
            (WorkKind::Check, false) => {
                (post(frame, &links::check(&view.integration), "check-again", html! {
                    button.button.primary type="submit" { "Check again" }
                }))
                a.button #onwards href=(details) { "To the details" }
            }
            (_, true) => {
                a.button.primary #onwards href=(details) { "To the details" }
                @if let Some(run) = outcome.run {
                    a.button #watch href=(links::run(&view.integration, run)) { "Watch run " (run) }
                }
            }
        }
    }
}
