//! The end of an integration: what is lost and what stays is said first, and its name is typed, so that no slip of the
//! hand ends anything.

use maud::{Markup, html};

use super::fields::{FieldError, Input, summary, tick};
use super::frame::{Frame, Place, Sheet, document, post};
use super::links;
use super::parts::{Tone, facts, head, notice, road};
use super::words::{listed, moment, plain, prose};

/// What ends.
#[derive(Clone, Debug)]
pub struct DeleteForm {
    /// The integration's name.
    pub name: String,
    /// The tenant's address.
    pub tenant: String,
    /// The instance's address.
    pub instance: String,
    /// A run works now, and will stop before its next batch.
    pub is_running: bool,
    /// Other integrations that use the same client of the same instance, whose tokens are the same.
    pub shared_with: Vec<String>,
    /// Field `typed`: what was typed as its name.
    pub typed: String,
    /// Field `purge`, ticked with `on`: history goes at once.
    pub purge: bool,
    /// Field `revoke_shared`, ticked with `on`: tokens are revoked although others use them.
    pub revoke_shared: bool,
    /// What is wrong, by field.
    pub errors: Vec<FieldError>,
}

/// What became of it.
#[derive(Clone, Debug)]
pub struct Deleted {
    /// The name that it had.
    pub name: String,
    /// Its tokens are revoked.
    pub is_revoked: bool,
    /// What became of the tokens, in words: `revoked`, or why not.
    pub tokens: String,
    /// Until when its history is kept, RFC 3339 in UTC; none where it is gone.
    pub history_until: Option<String>,
    /// Its history was to go at once, and a run that is still ending holds it.
    pub is_held: bool,
    /// What a person changes at both ends all the same.
    pub rotate: Vec<String>,
}

/// The question.
pub fn delete(frame: &Frame, view: &DeleteForm) -> Markup {
    let title = format!("Delete {}", view.name);
    let inside = html! {
        div.form-page {
            (head(html! { (plain(&title)) }, None, Some(html! { "This cannot be undone." }), None))
            (road(&view.tenant, &view.instance, Tone::Bad))
            (summary(&view.errors, &[("typed", "Name of the integration"), ("purge", "History"), ("revoke_shared", "Shared tokens")]))
            (what_happens(view))
            (post(frame, &links::delete(&view.name), "delete-form", html! {
                section.card aria-labelledby="confirm" {
                    h2 #confirm { "Confirm" }
                    @if !view.shared_with.is_empty() { (shared(view)) }
                    (tick("purge", "purge", "on", "Remove its history at once",
                        "Runs, snapshots, plans and what is held. Otherwise they are kept for 30 days.", view.purge))
                    (Input::text("typed", "Name of the integration", &view.errors).value(&view.typed).required()
                        .help(&format!("Type `{}` to delete it.", plain(&view.name))))
                    div.actions {
                        button.button.danger #delete type="submit" { "Delete integration" }
                        a.button href=(links::integration(&view.name)) { "Keep it" }
                    }
                }
            }))
        }
    };
    let name = view.name.as_str();
    let above = [("Integrations", links::HOME.to_owned()), (name, links::integration(name))];
    document(frame, &Sheet { title: &title, place: Place::Integrations, above: &above, events: None }, &inside)
}

fn what_happens(view: &DeleteForm) -> Markup {
    html! {
        div.columns {
            section.card aria-labelledby="lost" {
                h2 #lost { "What is lost" }
                ul.prose {
                    li { "Its credentials and the key that opens them; no copy of the state opens them afterwards." }
                    li { "Its settings and schedules. No data leaves any more." }
                    @if view.is_running {
                        li { b { "A sync is at work." } " It stops before its next batch and ends as cancelled." }
                    }
                }
            }
            section.card aria-labelledby="stays" {
                h2 #stays { "What stays" }
                ul.prose {
                    li { "Every record in ServiceNow, and the staging tables, maps and roles of the update set." }
                    li { "Everything in Iru Endpoint." }
                    li { "Its history here, for 30 days, unless you remove it below." }
                }
            }
        }
    }
}

fn shared(view: &DeleteForm) -> Markup {
    html! {
        div #shared {
            (notice(Tone::Warning, html! {
                p { (listed(&view.shared_with)) " " (if view.shared_with.len() == 1 { "uses" } else { "use" })
                    " tokens of the same client of the same instance. They are not revoked unless you tick this; if they are, those runs have to sign in anew." }
                (tick("revoke_shared", "revoke_shared", "on", "Revoke the shared tokens all the same", "", view.revoke_shared))
            }))
        }
    }
}

/// What became of it.
pub fn deleted(frame: &Frame, view: &Deleted) -> Markup {
    let title = format!("{} is deleted", view.name);
    let tokens = if view.is_revoked {
        html! { "revoked" }
    } else {
        prose(&view.tokens)
    };
    let history = match &view.history_until {
        Some(until) if view.is_held => html! {
            "kept until " (moment(until)) ": a run is still ending. "
            code { "snowhaul delete " (plain(&view.name)) " --purge" } " removes it"
        },
        Some(until) => html! { "kept until " (moment(until)) },
        None => html! { "removed" },
    };
    let inside = html! {
        div.form-page {
            (head(html! { (plain(&title)) }, None, Some(html! { "No data leaves any more." }), None))
            section.card #deleted aria-labelledby="became" {
                h2 #became { "What became of it" }
                (facts(&[
                    ("Credentials and their key", html! { "destroyed" }),
                    ("Tokens", tokens),
                    ("History", history),
                ]))
            }
            (notice(Tone::Warning, html! {
                h2 { "Change all the same, at both ends" }
                ul #rotate { @for one in &view.rotate { li { (prose(one)) } } }
                p { "Nothing that was removed here can be sure to be gone from a disk." }
            }))
            div.actions { a.button.primary #onwards href=(links::HOME) { "To the integrations" } }
        }
    };
    let above = [("Integrations", links::HOME.to_owned())];
    document(frame, &Sheet { title: &title, place: Place::Integrations, above: &above, events: None }, &inside)
}
