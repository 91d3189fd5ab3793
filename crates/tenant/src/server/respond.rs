//! What the API itself does with a request: the token, the permission, then the endpoint, on a thread that may block, because rows
//! are made while they are asked for.

use super::answer::Answer;
use super::call::Call;
use super::endpoint;
use super::error_shape::Complaint;
use super::fault::Hits;
use super::route::Route;
use super::shared::Shared;
use axum::http::StatusCode;
use std::sync::Arc;

/// Answers a request that the gateway let through.
pub(super) async fn respond(shared: &Arc<Shared>, call: Call, route: Route, hits: &Hits) -> Answer {
    if !route.is_download()
        && let Err(complaint) = admitted(shared, &call, &route)
    {
        return complaint.into();
    }
    let shared = Arc::clone(shared);
    let twist = hits.twist();
    let export_failure = hits.kinds.iter().find_map(|kind| match kind {
        super::fault::FaultKind::ExportFailed(message) => Some(message.clone()),
        _ => None,
    });
    let made = tokio::task::spawn_blocking(move || {
        let asked = endpoint::Asked { shared: &shared, call: &call, twist, export_failure };
        endpoint::answer(&asked, &route)
    });
    match made.await {
        Ok(Ok(answer)) => answer,
        Ok(Err(complaint)) => complaint.into(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be made");
            Complaint::of_gateway(StatusCode::INTERNAL_SERVER_ERROR, "An unexpected error occurred").into()
        }
    }
}

fn admitted(shared: &Shared, call: &Call, route: &Route) -> Result<(), Complaint> {
    let told = call.authorization.as_deref().and_then(|value| value.strip_prefix("Bearer "));
    if told != Some(shared.token.as_str()) {
        return Err(Complaint::new(StatusCode::UNAUTHORIZED, shared.token_error, "Invalid token."));
    }
    shared.permissions().check(route)
}
