//! What is due now. Apart, and a pure function of three things (what was done, the time, the schedules), because it is
//! asked after every start, every run and every wait, and must answer the same each time.
//!
//! A run makes up for every moment until the one at which it began. So ten moments that were missed are one run, and a
//! run that a person starts counts as well as one of ours.

use jiff::{SignedDuration, Timestamp};

use super::{Error, Jitter, Kind, Schedule};
use crate::limits;

/// When the last run of each kind began, or the moment that it was for; either will do.
///
/// It is the last one by the order in which runs began, not the one with the greatest date: after a clock was wrong,
/// the greatest date is the wrong one, and stays it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The last run of devices.
    pub devices: Option<Timestamp>,
    /// The last run with applications; it has devices as well.
    pub apps: Option<Timestamp>,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing.
    Nothing,
    /// A run of devices.
    Devices,
    /// A run of devices, applications and usage.
    DevicesAndApps,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What is due now.
    pub due: Due,
    /// When a run begins next, for people: now where something is due, none where the calendar ends.
    pub next: Option<Timestamp>,
    /// When to ask again at the latest: the next run's beginning, or earlier because clocks are changed.
    pub look_again: Timestamp,
}

/// The schedules of one integration.
#[derive(Clone, Debug)]
pub struct Timetable {
    devices: Line,
    apps: Option<Line>,
}

impl Timetable {
    /// The schedules of the integration with this name; `apps` where applications are sent. What was missed before
    /// `since`, when the service began to watch, is made up for after it, spread like any other moment: a hundred
    /// integrations do not begin in the second in which the service starts.
    ///
    /// # Errors
    /// As [`Schedule::new`].
    pub fn new(
        integration: &str,
        devices: &str,
        apps: Option<&str>,
        time_zone: &str,
        since: Timestamp,
    ) -> Result<Self, Error> {
        let line = |expression, kind| -> Result<Line, Error> {
            let schedule = Schedule::new(expression, time_zone)?;
            Ok(Line { schedule, jitter: Jitter::new(integration, kind), since })
        };
        Ok(Self { devices: line(devices, Kind::Devices)?, apps: apps.map(|apps| line(apps, Kind::Apps)).transpose()? })
    }

    /// What is due now. An integration that never ran is due at once.
    pub fn decide(&self, done: Done, now: Timestamp) -> Decision {
        let apps_done = believed(done.apps, now);
        let devices_done = believed(done.devices, now).max(apps_done);
        let due = match &self.apps {
            Some(apps) if apps.is_due(apps_done, now) => Due::DevicesAndApps,
            _ if self.devices.is_due(devices_done, now) => Due::Devices,
            _ => Due::Nothing,
        };
        let apps_later = self.apps.as_ref().and_then(|apps| apps.next(apps_done, now));
        let later = self.devices.next(devices_done, now).into_iter().chain(apps_later).min();
        let soon = now.saturating_add(limits::LOOK_AGAIN_MAX).unwrap_or(Timestamp::MAX);
        Decision {
            due,
            next: if due == Due::Nothing { later } else { Some(now) },
            look_again: later.map_or(soon, |later| later.min(soon)),
        }
    }
}

/// A run's date, unless it is one that only a wrong clock can have given. The run counts as never made then: one run
/// too many, after which it has a date of the right clock.
fn believed(done: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    done.filter(|done| done.duration_since(now) <= limits::CLOCK_BACK_MAX)
}

/// One schedule with the integration's place in it.
#[derive(Clone, Debug)]
struct Line {
    schedule: Schedule,
    jitter: Jitter,
    since: Timestamp,
}

impl Line {
    fn is_due(&self, done: Option<Timestamp>, now: Timestamp) -> bool {
        done.is_none_or(|done| self.begun(now).is_some_and(|moment| moment > done))
    }

    /// The last moment whose run has begun or is to begin now.
    fn begun(&self, now: Timestamp) -> Option<Timestamp> {
        self.recent(now).find(|moment| self.beginning(*moment, now) <= now)
    }

    /// When a run begins next, for a moment that no run has made up for.
    fn next(&self, done: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let coming = self.schedule.next_after(done.map_or(now, |done| done.max(now)));
        let open = self.recent(now).chain(coming).filter(|moment| done.is_none_or(|done| *moment > done));
        open.map(|moment| self.beginning(moment, now)).filter(|beginning| *beginning > now).min()
    }

    /// The last two moments, newest first. A run begins before the moment that follows its own, so that of these at
    /// least the older has begun, unless the service has just started.
    fn recent(&self, now: Timestamp) -> impl Iterator<Item = Timestamp> {
        let last = self.schedule.last_until(now);
        let before = last.and_then(|last| self.schedule.last_before(last));
        last.into_iter().chain(before)
    }

    fn beginning(&self, moment: Timestamp, now: Timestamp) -> Timestamp {
        // A start that lies in the future says that the clock went back since; it is nothing to wait for.
        let is_missed = moment < self.since && self.since <= now;
        let from = if is_missed { self.since } else { moment };
        from.saturating_add(self.delay(moment)).unwrap_or(from)
    }

    fn delay(&self, moment: Timestamp) -> SignedDuration {
        let interval = self.schedule.next_after(moment).map(|next| next.duration_since(moment));
        self.jitter.delay(interval.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
