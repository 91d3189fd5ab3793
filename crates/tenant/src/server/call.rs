//! A request, read once: what every part of the server asks of it.

use super::door::Peer;
use super::error_shape::Complaint;
use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, header};

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Query,
    /// The value of `Authorization`, if it is text.
    pub(crate) authorization: Option<String>,
    pub(crate) accepts_gzip: bool,
    /// The host and port that the client believes to talk to, for links that lead back.
    pub(crate) host: String,
    pub(crate) body: Bytes,
    pub(crate) peer: Peer,
}

impl Call {
    pub(crate) fn of(parts: &Parts, body: Bytes, peer: Peer) -> Self {
        let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let encodings = text(header::ACCEPT_ENCODING).unwrap_or_default();
        Self {
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            query: Query::of(parts.uri.query().unwrap_or_default()),
            authorization: text(header::AUTHORIZATION),
            accepts_gzip: encodings.split(',').any(|encoding| encoding.trim().starts_with("gzip")),
            host: text(header::HOST).unwrap_or_else(|| "localhost".to_owned()),
            body,
            peer,
        }
    }

    /// The address of a path on this very server.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("http://{}{path}", self.host)
    }
}

/// The parameters of an address, decoded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    pub(crate) fn of(text: &str) -> Self {
        let pairs = url::form_urlencoded::parse(text.as_bytes());
        Self { pairs: pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect() }
    }

    /// A parameter as it was given, perhaps empty.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that says something.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.is_empty())
    }

    /// The parts of a parameter between commas.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let parts = self.text(name).unwrap_or_default().split(',').map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// A parameter that is a whole number.
    pub(crate) fn number(&self, name: &'static str) -> Result<Option<u64>, Complaint> {
        let read =
            |text: &str| text.parse::<u64>().map_err(|_| Complaint::of_field(name, "A valid integer is required."));
        self.text(name).map(read).transpose()
    }

    /// A parameter that is `true` or `false`.
    pub(crate) fn truth(&self, name: &'static str) -> Result<Option<bool>, Complaint> {
        match self.text(name).map(str::to_lowercase).as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Complaint::of_field(name, "Must be a valid boolean.")),
        }
    }

    /// The rows of a page: as many as are asked for, up to the most that there can be.
    pub(crate) fn limit(&self, usual: usize, most: usize) -> Result<usize, Complaint> {
        let asked = self.number("limit")?.filter(|limit| *limit > 0);
        Ok(asked.map_or(usual, |limit| limit.min(most as u64) as usize))
    }

    /// The named parameters again, as far as they say something, for a link to the next page.
    pub(crate) fn repeated(&self, names: &[&str]) -> String {
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        for name in names {
            if let Some(value) = self.text(name) {
                text.append_pair(name, value);
            }
        }
        text.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read() {
        let query = Query::of("limit=900&a=x%2By&list=1,%202,,3&empty=&archived=True");
        assert_eq!(query.text("a"), Some("x+y"));
        assert_eq!((query.given("empty"), query.text("empty")), (Some(""), None));
        assert_eq!(query.list("list"), ["1", "2", "3"]);
        assert!(matches!(query.limit(25, 300), Ok(300)));
        assert!(matches!(query.truth("archived"), Ok(Some(true))));
        assert!(query.number("a").is_err());
        assert_eq!(query.repeated(&["a", "empty", "none"]), "a=x%2By");
    }
}
