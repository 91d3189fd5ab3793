//! The moments of one schedule: a cron expression at a place. Apart because the two nights a year on which the clock
//! is changed are decided here.
//!
//! An expression that names hours means the clock on the wall, and comes once: what falls into the hour that is left
//! out in spring comes when that hour is over, and what falls into the hour that comes twice in autumn comes the first
//! time. An expression with a star for the hour means that time passes, and comes as often as before, neither made up
//! for in spring nor left out in autumn.

use croner::Cron;
use jiff::civil::{self, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::wall::{Local, Wall};
use super::{Error, fields, zone};

/// Hours of a day, all of which an expression has that means that time passes.
const HOURS: usize = 24;

/// The smallest step of time, by which what is before a moment is told from what is not after it.
const INSTANT: SignedDuration = SignedDuration::from_nanos(1);

/// From where an expression is tried whether it ever comes; four hundred years after it, the calendar repeats.
const TRIED_FROM: DateTime = civil::date(2000, 1, 1).at(0, 0, 0, 0);

/// A cron expression of five fields at a place.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: Cron,
    zone: TimeZone,
    /// True where hours are named.
    is_by_wall: bool,
}

impl Schedule {
    /// Reads an expression, as `0 2 * * *`, and a time zone, as `Europe/Berlin`.
    ///
    /// # Errors
    /// [`Error::Fields`] and [`Error::Field`] for what cannot be read, [`Error::Never`] for what never comes, as
    /// 31 February, and [`Error::Zone`] for a time zone that is not known.
    pub fn new(expression: &str, time_zone: &str) -> Result<Self, Error> {
        let cron = fields::read(expression)?;
        if cron.find_next_occurrence(&Wall(TRIED_FROM), true).is_err() {
            return Err(Error::Never { expression: expression.to_owned() });
        }
        let is_by_wall = cron.pattern.hours.values().len() < HOURS;
        Ok(Self { cron, zone: zone::named(time_zone)?, is_by_wall })
    }

    /// The first moment after this one; none where the calendar ends.
    pub fn next_after(&self, moment: Timestamp) -> Option<Timestamp> {
        if !self.is_by_wall {
            return self.cron.find_next_occurrence(&self.at(moment), false).ok().map(|next| next.at);
        }
        let mut next = Wall(self.zone.to_datetime(whole_second(moment)));
        let mut inclusive = true;
        loop {
            next = self.cron.find_next_occurrence(&next, inclusive).ok()?;
            match self.moment(next.0)? {
                at if at > moment => return Some(at),
                // In the hour that comes a second time, the wall shows what has been already.
                _ => inclusive = false,
            }
        }
    }

    /// The last moment before this one; none where the calendar begins.
    pub fn last_before(&self, moment: Timestamp) -> Option<Timestamp> {
        self.last_until(moment.checked_sub(INSTANT).ok()?)
    }

    /// The last moment that is not after this one: this one itself where it is one of the schedule's.
    pub fn last_until(&self, moment: Timestamp) -> Option<Timestamp> {
        let second = whole_second(moment);
        if !self.is_by_wall {
            return self.cron.find_previous_occurrence(&self.at(second), true).ok().map(|last| last.at);
        }
        let mut last = Wall(self.latest_shown(second)?);
        let mut inclusive = true;
        loop {
            last = self.cron.find_previous_occurrence(&last, inclusive).ok()?;
            match self.moment(last.0)? {
                at if at <= moment => return Some(at),
                _ => inclusive = false,
            }
        }
    }

    fn at(&self, at: Timestamp) -> Local {
        Local { at, zone: self.zone.clone() }
    }

    /// When the wall shows this for the first time; where it never does, when it shows something later.
    fn moment(&self, civil: DateTime) -> Option<Timestamp> {
        let moment = self.zone.to_ambiguous_timestamp(civil);
        let AmbiguousOffset::Gap { before, .. } = moment.offset() else {
            return moment.earlier().ok();
        };
        // By the old clock, which was put forward before it would have shown this.
        let would_be = before.to_timestamp(civil).ok()?.checked_add(INSTANT).ok()?;
        self.zone.preceding(would_be).next().map(|put_forward| put_forward.timestamp())
    }

    /// The latest that the wall has shown until this moment: in the hour that comes a second time, its end.
    fn latest_shown(&self, moment: Timestamp) -> Option<DateTime> {
        let civil = self.zone.to_datetime(moment);
        match self.zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Fold { before, after } => {
                let repeated = SignedDuration::from_secs(i64::from(before.seconds()) - i64::from(after.seconds()));
                civil.checked_add(repeated).ok()
            }
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => Some(civil),
        }
    }
}

/// The second that this moment is in.
fn whole_second(moment: Timestamp) -> Timestamp {
    let into = moment.as_nanosecond().rem_euclid(1_000_000_000);
    let into = SignedDuration::from_nanos(i64::try_from(into).unwrap_or_default());
    moment.checked_sub(into).unwrap_or(moment)
}

#[cfg(test)]
mod tests;
