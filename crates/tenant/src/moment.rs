//! Points in time and the four forms in which the API writes them, apart because the same instant of one device leaves in
//! different forms depending on the endpoint and the group of fields.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::tz::Offset;
use serde::{Serialize, Serializer};

const MICROSECONDS: i64 = 1_000_000;

/// Seconds of a minute, an hour and a day, for offsets from the moment at which the tenant is looked at.
pub(crate) const MINUTE: i64 = 60;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// A point in time in whole microseconds, as fine as the API writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    microseconds: i64,
}

impl Moment {
    pub(crate) fn of(timestamp: Timestamp) -> Self {
        Self { microseconds: timestamp.as_microsecond() }
    }

    /// Reads what the API takes for a date: with an offset, without one as UTC, or a bare day as its midnight.
    pub(crate) fn read(text: &str) -> Option<Self> {
        // A plus sign that was not encoded in an address arrives as a space.
        let repaired = text.rfind(' ').filter(|place| *place > 18).map(|place| {
            let (before, behind) = text.split_at(place);
            format!("{before}+{}", behind.trim_start())
        });
        let read = |text: &str| text.parse::<Timestamp>().ok();
        let whole = read(text).or_else(|| repaired.as_deref().and_then(read));
        let without_offset = || {
            let civil = text.parse::<jiff::civil::DateTime>().ok()?;
            Offset::UTC.to_timestamp(civil).ok()
        };
        whole.or_else(without_offset).map(Self::of)
    }

    pub(crate) fn milliseconds(self) -> i64 {
        self.microseconds.div_euclid(1_000)
    }

    pub(crate) fn of_milliseconds(milliseconds: i64) -> Self {
        Self { microseconds: milliseconds * 1_000 }
    }

    pub(crate) fn before(self, seconds: i64) -> Self {
        self.after(-seconds)
    }

    pub(crate) fn after(self, seconds: i64) -> Self {
        self.after_microseconds(seconds * MICROSECONDS)
    }

    pub(crate) fn after_microseconds(self, microseconds: i64) -> Self {
        Self { microseconds: self.microseconds + microseconds }
    }

    /// `2024-07-23T14:11:37.150080Z`: check-ins of the list and of the agent, dates of users.
    pub(crate) fn zulu(self) -> Stamp {
        self.written(b'T', true, "Z")
    }

    /// `2023-08-22T16:56:48Z`: what Apple tells of bought devices.
    pub(crate) fn zulu_seconds(self) -> Stamp {
        self.written(b'T', false, "Z")
    }

    /// `Sun, 01 Nov 2026 02:00:00 GMT`: the dates of HTTP's own headers.
    pub(crate) fn for_http(self) -> String {
        let timestamp =
            Timestamp::from_microsecond(self.microseconds).expect("a tenant's dates lie within decades of its moment");
        DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&timestamp)
            .expect("HTTP can write every date of our calendar")
    }

    /// `20261101T020000Z`: signed addresses.
    pub(crate) fn compact(self) -> String {
        self.zulu_seconds().as_str().replace(['-', ':'], "")
    }

    /// `2024-07-23T14:11:37.150080+00:00`: all of Prism, and now and then a check-in of the list.
    pub(crate) fn offset(self) -> Stamp {
        self.written(b'T', true, "+00:00")
    }

    /// `2024-07-23 14:11:37.150080+00:00`: enrolments, and dates of the details' `mdm` group.
    pub(crate) fn spaced(self) -> Stamp {
        self.written(b' ', true, "+00:00")
    }

    /// `2024-07-23 14:11:37+00:00`: the spaced form of a source that knows only seconds.
    pub(crate) fn spaced_seconds(self) -> Stamp {
        self.written(b' ', false, "+00:00")
    }

    /// `2024-07-23 14:11:37 +0000`: installed profiles.
    pub(crate) fn profile(self) -> Stamp {
        self.written(b' ', false, " +0000")
    }

    fn written(self, between: u8, fraction: bool, zone: &str) -> Stamp {
        let timestamp =
            Timestamp::from_microsecond(self.microseconds).expect("a fleet's dates lie within decades of its moment");
        let civil = Offset::UTC.to_datetime(timestamp);
        let mut stamp = Stamp::default();
        stamp.number(i64::from(civil.year()), 4);
        stamp.byte(b'-');
        stamp.number(i64::from(civil.month()), 2);
        stamp.byte(b'-');
        stamp.number(i64::from(civil.day()), 2);
        stamp.byte(between);
        stamp.number(i64::from(civil.hour()), 2);
        stamp.byte(b':');
        stamp.number(i64::from(civil.minute()), 2);
        stamp.byte(b':');
        stamp.number(i64::from(civil.second()), 2);
        if fraction {
            stamp.byte(b'.');
            stamp.number(self.microseconds.rem_euclid(MICROSECONDS), 6);
        }
        zone.bytes().for_each(|byte| stamp.byte(byte));
        stamp
    }
}

/// A written date. It holds its text without an allocation, because an application row carries three of them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stamp {
    text: [u8; 32],
    length: u8,
}

impl Stamp {
    fn byte(&mut self, byte: u8) {
        self.text[usize::from(self.length)] = byte;
        self.length += 1;
    }

    fn number(&mut self, number: i64, digits: u32) {
        for place in (0..digits).rev() {
            self.byte(b'0' + (number / 10_i64.pow(place) % 10) as u8);
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[..usize::from(self.length)]).expect("a date is written in ASCII")
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_in_the_four_forms() {
        let moment = Moment::of(Timestamp::constant(1_793_498_400, 0)).after_microseconds(150_080);
        assert_eq!(moment.zulu().as_str(), "2026-11-01T02:00:00.150080Z");
        assert_eq!(moment.offset().as_str(), "2026-11-01T02:00:00.150080+00:00");
        assert_eq!(moment.spaced().as_str(), "2026-11-01 02:00:00.150080+00:00");
        assert_eq!(moment.spaced_seconds().as_str(), "2026-11-01 02:00:00+00:00");
        assert_eq!(moment.profile().as_str(), "2026-11-01 02:00:00 +0000");
        assert_eq!(moment.zulu_seconds().as_str(), "2026-11-01T02:00:00Z");
        assert_eq!(moment.for_http(), "Sun, 01 Nov 2026 02:00:00 GMT");
        assert_eq!(moment.compact(), "20261101T020000Z");
    }

    #[test]
    fn every_form_is_read() {
        let moment = Moment::of(Timestamp::constant(1_793_498_400, 0)).after_microseconds(150_080);
        for text in [
            "2026-11-01T02:00:00.150080Z",
            "2026-11-01T02:00:00.150080+00:00",
            "2026-11-01T02:00:00.150080 00:00",
            "2026-11-01T02:00:00.150080",
            "2026-11-01T03:00:00.15008+01:00",
        ] {
            assert_eq!(Moment::read(text), Some(moment), "{text}");
        }
        assert_eq!(Moment::read("2026-11-01"), Some(Moment::of(Timestamp::constant(1_793_491_200, 0))));
        assert_eq!(Moment::read("soon"), None);
    }

    #[test]
    fn moments_before_and_after() {
        let moment = Moment::of(Timestamp::constant(1_793_498_400, 0));
        assert_eq!(moment.before(DAY).after(HOUR).spaced_seconds().as_str(), "2026-10-31 03:00:00+00:00");
    }
}
