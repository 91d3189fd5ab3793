//! The guard itself: the code, the sessions, and who may begin one. One lock holds all of it, is held for a look-up or
//! three hashes, and never while somebody is told.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::clock::Clock;
use super::code::Code;
use super::config::{Announce, ConfigError, GuardConfig};
use super::cookie::Cookie;
use super::limits::SESSION_BYTES;
use super::places::Places;
use super::secret::random_text;
use super::sessions::{Session, Sessions, Touch};
use super::throttle::Throttle;

/// The guard of one console. Clones are the same guard.
#[derive(Clone)]
pub struct Guard {
    shared: Arc<Shared>,
}

struct Shared {
    places: Places,
    cookie: Cookie,
    clock: Clock,
    announce: Announce,
    desk: Mutex<Desk>,
}

struct Desk {
    code: Code,
    throttle: Throttle,
    sessions: Sessions,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The code is not the one that stands.
    #[error("this is not the present code")]
    Wrong,
    /// There were too many wrong ones; this one was not looked at.
    #[error("there were too many wrong codes")]
    TooMany {
        /// How long nothing is looked at.
        retry_after: Duration,
    },
    /// The system gave no random bytes. The code has not been used up.
    #[error("the system has no random bytes")]
    Random(#[source] getrandom::Error),
}

impl Guard {
    /// A guard with a code that nobody has seen yet.
    ///
    /// # Errors
    /// Where a host is none that a browser asks for, and where the system has no random bytes.
    pub fn new(config: GuardConfig) -> Result<Self, ConfigError> {
        let places = Places::new(&config.hosts, config.secure)?;
        let cookie = Cookie::new(config.secure, places.port());
        let code = Code::make().map_err(ConfigError::Random)?;
        let desk = Mutex::new(Desk { code, throttle: Throttle::default(), sessions: Sessions::default() });
        let shared = Shared { places, cookie, clock: config.clock, announce: config.announce, desk };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The code that the next sign-in takes, in groups, for printing where only the owner looks.
    pub fn code(&self) -> String {
        self.desk().code.shown()
    }

    /// Begins a session for whoever typed the present code, and answers with the cookie to set. The code is spent with
    /// it, and a session that the browser came with ends.
    ///
    /// The form that calls this needs no token. A token keeps a page from using a session that is not its own, and here
    /// there is none yet; to sign a person into somebody else's session a page would have to know the code. That a page
    /// spends the owner's attempts is prevented by [`Guard::protect`], which lets no foreign origin post.
    ///
    /// # Errors
    /// Where the code is wrong or not looked at; a page answers both in its own words with [`Refused::status`].
    pub fn sign_in(&self, headers: &HeaderMap, typed: &str) -> Result<HeaderValue, Refused> {
        let now = self.shared.clock.now();
        let mut desk = self.desk();
        let result = desk.sign_in(now, typed, self.shared.cookie.ids(headers));
        drop(desk);
        let (result, fresh) = match result {
            Ok(Begun { id, fresh }) => (Ok(self.shared.cookie.give(&id)), Some(fresh)),
            Err(Missed { refused, fresh }) => (Err(refused), fresh),
        };
        match &result {
            Ok(_) => tracing::info!("somebody signed in to the console"),
            Err(Refused::TooMany { .. }) => tracing::debug!("a sign-in to the console has to wait"),
            Err(refused) => tracing::warn!(%refused, "a sign-in to the console failed"),
        }
        if let Some(fresh) = fresh {
            (self.shared.announce)(&fresh);
        }
        result
    }

    /// Ends the session that a request came with, here and for good, and answers with the cookie that takes it from the
    /// browser.
    pub fn sign_out(&self, headers: &HeaderMap) -> HeaderValue {
        self.desk().sessions.end(self.shared.cookie.ids(headers));
        self.shared.cookie.take()
    }

    /// Whether a session has not ended since its request came in. An event stream asks before each event and ends with
    /// the session; asking does not lengthen it.
    pub fn is_live(&self, session: &Session) -> bool {
        self.desk().sessions.is_live(self.shared.clock.now(), session)
    }

    pub(super) fn places(&self) -> &Places {
        &self.shared.places
    }

    /// The session that a request came with.
    pub(super) fn session(&self, headers: &HeaderMap, touch: Touch) -> Option<Session> {
        self.desk().sessions.find(self.shared.clock.now(), self.shared.cookie.ids(headers), touch)
    }

    /// Nothing that is done under the lock can break off halfway, so a panic elsewhere leaves it whole.
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.shared.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}

/// A session's id, and the code that stands from now on.
struct Begun {
    id: zeroize::Zeroizing<String>,
    fresh: String,
}

/// Why there is no session, and the code that stands from now on where it is another one.
struct Missed {
    refused: Refused,
    fresh: Option<String>,
}

impl Desk {
    fn sign_in<'a>(&mut self, now: Duration, typed: &str, ids: impl Iterator<Item = &'a str>) -> Result<Begun, Missed> {
        if let Some(retry_after) = self.throttle.wait(now) {
            return Err(Missed { refused: Refused::TooMany { retry_after }, fresh: None });
        }
        if !self.code.is(typed) {
            return Err(Missed { refused: Refused::Wrong, fresh: self.missed(now) });
        }
        let random = |error| Missed { refused: Refused::Random(error), fresh: None };
        // All of it is made before any of it counts, so that a failure leaves the code in force.
        let (code, id) = (Code::make().map_err(random)?, random_text::<SESSION_BYTES>().map_err(random)?);
        let csrf = random_text::<SESSION_BYTES>().map_err(random)?;
        (self.code, self.throttle) = (code, Throttle::default());
        self.sessions.end(ids);
        self.sessions.begin(now, &id, csrf);
        Ok(Begun { id, fresh: self.code.shown() })
    }

    /// Counts a wrong attempt. A code that was guessed at too often is replaced; where there are no random bytes it stays
    /// until the next wrong attempt.
    fn missed(&mut self, now: Duration) -> Option<String> {
        if !self.throttle.count(now) {
            return None;
        }
        self.code = Code::make().ok()?;
        self.throttle.code_replaced();
        Some(self.code.shown())
    }
}

impl Refused {
    /// The status that it is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Wrong => StatusCode::FORBIDDEN,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Random(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The value of `Retry-After`: whole seconds, and none too few.
    pub fn retry_after(&self) -> Option<HeaderValue> {
        match self {
            Self::TooMany { retry_after } => {
                let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
                Some(HeaderValue::from(seconds))
            }
            Self::Wrong | Self::Random(_) => None,
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = (self.status(), format!("You are not signed in: {self}.\n")).into_response();
        if let Some(value) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response
    }
}
