//! The five fields of a cron expression, read one by one. Apart because the crate that reads them says neither which
//! field it could not read nor what to write there, and takes the name of a weekday for a number wherever it stands:
//! `MON 2 * * *` would run at one minute past two.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use super::Error;

/// One field.
struct Field {
    name: &'static str,
    /// What may be written, as a clause for a person.
    allowed: &'static str,
    /// Names that stand for numbers.
    names: &'static [&'static str],
    /// What else is a value here.
    is_special: fn(&Field, &str) -> bool,
}

const FIELDS: [Field; 5] = [
    Field {
        name: "minute",
        allowed: "0 to 59, as `0`, `0,30`, `10-20` or `*/15`",
        names: &[],
        is_special: |_, _| false,
    },
    Field { name: "hour", allowed: "0 to 23, as `2`, `8,20`, `8-18` or `*/6`", names: &[], is_special: |_, _| false },
    Field {
        name: "day of the month",
        allowed: "1 to 31, as `1`, `1,15`, `*/2`, `L` for the last or `15W` for the weekday nearest to the 15th",
        names: &[],
        is_special: |_, part| matches!(part, "?" | "L" | "LW") || part.strip_suffix('W').is_some_and(is_number),
    },
    Field {
        name: "month",
        allowed: "1 to 12 or JAN to DEC, as `1`, `JAN-JUN` or `*/3`",
        names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
        is_special: |_, _| false,
    },
    Field {
        name: "day of the week",
        allowed: "0 to 7 or SUN to SAT, as `MON-FRI`, `6,7`, `5L` for the last Friday or `1#2` for the second Monday",
        names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
        is_special: |field, part| part == "?" || part.strip_suffix('L').is_some_and(|day| field.is_value(day)),
    },
];

impl Field {
    fn is_value(&self, part: &str) -> bool {
        is_number(part) || self.names.contains(&part)
    }

    /// True where each word of the field is one that belongs here; how they are put together the parser says.
    fn has_own_words(&self, part: &str) -> bool {
        let part = part.to_ascii_uppercase();
        part.split([',', '-', '/', '#']).all(|word| word == "*" || self.is_value(word) || (self.is_special)(self, word))
    }
}

/// Reads an expression of five fields.
pub(super) fn read(expression: &str) -> Result<Cron, Error> {
    let parts: Vec<&str> = expression.split_ascii_whitespace().collect();
    if parts.len() != FIELDS.len() {
        return Err(Error::Fields { expression: expression.to_owned(), fields: parts.len() });
    }
    for (index, field) in FIELDS.iter().enumerate() {
        // Alone among stars, so that what cannot be read can only be this one.
        let mut alone = ["*"; FIELDS.len()];
        alone[index] = parts[index];
        if !field.has_own_words(parts[index]) || parse(&alone.join(" ")).is_none() {
            return Err(unreadable(expression, field, parts[index]));
        }
    }
    parse(&parts.join(" ")).ok_or_else(|| unreadable(expression, &FIELDS[0], parts[0]))
}

fn parse(expression: &str) -> Option<Cron> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(expression).ok()
}

fn unreadable(expression: &str, field: &Field, part: &str) -> Error {
    Error::Field { expression: expression.to_owned(), field: field.name, part: part.to_owned(), allowed: field.allowed }
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(expression: &str) -> String {
        read(expression).expect_err(expression).to_string()
    }

    #[test]
    fn the_field_is_named_and_what_to_write_there() {
        assert_eq!(
            said("70 * * * *"),
            "the minute `70` in `70 * * * *` cannot be read: write 0 to 59, as `0`, `0,30`, `10-20` or `*/15`"
        );
        for (expression, named) in [
            ("* 24 * * *", "the hour `24`"),
            ("0 2 32 * *", "the day of the month `32`"),
            ("0 2 0 * *", "the day of the month `0`"),
            ("0 2 * 13 *", "the month `13`"),
            ("0 2 * * 8", "the day of the week `8`"),
            ("0 2 * * MONDAY", "the day of the week `MONDAY`"),
            ("*/0 * * * *", "the minute `*/0`"),
            ("30-10 * * * *", "the minute `30-10`"),
            ("1,,2 * * * *", "the minute `1,,2`"),
            ("@daily * * * *", "the minute `@daily`"),
            ("99999999999999999999 * * * *", "the minute"),
        ] {
            let said = said(expression);
            assert!(said.contains(named), "{said}");
        }
    }

    #[test]
    fn a_name_is_taken_in_its_own_field_only() {
        for (expression, named) in [
            ("MON 2 * * *", "the minute `MON`"),
            ("0 2 FRI * *", "the day of the month `FRI`"),
            ("0 2 * MON *", "the month `MON`"),
            ("0 2 * JANFEB *", "the month `JANFEB`"),
            ("0 2 * * JAN", "the day of the week `JAN`"),
            ("L 2 * * *", "the minute `L`"),
        ] {
            let said = said(expression);
            assert!(said.contains(named), "{said}");
        }
    }

    #[test]
    fn what_people_write_is_read() {
        for expression in [
            "*/15 * * * *",
            "0 2 * * *",
            "  5   4  *  *  * ",
            "0 2 L * *",
            "0 2 LW * ?",
            "0 2 15W jan-jun,dec mon-fri",
            "0 2 * * 5L",
            "0 2 * * MON#2",
            "0-10/2 8-18/2 */2 */3 0,7",
        ] {
            assert!(read(expression).is_ok(), "{expression}");
        }
    }

    #[test]
    fn five_fields_are_needed() {
        assert_eq!(
            said("0 2 * *"),
            "`0 2 * *` has 4 fields, but five are needed: minute, hour, day of the month, month and day of the week, \
             as `0 2 * * *` for every night at two"
        );
        assert!(said("").contains("has 0 fields"));
        assert!(said("0 0 2 * * *").contains("has 6 fields"));
    }
}
