//! How often a tenant may be asked: two fixed windows, as the gateway in front of the real service counts them, in the words of its
//! headers.
//!
//! Windows lie on multiples of their length since 1970, so they begin with the clock's seconds and hours and not with the first
//! request. A refused request is not counted.

use crate::limits::{REQUESTS_PER_HOUR, REQUESTS_PER_SECOND};
use serde::{Deserialize, Serialize};

/// How often a tenant may be asked, and how it says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The short window; `None` is no limit.
    pub per_second: Option<Window>,
    /// The long window; `None` is no limit.
    pub per_hour: Option<Window>,
    /// What a refusal says of when to come again. The real one is documented nowhere.
    pub retry_after: RetryAfter,
}

/// A number of requests in a length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// So many requests are answered.
    pub requests: u32,
    /// The window's length; a second and an hour in the real service, whatever a test likes here. At least 1.
    pub milliseconds: u32,
}

/// What a refusal says of when to come again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// `Retry-After: 2`.
    #[default]
    Seconds,
    /// `Retry-After: Sun, 01 Nov 2026 02:00:02 GMT`.
    Date,
    /// Nothing.
    Absent,
}

impl Default for Limits {
    /// 50 requests a second and 10,000 an hour.
    fn default() -> Self {
        Self {
            per_second: Some(Window { requests: REQUESTS_PER_SECOND, milliseconds: 1_000 }),
            per_hour: Some(Window { requests: REQUESTS_PER_HOUR, milliseconds: 3_600_000 }),
            retry_after: RetryAfter::default(),
        }
    }
}

impl Limits {
    /// No limits at all.
    pub fn off() -> Self {
        Self { per_second: None, per_hour: None, retry_after: RetryAfter::default() }
    }
}

/// What was used of the windows.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    short: Used,
    long: Used,
}

#[derive(Clone, Copy, Debug, Default)]
struct Used {
    /// Which window, counted from 1970.
    window: i64,
    requests: u32,
}

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Admission {
    /// Milliseconds since 1970 at which the window ends that refuses the request; none if it is admitted.
    pub(crate) refused_until: Option<i64>,
    /// The end of the last window that the headers tell to be used up.
    pub(crate) empty_until: Option<i64>,
    /// The headers, whether it is admitted or not.
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// One window as it is told.
struct Told {
    limit: u32,
    remaining: u32,
    ends: i64,
}

impl Gauge {
    /// Counts a request, unless a window is used up.
    pub(crate) fn admit(&mut self, limits: &Limits, now: i64) -> Admission {
        let mut windows = [(limits.per_second, &mut self.short), (limits.per_hour, &mut self.long)];
        let mut refused_until: Option<i64> = None;
        for (window, used) in &mut windows {
            if let Some(window) = window {
                used.begin(now.div_euclid(window.length()));
                if used.requests >= window.requests {
                    refused_until = refused_until.max(Some((used.window + 1) * window.length()));
                }
            }
        }
        if refused_until.is_none() {
            windows.iter_mut().for_each(|(_, used)| used.requests = used.requests.saturating_add(1));
        }
        let [short, long] = windows.map(|(window, used)| window.map(|window| used.told(window)));
        let is_empty = |told: &&Told| told.remaining == 0;
        let empty_until = [&short, &long].into_iter().flatten().filter(is_empty).map(|told| told.ends).max();
        Admission { refused_until, empty_until, headers: headers(short, long, now) }
    }
}

impl Window {
    fn length(self) -> i64 {
        i64::from(self.milliseconds.max(1))
    }
}

impl Used {
    fn begin(&mut self, window: i64) {
        if self.window != window {
            *self = Self { window, requests: 0 };
        }
    }

    fn told(self, window: Window) -> Told {
        let remaining = window.requests.saturating_sub(self.requests);
        Told { limit: window.requests, remaining, ends: (self.window + 1) * window.length() }
    }
}

/// The gateway's headers: each window by name, and the one with the least left without a name.
fn headers(short: Option<Told>, long: Option<Told>, now: i64) -> Vec<(&'static str, String)> {
    let mut headers = Vec::new();
    let tightest = [&short, &long].into_iter().flatten().min_by_key(|told| told.remaining);
    if let Some(told) = tightest {
        headers.push(("ratelimit-limit", told.limit.to_string()));
        headers.push(("ratelimit-remaining", told.remaining.to_string()));
        headers.push(("ratelimit-reset", whole_seconds(told.ends - now).to_string()));
    }
    if let Some(told) = &long {
        headers.push(("x-ratelimit-limit-hour", told.limit.to_string()));
        headers.push(("x-ratelimit-remaining-hour", told.remaining.to_string()));
    }
    if let Some(told) = &short {
        headers.push(("x-ratelimit-limit-second", told.limit.to_string()));
        headers.push(("x-ratelimit-remaining-second", told.remaining.to_string()));
    }
    headers
}

/// A length of time in whole seconds, never too few and never none.
pub(crate) fn whole_seconds(milliseconds: i64) -> i64 {
    ((milliseconds + 999).div_euclid(1_000)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(short: u32, long: u32) -> Limits {
        Limits {
            per_second: Some(Window { requests: short, milliseconds: 1_000 }),
            per_hour: Some(Window { requests: long, milliseconds: 60_000 }),
            retry_after: RetryAfter::Seconds,
        }
    }

    fn header<'a>(admission: &'a Admission, name: &str) -> Option<&'a str> {
        admission.headers.iter().find(|(told, _)| *told == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn a_window_is_used_up_and_begins_anew() {
        let (mut gauge, limits) = (Gauge::default(), limits(2, 100));
        let first = gauge.admit(&limits, 60_100);
        assert_eq!((first.refused_until, first.empty_until), (None, None));
        assert_eq!(header(&first, "x-ratelimit-remaining-second"), Some("1"));
        assert_eq!(header(&first, "x-ratelimit-remaining-hour"), Some("99"));
        let second = gauge.admit(&limits, 60_200);
        assert_eq!((second.refused_until, second.empty_until), (None, Some(61_000)));
        assert_eq!(header(&second, "ratelimit-limit"), Some("2"));
        let third = gauge.admit(&limits, 60_300);
        assert_eq!(third.refused_until, Some(61_000));
        assert_eq!(header(&third, "ratelimit-reset"), Some("1"));
        assert_eq!(gauge.admit(&limits, 61_000).refused_until, None);
    }

    #[test]
    fn the_longer_window_refuses_for_longer_and_refusals_are_free() {
        let (mut gauge, limits) = (Gauge::default(), limits(1, 1));
        assert_eq!(gauge.admit(&limits, 60_000).refused_until, None);
        for now in [60_001, 61_500, 119_999] {
            assert_eq!(gauge.admit(&limits, now).refused_until, Some(120_000), "{now}");
        }
        assert_eq!(gauge.admit(&limits, 120_000).refused_until, None);
    }

    #[test]
    fn no_limits_tell_nothing() {
        let admission = Gauge::default().admit(&Limits::off(), 5);
        assert_eq!(admission, Admission { refused_until: None, empty_until: None, headers: Vec::new() });
    }

    #[test]
    fn seconds_are_never_too_few() {
        assert_eq!([0, 1, 1_000, 1_001].map(whole_seconds), [1, 1, 1, 2]);
    }
}
