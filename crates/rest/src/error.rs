//! What can go wrong on the way. Apart because the difference between its variants decides whether a batch may be
//! sent again: each says whether the server can have acted.

use std::fmt;

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
        bytes_max: usize,
    },
}

impl Error {
    /// True where the server may have acted on a request whose answer is not known.
    pub fn is_ambiguous(&self) -> bool {
        match self {
            Self::Ambiguous { .. } | Self::TooLarge { .. } => true,
            Self::NoAddress { .. }
            | Self::Refused { .. }
            | Self::Setup { .. }
            | Self::Invalid { .. }
            | Self::NotSent { .. } => false,
        }
    }
}
