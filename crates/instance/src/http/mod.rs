//! The interface: OAuth, the Import Set API, the Table API, counts, batches, attachments, and pages for people.
//!
//! Handlers are thin: they read the request, hand the work to a blocking thread and write the documented shape. All
//! of `/api/now/`, `/api/now/v1/` and `/api/now/v2/` is the same; what is not there is refused as the platform does.

mod access;
mod attachment;
mod batch;
mod caller;
mod identify;
mod import;
mod listing;
mod oauth;
mod page;
mod parameters;
mod refusal;
mod render;
mod standing;
mod stats;
mod table;
mod tokens;
mod traffic;
mod watch;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

pub(crate) use attachment::prepare as prepare_attachments;
pub(crate) use tokens::Tokens;
pub(crate) use traffic::{Traffic, overridden};

use crate::instance::Shared;
use crate::limits::BODY_BYTES_MAX;
use refusal::Refusal;

/// Every address that the instance answers.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let batch = Router::new()
        .route("/api/now/batch", post(batch::serve))
        .route("/api/now/v1/batch", post(batch::serve))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&shared), watch::watch))
        .with_state(Arc::clone(&shared));
    batch.merge(api(shared))
}

/// Every address that may also be asked in a batch.
fn api(shared: Arc<Shared>) -> Router {
    let api = Router::new()
        .route("/table/{table}", get(table::list).post(write::create))
        .route(
            "/table/{table}/{sys_id}",
            get(table::read).patch(write::change).put(write::change).delete(write::remove),
        )
        .route("/stats/{table}", get(stats::aggregate))
        .route("/import/{table}", post(import::one))
        .route("/import/{table}/insertMultiple", post(import::many))
        .route("/import/{table}/{sys_id}", get(import::read))
        .route("/identifyreconcile", post(identify::reconcile))
        .route("/identifyreconcile/enhanced", post(identify::reconcile))
        .route("/identifyreconcile/query", post(identify::query))
        .route("/identifyreconcile/queryEnhanced", post(identify::query))
        .route("/attachment", get(attachment::list))
        .route("/attachment/file", post(attachment::upload))
        .route("/attachment/{sys_id}", get(attachment::read).delete(attachment::remove))
        .route("/attachment/{sys_id}/file", get(attachment::file));
    Router::new()
        .route("/oauth_token.do", post(oauth::token))
        .route("/oauth_revoke_token.do", get(oauth::revoke).post(oauth::revoke))
        .nest("/api/now", api.clone())
        .nest("/api/now/v1", api.clone())
        .nest("/api/now/v2", api)
        .fallback(page::serve)
        .method_not_allowed_fallback(|| async { Refusal::wrong_method() })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&shared), traffic::control))
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
