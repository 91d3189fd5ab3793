//! `serial`: a serial number, or nothing. Apart because a serial number is what devices are told apart by: one
//! placeholder let through would make one computer out of many.

use engine::{Answer, TextFunction};

use super::argument::trimmed;

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "serial",
    arguments: &["text"],
    doc: "A serial number, trimmed and in upper case; empty texts and makers' placeholders (`0`, `NONE`, \
          `SYSTEM SERIAL#`, …) are no value. `' fvhhfkf7q6l4 '` gives `FVHHFKF7Q6L4`.",
    apply,
};

/// What makers of boards and of virtual machines leave where a serial number belongs, in upper case.
const PLACEHOLDERS: [&str; 20] = [
    "NONE",
    "NULL",
    "NIL",
    "N/A",
    "NA",
    "UNKNOWN",
    "UNDEFINED",
    "INVALID",
    "EMPTY",
    "DEFAULT",
    "DEFAULT STRING",
    "NO VALUE",
    "NOT AVAILABLE",
    "NOT APPLICABLE",
    "NOT SPECIFIED",
    "SERIAL NUMBER",
    "SYSTEM SERIAL#",
    "SYSTEM SERIAL NUMBER",
    "TO BE FILLED BY O.E.M.",
    "TO BE FILLED BY O.E.M",
];

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    let text = trimmed(arguments, 0);
    if is_placeholder(text) {
        return Answer::Nothing;
    }
    if text.contains(char::is_control) {
        out.push_str("holds a control character, which no serial number does");
        return Answer::Refused;
    }
    // Only ASCII letters: a serial number has no others, and some letters grow when they are made large.
    out.extend(text.chars().map(|c| c.to_ascii_uppercase()));
    Answer::Value
}

/// Nothing but zeros and punctuation is a placeholder as well: `0`, `0000000`, `-`, `......`.
fn is_placeholder(text: &str) -> bool {
    text.chars().all(|c| c == '0' || c.is_ascii_punctuation() || c == ' ')
        || PLACEHOLDERS.iter().any(|placeholder| text.eq_ignore_ascii_case(placeholder))
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing, Refused};
    use super::super::check::check_text;
    use super::FUNCTION;

    #[test]
    fn serial_numbers_are_trimmed_and_upper_case() {
        check_text(
            &FUNCTION,
            &[
                ("FVHHFKF7Q6L4", Is("FVHHFKF7Q6L4")),
                ("fvhhfkf7q6l4", Is("FVHHFKF7Q6L4")),
                (" FVHHFKF7Q6L4\n", Is("FVHHFKF7Q6L4")),
                ("Z6V0YW4M1C", Is("Z6V0YW4M1C")),
                ("VMware-56 4d a1", Is("VMWARE-56 4D A1")),
                ("0C02FL5YXQ6LC", Is("0C02FL5YXQ6LC")),
                ("00000001", Is("00000001")),
                ("NONESUCH", Is("NONESUCH")),
                ("straße", Is("STRAßE")),
            ],
        );
    }

    #[test]
    fn placeholders_are_no_serial_number() {
        check_text(
            &FUNCTION,
            &[
                ("", Nothing),
                ("   ", Nothing),
                ("0", Nothing),
                ("00000000", Nothing),
                ("-", Nothing),
                ("......", Nothing),
                ("0-0-0", Nothing),
                ("none", Nothing),
                ("NONE", Nothing),
                ("N/A", Nothing),
                ("n/a", Nothing),
                ("Unknown", Nothing),
                ("NULL", Nothing),
                ("System Serial#", Nothing),
                ("SYSTEM SERIAL NUMBER", Nothing),
                ("Default string", Nothing),
                ("To Be Filled By O.E.M.", Nothing),
                (" Not Specified ", Nothing),
            ],
        );
    }

    #[test]
    fn control_characters_inside_are_refused() {
        check_text(
            &FUNCTION,
            &[
                ("FVHH\u{0}FKF7Q6L4", Refused),
                ("FVHH\tFKF7Q6L4", Refused),
                ("FVHH\nFKF7Q6L4", Refused),
                ("FVHHFKF7Q6L4\u{1b}", Refused),
            ],
        );
    }
}
