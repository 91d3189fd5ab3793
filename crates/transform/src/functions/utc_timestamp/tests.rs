//! The forms of the vendor, the calendar, and what is refused; then any time with any offset against a calendar
//! that others wrote.

use jiff::ToSpan as _;
use proptest::prelude::*;

use super::super::check::Expected::{Is, Nothing, Refused};
use super::super::check::{call, check_text};
use super::FUNCTION;

#[test]
fn the_forms_of_the_vendor() {
    check_text(
        &FUNCTION,
        &[
            ("2024-07-23T14:11:37.150080Z", Is("2024-07-23 14:11:37")),
            ("2024-08-22T16:56:48Z", Is("2024-08-22 16:56:48")),
            ("2024-12-18T22:24:03.861846+00:00", Is("2024-12-18 22:24:03")),
            ("2024-01-26 16:15:36.087016+00:00", Is("2024-01-26 16:15:36")),
            ("2024-06-17 11:32:35+00:00", Is("2024-06-17 11:32:35")),
            ("2024-05-13 20:09:23 +0000", Is("2024-05-13 20:09:23")),
            ("2023-10-13 16:15:00.000000", Is("2023-10-13 16:15:00")),
            ("2023-10-13T16:15:00", Is("2023-10-13 16:15:00")),
            ("2023-10-13", Is("2023-10-13 00:00:00")),
            ("2023-10-13 16:15:00", Is("2023-10-13 16:15:00")),
            (" 2023-10-13 16:15:00 ", Is("2023-10-13 16:15:00")),
            ("2023-10-13t16:15:00z", Is("2023-10-13 16:15:00")),
            ("2023-10-13T16:15:00.999999999Z", Is("2023-10-13 16:15:00")),
            ("2023-10-13T16:15:00 Z", Is("2023-10-13 16:15:00")),
            ("", Nothing),
            ("  ", Nothing),
        ],
    );
}

#[test]
fn offsets_are_applied_across_day_month_and_year() {
    check_text(
        &FUNCTION,
        &[
            ("2024-05-13 20:09:23 +0200", Is("2024-05-13 18:09:23")),
            ("2024-05-13T20:09:23-07:00", Is("2024-05-14 03:09:23")),
            ("2024-05-13T20:09:23+05:30", Is("2024-05-13 14:39:23")),
            ("2024-05-13T20:09:23+05", Is("2024-05-13 15:09:23")),
            ("2024-05-13T20:09:23-0000", Is("2024-05-13 20:09:23")),
            ("2024-05-13T20:09:23-00:00", Is("2024-05-13 20:09:23")),
            ("2024-01-01T00:30:00+01:00", Is("2023-12-31 23:30:00")),
            ("2023-12-31T23:30:00-01:00", Is("2024-01-01 00:30:00")),
            ("2024-03-01T00:00:00+14:00", Is("2024-02-29 10:00:00")),
            ("2023-03-01T00:00:00+14:00", Is("2023-02-28 10:00:00")),
            ("2024-02-28T23:59:59-00:01", Is("2024-02-29 00:00:59")),
            ("2023-02-28T23:59:59-00:01", Is("2023-03-01 00:00:59")),
            ("2024-02-29T23:00:00-02:00", Is("2024-03-01 01:00:00")),
            ("2024-05-01T01:00:00.5+02:00", Is("2024-04-30 23:00:00")),
            ("2024-04-30T23:00:00-01:00", Is("2024-05-01 00:00:00")),
            ("2024-05-13T12:00:00+23:59", Is("2024-05-12 12:01:00")),
            ("2024-05-13T12:00:00-23:59", Is("2024-05-14 11:59:00")),
            ("0001-01-01T00:00:00Z", Is("0001-01-01 00:00:00")),
            ("9999-12-31T23:59:59Z", Is("9999-12-31 23:59:59")),
            ("0001-01-01T00:00:00+00:01", Refused),
            ("9999-12-31T23:59:59-00:01", Refused),
        ],
    );
}

#[test]
fn leap_years() {
    check_text(
        &FUNCTION,
        &[
            ("2024-02-29", Is("2024-02-29 00:00:00")),
            ("2000-02-29", Is("2000-02-29 00:00:00")),
            ("2023-02-29", Refused),
            ("1900-02-29", Refused),
            ("2100-02-29T00:00:00Z", Refused),
        ],
    );
}

#[test]
fn what_is_no_time_is_refused() {
    check_text(
        &FUNCTION,
        &[
            ("1 month ago", Refused),
            ("never", Refused),
            ("2024", Refused),
            ("2024-05", Refused),
            ("2024-5-1", Refused),
            ("2024/05/13", Refused),
            ("13-05-2024", Refused),
            ("0000-01-01", Refused),
            ("2024-00-10", Refused),
            ("2024-13-10", Refused),
            ("2024-04-31", Refused),
            ("2024-05-00", Refused),
            ("2024-05-32", Refused),
            ("2024-05-13T", Refused),
            ("2024-05-13T20", Refused),
            ("2024-05-13T20:09", Refused),
            ("2024-05-13T20:09Z", Refused),
            ("2024-05-13T24:00:00Z", Refused),
            ("2024-05-13T23:60:00Z", Refused),
            ("2024-05-13T23:59:60Z", Refused),
            ("2024-05-13_20:09:23", Refused),
            ("2024-05-13T20-09-23", Refused),
            ("2024-05-13T20:09:23.", Refused),
            ("2024-05-13T20:09:23.Z", Refused),
            ("2024-05-13T20:09:23,5Z", Refused),
            ("2024-05-13T20:09:23 UTC", Refused),
            ("2024-05-13T20:09:23+2", Refused),
            ("2024-05-13T20:09:23+0260", Refused),
            ("2024-05-13T20:09:23+24:00", Refused),
            ("2024-05-13T20:09:23+02:00Z", Refused),
            ("2024-05-13T20:09:23é", Refused),
            ("2024-05-1é", Refused),
            ("２０２４-05-13", Refused),
            ("-024-05-13", Refused),
            ("1721743897", Refused),
        ],
    );
}

proptest! {
    #[test]
    fn any_time_with_any_offset_is_what_the_calendar_says(
        (year, month, day) in (1970i16..2200, 1i8..=12, 1i8..=28),
        (hour, minute, second) in (0i8..24, 0i8..60, 0i8..60),
        offset_minutes in -1439i64..=1439,
    ) {
        let local = jiff::civil::date(year, month, day).at(hour, minute, second, 0);
        let utc = local.checked_sub(offset_minutes.minutes()).expect("the years are within the calendar");
        let sign = if offset_minutes < 0 { '-' } else { '+' };
        let (hours, minutes) = (offset_minutes.abs() / 60, offset_minutes.abs() % 60);
        let text = format!("{}{sign}{hours:02}:{minutes:02}", local.strftime("%Y-%m-%dT%H:%M:%S"));
        let expected = utc.strftime("%Y-%m-%d %H:%M:%S").to_string();
        prop_assert_eq!(call(&FUNCTION, &[Some(&text)]), Ok(Some(expected)));
    }
}
