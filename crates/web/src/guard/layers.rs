//! The guard around a router. Apart because the order of its steps is what protects: the headers are outermost, so that a
//! refusal has them as well, and the session is last, so that nothing is looked up for a stranger's page.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use super::door::Guard;
use super::headers;
use super::own_path::OwnPath;
use super::places::{is_drawn_in, is_event_stream};
use super::refusal::Refusal;
use super::sessions::{Session, Touch};

impl Guard {
    /// Puts the guard around the console. `open` is for everybody: the sign-in page and the files that it needs; it may
    /// post, but only from the console's own pages. `closed` is for whoever is signed in, its fallback included, and its
    /// handlers find a [`Session`].
    pub fn protect<S: Clone + Send + Sync + 'static>(&self, open: Router<S>, closed: Router<S>) -> Router<S> {
        open.merge(closed.layer(from_fn_with_state(self.clone(), require_session)))
            .layer(from_fn_with_state(self.clone(), require_own_origin))
            .layer(from_fn_with_state(self.clone(), require_own_host))
            .layer(from_fn(headers::add))
    }
}

async fn require_own_host(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.places().is_meant(request.uri(), request.headers()) {
        true => next.run(request).await,
        false => Refusal::ForeignHost.into_response(),
    }
}

async fn require_own_origin(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.places().is_from_here(request.method(), request.headers()) {
        true => next.run(request).await,
        false => Refusal::ForeignOrigin.into_response(),
    }
}

async fn require_session(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    match session(&guard, request.headers()) {
        Some(session) => {
            request.extensions_mut().insert(session);
            next.run(request).await
        }
        None => to_sign_in(&request),
    }
}

/// What another page draws in is answered as a stranger's, whatever cookies came with it.
fn session(guard: &Guard, headers: &HeaderMap) -> Option<Session> {
    if is_drawn_in(headers) {
        return None;
    }
    guard.session(headers, if is_event_stream(headers) { Touch::Leaves } else { Touch::Extends })
}

/// A page leads to the sign-in page and back. Anything else says what is wrong: an event stream would take the page for a
/// broken answer and ask again for ever, and a form that is sent on would lose what was typed.
fn to_sign_in(request: &Request) -> Response {
    let is_page = matches!(*request.method(), Method::GET | Method::HEAD) && !is_event_stream(request.headers());
    if !is_page {
        return Refusal::NoSession.into_response();
    }
    let asked = request.uri().path_and_query().and_then(|asked| OwnPath::parse(asked.as_str()));
    let address = asked.unwrap_or_default().by_sign_in();
    let address = HeaderValue::try_from(address).expect("an escaped path is plain letters");
    (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response()
}
