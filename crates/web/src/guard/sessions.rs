//! Who is signed in. Kept in memory only: a service that is started again asks again. Of a session's id only the hash is
//! here, so a copy of the memory signs nobody in.

use std::fmt;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use zeroize::Zeroizing;

use super::limits::{SESSION_ABSOLUTE, SESSION_IDLE, SESSIONS_MAX};
use super::refusal::Refusal;

/// The session of the request that is being answered, as a handler sees it.
#[derive(Clone)]
pub struct Session {
    /// What every form has to send back in its hidden field `csrf`.
    pub csrf: String,
    id: blake3::Hash,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session")
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get::<Self>().cloned().ok_or(Refusal::NoSession)
    }
}

/// What a request does to the time for which its session stays.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Touch {
    /// A person asked.
    Extends,
    /// A page asked by itself, and would do so for hours in an empty room.
    Leaves,
}

/// All sessions, the one that began first in front.
#[derive(Default)]
pub(super) struct Sessions(Vec<Kept>);

struct Kept {
    id: blake3::Hash,
    csrf: Zeroizing<String>,
    began: Duration,
    used: Duration,
}

impl Kept {
    fn is_over(&self, now: Duration) -> bool {
        now.saturating_sub(self.used) >= SESSION_IDLE || now.saturating_sub(self.began) >= SESSION_ABSOLUTE
    }
}

impl Sessions {
    /// Begins one with an id that nobody has seen yet.
    pub(super) fn begin(&mut self, now: Duration, id: &str, csrf: Zeroizing<String>) {
        self.forget(now);
        if self.0.len() >= SESSIONS_MAX {
            self.0.remove(0);
        }
        self.0.push(Kept { id: blake3::hash(id.as_bytes()), csrf, began: now, used: now });
    }

    /// The session that one of these ids belongs to. There may be several: a cookie of the same name may have been set by
    /// another program on this machine.
    pub(super) fn find<'a>(
        &mut self,
        now: Duration,
        mut ids: impl Iterator<Item = &'a str>,
        touch: Touch,
    ) -> Option<Session> {
        self.forget(now);
        ids.find_map(|id| {
            let kept = self.kept(blake3::hash(id.as_bytes()))?;
            if touch == Touch::Extends {
                kept.used = now;
            }
            Some(Session { csrf: kept.csrf.to_string(), id: kept.id })
        })
    }

    /// Whether a session that a request came with has not ended meanwhile.
    pub(super) fn is_live(&mut self, now: Duration, session: &Session) -> bool {
        self.forget(now);
        self.kept(session.id).is_some()
    }

    /// Ends the sessions of these ids.
    pub(super) fn end<'a>(&mut self, ids: impl Iterator<Item = &'a str>) {
        for id in ids {
            let id = blake3::hash(id.as_bytes());
            self.0.retain(|kept| kept.id != id);
        }
    }

    fn kept(&mut self, id: blake3::Hash) -> Option<&mut Kept> {
        self.0.iter_mut().find(|kept| kept.id == id)
    }

    fn forget(&mut self, now: Duration) {
        self.0.retain(|kept| !kept.is_over(now));
    }
}
