//! Dates as a sender writes them: the format of a field map and the time zone of the importing user (ServiceNow
//! documentation, importing date and time values). Apart because both are easily got wrong, and silently.
//!
//! A format is made of `yyyy`, `MM`, `dd`, `HH`, `hh`, `mm`, `ss`, `a` and `z` with other characters between. `hh` is a
//! twelve-hour clock: without `a`, an hour from 12 to 23 becomes one from 0 to 11, as the documentation warns. With `z`
//! the value says its own zone, `GMT`, `UTC` or an offset; without it the importing user's counts.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::clock;

/// One part of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Year,
    Month,
    Day,
    Hour,
    HourOfTwelve,
    Minute,
    Second,
    HalfDay,
    Zone,
    Other(char),
}

/// The format of a field map; the platform's own where none was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DateFormat(Vec<Part>);

impl DateFormat {
    /// Reads a format; none where it has a letter that means nothing here.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = if text.is_empty() { "yyyy-MM-dd HH:mm:ss" } else { text };
        let known = [
            ("yyyy", Part::Year),
            ("MM", Part::Month),
            ("dd", Part::Day),
            ("HH", Part::Hour),
            ("hh", Part::HourOfTwelve),
            ("mm", Part::Minute),
            ("ss", Part::Second),
            ("a", Part::HalfDay),
            ("z", Part::Zone),
        ];
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some(letter) = rest.chars().next() {
            match known.iter().find(|(name, _)| rest.starts_with(name)) {
                Some((name, part)) => {
                    parts.push(*part);
                    rest = &rest[name.len()..];
                }
                None if letter.is_ascii_alphabetic() => return None,
                None => {
                    parts.push(Part::Other(letter));
                    rest = &rest[letter.len_utf8()..];
                }
            }
        }
        Some(Self(parts))
    }

    /// The moment in the stored form, UTC.
    pub(super) fn date_time(&self, text: &str, of_user: &TimeZone) -> Option<String> {
        let (read, zone) = self.read(text)?;
        let zone = zone.unwrap_or_else(|| of_user.clone());
        Some(clock::of(zone.to_ambiguous_timestamp(read).compatible().ok()?))
    }

    /// The day in the stored form. A day has no zone.
    pub(super) fn date(&self, text: &str) -> Option<String> {
        self.read(text).map(|(read, _)| read.date().to_string())
    }

    fn read(&self, text: &str) -> Option<(DateTime, Option<TimeZone>)> {
        let mut rest = text.trim();
        let (mut date, mut time) = ([0_i16; 3], [0_i8; 3]);
        let (mut is_afternoon, mut of_twelve, mut zone) = (None, false, None);
        for part in &self.0 {
            // A bare date stands for its midnight.
            if rest.is_empty() && date[2] != 0 {
                break;
            }
            match part {
                Part::Year => date[0] = digits(&mut rest, 4)?.try_into().ok()?,
                Part::Month => date[1] = digits(&mut rest, 2)?.try_into().ok()?,
                Part::Day => date[2] = digits(&mut rest, 2)?.try_into().ok()?,
                Part::Hour => time[0] = digits(&mut rest, 2)?.try_into().ok()?,
                Part::HourOfTwelve => {
                    of_twelve = true;
                    time[0] = digits(&mut rest, 2)?.try_into().ok()?;
                }
                Part::Minute => time[1] = digits(&mut rest, 2)?.try_into().ok()?,
                Part::Second => time[2] = digits(&mut rest, 2)?.try_into().ok()?,
                Part::HalfDay => {
                    let half = rest.get(..2)?;
                    is_afternoon = Some(half.eq_ignore_ascii_case("pm"));
                    rest = &rest[2..];
                }
                Part::Zone => {
                    zone = Some(zone_of(rest)?);
                    rest = "";
                }
                Part::Other(letter) => rest = rest.strip_prefix(*letter)?,
            }
        }
        if !rest.is_empty() {
            return None;
        }
        if of_twelve {
            time[0] = time[0] % 12 + if is_afternoon == Some(true) { 12 } else { 0 };
        }
        let day = i8::try_from(date[2]).ok()?;
        let month = i8::try_from(date[1]).ok()?;
        Some((DateTime::new(date[0], month, day, time[0], time[1], time[2], 0).ok()?, zone))
    }
}

/// The zone that a user has set; UTC where there is none, or none that is known.
pub(super) fn zone_of_user(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// Exactly so many digits.
fn digits(rest: &mut &str, count: usize) -> Option<u32> {
    let (number, after) = rest.split_at_checked(count)?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    *rest = after;
    number.parse().ok()
}

fn zone_of(text: &str) -> Option<TimeZone> {
    if matches!(text, "GMT" | "UTC" | "Z") {
        return Some(TimeZone::UTC);
    }
    let (sign, number) = match text.split_at_checked(1)? {
        ("+", number) => (1, number),
        ("-", number) => (-1, number),
        _ => return None,
    };
    let number = number.replace(':', "");
    let mut rest = number.as_str();
    let (hours, minutes) = (digits(&mut rest, 2)?, digits(&mut rest, 2)?);
    let seconds = i32::try_from(hours * 3_600 + minutes * 60).ok()?;
    (rest.is_empty()).then(|| Offset::from_seconds(sign * seconds).ok()).flatten().map(TimeZone::fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, text: &str, zone: &str) -> Option<String> {
        DateFormat::parse(format).expect("a format").date_time(text, &zone_of_user(zone))
    }

    #[test]
    fn formats_and_zones() {
        assert_eq!(read("", "2026-03-01 12:30:00", "").as_deref(), Some("2026-03-01 12:30:00"));
        assert_eq!(read("", "2026-03-01", "").as_deref(), Some("2026-03-01 00:00:00"));
        assert_eq!(read("dd-MM-yyyy HH:mm:ss", "01-03-2026 12:30:00", "").as_deref(), Some("2026-03-01 12:30:00"));
        assert_eq!(read("", "2026-03-01 12:30:00", "Europe/Berlin").as_deref(), Some("2026-03-01 11:30:00"));
        assert_eq!(read("", "2026-07-01 12:30:00", "Europe/Berlin").as_deref(), Some("2026-07-01 10:30:00"));
        let with_zone = "yyyy-MM-dd HH:mm:ss z";
        assert_eq!(read(with_zone, "2026-03-01 12:30:00 GMT", "Europe/Berlin").as_deref(), Some("2026-03-01 12:30:00"));
        assert_eq!(read(with_zone, "2026-03-01 12:30:00 +0530", "").as_deref(), Some("2026-03-01 07:00:00"));
        // The documented trap: a twelve-hour format loses the afternoon.
        assert_eq!(read("yyyy-MM-dd hh:mm:ss", "2026-03-01 17:05:00", "").as_deref(), Some("2026-03-01 05:05:00"));
        assert_eq!(read("yyyy-MM-dd hh:mm:ss a", "2026-03-01 05:05:00 PM", "").as_deref(), Some("2026-03-01 17:05:00"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "2026-02-30 00:00:00", "2026-3-1 00:00:00", "2026-03-01T00:00:00", "2026-03-01 00:00:00 more"]
        {
            assert_eq!(read("", text, ""), None, "{text}");
        }
        assert_eq!(DateFormat::parse("EEE, dd MMM yyyy"), None);
        assert_eq!(
            DateFormat::parse("dd.MM.yyyy").and_then(|format| format.date("31.12.2026")).as_deref(),
            Some("2026-12-31")
        );
    }
}
