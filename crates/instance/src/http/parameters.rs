//! Query parameters and forms. We decode them ourselves because what cannot be read has to be ignored or refused
//! in the platform's own shape.

use axum::http::{HeaderMap, Uri, header};
use url::form_urlencoded;

use super::refusal::Refusal;

/// Names and values in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn of_uri(uri: &Uri) -> Self {
        Self::of_form(uri.query().unwrap_or_default().as_bytes())
    }

    pub(super) fn of_form(form: &[u8]) -> Self {
        Self(form_urlencoded::parse(form).into_owned().collect())
    }

    /// The first value of that name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// True where the value is `true`.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// A whole number; refused where it is none.
    pub(super) fn number(&self, name: &str, default: usize) -> Result<usize, Refusal> {
        match self.get(name).filter(|value| !value.is_empty()) {
            None => Ok(default),
            Some(value) => {
                value.trim().parse().map_err(|_| Refusal::invalid_parameter(name, "It is not a whole number"))
            }
        }
    }

    /// The same parameters with another value for one of them, as a query.
    pub(super) fn with(&self, name: &str, value: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.0.iter().filter(|(key, _)| key != name));
        query.append_pair(name, value);
        query.finish()
    }
}

/// Refuses a body that says it is no JSON.
pub(super) fn require_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let found = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match found {
        Some(found) if found.trim_start().to_ascii_lowercase().starts_with("application/json") => Ok(()),
        other => Err(Refusal::media_type(other)),
    }
}
