//! `email`: an e-mail address by which a user is found, or nothing.

use engine::{Answer, TextFunction};

use super::argument::as_given;
use super::text::push_clean;

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "email",
    arguments: &["text"],
    doc: "An e-mail address, trimmed and in its own case; a text without something on both sides of an `@` is no \
          value. ` Anna@example.com ` gives `Anna@example.com`.",
    apply,
};

/// Case is kept: whoever looks a user up compares in any case, and people recognise what they typed. What is no
/// address is no value rather than refused, because some directories put a login name in its place.
fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    push_clean(as_given(arguments, 0), out);
    let is_address = out.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    if is_address { Answer::Value } else { Answer::Nothing }
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing};
    use super::super::check::check_text;
    use super::FUNCTION;

    #[test]
    fn an_address_or_nothing() {
        check_text(
            &FUNCTION,
            &[
                ("anna@example.com", Is("anna@example.com")),
                (" Anna.Berg@Example.com ", Is("Anna.Berg@Example.com")),
                ("anna+mac@example.com\n", Is("anna+mac@example.com")),
                ("an\u{0}na@example.com", Is("anna@example.com")),
                ("jürgen@example.com", Is("jürgen@example.com")),
                ("anna@localhost", Is("anna@localhost")),
                ("\"a@b\"@example.com", Is("\"a@b\"@example.com")),
                ("anna", Nothing),
                ("anna.example.com", Nothing),
                ("@", Nothing),
                ("@example.com", Nothing),
                ("anna@", Nothing),
                ("", Nothing),
                ("  ", Nothing),
            ],
        );
    }
}
