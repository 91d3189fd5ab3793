//! The cookie that carries a session's id. Apart because its name and attributes say where a browser sends it.
//!
//! Behind TLS it is `__Host-snowhaul`: browsers take a cookie of that prefix only over TLS, for one host, and for `/`. On
//! loopback its name holds the port, because cookies are not told apart by port and two services would overwrite each
//! other's. They also *send* it to every port of the same host: whoever opens another user's server on 127.0.0.1 shows it
//! the cookie. Where a machine is shared, the console belongs behind TLS or under a loopback name of its own, as
//! `snowhaul.localhost`.
//!
//! There is no `Max-Age`: the cookie goes with the browser, and how long a session lasts is this side's matter.

use axum::http::{HeaderMap, HeaderValue, header};

/// The cookie's name, and whether it is sent over TLS only.
pub(super) struct Cookie {
    name: String,
    is_secure: bool,
}

impl Cookie {
    pub(super) fn new(is_secure: bool, port: Option<u16>) -> Self {
        let name = match (is_secure, port) {
            (true, _) => "__Host-snowhaul".to_owned(),
            (false, Some(port)) => format!("snowhaul-{port}"),
            (false, None) => "snowhaul".to_owned(),
        };
        Self { name, is_secure }
    }

    /// Gives a browser this id.
    pub(super) fn give(&self, id: &str) -> HeaderValue {
        self.header(id, "")
    }

    /// Takes whatever id a browser has.
    pub(super) fn take(&self) -> HeaderValue {
        self.header("", "; Max-Age=0")
    }

    /// The ids that a request came with.
    pub(super) fn ids<'a>(&'a self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(move |(name, _)| *name == self.name).map(|(_, id)| id)
    }

    fn header(&self, id: &str, lifetime: &str) -> HeaderValue {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let text = format!("{}={id}; Path=/; HttpOnly; SameSite=Strict{secure}{lifetime}", self.name);
        let mut header =
            HeaderValue::from_str(&text).expect("a name and an id of ours are letters, digits and hyphens");
        header.set_sensitive(true);
        header
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_attributes_are_those_of_the_place() {
        let tls = Cookie::new(true, Some(443));
        assert_eq!(tls.give("id"), "__Host-snowhaul=id; Path=/; HttpOnly; SameSite=Strict; Secure");
        let loopback = Cookie::new(false, Some(8080));
        assert_eq!(loopback.give("id"), "snowhaul-8080=id; Path=/; HttpOnly; SameSite=Strict");
        assert_eq!(loopback.take(), "snowhaul-8080=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
        assert!(loopback.give("id").is_sensitive());
    }

    #[test]
    fn ids_are_found_among_the_cookies_of_others() {
        let cookie = Cookie::new(false, Some(8080));
        let mut headers = HeaderMap::new();
        for value in ["a=b; snowhaul-8080=one;snowhaul-80801=x", "xsnowhaul-8080=y; snowhaul-8080=two; broken; =; ;"] {
            headers.append(header::COOKIE, HeaderValue::from_static(value));
        }
        assert_eq!(cookie.ids(&headers).collect::<Vec<_>>(), ["one", "two"]);
    }
}
