//! How many requests may still leave. Apart, and without a clock or a socket, because it must be possible to try it
//! on any order of any times.
//!
//! Three things decide, and the strictest counts: our own requests in the hour that ends now ([`window`]), our own
//! requests in the second ([`second`]), and what the server's answers say is left of the hour that all programs of
//! one customer share ([`announced`]). Of that a reserve stays untouched, the part that is not our share.
//!
//! Requests are numbered as they leave. What the answer to number `n` says is left holds for the requests after `n`,
//! whether they left before that answer came or not; so it is kept as the highest number that may leave.

mod announced;
mod second;
mod window;

use std::time::Duration;

use tokio::time::Instant;

pub(crate) use announced::Announced;
use announced::Left;
use second::Second;
use window::Window;

use crate::limits;

/// What one client may ask of its server. The defaults are those of [`limits`].
#[derive(Clone, Debug, PartialEq)]
pub struct BudgetConfig {
    /// Requests that the server allows in an hour.
    pub per_hour: u32,
    /// Requests that the server allows in a second.
    pub per_second: u32,
    /// Our part of both, above 0 and up to 1. One request in a window is allowed whatever the share.
    pub share: f64,
    /// The length of an hour; tests shrink it.
    pub hour: Duration,
    /// The length of a second; tests shrink it.
    pub second: Duration,
    /// Requests that left before the client was made, and how long ago: the hour does not begin anew with a process.
    pub spent: Vec<(Duration, u32)>,
    /// Waits when the hour is spent, however long; otherwise [`crate::Error::BudgetSpent`] says how long it would be.
    pub wait: bool,
}

impl Default for BudgetConfig {
    fn default() -> Self {
        Self {
            per_hour: limits::REQUESTS_PER_HOUR,
            per_second: limits::REQUESTS_PER_SECOND,
            share: limits::BUDGET_SHARE,
            hour: limits::BUDGET_HOUR,
            second: limits::BUDGET_SECOND,
            spent: Vec::new(),
            wait: false,
        }
    }
}

impl BudgetConfig {
    /// Our part of a limit. Never nothing, because a budget of nothing would be waited for without end.
    fn part_of(&self, limit: u64) -> u64 {
        ((limit as f64 * self.share.clamp(0.0, 1.0)) as u64).max(1)
    }

    fn part_of_second(&self, limit: u64) -> u32 {
        u32::try_from(self.part_of(limit.min(u64::from(self.per_second)))).expect("it is at most `per_second`, or one")
    }
}

/// How a budget stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetState {
    /// Requests that may still leave in the hour that ends now.
    pub remaining: u64,
    /// Requests that an hour may have: our share of what the server allows.
    pub limit: u64,
    /// How long until the next request may leave, because of the hour or of a pause that the server has asked for;
    /// none where it may leave now. The pace within a second is not in it.
    pub wait: Option<Duration>,
}

/// Why a request may not leave yet, and how long that lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spent {
    Hour(Duration),
    Second(Duration),
}

/// A budget and what was spent of it. Times that it is told must not go back.
#[derive(Debug)]
pub(crate) struct Budget {
    config: BudgetConfig,
    hour: Window,
    second: Second,
    /// Our share of the hour, by the configuration or by a lower limit that was announced.
    limit: u64,
    /// The number of the last request that left.
    sent: u64,
    ceiling: Option<Ceiling>,
}

/// What the server has left for us.
#[derive(Clone, Copy, Debug)]
struct Ceiling {
    /// The number of the request whose answer said so.
    told_to: u64,
    /// What it said.
    remaining: u64,
    /// The highest number that may leave.
    last: u64,
    /// When the server's window is over at the latest.
    ends: Instant,
}

impl Budget {
    pub(crate) fn new(mut config: BudgetConfig, now: Instant) -> Self {
        config.hour = config.hour.min(limits::BUDGET_WINDOW_MAX);
        config.second = config.second.min(limits::BUDGET_WINDOW_MAX);
        let second = config.part_of_second(u64::from(config.per_second));
        let mut hour = Window::new(config.hour, now);
        for (ago, requests) in std::mem::take(&mut config.spent) {
            hour.remember(ago, requests);
        }
        Self {
            hour,
            second: Second::new(second, config.second, now),
            limit: config.part_of(u64::from(config.per_hour)),
            sent: 0,
            ceiling: None,
            config,
        }
    }

    /// Counts one request and gives its number, or says why it may not leave.
    pub(crate) fn take(&mut self, now: Instant) -> Result<u64, Spent> {
        if let Some(wait) = self.hour_wait(now) {
            return Err(Spent::Hour(wait));
        }
        self.second.take(now).map_err(Spent::Second)?;
        self.hour.add(now);
        self.sent += 1;
        Ok(self.sent)
    }

    /// Takes in what the answer to request `number` says.
    pub(crate) fn learn(&mut self, number: u64, announced: &Announced, now: Instant) {
        if let Some(limit) = announced.second_limit {
            self.second.allow(self.config.part_of_second(limit), now);
        }
        if let Some(limit) = announced.hour_limit {
            self.limit = self.config.part_of(limit.min(u64::from(self.config.per_hour)));
        }
        if let Some(left) = announced.left {
            self.set_ceiling(number, left, now);
        }
    }

    /// The requests of the hour that ends now, by how long ago they left.
    pub(crate) fn spent(&mut self, now: Instant) -> Vec<(Duration, u32)> {
        self.hour.requests(now)
    }

    pub(crate) fn state(&mut self, now: Instant) -> BudgetState {
        let ours = self.limit.saturating_sub(self.hour.held(now));
        let shared = self.ceiling(now).map_or(u64::MAX, |ceiling| ceiling.last.saturating_sub(self.sent));
        BudgetState { remaining: ours.min(shared), limit: self.limit, wait: self.hour_wait(now) }
    }

    fn hour_wait(&mut self, now: Instant) -> Option<Duration> {
        let ours = self.hour.wait(self.limit, now);
        let spent = self.ceiling(now).filter(|ceiling| self.sent >= ceiling.last);
        ours.max(spent.map(|ceiling| ceiling.ends.saturating_duration_since(now)))
    }

    /// Sets the ceiling. The answer to the youngest request counts: an older one that comes late knows less.
    fn set_ceiling(&mut self, number: u64, left: Left, now: Instant) {
        let known = self.ceiling(now);
        if known.is_some_and(|known| known.told_to > number) {
            return;
        }
        let limit = left.limit.unwrap_or(u64::from(self.config.per_hour));
        let reserve = limit.saturating_sub(self.config.part_of(limit));
        self.ceiling = Some(Ceiling {
            told_to: number,
            remaining: left.remaining,
            last: number.saturating_add(left.remaining.saturating_sub(reserve)),
            ends: self.end_of_window(known, left, now),
        });
    }

    /// When the server's window is over at the latest. Where no header says it, an hour after the first answer that
    /// belongs to it; and an answer belongs to another window if more is left than before, by more than our own
    /// requests can account for that overtook each other.
    fn end_of_window(&self, known: Option<Ceiling>, left: Left, now: Instant) -> Instant {
        let overtaking = |known: &Ceiling| self.sent.saturating_sub(known.told_to);
        let same = known.filter(|known| left.remaining <= known.remaining.saturating_add(overtaking(known)));
        match (left.ends_in, same) {
            (Some(ends_in), _) => now + ends_in.min(self.config.hour),
            (None, Some(known)) => known.ends,
            (None, None) => now + self.config.hour,
        }
    }

    fn ceiling(&mut self, now: Instant) -> Option<Ceiling> {
        self.ceiling = self.ceiling.filter(|ceiling| ceiling.ends > now);
        self.ceiling
    }
}

#[cfg(test)]
mod tests;
