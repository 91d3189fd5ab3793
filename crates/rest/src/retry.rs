//! Whether and when to ask again. Apart, and without a clock of its own, because it decides whether a write happens
//! twice and whether a server's `Retry-After` is kept.
//!
//! Waits have full jitter (a random time between nothing and the bound), because clients that fail together would
//! otherwise come back together.
//!
//! We do not use the crate `backon`, because it repeats errors, while the half of this table is about answers, which
//! are no errors; and because its jitter is added to a wait instead of taking its place. What would be left of it is
//! a loop of five lines.

mod allowance;

use std::time::{Duration, SystemTime};

pub(crate) use allowance::Allowance;
use jiff::{Timestamp, fmt::rfc2822};

use crate::{Answer, ClientConfig, Error, Headers, limits};

/// The part of the settings that speaks of retries.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    attempts_max: u32,
    delay: Duration,
    delay_max: Duration,
    retry_after_max: Duration,
}

impl Policy {
    pub(crate) fn new(config: &ClientConfig) -> Self {
        Self {
            attempts_max: config.attempts_max,
            delay: config.retry_delay,
            delay_max: config.retry_delay_max,
            // Whoever waits an hour for the budget waits as long for the server.
            retry_after_max: match &config.budget {
                Some(budget) if budget.wait => limits::PAUSE_MAX,
                _ => config.retry_after_max,
            },
        }
    }

    /// How long to wait before asking again after the `attempt`-th attempt (from 1); none where the result stands.
    pub(crate) fn wait(
        &self,
        result: &Result<Answer, Error>,
        idempotent: bool,
        attempt: u32,
        now: SystemTime,
    ) -> Option<Duration> {
        if attempt >= self.attempts_max {
            return None;
        }
        match result {
            Ok(answer) => self.wait_after(answer, idempotent, attempt, now),
            Err(Error::NotSent { .. }) => Some(self.jitter(attempt)),
            Err(Error::Ambiguous { .. }) if idempotent => Some(self.jitter(attempt)),
            Err(_) => None,
        }
    }

    /// How long *no* request may leave after an answer with this head: the server has asked for a pause. A 429 that
    /// does not say how long gets a short one, so that the others do not run into the same wall.
    pub(crate) fn pause(&self, status: u16, headers: &Headers, attempt: u32, now: SystemTime) -> Option<Duration> {
        match (status, asked(headers, now)) {
            (429 | 500..=599, Some(pause)) => Some(pause),
            (429, None) => Some(self.jitter(attempt)),
            _ => None,
        }
    }

    /// True for a result that says that the server did not begin: 429, and 503 with a time to come again. 502, 503 and 504
    /// alone do not say so.
    pub(crate) fn has_not_begun(&self, result: &Result<Answer, Error>) -> bool {
        match result {
            Ok(answer) => answer.status == 429 || (answer.status == 503 && answer.headers.get("retry-after").is_some()),
            Err(error) => !error.is_ambiguous(),
        }
    }

    fn wait_after(&self, answer: &Answer, idempotent: bool, attempt: u32, now: SystemTime) -> Option<Duration> {
        let asked = asked(&answer.headers, now);
        let not_begun = answer.status == 429 || (answer.status == 503 && asked.is_some());
        let perhaps_begun = matches!(answer.status, 502..=504);
        if !(not_begun || (idempotent && perhaps_begun)) {
            return None;
        }
        let pause = asked.unwrap_or_default();
        (pause <= self.retry_after_max).then(|| pause + self.jitter(attempt))
    }

    fn jitter(&self, attempt: u32) -> Duration {
        self.bound(attempt).mul_f64(rand::random_range(0.0..=1.0))
    }

    fn bound(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(16);
        self.delay.saturating_mul(1 << doublings).min(self.delay_max)
    }
}

/// The pause that an answer asks for. A date is compared with the answer's own date, because it was written by the
/// same clock; ours may be wrong, and decides only where the answer has none.
fn asked(headers: &Headers, now: SystemTime) -> Option<Duration> {
    let theirs = headers.get("date").and_then(date);
    retry_after(headers.get("retry-after")?, theirs.or_else(|| Timestamp::try_from(now).ok())?)
}

/// Parses `Retry-After`: whole seconds, or an HTTP date (RFC 9110, 10.2.3). A date that has passed asks for no pause;
/// anything else is as if the header were absent.
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than a u64 holds are still a request to stay away.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let seconds = date(text)?.as_second().saturating_sub(now.as_second());
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

fn date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests;
