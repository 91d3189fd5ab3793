//! The document around every page: its head, the way past the navigation, the navigation, where a person is.

use maud::{DOCTYPE, Markup, html};

use super::icons::mark;
use super::links;
use super::parts::{Tone, notice};
use super::words::{plain, prose};

/// What every page has, whatever it shows.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The token that every form which changes something sends back, in its field `csrf`.
    pub csrf: String,
    /// Somebody is signed in: there is a navigation, and a way out.
    pub signed_in: bool,
    /// What came of what was done last, told once above the page.
    pub notice: Option<Notice>,
    /// The version of the program, at the foot.
    pub version: String,
}

/// What came of something.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Whether it is good.
    pub tone: Tone,
    /// What it is, in a sentence; words between backticks are code.
    pub text: String,
}

/// Which part of the console a page belongs to.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    Integrations,
    Discover,
    Nowhere,
}

/// What a page tells the frame.
pub(super) struct Sheet<'a> {
    pub(super) title: &'a str,
    pub(super) place: Place,
    /// Pages above this one, each with its address.
    pub(super) above: &'a [(&'a str, String)],
    /// Where its events come from, while work goes on. Without a script the page is fetched again every two seconds.
    pub(super) events: Option<String>,
}

/// The icon of the tab: the mark, as the one picture that no request is made for.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' \
    height='32' rx='9' fill='%230d6570'/%3E%3Cpath fill='%23fff' d='M4.5 24.5 13.5 8l3.4 5.9-5.6 10.6zM20.2 11.5l7.3 \
    13H16.9l-2.2-3.4z'/%3E%3C/svg%3E";

/// A whole document.
pub(super) fn document(frame: &Frame, sheet: &Sheet<'_>, inside: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="same-origin";
                title { (plain(sheet.title)) " · Snowhaul" }
                link rel="icon" href=(ICON);
                link rel="stylesheet" href=(links::STYLE);
                script src=(links::SCRIPT) defer {}
                @if sheet.events.is_some() { noscript { meta http-equiv="refresh" content="2"; } }
            }
            body data-events=[sheet.events.as_ref()] {
                a.skip href="#main" { "Skip to the content" }
                (header(frame, sheet.place))
                main #main tabindex="-1" {
                    (above(sheet))
                    @if let Some(told) = &frame.notice {
                        div #notice role="status" { (notice(told.tone, html! { p { (prose(&told.text)) } })) }
                    }
                    (inside)
                }
                footer { p { "Snowhaul " (plain(&frame.version)) } }
            }
        }
    }
}

fn header(frame: &Frame, place: Place) -> Markup {
    let current = |of: Place| (of == place).then_some("true");
    html! {
        header.top {
            div.top-inside {
                a.brand href=(links::HOME) { (mark()) span { "Snowhaul" } }
                @if frame.signed_in {
                    nav aria-label="Main" {
                        ul {
                            li { a href=(links::HOME) aria-current=[current(Place::Integrations)] { "Integrations" } }
                            li { a href=(links::DISCOVER) aria-current=[current(Place::Discover)] { "Discover" } }
                        }
                    }
                    (post(frame, links::SIGN_OUT, "sign-out", html! { button.plain type="submit" { "Sign out" } }))
                }
            }
        }
    }
}

fn above(sheet: &Sheet<'_>) -> Markup {
    html! {
        @if !sheet.above.is_empty() {
            nav.above aria-label="Breadcrumb" {
                ol {
                    @for (name, address) in sheet.above { li { a href=(address) { (plain(name)) } } }
                    li { span aria-current="page" { (plain(sheet.title)) } }
                }
            }
        }
    }
}

/// A form that changes something. The token is what tells it from one on another site's page.
pub(super) fn post(frame: &Frame, action: &str, id: &str, inside: Markup) -> Markup {
    html! {
        form id=(id) method="post" action=(action) autocomplete="off" novalidate {
            input type="hidden" name="csrf" value=(frame.csrf);
            (inside)
        }
    }
}
