//! The headers that go out with every answer, refusals and files included. Apart so that one page says what a browser is
//! told.
//!
//! `Referrer-Policy` is `same-origin` and not `no-referrer`. Both tell other hosts nothing, but under `no-referrer` a
//! browser sends its forms with `Origin: null` (<https://fetch.spec.whatwg.org/#append-a-request-origin-header>), which
//! is what any page that hides itself sends, and then the origin says nothing any more.
//!
//! We do not send `Strict-Transport-Security`: it binds every port of the name, which may be more than the console. It is
//! for the proxy that ends TLS.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

const CONTENT: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                       connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const PERMISSIONS: &str = "camera=(), clipboard-read=(), display-capture=(), geolocation=(), microphone=(), \
                           payment=(), publickey-credentials-get=(), usb=()";

/// What a page cannot loosen.
static FIXED: [(HeaderName, HeaderValue); 7] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
];

/// Adds them. Nothing is kept by a browser unless its handler says so, as one does for a file that holds nobody's data.
pub(super) async fn add(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in &FIXED {
        headers.insert(name, value.clone());
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
