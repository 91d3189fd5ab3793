//! What can go wrong on the way. Apart because the difference between its variants decides whether a batch may be
//! sent again: each says whether the server can have acted.

use std::fmt;
use std::time::Duration;

use crate::Method;

/// One request as errors and logs name it: never its query, headers or body, which may hold secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The host, with its port if it is unusual.
    pub host: String,
    /// The path, without the query.
    pub path: String,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.method, self.host, self.path)
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The base address cannot be read. It is not repeated, because a mistyped address may hold a password.
    #[error("the server's address is not a URL")]
    NoAddress {
        /// What the parser said.
        #[source]
        source: url::ParseError,
    },
    /// The base address is one that credentials must not be sent to.
    #[error("the server's address (host `{host}`) is refused: {reason}")]
    Refused {
        /// The host of the address.
        host: String,
        /// Why, as a clause.
        reason: &'static str,
    },
    /// The client could not be prepared: the machine's root certificates, as a rule.
    #[error("could not prepare the HTTP client for {host}")]
    Setup {
        /// The host it was for.
        host: String,
        /// What the HTTP library said.
        #[source]
        source: reqwest::Error,
    },
    /// The request cannot be written as HTTP; nothing was sent.
    #[error("{endpoint} cannot be asked: {reason}")]
    Invalid {
        /// The request.
        endpoint: Endpoint,
        /// Why, as a clause.
        reason: &'static str,
    },
    /// The hour's budget is spent; nothing was sent.
    #[error("{endpoint} was not sent: the budget of requests is spent for another {} s", seconds(.wait))]
    BudgetSpent {
        /// The request.
        endpoint: Endpoint,
        /// How long until the next request may leave, as far as is known.
        wait: Duration,
    },
    /// The server has asked for a pause that is longer than the client waits by itself; nothing was sent.
    #[error("{endpoint} was not sent: the server has asked for a pause of another {} s", seconds(.wait))]
    Paused {
        /// The request.
        endpoint: Endpoint,
        /// How long until the next request may leave.
        wait: Duration,
    },
    /// Whoever asked wants it no more (see [`crate::Request::gate`]); nothing was sent, or what was sent was put off.
    #[error("{endpoint} was not sent: it is not wanted any more")]
    Withdrawn {
        /// The request.
        endpoint: Endpoint,
    },
    /// No connection: the server cannot have acted.
    #[error("could not reach the server for {endpoint}")]
    NotSent {
        /// The request.
        endpoint: Endpoint,
        /// The last attempt's cause.
        #[source]
        source: reqwest::Error,
    },
    /// The request left and its answer was lost or cannot be read: the server may have acted.
    #[error("the answer to {endpoint} was lost")]
    Ambiguous {
        /// The request.
        endpoint: Endpoint,
        /// The last attempt's cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The answer is larger than the cap and was not read to its end: the server may have acted.
    #[error("the answer to {endpoint} is larger than {bytes_max} bytes")]
    TooLarge {
        /// The request.
        endpoint: Endpoint,
        /// The cap.
        bytes_max: u64,
    },
    /// The answer inflates to so many times its compressed size that it is meant to do harm; it was not read to its
    /// end: the server may have acted.
    #[error("the answer to {endpoint} inflates to more than {ratio_max} times its size")]
    Bomb {
        /// The request.
        endpoint: Endpoint,
        /// The cap.
        ratio_max: u32,
    },
    /// The answer is compressed twice, or in a way that was not asked for: the server may have acted.
    #[error("the answer to {endpoint} is compressed in another way than gzip, once")]
    Coding {
        /// The request.
        endpoint: Endpoint,
    },
    /// The address of a download answered with something else than the file.
    #[error("{endpoint} gave no file, but status {status}")]
    NoFile {
        /// The request.
        endpoint: Endpoint,
        /// The status code.
        status: u16,
    },
}

impl Error {
    /// What the HTTP library could not do. It names the whole address in its errors; the query may hold a secret, so
    /// it is taken away.
    pub(crate) fn lost(endpoint: &Endpoint, source: reqwest::Error) -> Self {
        let endpoint = endpoint.clone();
        let source = source.without_url();
        if source.is_connect() {
            Self::NotSent { endpoint, source }
        } else {
            Self::Ambiguous { endpoint, source: source.into() }
        }
    }

    /// True where the server may have acted on a request whose answer is not known.
    pub fn is_ambiguous(&self) -> bool {
        match self {
            Self::Ambiguous { .. } | Self::TooLarge { .. } | Self::Bomb { .. } | Self::Coding { .. } => true,
            Self::NoAddress { .. }
            | Self::Refused { .. }
            | Self::Setup { .. }
            | Self::Invalid { .. }
            | Self::BudgetSpent { .. }
            | Self::Paused { .. }
            | Self::Withdrawn { .. }
            | Self::NotSent { .. }
            | Self::NoFile { .. } => false,
        }
    }

    /// True where there was no connection: no network, no such name, nobody who listens, or no TLS.
    pub fn is_network(&self) -> bool {
        matches!(self, Self::NotSent { .. })
    }

    /// How long to wait before the next request may leave; none where waiting is not the remedy.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::BudgetSpent { wait, .. } | Self::Paused { wait, .. } => Some(*wait),
            _ => None,
        }
    }
}

/// Whole seconds, never fewer than there are.
fn seconds(wait: &Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0))
}
