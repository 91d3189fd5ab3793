//! A record that cannot go on. Apart because a bad row is data: every stage hands it on, none throws it away.

use serde::{Deserialize, Serialize};

/// One record left out, with its place and the reason; kept in the run's report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// The data set it belongs to, e.g. `devices`.
    pub data_set: String,
    /// Where it was read: page and record, e.g. `devices page 2, record 17`.
    pub place: String,
    /// Who it is, as far as that could be read: a serial number, a device id, an application's name; may be empty.
    pub who: String,
    /// The field or staging column at fault; empty when the record as a whole is.
    pub column: String,
    /// The value at fault, cut to [`Rejected::VALUE_CHARS_MAX`] characters.
    pub value: String,
    /// What is wrong with it, as a sentence without a full stop.
    pub reason: String,
}

impl Rejected {
    /// A report is read by people: longer values are cut, and end in `…`.
    pub const VALUE_CHARS_MAX: usize = 120;

    /// Cuts a value to what a report shows and escapes its control characters, which come from outside.
    pub fn shown(value: &str) -> String {
        let mut shown: String = value.chars().take(Self::VALUE_CHARS_MAX).flat_map(visible).collect();
        if value.chars().nth(Self::VALUE_CHARS_MAX).is_some() {
            shown.push('…');
        }
        shown
    }
}

fn visible(c: char) -> impl Iterator<Item = char> {
    let escaped = c.is_control().then(|| c.escape_default());
    let plain = (!c.is_control()).then_some(c);
    escaped.into_iter().flatten().chain(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_short_and_has_no_control_characters() {
        assert_eq!(Rejected::shown("a\u{1b}[31m\n"), "a\\u{1b}[31m\\n");
        let long = "x".repeat(500);
        assert_eq!(Rejected::shown(&long).chars().count(), Rejected::VALUE_CHARS_MAX + 1);
    }
}
