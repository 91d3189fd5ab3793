//! Whether and when to ask again. Apart, and without a clock of its own, because it decides whether a write happens
//! twice and whether a server's `Retry-After` is kept.
//!
//! Waits have full jitter (a random time between nothing and the bound), because clients that fail together would
//! otherwise come back together.

use std::time::{Duration, SystemTime};

use jiff::{Timestamp, fmt::rfc2822};

use crate::{Answer, ClientConfig, Error};

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
            retry_after_max: config.retry_after_max,
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

    /// 429, and 503 with a time, say that the server did not begin; 502, 503 and 504 alone do not say so.
    fn wait_after(&self, answer: &Answer, idempotent: bool, attempt: u32, now: SystemTime) -> Option<Duration> {
        let asked = answer.header("retry-after").and_then(|text| retry_after(text, now));
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

/// Parses `Retry-After`: whole seconds, or an HTTP date (RFC 9110, 10.2.3). A date that has passed asks for no pause;
/// anything else is as if the header were absent.
pub(crate) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than a u64 holds are still a request to stay away.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let then = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    let now = Timestamp::try_from(now).ok()?;
    let seconds = then.as_second().saturating_sub(now.as_second());
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests;
