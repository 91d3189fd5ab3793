//! One integration: how it stands, what it joins and as whom, what it sends and when, its last runs, and everything
//! that can be done with it.

use maud::{Markup, html};

use super::connect::Grant;
use super::frame::{Frame, Place, Sheet, document, post};
use super::home::Standing;
use super::icons::Icon;
use super::limits::CREDENTIALS_OLD_DAYS;
use super::parts::{Tone, facts, head, notice, road, sentence};
use super::runs::{RunLine, lines};
use super::words::{days_ago, moment, plain, prose};
use super::{chart, links};

/// Everything that is known of an integration.
#[derive(Clone, Debug)]
pub struct Details {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
    /// What a person must do; empty where nothing.
    pub reason: String,
    /// The tenant's address.
    pub tenant: String,
    /// The instance's address.
    pub instance: String,
    /// The OAuth client's id.
    pub client_id: String,
    /// How tokens are asked for.
    pub grant: Grant,
    /// The account that rows are sent as; none where the client's own registration names it.
    pub service_account: Option<String>,
    /// When it was connected, RFC 3339 in UTC.
    pub connected_at: String,
    /// When its credentials were accepted last, RFC 3339 in UTC.
    pub credentials_at: String,
    /// How many days ago that was.
    pub credentials_age_days: u64,
    /// Applications and their use are sent as well.
    pub send_apps: bool,
    /// Which devices, in words, as `every device`.
    pub scope: String,
    /// It runs by itself.
    pub sync: bool,
    /// When devices are sent, as a cron expression.
    pub devices_schedule: String,
    /// When applications are sent, as a cron expression.
    pub apps_schedule: String,
    /// The time zone of both.
    pub time_zone: String,
    /// The last runs, the newest first.
    pub runs: Vec<RunLine>,
    /// What comes next; none where it is paused.
    pub next_run: Option<NextRun>,
    /// The run that works now.
    pub live_run: Option<u64>,
    /// Brakes that wait for a person's word.
    pub brakes_waiting: Vec<BrakeWaiting>,
}

/// A run that is planned.
#[derive(Clone, Debug)]
pub struct NextRun {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// What it carries, as `devices`.
    pub what: String,
}

/// A brake that waits.
#[derive(Clone, Debug)]
pub struct BrakeWaiting {
    /// The run that it stopped.
    pub run: u64,
    /// What it said.
    pub reason: String,
}

/// The page of an integration.
pub fn details(frame: &Frame, view: &Details) -> Markup {
    let inside = html! {
        (head(html! { (plain(&view.name)) }, Some(view.standing.badge()), None, Some(actions(frame, view))))
        @if !view.reason.is_empty() { (notice(Tone::Warning, html! { (sentence("", &view.reason)) })) }
        @if !view.brakes_waiting.is_empty() { (brakes(view)) }
        (road(&view.tenant, &view.instance, view.standing.tone()))
        div.columns { (connection(view)) (sent(view)) }
        (search(view))
        (last_runs(view))
    };
    let above = [("Integrations", links::HOME.to_owned())];
    document(frame, &Sheet { title: &view.name, place: Place::Integrations, above: &above, events: None }, &inside)
}

fn actions(frame: &Frame, view: &Details) -> Markup {
    let name = &view.name;
    html! {
        @match view.live_run {
            Some(run) => a.button.primary #live-run href=(links::run(name, run)) { "Watch run " (run) },
            None => {
                (post(frame, &links::sync(name), "sync-now", html! {
                    button.button.primary type="submit" { "Sync now" }
                }))
            }
        }
        (post(frame, &links::check(name), "check-both-ends", html! {
            button.button type="submit" { "Check both ends" }
        }))
        a.button #edit href=(links::edit(name)) { "Edit" }
        details.menu #more {
            summary.button { (Icon::More.draw()) span.unseen { "More for " (plain(name)) } }
            ul {
                li { a #re-authenticate href=(links::reauthenticate(name)) { "Re-authenticate" } }
                li { a.danger #delete-integration href=(links::delete(name)) { "Delete integration" } }
            }
        }
    }
}

fn brakes(view: &Details) -> Markup {
    notice(
        Tone::Warning,
        html! {
            div #brakes-waiting {
                h2 { "A brake waits for your word" }
                @for brake in &view.brakes_waiting {
                    (sentence("", &brake.reason))
                    p { a.target href=(links::plan(&view.name, brake.run)) { "Look at the plan of run " (brake.run) } }
                }
            }
        },
    )
}

fn connection(view: &Details) -> Markup {
    let grant = match view.grant {
        Grant::ClientCredentials => "client credentials",
        Grant::Password => "password of the service account",
    };
    let account = match &view.service_account {
        Some(account) => html! { (plain(account)) },
        None => html! { "the one that the client's own record names" },
    };
    let code = |text: &str| html! { code { (plain(text)) } };
    html! {
        section.card aria-labelledby="connection" {
            h2 #connection { "Connection" }
            (facts(&[
                ("Tenant", code(&view.tenant)),
                ("Instance", code(&view.instance)),
                ("OAuth client", code(&view.client_id)),
                ("Signs in with", html! { (grant) }),
                ("Service account", account),
                ("Credentials", html! { "accepted " (days_ago(view.credentials_age_days)) span.when { (moment(&view.credentials_at)) } }),
                ("Connected since", moment(&view.connected_at)),
            ]))
            @if view.credentials_age_days >= CREDENTIALS_OLD_DAYS {
                (notice(Tone::Warning, html! {
                    p #credentials-old {
                        "These credentials are old. Make new ones at both ends, then "
                        a href=(links::reauthenticate(&view.name)) { "re-authenticate" } "."
                    }
                }))
            }
        }
    }
}

fn sent(view: &Details) -> Markup {
    let schedule = |cron: &str| html! { code { (plain(cron)) } span.when { (plain(&view.time_zone)) } };
    let apps = if view.send_apps {
        schedule(&view.apps_schedule)
    } else {
        html! { "not sent" }
    };
    let next = match &view.next_run {
        Some(next) => html! { (moment(&next.at)) span.when { (plain(&next.what)) } },
        None if view.sync => html! { "none is planned" },
        None => html! { "none: sync is off" },
    };
    html! {
        section.card aria-labelledby="sent" {
            h2 #sent { "What is sent" }
            (facts(&[
                ("Sync", html! { (if view.sync { "on" } else { "off" }) }),
                ("Devices", schedule(&view.devices_schedule)),
                ("Applications and their use", apps),
                ("Which devices", prose(&view.scope)),
                ("Next run", next),
            ]))
        }
    }
}

/// The search for a device; also on the page of what was found.
pub(super) fn search_form(integration: &str, wanted: &str, app: &str) -> Markup {
    html! {
        form.search #device-search role="search" method="get" action=(links::devices(integration)) {
            div.field {
                label for="q" { "Serial number, name or ID of a device" }
                input id="q" name="q" type="search" value=(wanted) autocomplete="off" spellcheck="false" required;
            }
            div.field {
                label for="app" { "Application on it " span.optional { "optional" } }
                input id="app" name="app" type="search" value=(app) autocomplete="off" spellcheck="false";
            }
            button.button type="submit" { (Icon::Search.draw()) "Explain" }
        }
    }
}

fn search(view: &Details) -> Markup {
    html! {
        section.card aria-labelledby="find" {
            h2 #find { "Explain a device" }
            p.hint { "Why it is, or is not, in the CMDB as it should be." }
            (search_form(&view.name, "", ""))
        }
    }
}

fn last_runs(view: &Details) -> Markup {
    html! {
        section aria-labelledby="last-runs" {
            div.section-head {
                h2 #last-runs { "Last runs" }
                a.target #all-runs href=(links::runs(&view.name)) { "All runs" }
            }
            @if view.runs.is_empty() {
                p.card.empty { "It has not run yet. Devices are sent as soon as the first run begins." }
            } @else {
                (chart::outcomes(&view.runs))
                (lines(&view.name, "runs", "The last runs, the newest first", &view.runs))
            }
        }
    }
}
