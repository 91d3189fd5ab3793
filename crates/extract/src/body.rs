//! What a body is before it is read as JSON. Apart because a service in trouble answers with web pages and with
//! nothing, and a person should be told so instead of "expected a value at byte 0".

use crate::DecodeError;
use crate::limits::PAGE_BYTES_MAX;

/// More bytes than are ever shown of a body.
const SHOWN_BYTES_MAX: usize = 4 * flow::Rejected::VALUE_CHARS_MAX + 4;

/// The body as text, if it is UTF-8, not too long and not plainly something else than JSON.
pub(crate) fn checked<'a>(page: &str, bytes: &'a [u8]) -> Result<&'a str, DecodeError> {
    if bytes.len() > PAGE_BYTES_MAX {
        return Err(DecodeError::TooLarge { page: page.to_owned(), bytes: bytes.len() });
    }
    if let Some(looks_like) = not_json(bytes) {
        return Err(refused(page, bytes, looks_like));
    }
    // The validator that gives no offset is the faster one; the other runs only on what has already failed.
    simdutf8::basic::from_utf8(bytes).map_err(|_| {
        let offset = simdutf8::compat::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        DecodeError::NotUtf8 { page: page.to_owned(), offset }
    })
}

/// The error for a body that is no JSON at all.
pub(crate) fn refused(page: &str, bytes: &[u8], looks_like: &'static str) -> DecodeError {
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN_BYTES_MAX)]);
    DecodeError::NotJson { page: page.to_owned(), looks_like, shown: flow::Rejected::shown(&shown) }
}

fn not_json(bytes: &[u8]) -> Option<&'static str> {
    match bytes.trim_ascii_start() {
        [] => Some("an empty body"),
        [b'<', ..] => Some("a web page"),
        [0xef, 0xbb, 0xbf, ..] => Some("text behind a byte order mark"),
        [0x1f, 0x8b, ..] => Some("a gzip stream"),
        _ => None,
    }
}
