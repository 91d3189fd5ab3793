//! How a guard is set up. Apart because these are values that the service passes in and no part of the work.

use std::fmt;
use std::sync::Arc;

use super::clock::Clock;

/// Who is told that another one-time code stands from now on. It is called outside every lock, once a code.
pub type Announce = Arc<dyn Fn(&str) + Send + Sync>;

/// What a guard has to know of its place.
#[derive(Clone)]
pub struct GuardConfig {
    /// The values of `Host` that the console is reached under, as `127.0.0.1:8080`, `localhost:8080`, `[::1]:8080`, and
    /// `console.example.com` where it stands behind a proxy. The first one's port is a part of the cookie's name.
    pub hosts: Vec<String>,
    /// True where browsers reach it over TLS, by a proxy. On plain HTTP it is for loopback only.
    pub secure: bool,
    /// What time it is.
    pub clock: Clock,
    /// Who prints a new code. The first one is not announced: it is there for the asking ([`Guard::code`]).
    ///
    /// [`Guard::code`]: super::Guard::code
    pub announce: Announce,
}

impl fmt::Debug for GuardConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardConfig").field("hosts", &self.hosts).field("secure", &self.secure).finish_non_exhaustive()
    }
}

/// Why there is no guard.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Without a host every request is refused.
    #[error("no host is named under which the console is reached")]
    NoHost,
    /// A browser never sends this as `Host`.
    #[error("`{host}` is no host that a browser asks for: a name or an address, and a port after a colon")]
    Host {
        /// What was given.
        host: String,
    },
    /// The system gave no random bytes.
    #[error("the system has no random bytes")]
    Random(#[source] getrandom::Error),
}
