//! The Aggregate API, as far as counting.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::json;

use super::access::Access;
use super::blocking;
use super::caller::Caller;
use super::listing::Listing;
use super::parameters::Parameters;
use super::refusal::Refusal;
use super::table;
use crate::instance::Shared;
use crate::query::Selection;

/// `GET /api/now/stats/{table}?sysparm_count=true`: the count is a string, as everything is.
pub(super) async fn count(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(name): Path<String>,
    uri: Uri,
) -> Result<Response, Refusal> {
    let parameters = Parameters::of_uri(&uri);
    let listing = Listing::of(&parameters)?;
    let wanted = parameters.is_true("sysparm_count");
    blocking(move || {
        let dictionary = shared.dictionary();
        let definition = dictionary.table(&name).ok_or_else(|| Refusal::invalid_table(&name))?;
        let count = shared.database.read::<_, Refusal>(|connection| {
            Access::of(connection, &caller)?.require(&dictionary, definition, &listing.query)?;
            let strict = table::is_strict(connection)?;
            Ok(Selection::new(&dictionary, definition, &listing.query, strict).count(connection)?)
        })?;
        let stats = if wanted { json!({ "count": count.to_string() }) } else { json!({}) };
        let body = json!({ "result": { "stats": stats } });
        Ok(table::json(StatusCode::OK, body.to_string().into_bytes()))
    })
    .await
}
