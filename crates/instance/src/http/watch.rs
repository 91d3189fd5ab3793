//! Every request passes here: it is noted in the account, and meets the faults that are on before anybody looks at it.
//! `/_control/…` is what a test in another process does to the instance; it is answered to this machine only, asks for no
//! token, and is not counted.
//!
//! ```text
//!  GET  account
//!  POST faults    {"faults": ["lose-answer,every=2"]}
//! ```

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use futures::stream;
use serde::Deserialize;
use serde_json::json;

use crate::account::Heard;
use crate::instance::Shared;
use crate::misbehaviour::{Concern, Fault, FaultKind};

/// Where the control endpoint begins.
const CONTROL: &str = "/_control/";

/// The page of a developer instance that sleeps.
const HIBERNATING: &str = "<html><head><title>Instance Hibernating page</title></head>\
                           <body>Your instance is hibernating. Sign in to wake it.</body></html>";

/// What a single sign-on or a proxy answers in the instance's place.
const SIGN_ON: &str = "<html><head><title>Sign in</title></head><body><form action=\"/login\"></form></body></html>";

/// Marks an answer that is not to arrive: its connection ends instead.
#[derive(Clone, Copy)]
pub(super) struct Lost;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Faults {
    faults: Vec<Fault>,
}

/// Notes a request and lets faults meet it.
pub(super) async fn watch(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if path.starts_with(CONTROL) {
        return control(&shared, request).await;
    }
    let method = request.method().to_string();
    let query = shown(request.uri().query().unwrap_or_default());
    let hits = shared.misbehaviour.hits(Concern::Request, &path);
    if hits.contains(&FaultKind::ExpireTokens) {
        shared.tokens.expire();
    }
    let mut response = match hits.iter().find_map(instead) {
        Some(response) => response,
        None => next.run(request).await,
    };
    let is_lost = response.extensions().get::<Lost>().is_some();
    let status = if is_lost { 0 } else { response.status().as_u16() };
    shared.books.answered(Heard { method, path, query, status });
    if is_lost {
        let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        *response.body_mut() = Body::from_stream(stream::once(async { Err::<Vec<u8>, _>(broken) }));
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    response
}

/// The answer that a fault gives instead of the work.
fn instead(kind: &FaultKind) -> Option<Response> {
    match kind {
        FaultKind::Html => Some(Html(SIGN_ON).into_response()),
        FaultKind::Hibernate => Some(Html(HIBERNATING).into_response()),
        FaultKind::Refuse(status) => {
            let status = StatusCode::from_u16(*status).ok()?;
            let body = json!({ "error": { "message": "Too Many Requests", "detail": "" }, "status": "failure" });
            let mut response = (status, Json(body)).into_response();
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            Some(response)
        }
        _ => None,
    }
}

async fn control(shared: &Shared, request: Request) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    if !peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback()) {
        return refused(StatusCode::FORBIDDEN, "only this machine controls the instance");
    }
    let (parts, body) = request.into_parts();
    match (parts.method.as_str(), parts.uri.path().strip_prefix(CONTROL).unwrap_or_default()) {
        ("GET", "account") => Json(shared.books.account()).into_response(),
        ("POST", "faults") => {
            let body = axum::body::to_bytes(body, crate::limits::CONTROL_BYTES_MAX).await;
            let read = body.map_err(|error| error.to_string());
            let faults =
                read.and_then(|body| serde_json::from_slice::<Faults>(&body).map_err(|error| error.to_string()));
            match faults.and_then(|told| shared.misbehave(told.faults).map_err(|error| error.to_string())) {
                Ok(()) => Json(json!({})).into_response(),
                Err(error) => refused(StatusCode::BAD_REQUEST, &error),
            }
        }
        _ => refused(StatusCode::NOT_FOUND, "there is no such control"),
    }
}

fn refused(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

/// A query as the account keeps it: decoded, and without the value of a token.
fn shown(query: &str) -> String {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let shown =
        pairs.map(|(name, value)| if name == "token" { format!("{name}=…") } else { format!("{name}={value}") });
    shown.collect::<Vec<_>>().join("&")
}
