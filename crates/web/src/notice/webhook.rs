//! Sending a notice. Apart from what is told, because it is all about what may go wrong: the address may be mistyped,
//! the listener gone, slow or somebody else.
//!
//! What must hold: it ends by a deadline, follows no redirect, and goes to https, or to this machine. The address is
//! a secret itself with most services, so that no error of ours has more of it than the host.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use rest::{Client, ClientConfig, ExposeSecret as _, Request, Secret};
use url::Url;

use super::Notice;
use super::sign::{SIGNATURE, signature};
use crate::limits;
use crate::unanswered::unanswered;

/// The header that names a notice, the same for each attempt, so that a receiver can tell one that came twice.
pub const DELIVERY: &str = "Snowhaul-Delivery";

/// Hexadecimal digits of a name: 64 bits, of a few notices a day.
const DELIVERY_DIGITS: usize = 16;

/// Why nothing was told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be used. It is not repeated, because with most services it is a secret.
    #[error("the webhook's address is refused: {reason}")]
    Address {
        /// Why, as a clause.
        reason: String,
    },
    /// The secret that signs is too short to be one.
    #[error("the webhook's secret has fewer than {} characters", limits::SIGNING_SECRET_BYTES_MIN)]
    ShortSecret,
    /// There was no answer, or another than success.
    #[error("the notice was not taken by `{host}`: {reason}")]
    NotTold {
        /// The host, with its port if it is unusual.
        host: String,
        /// Why, as a clause.
        reason: String,
    },
}

/// Where notices go.
#[derive(Clone)]
pub struct Webhook {
    client: Client,
    path: String,
    query: Vec<(String, String)>,
    secret: Option<Secret>,
    deadline: Duration,
}

impl Webhook {
    /// Checks the address; nothing is sent. With a secret, each notice is signed.
    ///
    /// # Errors
    /// [`Error::Address`] for an address that is none, is neither https nor this machine, or has a password in it;
    /// [`Error::ShortSecret`].
    pub fn new(address: &Secret, secret: Option<Secret>) -> Result<Self, Error> {
        Self::tuned(address, secret, |_| {})
    }

    /// As [`Webhook::new`], with the client's settings changed before it is made.
    fn tuned(address: &Secret, secret: Option<Secret>, tune: impl FnOnce(&mut ClientConfig)) -> Result<Self, Error> {
        if secret.as_ref().is_some_and(|secret| secret.expose_secret().len() < limits::SIGNING_SECRET_BYTES_MIN) {
            return Err(Error::ShortSecret);
        }
        let mut base = Url::parse(address.expose_secret())
            .map_err(|_| Error::Address { reason: "it is no URL, as `https://hooks.example.com/a`".to_owned() })?;
        let path = base.path().to_owned();
        let query = base.query_pairs().into_owned().collect();
        if base.cannot_be_a_base() {
            return Err(Error::Address { reason: "it must begin with https".to_owned() });
        }
        base.set_path("");
        base.set_query(None);
        base.set_fragment(None);
        let mut config = ClientConfig::new(base.as_str());
        config.attempts_max = limits::NOTICE_ATTEMPTS_MAX;
        config.total_timeout = limits::NOTICE_ATTEMPT_TIMEOUT;
        config.body_bytes_max = limits::NOTICE_ANSWER_BYTES_MAX;
        tune(&mut config);
        let client = Client::new(config).map_err(|error| Error::Address { reason: refusal(&error) })?;
        Ok(Self { client, path, query, secret, deadline: limits::NOTICE_DEADLINE })
    }

    /// Tells it, in at most half a minute.
    ///
    /// # Errors
    /// [`Error::NotTold`]; it may have been told all the same, where the answer was lost.
    pub async fn send(&self, notice: &Notice, now: Timestamp) -> Result<(), Error> {
        let body = notice.to_json();
        let delivery = &blake3::hash(&body).to_hex()[..DELIVERY_DIGITS];
        let signed = self.secret.as_ref().map(|secret| signature(secret, now.as_second(), &body));
        // A receiver knows a notice by its name, so that asking twice does no more than asking once.
        let mut request = Request::post(&self.path, "application/json", body).idempotent(true);
        request = request.header(DELIVERY, delivery);
        request.query.clone_from(&self.query);
        request.is_path_secret = true;
        if let Some(signed) = signed {
            request = request.header(SIGNATURE, signed);
        }
        let answered = tokio::time::timeout(self.deadline, self.client.send(request)).await;
        match answered {
            Ok(Ok(answer)) if answer.is_success() => Ok(()),
            Ok(Ok(answer)) => Err(self.not_told(format!("it answered with status {}", answer.status))),
            Ok(Err(error)) => Err(self.not_told(unanswered(&error).to_owned())),
            Err(_elapsed) => Err(self.not_told(format!("it took longer than {} s", self.deadline.as_secs()))),
        }
    }

    fn not_told(&self, reason: String) -> Error {
        Error::NotTold { host: self.client.host().to_owned(), reason }
    }
}

/// Shows the host alone.
impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("host", &self.client.host())
            .field("signs", &self.secret.is_some())
            .finish_non_exhaustive()
    }
}

/// Why the client does not take an address; its message has no more of it than the host.
fn refusal(error: &rest::Error) -> String {
    match error {
        rest::Error::Refused { reason, .. } => (*reason).to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
