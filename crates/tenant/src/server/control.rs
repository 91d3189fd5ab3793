//! `/_control/…`: what a test in another process does to a tenant. Only this machine may, no token is asked for, and nothing of it is
//! counted.
//!
//! ```text
//!  GET  witness, account
//!  POST witness      answers what was seen, and forgets it
//!  POST faults       {"faults": ["reset,every=7"]}
//!  POST limits       {"per_second": {"requests": 5, "milliseconds": 100}, "per_hour": null}
//!  POST permissions  {"refused": ["prism"], "status": 403}
//!  POST nights       {"nights": 1}
//! ```

use super::answer::JSON;
use super::call::Call;
use super::fault::{FaultPlan, Faults};
use super::permission::Permissions;
use super::rate::Limits;
use super::shared::{Shared, locked};
use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

const PREFIX: &str = "/_control/";

/// How far the fleet is to age.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nights {
    nights: u32,
}

/// Whether a request is for the control endpoint.
pub(super) fn is_control(call: &Call) -> bool {
    call.path.starts_with(PREFIX)
}

/// Does what is asked.
pub(super) async fn answer(shared: Arc<Shared>, call: Call) -> Response<Body> {
    if !call.peer.is_loopback() {
        return response(StatusCode::FORBIDDEN, &json!({ "error": "only this machine controls the tenant" }));
    }
    let done = tokio::task::spawn_blocking(move || obey(&shared, &call));
    match done.await {
        Ok((status, body)) => response(status, &body),
        Err(error) => response(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "error": error.to_string() })),
    }
}

fn obey(shared: &Shared, call: &Call) -> (StatusCode, Value) {
    let what = call.path.strip_prefix(PREFIX).unwrap_or_default();
    let done = match (call.method.as_str(), what) {
        ("GET", "witness") => told(&locked(&shared.watch).witness()),
        ("POST", "witness") => {
            let mut watch = locked(&shared.watch);
            let seen = told(&watch.witness());
            watch.reset();
            seen
        }
        ("GET", "account") => serde_json::from_slice(&shared.world().account()).map_err(|error| error.to_string()),
        ("POST", "faults") => read::<Faults>(call).map(|faults| {
            *locked(&shared.faults) = FaultPlan::of(faults);
            json!({})
        }),
        ("POST", "limits") => read::<Limits>(call).map(|limits| {
            shared.set_limits(limits);
            json!({})
        }),
        ("POST", "permissions") => read::<Permissions>(call).map(|permissions| {
            shared.set_permissions(permissions);
            json!({})
        }),
        ("POST", "nights") => read::<Nights>(call).map(|nights| json!({ "night": shared.advance(nights.nights) })),
        _ => return (StatusCode::NOT_FOUND, json!({ "error": "there is no such control" })),
    };
    match done {
        Ok(body) => (StatusCode::OK, body),
        Err(error) => (StatusCode::BAD_REQUEST, json!({ "error": error })),
    }
}

fn told(value: &impl serde::Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

fn read<'c, T: Deserialize<'c>>(call: &'c Call) -> Result<T, String> {
    serde_json::from_slice(&call.body).map_err(|error| error.to_string())
}

fn response(status: StatusCode, body: &Value) -> Response<Body> {
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, JSON);
    response.body(Body::from(body.to_string())).expect("the status and the type are fit for a response")
}
