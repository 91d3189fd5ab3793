//! Every page with invented values: ordinary ones, empty ones, and those of somebody who names a Mac as a script. Tests
//! look at them, and so do people, when they are written to files.

mod ends;
mod entry;
mod explanations;
mod life;
mod plans;
mod reports;
mod runs;

use super::*;

/// A page and what it is called.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) html: String,
}

/// What any user of a Mac could call it.
pub(crate) const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}gpj\u{200b}\u{1b}[2J\0 \
    AVeryLongNameWithoutAnySpaceThatGoesOnAndOnUntilEveryCardOnEveryTelephoneIsTooNarrowForIt";

/// The same where it is typed into a field: what is typed is given back as it was.
const TYPED: &str = "\"><script>alert(1)</script> x";

/// Every page.
pub(crate) fn samples() -> Vec<Sample> {
    let mut all = Vec::new();
    let mut add = |name, html: maud::Markup| all.push(Sample { name, html: html.into_string() });
    let frame = &signed_in();
    entry::entry(&mut add, frame);
    ends::ends(&mut add, frame);
    life::life(&mut add, frame);
    runs::runs_of(&mut add, frame);
    plans::plans(&mut add, frame);
    explanations::explanations(&mut add, frame);
    all
}

type Add<'a> = &'a mut dyn FnMut(&'static str, maud::Markup);

fn signed_in() -> Frame {
    Frame { csrf: "token-of-the-session".to_owned(), signed_in: true, notice: None, version: "0.1.0".to_owned() }
}

fn signed_out() -> Frame {
    Frame { signed_in: false, ..signed_in() }
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| text(one)).collect()
}

fn wrong(field: &str, message: &str) -> FieldError {
    FieldError { field: text(field), message: text(message) }
}
