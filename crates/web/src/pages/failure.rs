//! What is said where a page cannot be shown.

use maud::{Markup, html};

use super::frame::{Frame, Place, Sheet, document};
use super::links;
use super::words::prose;

/// Why a page cannot be shown.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The status that is answered.
    pub status: u16,
    /// What happened, in a few words.
    pub what: String,
    /// What a person does about it; empty where nothing.
    pub hint: String,
}

/// The page of a failure.
pub fn failure(frame: &Frame, view: &Failure) -> Markup {
    let (way, words) =
        if frame.signed_in { (links::HOME, "To the integrations") } else { (links::SIGN_IN, "To the sign-in") };
    let inside = html! {
        div.narrow #failure {
            p.status { (view.status) }
            h1.sentence { (prose(&view.what)) }
            @if !view.hint.is_empty() { p.lead.sentence { (prose(&view.hint)) } }
            div.actions { a.button.primary href=(way) { (words) } }
        }
    };
    document(frame, &Sheet { title: &view.what, place: Place::Nowhere, above: &[], events: None }, &inside)
}

/// The page of an address that leads nowhere.
pub fn not_found(frame: &Frame) -> Markup {
    failure(
        frame,
        &Failure {
            status: 404,
            what: "There is nothing here".to_owned(),
            hint: "The address is mistyped, or what it led to was deleted.".to_owned(),
        },
    )
}
