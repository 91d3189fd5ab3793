//! The search for a device: its way from the page that it was read from to the record that it became.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{Console, Named, Signed, failure, working};
use crate::pages::{self, Devices};

/// What is searched for.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    app: String,
}

pub(super) async fn page(
    State(console): State<Console>,
    Signed(frame): Signed,
    Named(name): Named,
    Query(wanted): Query<Wanted>,
) -> Response {
    if let Err(error) = console.desk.connected(&name) {
        return failure(&frame, &error);
    }
    let (q, app) = (wanted.q.trim().to_owned(), wanted.app.trim().to_owned());
    let mut view = Devices {
        integration: name.to_string(),
        wanted: q.clone(),
        app: app.clone(),
        found: None,
        failure: String::new(),
    };
    if !q.is_empty() {
        let app = Some(app).filter(|app| !app.is_empty());
        let (desk, of) = (console.desk.clone(), name.clone());
        let explained = service::apart(move || async move { Box::pin(desk.explain(&of, &q, app.as_deref())).await });
        match explained.await {
            Ok(explanation) => view.found = Some(explanation),
            Err(error) => view.failure = working::told_with_hint(&error),
        }
    }
    pages::devices(&frame, &view).into_response()
}
