//! One access token and its life. Apart, and told the time by its caller, because off-by-one here is a night of 401.

use std::time::{Duration, Instant};

use rest::Secret;
use serde::Deserialize;

use crate::limits;

/// A token as the instance writes it. The life is a number in the documentation and text on some instances.
#[derive(Deserialize)]
struct Raw {
    access_token: String,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    expires_in: serde_json::Value,
}

/// A token that can be used.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) access: Secret,
    pub(crate) refresh: Option<Secret>,
    renew_at: Instant,
    ends_at: Instant,
}

impl Token {
    /// Parses the token endpoint's answer. `asked_at` is when the request left: the life is counted from then,
    /// because it began before the answer came. None where there is no token in it.
    pub(crate) fn parse(body: &[u8], asked_at: Instant) -> Result<Option<Self>, serde_json::Error> {
        let raw: Raw = serde_json::from_slice(body)?;
        if raw.access_token.is_empty() {
            return Ok(None);
        }
        let refresh = raw.refresh_token.filter(|token| !token.is_empty()).map(Secret::from);
        Ok(Some(Self::new(Secret::from(raw.access_token), refresh, life(&raw.expires_in), asked_at)))
    }

    fn new(access: Secret, refresh: Option<Secret>, life: Duration, asked_at: Instant) -> Self {
        let renew_after = life * limits::TOKEN_RENEW_AT_PERCENT / 100;
        Self { access, refresh, renew_at: asked_at + renew_after, ends_at: asked_at + life }
    }

    /// True once a new token should be asked for.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        now >= self.renew_at
    }

    /// Puts a renewal that failed off by a quarter of what is left, so that not every request tries it again.
    pub(crate) fn postpone(&mut self, now: Instant) {
        self.renew_at = now + self.ends_at.saturating_duration_since(now) / 4;
    }

    /// True once the instance no longer accepts it.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        now >= self.ends_at
    }
}

fn life(expires_in: &serde_json::Value) -> Duration {
    let seconds = expires_in.as_u64().or_else(|| expires_in.as_str()?.trim().parse().ok());
    seconds.map_or(limits::TOKEN_LIFE, Duration::from_secs).min(limits::TOKEN_LIFE_MAX)
}

#[cfg(test)]
mod tests;
