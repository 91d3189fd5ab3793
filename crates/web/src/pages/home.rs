//! The list of integrations: how each stands, what it joins, when it ran and runs.

use maud::{Markup, html};

use super::frame::{Frame, Place, Sheet, document};
use super::icons::{Icon, scene};
use super::links;
use super::parts::{Tone, badge, badge_with, head, notice, road, sentence};
use super::runs::RunLine;
use super::words::{counted, moment, plain};

/// How an integration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is in order, and has run.
    Connected,
    /// A person must do something.
    NeedsAttention,
    /// A person has paused it.
    Paused,
    /// It is in order, and has not run yet.
    NeverRan,
    /// It was never connected, or was deleted.
    NotConnected,
}

impl Standing {
    pub(super) fn tone(self) -> Tone {
        match self {
            Self::Connected => Tone::Good,
            Self::NeverRan => Tone::Busy,
            Self::Paused | Self::NotConnected => Tone::Quiet,
            Self::NeedsAttention => Tone::Warning,
        }
    }

    pub(super) fn badge(self) -> Markup {
        match self {
            Self::Connected => badge(Tone::Good, "Connected"),
            Self::NeedsAttention => badge(Tone::Warning, "Needs attention"),
            Self::Paused => badge_with(Tone::Quiet, Icon::Pause, "Paused"),
            Self::NeverRan => badge(Tone::Busy, "Connected, never ran"),
            Self::NotConnected => badge(Tone::Quiet, "Not connected"),
        }
    }
}

/// Every integration.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// In the order in which they are shown.
    pub integrations: Vec<HomeRow>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct HomeRow {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
    /// What a person must do, or why it is not connected; empty where nothing is to be said.
    pub reason: String,
    /// The tenant's address; empty where it is not known.
    pub tenant: String,
    /// The instance's address; empty where it is not known.
    pub instance: String,
    /// Its last run that ended, or that works.
    pub last_run: Option<RunLine>,
    /// When it runs next, RFC 3339 in UTC; none where it is paused.
    pub next_run: Option<String>,
    /// The run that works now.
    pub live_run: Option<u64>,
    /// Brakes that wait for a person's word.
    pub brakes_waiting: u64,
}

/// The list of integrations.
pub fn home(frame: &Frame, view: &Home) -> Markup {
    let all = &view.integrations;
    let waiting = all.iter().filter(|one| one.standing == Standing::NeedsAttention || one.brakes_waiting > 0).count();
    let add = html! { a.button.primary #discover-integrations href=(links::DISCOVER) { "Discover integrations" } };
    let under = match (all.len() as u64, waiting as u64) {
        (0, _) => html! { "Nothing is connected here yet." },
        (count, 0) => html! { (counted(count, "integration", "integrations")) ", and none needs you." },
        (count, 1) => html! { (counted(count, "integration", "integrations")) ", and one needs you." },
        (count, some) => html! { (counted(count, "integration", "integrations")) ", and " (some) " need you." },
    };
    let inside = html! {
        (head(html! { "Integrations" }, None, Some(under), (!all.is_empty()).then_some(add)))
        @if all.is_empty() { (nothing()) }
        @else { ul.integrations #integrations { @for one in all { li { (row(one)) } } } }
    };
    document(frame, &Sheet { title: "Integrations", place: Place::Integrations, above: &[], events: None }, &inside)
}

fn nothing() -> Markup {
    html! {
        section.card.welcome #no-integrations aria-labelledby="welcome" {
            div {
            h2 #welcome { "From Iru Endpoint to ServiceNow, every night, with proof" }
            p {
                "An integration joins one tenant to one instance. It takes some ten minutes: both ends are looked at, \
                 and nothing is kept before everything that a run needs is there."
            }
            ol.way-in {
                li { b { "Choose" } " what to connect under Discover." }
                li { b { "Enter" } " the tenant, the instance and their credentials." }
                li { b { "Watch" } " the checks. Devices are sent as soon as they pass." }
            }
            a.button.primary #discover-integrations href=(links::DISCOVER) { "Discover integrations" }
            }
            (scene())
        }
    }
}

fn row(one: &HomeRow) -> Markup {
    let address = links::integration(&one.name);
    html! {
        article.card.integration data-integration=(plain(&one.name)) {
            div.integration-head {
                h2 { a href=(address) { (plain(&one.name)) } }
                (one.standing.badge())
            }
            @if !one.tenant.is_empty() { (road(&one.tenant, &one.instance, one.standing.tone())) }
            @if !one.reason.is_empty() { (sentence("reason", &one.reason)) }
            @if one.brakes_waiting > 0 { (brakes(one)) }
            dl.facts.small {
                div { dt { "Last run" } dd { @match &one.last_run { Some(run) => (run.short(&one.name)), None => "none yet" } } }
                div {
                    dt { "Next run" }
                    dd {
                        @match (one.live_run, &one.next_run) {
                            (Some(run), _) => a.target href=(links::run(&one.name, run)) { "Watch run " (run) },
                            (None, Some(at)) => (moment(at)),
                            (None, None) => "none is planned",
                        }
                    }
                }
            }
        }
    }
}

fn brakes(one: &HomeRow) -> Markup {
    let words = match one.brakes_waiting {
        1 => "A brake waits for your word".to_owned(),
        count => format!("{count} brakes wait for your word"),
    };
    notice(Tone::Warning, html! { p { a href=(links::integration(&one.name)) { (words) } } })
}
