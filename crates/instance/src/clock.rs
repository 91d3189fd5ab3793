//! The time as ServiceNow stores it: UTC, `YYYY-MM-DD HH:MM:SS`. Apart so that the format is written once.

use jiff::{Timestamp, civil};

const DATE_TIME: &str = "%Y-%m-%d %H:%M:%S";
const DATE: &str = "%Y-%m-%d";

/// The present second.
pub(crate) fn now() -> String {
    of(Timestamp::now())
}

/// A moment.
pub(crate) fn of(moment: Timestamp) -> String {
    moment.strftime(DATE_TIME).to_string()
}

/// The present day, the first ten characters of [`now`].
pub(crate) fn today() -> String {
    Timestamp::now().strftime(DATE).to_string()
}

/// Reads a date with a time, or a bare date as its midnight; answers it in the stored form.
pub(crate) fn date_time(text: &str) -> Option<String> {
    if text.len() == 10 {
        return date(text).map(|day| format!("{day} 00:00:00"));
    }
    has_shape(text, b"0000-00-00 00:00:00")
        .then(|| civil::DateTime::strptime(DATE_TIME, text).ok())
        .flatten()
        .map(|_| text.to_owned())
}

/// Reads a date, or the date of a date with a time; answers it in the stored form.
pub(crate) fn date(text: &str) -> Option<String> {
    let day = text.get(..10)?;
    let rest = text.get(10..).unwrap_or_default();
    if !rest.is_empty() && !has_shape(text, b"0000-00-00 00:00:00") {
        return None;
    }
    has_shape(day, b"0000-00-00").then(|| civil::Date::strptime(DATE, day).ok()).flatten().map(|_| day.to_owned())
}

/// `strptime` is lenient about widths; what is stored must sort as text.
fn has_shape(text: &str, shape: &[u8]) -> bool {
    text.len() == shape.len()
        && text.bytes().zip(shape).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            other => byte == *other,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_stored_form_is_a_date() {
        assert_eq!(date_time("2026-02-28 23:59:59").as_deref(), Some("2026-02-28 23:59:59"));
        assert_eq!(date_time("2026-02-28").as_deref(), Some("2026-02-28 00:00:00"));
        assert_eq!(date("2026-02-28 23:59:59").as_deref(), Some("2026-02-28"));
        for wrong in ["2026-02-30 00:00:00", "2026-2-3 00:00:00", "2026-02-28T23:59:59", "yesterday", "", "é026-02-28"]
        {
            assert_eq!(date_time(wrong), None, "{wrong}");
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }
}
