//! Signing in: the code that the program printed when it started.

use maud::{Markup, html};

use super::fields::{FieldError, Input, summary};
use super::frame::{Frame, Place, Sheet, document, post};
use super::links;
use super::words::lasted;

/// What was tried before.
#[derive(Clone, Debug, Default)]
pub struct SignIn {
    /// Why the last code was refused; none where none was tried.
    pub error: Option<String>,
    /// Too many were tried: seconds until another is looked at.
    pub wait_seconds: Option<u64>,
    /// Field `to`: the page of ours that was asked for.
    pub to: String,
}

/// The page that asks for the code.
pub fn sign_in(frame: &Frame, view: &SignIn) -> Markup {
    let wait = view
        .wait_seconds
        .map(|seconds| format!("Too many codes were tried. Wait {}, then try again.", lasted(seconds)));
    let message = wait.or_else(|| view.error.clone());
    let errors: Vec<FieldError> =
        message.into_iter().map(|message| FieldError { field: "code".to_owned(), message }).collect();
    let inside = html! {
        div.narrow {
            h1 { "Sign in" }
            p.lead { "The program printed a one-time code when it started. It is good for one sign-in." }
            (summary(&errors, &[("code", "One-time code")]))
            div.card {
                (post(frame, links::SIGN_IN, "sign-in", html! {
                    input type="hidden" name="to" value=(view.to);
                    (Input::text("code", "One-time code", &errors).required()
                        .help("It stands in the terminal, or in the service's log, behind `console`. A new start prints a new one."))
                    div.actions { button.button.primary type="submit" { "Sign in" } }
                }))
            }
        }
    };
    document(frame, &Sheet { title: "Sign in", place: Place::Nowhere, above: &[], events: None }, &inside)
}
