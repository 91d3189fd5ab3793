//! The two ways in which time passes that the cron crate is asked about: on a wall in no particular place, where no
//! hour is missing or comes twice, and at a place. Apart because the crate knows other libraries of time than ours and
//! is told of ours here; it comes without any of them.

use std::cmp::Ordering;

use croner::errors::CronError;
use croner::{CivilDate, CivilDateTime, CivilTime, CronDateTime, Resolution, Weekday};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// What a clock on the wall shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wall(pub(super) DateTime);

/// A moment at a place.
#[derive(Clone, Debug)]
pub(super) struct Local {
    pub(super) at: Timestamp,
    pub(super) zone: TimeZone,
}

impl CronDateTime for Wall {
    fn to_civil(&self) -> CivilDateTime {
        shown(self.0)
    }

    fn civil_weekday(&self) -> Weekday {
        weekday(self.0)
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        Ok(Resolution::Single(Self(read(civil)?)))
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        self.0.checked_add(SignedDuration::from_secs(seconds)).ok().map(Self)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl CronDateTime for Local {
    fn to_civil(&self) -> CivilDateTime {
        shown(self.zone.to_datetime(self.at))
    }

    fn civil_weekday(&self) -> Weekday {
        weekday(self.zone.to_datetime(self.at))
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let moment = self.zone.to_ambiguous_timestamp(read(civil)?);
        let here = |at: Result<Timestamp, jiff::Error>| {
            at.map(|at| Self { at, zone: self.zone.clone() }).map_err(|_| CronError::InvalidTime)
        };
        Ok(match moment.offset() {
            AmbiguousOffset::Unambiguous { .. } => Resolution::Single(here(moment.unambiguous())?),
            AmbiguousOffset::Fold { .. } => Resolution::Ambiguous(here(moment.earlier())?, here(moment.later())?),
            AmbiguousOffset::Gap { .. } => Resolution::Gap,
        })
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        let at = self.at.checked_add(SignedDuration::from_secs(seconds)).ok()?;
        Some(Self { at, zone: self.zone.clone() })
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.at.cmp(&other.at)
    }
}

fn shown(civil: DateTime) -> CivilDateTime {
    let part = |part: i8| u32::from(part.unsigned_abs());
    CivilDateTime::new(
        CivilDate::from_parts_unchecked(i32::from(civil.year()), part(civil.month()), part(civil.day())),
        CivilTime::from_parts_unchecked(part(civil.hour()), part(civil.minute()), part(civil.second())),
    )
}

fn weekday(civil: DateTime) -> Weekday {
    Weekday::from_days_from_sunday(u32::from(civil.weekday().to_sunday_zero_offset().unsigned_abs()))
}

fn read(civil: CivilDateTime) -> Result<DateTime, CronError> {
    let part = |part: u32| i8::try_from(part).map_err(|_| CronError::InvalidDate);
    let year = i16::try_from(civil.year()).map_err(|_| CronError::InvalidDate)?;
    let (month, day) = (part(civil.month())?, part(civil.day())?);
    let (hour, minute, second) = (part(civil.hour())?, part(civil.minute())?, part(civil.second())?);
    DateTime::new(year, month, day, hour, minute, second, 0).map_err(|_| CronError::InvalidDate)
}
