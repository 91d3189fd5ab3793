//! `megahertz`: the speed of a processor as a whole number. Apple silicon reports none, which is no value.

use std::fmt::Write as _;

use engine::{Answer, TextFunction};

use super::argument::trimmed;
use super::quantity::{self, Quantity, rounded};

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "megahertz",
    arguments: &["text"],
    doc: "The speed of a processor in megahertz; a comma is a decimal comma. `2.6 GHz` and `2,6 GHz` give `2600`, \
          an empty text gives no value.",
    apply,
};

/// More than this is a misread number and no processor.
const MEGAHERTZ_MAX: u128 = 1_000_000;

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    let text = trimmed(arguments, 0);
    if text.is_empty() {
        return Answer::Nothing;
    }
    let megahertz = quantity::read(text).and_then(|speed| megahertz(&speed));
    let Some(megahertz) = megahertz.filter(|megahertz| *megahertz <= MEGAHERTZ_MAX) else {
        out.push_str("is not a speed of a processor, such as `2.6 GHz`");
        return Answer::Refused;
    };
    write!(out, "{megahertz}").expect("writing to a String cannot fail");
    Answer::Value
}

/// A number without a unit is refused, as `megabytes` refuses one.
fn megahertz(speed: &Quantity<'_>) -> Option<u128> {
    const UNITS: [(&str, u128); 2] = [("GHz", 1000), ("MHz", 1)];
    let factor = UNITS.iter().find(|(name, _)| speed.unit.eq_ignore_ascii_case(name))?.1;
    speed.note.is_empty().then(|| rounded(speed.millionths * factor, 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing, Refused};
    use super::super::check::check_text;
    use super::FUNCTION;

    #[test]
    fn speeds_are_megahertz() {
        check_text(
            &FUNCTION,
            &[
                ("2.6 GHz", Is("2600")),
                ("2,6 GHz", Is("2600")),
                ("2.60GHz", Is("2600")),
                ("3 GHz", Is("3000")),
                ("3.228 GHz", Is("3228")),
                ("1.4999 GHz", Is("1500")),
                ("800 MHz", Is("800")),
                ("800.5 MHz", Is("801")),
                ("2.6 ghz", Is("2600")),
                (" 2.6 GHz ", Is("2600")),
                ("", Nothing),
                ("  ", Nothing),
            ],
        );
    }

    #[test]
    fn what_is_no_speed_is_refused() {
        check_text(
            &FUNCTION,
            &[
                ("2600", Refused),
                ("2.6", Refused),
                ("GHz", Refused),
                ("fast", Refused),
                ("-2.6 GHz", Refused),
                ("2,600 MHz", Refused),
                ("2.6 GHz turbo", Refused),
                ("2.6 Hz", Refused),
                ("2.6.1 GHz", Refused),
                ("999999999 GHz", Refused),
            ],
        );
    }
}
