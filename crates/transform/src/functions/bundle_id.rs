//! `bundle_id`: an application's bundle identifier, or nothing. The vendor writes `No value` for some without one.

use engine::{Answer, TextFunction};

use super::argument::as_given;
use super::text::push_clean;

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "bundle_id",
    arguments: &["text"],
    doc: "An application's bundle identifier, trimmed; an empty text and `No value` are no value. Case is kept.",
    apply,
};

/// Case is kept because two bundles may differ in nothing else, and a key is made of it.
fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    push_clean(as_given(arguments, 0), out);
    if out.is_empty() || out.eq_ignore_ascii_case("No value") { Answer::Nothing } else { Answer::Value }
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing};
    use super::super::check::check_text;
    use super::FUNCTION;

    #[test]
    fn an_identifier_or_nothing() {
        check_text(
            &FUNCTION,
            &[
                ("com.apple.ActivityMonitor", Is("com.apple.ActivityMonitor")),
                ("com.agilebits.onepassword7", Is("com.agilebits.onepassword7")),
                (" com.okta.mobile\n", Is("com.okta.mobile")),
                ("com.okta\u{0}.mobile", Is("com.okta.mobile")),
                ("value", Is("value")),
                ("No values", Is("No values")),
                ("", Nothing),
                ("   ", Nothing),
                ("No value", Nothing),
                ("no value", Nothing),
                ("NO VALUE", Nothing),
                (" No value ", Nothing),
            ],
        );
    }
}
