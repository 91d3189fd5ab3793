//! The interface: OAuth, the Import Set API, the Table API, counts.
//!
//! Handlers are thin: they read the request, hand the work to a blocking thread and write the documented shape. All
//! of `/api/now/`, `/api/now/v1/` and `/api/now/v2/` is the same; what is not there is refused as the platform does.

mod access;
mod caller;
mod import;
mod listing;
mod oauth;
mod parameters;
mod refusal;
mod render;
mod stats;
mod table;
mod tokens;
mod watch;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

pub(crate) use tokens::Tokens;

use crate::instance::Shared;
use crate::limits::BODY_BYTES_MAX;
use refusal::Refusal;

/// Every address that the instance answers.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let api = Router::new()
        .route("/table/{table}", get(table::list).post(write::create))
        .route(
            "/table/{table}/{sys_id}",
            get(table::read).patch(write::change).put(write::change).delete(write::remove),
        )
        .route("/stats/{table}", get(stats::count))
        .route("/import/{table}", post(import::one))
        .route("/import/{table}/insertMultiple", post(import::many))
        .route("/import/{table}/{sys_id}", get(import::read));
    Router::new()
        .route("/oauth_token.do", post(oauth::token))
        .route("/oauth_revoke_token.do", get(oauth::revoke).post(oauth::revoke))
        .nest("/api/now", api.clone())
        .nest("/api/now/v1", api.clone())
        .nest("/api/now/v2", api)
        .fallback(|| async { Refusal::nowhere() })
        .method_not_allowed_fallback(|| async { Refusal::wrong_method() })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&shared), watch::watch))
        .with_state(shared)
}

/// Runs work that reads or writes the database where it may block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!(%error, "a request ended in a panic");
            Err(Refusal::internal())
        }
    }
}
