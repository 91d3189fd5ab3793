//! What an integration sends, and when.

use maud::{Markup, html};

use super::checks::{Check, failed};
use super::fields::{Choice, FieldError, Input, choices, error_of, summary, switch, tick};
use super::frame::{Frame, Place, Sheet, document, post};
use super::links;
use super::parts::{Tone, head, notice};
use super::words::counted;

/// What is so, or was typed.
#[derive(Clone, Debug, Default)]
pub struct EditForm {
    /// The integration's name.
    pub name: String,
    /// Field `sync`, ticked with `on`: it runs by itself.
    pub sync: bool,
    /// Field `send_apps`, ticked with `on`: applications and their use are sent.
    pub send_apps: bool,
    /// Field `scope`: `all` or `some`.
    pub every_device: bool,
    /// Field `serials`: one a line.
    pub serials: String,
    /// Field `tags`: one a line.
    pub tags: String,
    /// Field `blueprints`: one a line.
    pub blueprints: String,
    /// Field `platforms`, once for each that is ticked: `Mac`, `iPhone`, `iPad`, `AppleTV`.
    pub platforms: Vec<String>,
    /// Field `limit`: so many at most; empty for no limit.
    pub limit: String,
    /// Devices that an earlier limit came to, which are sent until the scope is saved anew.
    pub pinned: u64,
    /// Field `devices_schedule`.
    pub devices_schedule: String,
    /// Field `apps_schedule`.
    pub apps_schedule: String,
    /// Field `time_zone`.
    pub time_zone: String,
    /// What is wrong, by field.
    pub errors: Vec<FieldError>,
    /// Field `seen`: by which it is known whether somebody else changed the settings since this form was shown.
    pub seen: String,
    /// Checks of which some failed, because of which applications cannot be sent.
    pub refused: Vec<Check>,
}

const FIELDS: [(&str, &str); 11] = [
    ("sync", "Sync by itself"),
    ("send_apps", "Applications and their use"),
    ("scope", "Scope"),
    ("serials", "Serial numbers"),
    ("tags", "Tags"),
    ("blueprints", "Blueprints"),
    ("platforms", "Platforms"),
    ("limit", "No more than"),
    ("devices_schedule", "Devices"),
    ("apps_schedule", "Applications"),
    ("time_zone", "Time zone"),
];

/// Platforms as the tenant names them, and as people do.
const PLATFORMS: [(&str, &str); 4] = [("Mac", "Mac"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("AppleTV", "Apple TV")];

/// The form.
pub fn edit(frame: &Frame, view: &EditForm) -> Markup {
    let title = format!("Edit {}", view.name);
    let inside = html! {
        div.form-page {
            (head(html! { (super::words::plain(&title)) }, None, None, None))
            @if !view.refused.is_empty() { (refusal(view)) }
            (summary(&view.errors, &FIELDS))
            (post(frame, &links::edit(&view.name), "edit-form", html! {
                input type="hidden" name="seen" value=(view.seen);
                (sending(view))
                (scope(view))
                (schedules(view))
                div.actions {
                    button.button.primary #save type="submit" { "Save" }
                    a.button href=(links::integration(&view.name)) { "Cancel" }
                }
            }))
        }
    };
    let name = view.name.as_str();
    let above = [("Integrations", links::HOME.to_owned()), (name, links::integration(name))];
    document(frame, &Sheet { title: &title, place: Place::Integrations, above: &above, events: None }, &inside)
}

fn refusal(view: &EditForm) -> Markup {
    html! {
        div #refused role="alert" {
            (notice(Tone::Bad, html! {
                h2 { "Applications cannot be sent, and nothing was changed" }
                p { "The instance does not have what they need:" }
                (failed(&view.refused))
                p {
                    "Without Software Asset Management, applications can go to " code { "cmdb_ci_spkg" } " and "
                    code { "cmdb_software_instance" } " instead: put " code { "applications-without-sam" } " in the place of "
                    code { "applications" } " in " code { "nightly.toml" } " of a folder of pipelines, start the service with it ("
                    code { "--pipelines" } "), and install its update set."
                }
            }))
        }
    }
}

fn sending(view: &EditForm) -> Markup {
    let errors = &view.errors;
    html! {
        section.card aria-labelledby="sending" {
            h2 #sending { "What is sent" }
            (switch("sync", "Sync by itself", "Off pauses the integration: nothing runs by itself until it is on again.", errors, view.sync))
            (switch("send_apps", "Send Mac applications and their use to ServiceNow, nightly",
                "Both ends are looked at before it is saved: the instance needs Software Asset Management, or the pipelines that do without.",
                errors, view.send_apps))
        }
    }
}

fn scope(view: &EditForm) -> Markup {
    let errors = &view.errors;
    let plain_choice =
        |value, label: &'static str, help, is_chosen| Choice { value, label: html! { (label) }, help, is_chosen };
    html! {
        section.card.with-scope aria-labelledby="scope-name" {
            h2 #scope-name { "Which devices" }
            @if view.pinned > 0 {
                p.hint #pinned {
                    "At present: " (counted(view.pinned, "device", "devices"))
                    " by serial number, as an earlier limit chose them. Saving a limit again chooses anew."
                }
            }
            (choices("scope", "Scope", "What is out of scope is neither sent nor counted as vanished.", errors, &[
                plain_choice("all", "Every device", "", view.every_device),
                plain_choice("some", "Only some", "Of several conditions all must hold; of several values of one, any.", !view.every_device),
            ]))
            div.only-some {
                (Input::area("serials", "Serial numbers", errors).value(&view.serials).help("One a line, in any case."))
                (Input::area("tags", "Tags", errors).value(&view.tags).help("One a line, written as in the tenant."))
                (Input::area("blueprints", "Blueprints", errors).value(&view.blueprints).help("Names or IDs, one a line."))
                (platforms(view))
                (Input::number("limit", "No more than", errors).value(&view.limit)
                    .help("So many devices, chosen when you save and kept by their serial numbers. Empty for no limit."))
            }
        }
    }
}

fn platforms(view: &EditForm) -> Markup {
    let wrong = error_of(&view.errors, "platforms");
    html! {
        fieldset.field.choices.across.invalid[wrong.is_some()] #platforms tabindex="-1"
            aria-describedby=[wrong.map(|_| "platforms-error")] {
            legend { "Platforms " span.optional { "optional" } }
            @for (value, label) in PLATFORMS {
                @let is_ticked = view.platforms.iter().any(|one| one == value);
                (tick(&format!("platforms-{value}"), "platforms", value, label, "", is_ticked))
            }
            @if let Some(wrong) = wrong { p.error #platforms-error { span.unseen { "Error: " } (super::words::prose(wrong)) } }
        }
    }
}

fn schedules(view: &EditForm) -> Markup {
    let errors = &view.errors;
    html! {
        section.card aria-labelledby="schedules" {
            h2 #schedules { "When" }
            (Input::text("devices_schedule", "Devices", errors).value(&view.devices_schedule).required()
                .help("A cron expression of five fields: minute, hour, day, month, weekday. `*/15 * * * *` is every 15 minutes."))
            (Input::text("apps_schedule", "Applications", errors).value(&view.apps_schedule).required()
                .help("In the same form: `0 2 * * *` is every night at 02:00."))
            (Input::text("time_zone", "Time zone", errors).value(&view.time_zone).required()
                .help("The zone of both schedules, as `Europe/Berlin`."))
        }
    }
}
