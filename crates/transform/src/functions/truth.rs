//! `truth`: the vendor's several ways to say yes and no. Apart because an unknown must stay unknown: an empty text
//! is never `false`.

use engine::{Answer, TextFunction};

use super::argument::trimmed;

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "truth",
    arguments: &["text"],
    doc: "`true` or `false` from True/False, Yes/No, On/Off and 1/0 in any case; an empty text and `unknown` are no \
          value. `'Yes'` gives `true`.",
    apply,
};

/// What a text says of a truth.
pub(super) enum Truth {
    /// It says yes or no.
    Known(bool),
    /// It says that nobody knows.
    Unknown,
    /// It says something else.
    Unreadable,
}

const YES: [&str; 4] = ["true", "yes", "1", "on"];
const NO: [&str; 4] = ["false", "no", "0", "off"];

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    match read(trimmed(arguments, 0)) {
        Truth::Known(yes) => {
            out.push_str(if yes { "true" } else { "false" });
            Answer::Value
        }
        Truth::Unknown => Answer::Nothing,
        Truth::Unreadable => {
            out.push_str("is neither yes nor no");
            Answer::Refused
        }
    }
}

/// Reads a trimmed text as a truth.
pub(super) fn read(text: &str) -> Truth {
    let is_one_of = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_one_of(YES) {
        Truth::Known(true)
    } else if is_one_of(NO) {
        Truth::Known(false)
    } else if text.is_empty() || text.eq_ignore_ascii_case("unknown") {
        Truth::Unknown
    } else {
        Truth::Unreadable
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing, Refused};
    use super::super::check::check_text;
    use super::FUNCTION;

    #[test]
    fn yes_and_no_in_all_their_forms() {
        check_text(
            &FUNCTION,
            &[
                ("True", Is("true")),
                ("true", Is("true")),
                ("TRUE", Is("true")),
                ("Yes", Is("true")),
                ("yes", Is("true")),
                ("1", Is("true")),
                ("On", Is("true")),
                (" true ", Is("true")),
                ("False", Is("false")),
                ("false", Is("false")),
                ("FALSE", Is("false")),
                ("No", Is("false")),
                ("NO", Is("false")),
                ("0", Is("false")),
                ("off", Is("false")),
                ("", Nothing),
                ("  ", Nothing),
                ("unknown", Nothing),
                ("Unknown", Nothing),
            ],
        );
    }

    #[test]
    fn what_is_neither_is_refused() {
        check_text(
            &FUNCTION,
            &[
                ("maybe", Refused),
                ("y", Refused),
                ("t", Refused),
                ("2", Refused),
                ("-1", Refused),
                ("1.0", Refused),
                ("truetrue", Refused),
                ("enabled", Refused),
                ("null", Refused),
                ("ｔｒｕｅ", Refused),
            ],
        );
    }
}
