//! Values that need nothing but themselves: numbers, truths, dates, text of a length.

use jiff::tz::TimeZone;

use super::plan::Field;
use crate::dictionary::Kind;

/// The source value that clears a field: a reserved word of the platform.
pub(super) const CLEAR: &str = "NULL";

/// The value as its column stores it. `None` leaves the field alone; what was lost is noted.
pub(super) fn store(
    field: &Field,
    text: &str,
    strict_truth: bool,
    zone: &TimeZone,
    notes: &mut Vec<String>,
) -> Option<String> {
    let stored = match field.kind {
        Kind::Boolean => Some(truth(text, strict_truth).to_owned()),
        Kind::Integer => integer(text),
        Kind::Decimal => {
            text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(|_| text.trim().to_owned())
        }
        Kind::DateTime => field.date_format.date_time(text, zone),
        Kind::Date => field.date_format.date(text),
        Kind::Text | Kind::Script | Kind::Password | Kind::Reference | Kind::List | Kind::Document | Kind::Id => {
            return Some(cut(field, text, notes));
        }
    };
    if stored.is_none() {
        let kind = match field.kind {
            Kind::DateTime | Kind::Date => "date",
            _ => "number",
        };
        notes.push(format!("{}: not a {kind}, field not set", field.target));
    }
    stored
}

/// `TRUE` and `FALSE` always become false (`glide.transform.boolean.casesensitive`, true by default).
fn truth(text: &str, strict: bool) -> &'static str {
    let holds = text == "true" || text == "1" || (!strict && text.eq_ignore_ascii_case("true"));
    if holds { "true" } else { "false" }
}

fn integer(text: &str) -> Option<String> {
    text.trim().parse::<i64>().ok().map(|number| number.to_string())
}

fn cut(field: &Field, text: &str, notes: &mut Vec<String>) -> String {
    match text.char_indices().nth(field.max_length) {
        Some((end, _)) if field.kind == Kind::Text => {
            notes.push(format!("{}: cut to {} characters", field.target, field.max_length));
            text[..end].to_owned()
        }
        _ => text.to_owned(),
    }
}
