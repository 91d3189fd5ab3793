//! One answer, whatever its status: what a status means is the caller's business.

use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};

/// What a server answered.
#[derive(Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    /// The media type in lower case and without parameters; empty when the server named none.
    pub content_type: String,
    /// The body, inflated.
    pub body: Vec<u8>,
    /// How often the request was sent until this answer came; more than once where the server asked for a pause.
    pub attempts: u32,
}

/// An answer's headers. `Debug` names them only, because an answer may set a token.
#[derive(Clone, Default)]
pub struct Headers(HeaderMap);

impl Headers {
    pub(crate) fn new(headers: HeaderMap) -> Self {
        Self(headers)
    }

    /// The first header of this name, in any case; none where its value is not text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }

    /// The codings of the body in the order in which they were applied; none where one of them is not text.
    pub(crate) fn codings(&self) -> Option<Vec<String>> {
        let mut codings = Vec::new();
        for value in self.0.get_all(CONTENT_ENCODING) {
            codings.extend(value.to_str().ok()?.split(',').map(|coding| coding.trim().to_ascii_lowercase()));
        }
        codings.retain(|coding| !coding.is_empty() && coding != "identity");
        Some(codings)
    }

    /// Takes away what was true of the body before it was inflated and is not any more.
    pub(crate) fn forget_coding(&mut self) {
        self.0.remove(CONTENT_ENCODING);
        self.0.remove(CONTENT_LENGTH);
    }
}

impl Answer {
    pub(crate) fn new(status: u16, headers: Headers, body: Vec<u8>) -> Self {
        let content_type = headers.get("content-type").map(essence).unwrap_or_default();
        Self { status, headers, content_type, body, attempts: 1 }
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// True for 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl std::fmt::Debug for Headers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("content_type", &self.content_type)
            .field("body_bytes", &self.body.len())
            .field("attempts", &self.attempts)
            .finish()
    }
}

fn essence(content_type: &str) -> String {
    let end = content_type.find(';').unwrap_or(content_type.len());
    content_type[..end].trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use reqwest::header::{CONTENT_TYPE, HeaderValue};

    use super::*;

    #[test]
    fn a_header_is_found_in_any_case_and_a_media_type_has_no_parameters() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("Text/HTML; charset=UTF-8"));
        let answer = Answer::new(204, Headers::new(headers), Vec::new());
        assert_eq!(answer.content_type, "text/html");
        assert_eq!(answer.header("CONTENT-type"), Some("Text/HTML; charset=UTF-8"));
        assert!(answer.is_success());
    }
}
