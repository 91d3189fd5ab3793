//! An answer before it is put on the wire: status, headers, and what the body is made of.

use axum::body::Bytes;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use tokio::sync::mpsc;

pub(crate) const JSON: &str = "application/json";
pub(crate) const HTML: &str = "text/html; charset=utf-8";
pub(crate) const CSV: &str = "text/csv";
pub(crate) const XML: &str = "application/xml";

/// What a body is made of.
#[derive(Debug)]
pub(crate) enum Payload {
    /// All of it.
    Whole(Bytes),
    /// All of it, compressed with gzip already.
    Compressed(Bytes),
    /// Piece by piece, as fast as the client takes it.
    Streamed(mpsc::Receiver<Bytes>),
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) payload: Payload,
}

impl Answer {
    pub(crate) fn new(content_type: &'static str, payload: Payload) -> Self {
        Self { status: StatusCode::OK, content_type, headers: Vec::new(), payload }
    }

    /// A body of JSON.
    pub(crate) fn json(body: Vec<u8>) -> Self {
        Self::new(JSON, Payload::Whole(body.into()))
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// One more header. A value that no header can carry is left out: it can only come from the client's own `Host`.
    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((HeaderName::from_static(name), value));
        }
        self
    }
}
