//! `utc_timestamp`: every way in which the vendor writes a time, as `YYYY-MM-DD HH:MM:SS` in UTC.
//!
//! Written by hand because it runs several times a row on millions of rows and the forms are few: one layout of
//! date and time, and what may stand behind it. Fractions of a second are cut, never rounded: a rounded time could
//! lie in the future of the run that reads it.

use std::fmt::Write as _;

use engine::{Answer, TextFunction};

use super::argument::trimmed;

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "utc_timestamp",
    arguments: &["text"],
    doc: "A time in any of the vendor's forms as `YYYY-MM-DD HH:MM:SS` in UTC; without an offset it is UTC, \
          a date alone is its midnight. `2024-07-23T14:11:37.150080Z` gives `2024-07-23 14:11:37`, \
          `2024-05-13 20:09:23 +0200` gives `2024-05-13 18:09:23`.",
    apply,
};

const MINUTES_A_DAY: i32 = 24 * 60;

/// A date and a time of day, as written, before its offset is applied.
struct Moment {
    year: i32,
    month: i32,
    day: i32,
    minute_of_day: i32,
    second: i32,
}

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    let text = trimmed(arguments, 0);
    if text.is_empty() {
        return Answer::Nothing;
    }
    match write_utc(text, out) {
        Ok(()) => Answer::Value,
        Err(reason) => {
            out.push_str(reason);
            Answer::Refused
        }
    }
}

fn write_utc(text: &str, out: &mut String) -> Result<(), &'static str> {
    let moment = date(text.as_bytes())?;
    if text.len() == 10 {
        out.push_str(text);
        out.push_str(" 00:00:00");
        return Ok(());
    }
    let moment = time(text.as_bytes(), moment)?;
    // The first nineteen bytes were just read as digits and separators, so these are boundaries of characters.
    let offset_minutes = offset(behind_fraction(&text[19..])?)?;
    if offset_minutes == 0 {
        out.push_str(&text[..10]);
        out.push(' ');
        out.push_str(&text[11..19]);
        return Ok(());
    }
    shifted(moment, -offset_minutes)?.write(out);
    Ok(())
}

/// Reads `YYYY-MM-DD` at the beginning.
fn date(bytes: &[u8]) -> Result<Moment, &'static str> {
    const REASON: &str = "is not a date";
    let year = number(bytes, 0, 4).ok_or(REASON)?;
    let month = number(bytes, 5, 2).ok_or(REASON)?;
    let day = number(bytes, 8, 2).ok_or(REASON)?;
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return Err(REASON);
    }
    let exists = year >= 1 && (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    if !exists {
        return Err("is a date that does not exist");
    }
    Ok(Moment { year, month, day, minute_of_day: 0, second: 0 })
}

/// Reads `HH:MM:SS` behind a `T` or a space. A leap second is refused: no column of dates can hold one.
fn time(bytes: &[u8], date: Moment) -> Result<Moment, &'static str> {
    const REASON: &str = "is not a time behind a date";
    let hour = number(bytes, 11, 2).ok_or(REASON)?;
    let minute = number(bytes, 14, 2).ok_or(REASON)?;
    let second = number(bytes, 17, 2).ok_or(REASON)?;
    let separated = matches!(bytes[10], b'T' | b't' | b' ') && bytes[13] == b':' && bytes[16] == b':';
    if !separated {
        return Err(REASON);
    }
    if hour > 23 || minute > 59 || second > 59 {
        return Err("is a time of day that does not exist");
    }
    Ok(Moment { minute_of_day: hour * 60 + minute, second, ..date })
}

/// Reads a fixed number of digits; `None` when the text is shorter or holds anything else.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<i32> {
    let digits = bytes.get(at..at + width)?;
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i32::from(digit - b'0')))
}

/// Skips the fraction of a second, of any length, and the white space behind it.
fn behind_fraction(rest: &str) -> Result<&str, &'static str> {
    let Some(fraction) = rest.strip_prefix('.') else {
        return Ok(rest.trim_start());
    };
    let behind = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    if behind.len() == fraction.len() {
        return Err("has a point but no fraction of a second");
    }
    Ok(behind.trim_start())
}

/// Reads an offset from UTC in minutes: nothing, `Z`, `+HH:MM`, `+HHMM` or `+HH`.
fn offset(rest: &str) -> Result<i32, &'static str> {
    const REASON: &str = "has an offset from UTC that cannot be read";
    if matches!(rest, "" | "Z" | "z" | "+00:00" | "+0000") {
        return Ok(0);
    }
    let bytes = rest.as_bytes();
    let sign = match bytes[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return Err(REASON),
    };
    let hours = number(bytes, 1, 2).ok_or(REASON)?;
    let minutes = match bytes.len() {
        3 => Some(0),
        5 => number(bytes, 3, 2),
        6 if bytes[3] == b':' => number(bytes, 4, 2),
        _ => None,
    };
    let minutes = minutes.ok_or(REASON)?;
    if hours > 23 || minutes > 59 {
        return Err(REASON);
    }
    Ok(sign * (hours * 60 + minutes))
}

/// Moves a moment by less than a day.
fn shifted(mut moment: Moment, minutes: i32) -> Result<Moment, &'static str> {
    moment.minute_of_day += minutes;
    if moment.minute_of_day < 0 {
        moment.minute_of_day += MINUTES_A_DAY;
        moment.one_day_back();
    } else if moment.minute_of_day >= MINUTES_A_DAY {
        moment.minute_of_day -= MINUTES_A_DAY;
        moment.one_day_on();
    }
    if !(1..=9999).contains(&moment.year) {
        return Err("lies outside the years 0001 to 9999 in UTC");
    }
    Ok(moment)
}

impl Moment {
    fn one_day_back(&mut self) {
        self.day -= 1;
        if self.day == 0 {
            self.month -= 1;
            if self.month == 0 {
                self.month = 12;
                self.year -= 1;
            }
            self.day = days_of(self.year, self.month);
        }
    }

    fn one_day_on(&mut self) {
        self.day += 1;
        if self.day > days_of(self.year, self.month) {
            self.day = 1;
            self.month += 1;
            if self.month > 12 {
                self.month = 1;
                self.year += 1;
            }
        }
    }

    fn write(&self, out: &mut String) {
        let (hour, minute) = (self.minute_of_day / 60, self.minute_of_day % 60);
        let Self { year, month, day, second, .. } = self;
        write!(out, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
            .expect("writing to a String cannot fail");
    }
}

fn days_of(year: i32, month: i32) -> i32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests;
