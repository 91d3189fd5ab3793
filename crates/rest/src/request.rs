//! One request, before it has an address. Apart because what is secret in it is decided here: its `Debug` shows names
//! and sizes, never values.

use std::fmt;
use std::sync::Arc;

use url::form_urlencoded;

use crate::{Method, Secret};

/// Who asks.
#[derive(Clone, Debug)]
pub enum Auth {
    /// A bearer token.
    Bearer(Secret),
    /// A user name and its password.
    Basic {
        /// The user's name.
        user: String,
        /// The user's password.
        password: Secret,
    },
}

/// Asked right before each attempt of a request leaves, after every wait: false keeps it here.
pub type Gate = Arc<dyn Fn() -> bool + Send + Sync>;

/// One request. It is `Clone`, so that a caller can ask once more with a fresh token.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path below the base address; begins with `/`, and is not yet percent-encoded.
    pub path: String,
    /// Names and values, in order, not yet encoded.
    pub query: Vec<(String, String)>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The body's media type.
    pub content_type: Option<String>,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// Who asks.
    pub auth: Option<Auth>,
    /// True where asking twice does what asking once does; only then is it repeated after a lost answer.
    pub idempotent: bool,
    /// The path is a secret, as with most services that take notices: errors and logs show none.
    pub is_path_secret: bool,
    /// What must hold for an attempt to leave; nothing where it is none.
    pub gate: Option<Gate>,
}

impl Request {
    /// A request of any method, not idempotent until told so.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            content_type: None,
            body: None,
            auth: None,
            idempotent: false,
            is_path_secret: false,
            gate: None,
        }
    }

    /// A read, which may be repeated.
    pub fn get(path: impl Into<String>) -> Self {
        Self { idempotent: true, ..Self::new(Method::GET, path) }
    }

    /// A write, which must not be repeated after a lost answer.
    pub fn post(path: impl Into<String>, content_type: impl Into<String>, body: Vec<u8>) -> Self {
        Self { content_type: Some(content_type.into()), body: Some(body), ..Self::new(Method::POST, path) }
    }

    /// A form, encoded as a browser does.
    pub fn form(path: impl Into<String>, fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::post(path, "application/x-www-form-urlencoded", body.into_bytes())
    }

    /// Adds one query parameter.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds one header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Asks with a bearer token.
    #[must_use]
    pub fn bearer(mut self, token: Secret) -> Self {
        self.auth = Some(Auth::Bearer(token));
        self
    }

    /// Asks as a user with a password.
    #[must_use]
    pub fn basic(mut self, user: impl Into<String>, password: Secret) -> Self {
        self.auth = Some(Auth::Basic { user: user.into(), password });
        self
    }

    /// Says whether asking twice does what asking once does.
    #[must_use]
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = idempotent;
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", if self.is_path_secret { &"…" } else { &self.path })
            .field("query", &names(&self.query))
            .field("headers", &names(&self.headers))
            .field("content_type", &self.content_type)
            .field("body_bytes", &self.body.as_ref().map(Vec::len))
            .field("auth", &self.auth)
            .field("idempotent", &self.idempotent)
            .finish()
    }
}

fn names(pairs: &[(String, String)]) -> Vec<&str> {
    pairs.iter().map(|(name, _)| name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_value_that_may_be_secret() {
        let request = Request::form("/oauth_token.do", &[("password", "hunter2")])
            .query("token", "hunter2")
            .header("x-key", "hunter2")
            .basic("loader", Secret::from("hunter2"));
        let said = format!("{request:?}");
        assert!(!said.contains("hunter2"), "{said}");
        assert!(said.contains("/oauth_token.do"), "{said}");
    }

    #[test]
    fn a_form_is_encoded_as_a_browser_does() {
        let request = Request::form("/t", &[("a b", "c&d=é+")]);
        assert_eq!(request.body.as_deref(), Some(b"a+b=c%26d%3D%C3%A9%2B".as_slice()));
        assert!(!request.idempotent);
    }
}
