//! The web console: what is asked in a browser, answered with a page. Each request is read, handed to the desk or the
//! scheduler, and answered; nothing is decided here that the command line decides otherwise.
//!
//! ```text
//!  browser ─▶ guard: host, origin, session, token ─▶ a handler ─▶ desk · scheduler ─▶ values ─▶ page
//!                                                        └─ events: what runs and works tell, as fragments of the page
//! ```

mod connecting;
mod deleting;
mod details;
mod devices;
mod editing;
mod events;
mod hidden;
mod plan;
mod reauthenticating;
mod run;
mod signing_in;
mod told;
mod working;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use integration::Name;
use maud::Markup;
use service::{Desk, Error, Kind};

use crate::guard::{Guard, Refusal, Session};
use crate::live::Live;
use crate::observer::Observer;
use crate::pages::{self, Failure, Frame, links};
use crate::scheduler::Scheduler;
use crate::works::Works;

/// Names that the form may be given, and the addresses that they stand for: an operator names them on the command line,
/// because credentials go where they lead.
#[derive(Clone, Debug, Default)]
pub struct Aliases {
    /// Tenants by subdomain.
    pub tenants: BTreeMap<String, String>,
    /// Instances by prefix.
    pub instances: BTreeMap<String, String>,
}

/// What every handler has.
#[derive(Clone)]
pub(crate) struct Console {
    pub(crate) desk: Desk,
    pub(crate) scheduler: Arc<Scheduler>,
    pub(crate) live: Live,
    pub(crate) works: Works,
    pub(crate) guard: Guard,
    pub(crate) observer: Observer,
    pub(crate) aliases: Arc<Aliases>,
    /// Changes, or ends, when the service does.
    pub(crate) stopped: tokio::sync::watch::Receiver<()>,
}

/// Every address of the console.
pub(crate) fn router(console: Console) -> Router {
    let open = Router::new()
        .route(links::SIGN_IN, get(signing_in::page).post(signing_in::sign_in))
        .route(links::STYLE, get(|| async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], pages::STYLE) }))
        .route(
            links::SCRIPT,
            get(|| async { ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], pages::SCRIPT) }),
        )
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/metrics", get(metrics));
    let of_one = Router::new()
        .route("/", get(details::page))
        .route("/run", post(run::begin))
        .route("/check", post(working::check))
        .route("/edit", get(editing::page).post(editing::edit))
        .route("/reauthenticate", get(reauthenticating::page).post(reauthenticating::reauthenticate))
        .route("/delete", get(deleting::page).post(deleting::delete))
        .route("/runs", get(run::list))
        .route("/runs/{run}", get(run::page))
        .route("/runs/{run}/events", get(events::of_run))
        .route("/runs/{run}/plan", get(plan::page))
        .route("/runs/{run}/approve", post(plan::approve))
        .route("/devices", get(devices::page));
    let closed = Router::new()
        .route(links::HOME, get(details::list))
        .route(links::SIGN_OUT, post(signing_in::sign_out))
        .route(links::DISCOVER, get(connecting::discover))
        .route(links::DISCOVER_SERVICENOW, get(connecting::about))
        .route(links::CONNECT, get(connecting::page).post(connecting::connect))
        .route("/checks/{id}", get(working::page))
        .route("/checks/{id}/events", get(events::of_work))
        .nest("/integrations/{name}", of_one)
        .fallback(|Signed(frame): Signed| async move { (StatusCode::NOT_FOUND, pages::not_found(&frame)) });
    console.guard.clone().protect(open, closed).with_state(console)
}

/// Only where it is asked for on this machine: it names every integration, and needs nobody to sign in.
async fn metrics(axum::extract::State(console): axum::extract::State<Console>, headers: HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_here = ["127.", "localhost:", "[::1]:"].iter().any(|begin| host.starts_with(begin));
    if !is_here {
        return StatusCode::NOT_FOUND.into_response();
    }
    let text = console.observer.encode(&console.desk, &console.scheduler);
    ([(header::CONTENT_TYPE, crate::metrics::CONTENT_TYPE)], text).into_response()
}

/// The frame of a page for whoever is signed in.
pub(crate) struct Signed(pub(crate) Frame);

impl<S: Send + Sync> FromRequestParts<S> for Signed {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let session = Session::from_request_parts(parts, state).await?;
        Ok(Self(frame(session.csrf, true)))
    }
}

/// The frame of a page.
pub(crate) fn frame(csrf: String, signed_in: bool) -> Frame {
    Frame { csrf, signed_in, notice: None, version: env!("CARGO_PKG_VERSION").to_owned() }
}

/// The integration of an address.
pub(crate) struct Named(pub(crate) Name);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let found = axum::extract::RawPathParams::from_request_parts(parts, state).await;
        let name = found.ok().and_then(|found| {
            let (_, value) = found.iter().find(|(key, _)| *key == "name")?;
            value.parse::<Name>().ok()
        });
        match (name, Signed::from_request_parts(parts, state).await) {
            (Some(name), Ok(_)) => Ok(Self(name)),
            (None, Ok(Signed(frame))) => Err((StatusCode::NOT_FOUND, pages::not_found(&frame)).into_response()),
            (_, Err(refusal)) => Err(refusal.into_response()),
        }
    }
}

/// A page, or the page of why there is none.
pub(crate) fn answer(frame: &Frame, page: Result<Markup, Error>) -> Response {
    match page {
        Ok(page) => page.into_response(),
        Err(error) => failure(frame, &error),
    }
}

/// The page of an error.
pub(crate) fn failure(frame: &Frame, error: &Error) -> Response {
    let status = match error {
        Error::Integration(integration::Error::Unknown { .. }) => StatusCode::NOT_FOUND,
        Error::Ledger(ledger::Error::UnknownRun(_)) => StatusCode::NOT_FOUND,
        // A run is at work: it is nobody's fault, and over soon.
        _ if error.is_elsewhere() => StatusCode::CONFLICT,
        _ => match error.kind() {
            Kind::Asked => StatusCode::BAD_REQUEST,
            Kind::Credentials | Kind::Stopped | Kind::Cancelled | Kind::Incomplete => StatusCode::CONFLICT,
            Kind::BudgetSpent => StatusCode::TOO_MANY_REQUESTS,
            Kind::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        },
    };
    if status.is_server_error() {
        tracing::error!(error = error.told(), "a page could not be made");
    }
    let view = Failure { status: status.as_u16(), what: error.told(), hint: error.hint().unwrap_or_default() };
    (status, pages::failure(frame, &view)).into_response()
}

/// Leads on after something was done: loading the page again does nothing twice.
pub(crate) fn onwards(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// Reads what is on disk, off the threads that serve sockets.
pub(crate) async fn reading<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(read).await.expect("a reader of files does not panic")
}
