//! What a client is told, and the one check of where it may connect to. Apart because credentials follow this
//! address: the check must hold before the first byte leaves.

use std::sync::Arc;
use std::time::Duration;

use url::{Host, Url};

use crate::{BudgetConfig, Clock, Error, TokioClock, limits};

/// The settings of one client. [`ClientConfig::new`] has the defaults of [`limits`].
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// `https://host[:port][/prefix]`; `http` is accepted for an address of this machine only.
    pub base_url: String,
    /// Largest answer, before and after inflation, in bytes.
    pub body_bytes_max: usize,
    /// How many times larger than its compressed form an answer may be.
    pub inflation_ratio_max: u32,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest silence inside an answer's body.
    pub read_idle_timeout: Duration,
    /// Longest time for one attempt in all.
    pub total_timeout: Duration,
    /// Attempts for one request, the first included.
    pub attempts_max: u32,
    /// Bound of the first retry's wait; it doubles with every attempt.
    pub retry_delay: Duration,
    /// Where the bound stops doubling.
    pub retry_delay_max: Duration,
    /// Longest `Retry-After` that the client itself waits for.
    pub retry_after_max: Duration,
    /// What may be asked of the server; none where only the server's own pauses are kept.
    pub budget: Option<BudgetConfig>,
    /// What budgets and pauses are measured by.
    pub clock: Arc<dyn Clock>,
}

impl ClientConfig {
    /// The defaults for one server.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            body_bytes_max: limits::BODY_BYTES_MAX,
            inflation_ratio_max: limits::INFLATION_RATIO_MAX,
            connect_timeout: limits::CONNECT_TIMEOUT,
            read_idle_timeout: limits::READ_IDLE_TIMEOUT,
            total_timeout: limits::TOTAL_TIMEOUT,
            attempts_max: limits::ATTEMPTS_MAX,
            retry_delay: limits::RETRY_DELAY,
            retry_delay_max: limits::RETRY_DELAY_MAX,
            retry_after_max: limits::RETRY_AFTER_MAX,
            budget: None,
            clock: Arc::new(TokioClock),
        }
    }
}

/// Parses the base address and refuses what credentials must not be sent to.
pub(crate) fn base(base_url: &str) -> Result<Url, Error> {
    let url = Url::parse(base_url).map_err(|source| Error::NoAddress { source })?;
    match refusal(&url) {
        Some(reason) => Err(Error::Refused { host: host_of(&url), reason }),
        None => Ok(url),
    }
}

/// Host and port as people write them; never the user name that an address may carry.
pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn refusal(url: &Url) -> Option<&'static str> {
    if url.host().is_none() {
        return Some("it names no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("credentials do not belong into an address");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Some("it must end with the host or a path");
    }
    match url.scheme() {
        "https" => None,
        "http" if is_loopback(url) => None,
        "http" => Some("it must begin with https, because only an address of this machine may be spoken to in clear"),
        _ => Some("it must begin with https"),
    }
}

/// Only addresses that never leave the machine, whatever the network's name service says of other names.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_text_is_for_this_machine_only() {
        for accepted in [
            "https://acme.service-now.com",
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "http://[::1]:1",
            "http://localhost:80",
        ] {
            assert!(base(accepted).is_ok(), "{accepted}");
        }
        for refused in [
            "http://acme.service-now.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://[::]",
            "http://[::2]",
            "ftp://localhost",
            "file:///etc/passwd",
            "https://",
            "acme",
            "https://user:word@acme.service-now.com",
            "https://acme.service-now.com/?a=b",
        ] {
            assert!(base(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_refused_address_is_named_without_its_credentials() {
        let error = base("https://user:s3cret@acme.example:8443").expect_err("credentials in an address");
        let said = format!("{error} {error:?}");
        assert!(said.contains("acme.example:8443"), "{said}");
        assert!(!said.contains("s3cret") && !said.contains("user"), "{said}");
    }
}
