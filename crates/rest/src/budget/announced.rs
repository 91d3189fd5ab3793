//! What an answer says of the budget that all programs of one customer share. Apart because the headers have two
//! dialects and neither is documented: the limits by window (`x-ratelimit-limit-hour`), and the limit of whichever
//! window is nearest to being spent (`ratelimit-limit`, with the seconds until it ends), which does not say which
//! window that is.

use std::time::Duration;

use crate::Headers;

/// The numbers of one answer; none where it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Announced {
    pub(super) hour_limit: Option<u64>,
    pub(super) second_limit: Option<u64>,
    pub(super) left: Option<Left>,
}

/// What is left of the hour, or of another window that is longer than a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    /// The window's limit; none where only what is left is told.
    pub(super) limit: Option<u64>,
    pub(super) remaining: u64,
    /// Until the window ends.
    pub(super) ends_in: Option<Duration>,
}

impl Announced {
    pub(crate) fn read(headers: &Headers) -> Self {
        let told = |name: &str| headers.get(name).and_then(whole);
        let limit_of = |name: &str| told(name).filter(|limit| *limit > 0);
        let hour_limit = limit_of("x-ratelimit-limit-hour");
        let hour_left = told("x-ratelimit-remaining-hour");
        let mut announced = Self {
            hour_limit,
            second_limit: limit_of("x-ratelimit-limit-second"),
            left: hour_left.map(|remaining| Left { limit: hour_limit, remaining, ends_in: None }),
        };
        if let (Some(limit), Some(remaining)) = (limit_of("ratelimit-limit"), told("ratelimit-remaining")) {
            announced.add_nearest(limit, remaining, told("ratelimit-reset").map(Duration::from_secs));
        }
        announced
    }

    /// Adds the window that is nearest to being spent. Its limit tells which it is where the limits by window are
    /// there as well; otherwise its end does. Where nothing does, it is left alone.
    fn add_nearest(&mut self, limit: u64, remaining: u64, ends_in: Option<Duration>) {
        let is_long = ends_in.is_some_and(|ends_in| ends_in > Duration::from_secs(1));
        if self.hour_limit == Some(limit) || (self.hour_limit.is_none() && is_long) {
            let remaining = self.left.map_or(remaining, |left| left.remaining.min(remaining));
            self.left = Some(Left { limit: Some(limit), remaining, ends_in });
        } else if self.second_limit.is_none() && ends_in.is_some() && !is_long {
            self.second_limit = Some(limit);
        }
    }
}

/// The whole number that a value begins with; some gateways add a list or parameters to it (`100, 100;w=60`).
fn whole(text: &str) -> Option<u64> {
    text.split([',', ';']).next()?.trim().parse().ok()
}
