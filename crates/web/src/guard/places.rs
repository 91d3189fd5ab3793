//! Where a request may come from and be meant for. Apart because these are questions to a request's head and nothing
//! else: each is a plain function of it.
//!
//! `Host` is what a page with a rebound name cannot change, `Origin` and `Sec-Fetch-*` what no page can. Sites are not
//! told apart by port, so a page of another service on this machine is *same-site* with the console and `SameSite=Strict`
//! does not keep it out; the checks here ask for the same origin.

use std::str::FromStr;

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, Uri, header};

use super::config::ConfigError;

const SEC_FETCH_SITE: &str = "sec-fetch-site";
const SEC_FETCH_MODE: &str = "sec-fetch-mode";
const SEC_FETCH_DEST: &str = "sec-fetch-dest";

/// The console's own hosts and origins.
pub(super) struct Places {
    hosts: Vec<String>,
    origins: Vec<String>,
    default_port: &'static str,
}

impl Places {
    pub(super) fn new(hosts: &[String], is_secure: bool) -> Result<Self, ConfigError> {
        let (scheme, default_port) = if is_secure { ("https", ":443") } else { ("http", ":80") };
        if hosts.is_empty() {
            return Err(ConfigError::NoHost);
        }
        if let Some(host) = hosts.iter().find(|host| !is_host(host)) {
            return Err(ConfigError::Host { host: host.clone() });
        }
        let hosts: Vec<_> = hosts.iter().map(|host| normal(host, default_port)).collect();
        let origins = hosts.iter().map(|host| format!("{scheme}://{host}")).collect();
        Ok(Self { hosts, origins, default_port })
    }

    /// The port of the first host, unless it goes without saying.
    pub(super) fn port(&self) -> Option<u16> {
        Authority::from_str(self.hosts.first()?).ok()?.port_u16()
    }

    /// Whether the request is meant for the console: one `Host`, and one of ours. Where the address itself names a host,
    /// as it does for a proxy, that one is ours as well.
    pub(super) fn is_meant(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let named = uri.authority().is_none_or(|authority| self.has(authority.as_str()));
        named && only(headers, header::HOST.as_str()).is_some_and(|host| self.has(host))
    }

    /// Whether a page of the console sent the request, as far as it could change anything. Without `Origin` the browser
    /// has to say `same-origin` in its own words; `null` is the origin of a page that hides its own, and none of ours
    /// does.
    pub(super) fn is_from_here(&self, method: &Method, headers: &HeaderMap) -> bool {
        if *method == Method::GET || *method == Method::HEAD {
            return true;
        }
        let site = only(headers, SEC_FETCH_SITE);
        let is_own_origin = match headers.contains_key(header::ORIGIN) {
            true => only(headers, header::ORIGIN.as_str()).is_some_and(|origin| self.has_origin(origin)),
            false => site == Some("same-origin"),
        };
        is_own_origin && !is_sent_from_elsewhere(headers)
    }

    fn has(&self, host: &str) -> bool {
        self.hosts.contains(&normal(host, self.default_port))
    }

    fn has_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|own| own == origin)
    }
}

/// Whether another page makes the browser ask without the person's going there: as an image, a script, a frame or a
/// fetch. A link that is followed at the top of a window is no such thing.
pub(super) fn is_drawn_in(headers: &HeaderMap) -> bool {
    let goes_there =
        only(headers, SEC_FETCH_MODE) == Some("navigate") && only(headers, SEC_FETCH_DEST) == Some("document");
    is_sent_from_elsewhere(headers) && !goes_there
}

/// Whether the request is that of an event stream: browsers ask for one in these words and for nothing else.
pub(super) fn is_event_stream(headers: &HeaderMap) -> bool {
    only(headers, header::ACCEPT.as_str()).is_some_and(|accepted| accepted.trim() == "text/event-stream")
}

/// `none` is what a person typed or took from a bookmark.
fn is_sent_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.contains_key(SEC_FETCH_SITE) && !matches!(only(headers, SEC_FETCH_SITE), Some("same-origin" | "none"))
}

/// The value of a header that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).into_iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn normal(host: &str, default_port: &str) -> String {
    let host = host.to_ascii_lowercase();
    host.strip_suffix(default_port).map_or(host.clone(), str::to_owned)
}

fn is_host(text: &str) -> bool {
    let Ok(authority) = Authority::from_str(text) else { return false };
    let port = text.strip_prefix(authority.host());
    !authority.host().is_empty()
        && port.is_some_and(|port| {
            port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(hosts: &[&str], is_secure: bool) -> Result<Places, ConfigError> {
        Places::new(&hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>(), is_secure)
    }

    #[test]
    fn only_what_a_browser_sends_is_a_host() {
        for host in ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "console.example.com", "snowhaul.localhost:1"] {
            assert!(places(&[host], false).is_ok(), "{host}");
        }
        for host in [
            "",
            ":8080",
            "http://localhost",
            "localhost/",
            "a b",
            "me@localhost",
            "localhost:",
            "localhost:99999",
            "::1",
        ] {
            assert!(matches!(places(&[host], false), Err(ConfigError::Host { .. })), "{host}");
        }
        assert!(matches!(places(&[], false), Err(ConfigError::NoHost)));
    }

    #[test]
    fn a_port_that_goes_without_saying_may_be_said() {
        let secure = places(&["Console.Example.com:443"], true).expect("places");
        assert!(secure.has("console.example.com") && secure.has("CONSOLE.example.com:443"));
        assert!(!secure.has("console.example.com:80") && !secure.has("console.example.com."));
        assert!(secure.has_origin("https://console.example.com") && !secure.has_origin("http://console.example.com"));
        assert_eq!(secure.port(), None);
        assert_eq!(places(&["[::1]:8080"], false).expect("places").port(), Some(8080));
    }
}
