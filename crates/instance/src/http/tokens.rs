//! Tokens, in memory only: whoever opens the instance again logs in again.
//!
//! As documented, a request within the life of a token answers the same token, with less life left; a refresh grant
//! makes a new access token and repeats the refresh token.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::limits::REFRESH_TOKEN_SECONDS;

/// The tokens that count now.
pub(crate) struct Tokens {
    access_life: Duration,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    access: HashMap<String, Token>,
    refresh: HashMap<String, Token>,
}

/// Whose it is and how long.
struct Token {
    user: String,
    ends: Instant,
}

/// What a grant answers.
pub(super) struct Grant {
    pub(super) access: String,
    pub(super) refresh: String,
    pub(super) seconds_left: u64,
}

impl Tokens {
    /// No tokens yet; access tokens will live that long.
    pub(crate) fn new(access_token_seconds: u32) -> Self {
        Self { access_life: Duration::from_secs(access_token_seconds.into()), held: Mutex::default() }
    }

    /// The user's current tokens, made where there are none.
    pub(super) fn log_in(&self, user: &str) -> Grant {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.forget_ended();
        let refresh = held.refresh_of(user);
        let (access, ends) = match current(&held.access, user) {
            Some(known) => known,
            None => held.new_access(user, self.access_life),
        };
        Grant { access, refresh, seconds_left: seconds_until(ends) }
    }

    /// Whose refresh token it is, while it counts.
    pub(super) fn user_of_refresh(&self, refresh: &str) -> Option<String> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.refresh.get(refresh).filter(|token| token.ends > Instant::now()).map(|token| token.user.clone())
    }

    /// A new access token for whom the refresh token belongs to.
    pub(super) fn refresh(&self, refresh: &str) -> Option<Grant> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.forget_ended();
        let user = held.refresh.get(refresh)?.user.clone();
        let (access, ends) = held.new_access(&user, self.access_life);
        Some(Grant { access, refresh: refresh.to_owned(), seconds_left: seconds_until(ends) })
    }

    /// The user of a living access token.
    pub(super) fn user(&self, access: &str) -> Option<String> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.access.get(access).filter(|token| token.ends > Instant::now()).map(|token| token.user.clone())
    }

    /// Ends every access token.
    pub(super) fn expire(&self) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).access.clear();
    }

    /// Ends a token of either kind.
    pub(super) fn revoke(&self, token: &str) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.access.remove(token);
        held.refresh.remove(token);
    }
}

impl Held {
    fn forget_ended(&mut self) {
        let now = Instant::now();
        self.access.retain(|_, token| token.ends > now);
        self.refresh.retain(|_, token| token.ends > now);
    }

    fn refresh_of(&mut self, user: &str) -> String {
        if let Some((known, _)) = current(&self.refresh, user) {
            return known;
        }
        let token = made_up();
        let ends = Instant::now() + Duration::from_secs(REFRESH_TOKEN_SECONDS);
        self.refresh.insert(token.clone(), Token { user: user.to_owned(), ends });
        token
    }

    /// The user's one access token from now on: the one before it no longer counts.
    fn new_access(&mut self, user: &str, life: Duration) -> (String, Instant) {
        self.access.retain(|_, token| token.user != user);
        let token = made_up();
        let ends = Instant::now() + life;
        self.access.insert(token.clone(), Token { user: user.to_owned(), ends });
        (token, ends)
    }
}

fn current(tokens: &HashMap<String, Token>, user: &str) -> Option<(String, Instant)> {
    tokens.iter().find(|(_, token)| token.user == user).map(|(name, token)| (name.clone(), token.ends))
}

fn seconds_until(ends: Instant) -> u64 {
    ends.saturating_duration_since(Instant::now()).as_secs()
}

/// 512 random bits: 86 URL-safe characters, as long as the platform's own.
fn made_up() -> String {
    let bytes: [[u8; 32]; 2] = [rand::random(), rand::random()];
    URL_SAFE_NO_PAD.encode(bytes.as_flattened())
}
