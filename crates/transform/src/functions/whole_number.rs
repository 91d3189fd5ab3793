//! `whole_number`: a count that came as text, at times with a decimal point that says nothing.

use std::fmt::Write as _;

use engine::{Answer, TextFunction};

use super::argument::trimmed;

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "whole_number",
    arguments: &["text"],
    doc: "A whole number without leading zeros; a fraction of zeros is dropped, any other is refused. \
          `8.0` gives `8`.",
    apply,
};

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    let text = trimmed(arguments, 0);
    if text.is_empty() {
        return Answer::Nothing;
    }
    let Some(number) = read(text) else {
        out.push_str("is not a whole number");
        return Answer::Refused;
    };
    write!(out, "{number}").expect("writing to a String cannot fail");
    Answer::Value
}

fn read(text: &str) -> Option<i64> {
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if is_zeros(fraction) => whole,
        Some(_) => return None,
        None => text,
    };
    // The standard parser takes a plus sign, which no vendor writes; such a text is something else.
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    digits.starts_with(|c: char| c.is_ascii_digit()).then(|| whole.parse().ok()).flatten()
}

fn is_zeros(fraction: &str) -> bool {
    !fraction.is_empty() && fraction.bytes().all(|digit| digit == b'0')
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing, Refused};
    use super::super::check::check_text;
    use super::FUNCTION;

    #[test]
    fn whole_numbers() {
        check_text(
            &FUNCTION,
            &[
                ("8", Is("8")),
                ("8.0", Is("8")),
                ("8.000", Is("8")),
                (" 10 ", Is("10")),
                ("0", Is("0")),
                ("-0", Is("0")),
                ("007", Is("7")),
                ("-5", Is("-5")),
                ("-5.0", Is("-5")),
                ("9223372036854775807", Is("9223372036854775807")),
                ("-9223372036854775808", Is("-9223372036854775808")),
                ("", Nothing),
                (" ", Nothing),
            ],
        );
    }

    #[test]
    fn what_is_no_whole_number_is_refused() {
        check_text(
            &FUNCTION,
            &[
                ("8.5", Refused),
                ("8.", Refused),
                (".0", Refused),
                ("+8", Refused),
                ("--8", Refused),
                ("-+8", Refused),
                ("-", Refused),
                ("8,0", Refused),
                ("1,000", Refused),
                ("1 000", Refused),
                ("8 cores", Refused),
                ("eight", Refused),
                ("0x8", Refused),
                ("1e3", Refused),
                ("8.0.0", Refused),
                ("9223372036854775808", Refused),
                ("８", Refused),
                ("NaN", Refused),
            ],
        );
    }
}
