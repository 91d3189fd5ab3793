//! The Import Set API.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::blocking;
use super::caller::Caller;
use super::parameters::{Parameters, require_json};
use super::refusal::Refusal;
use super::watch::Lost;
use crate::import::{self, ImportAnswer, ImportError, LoadOptions};
use crate::instance::Shared;
use crate::misbehaviour::{Concern, FaultKind};

/// The role that an import needs (`com.glide.import_set_api.insert_multiple_optimize`).
const LOADER: &str = "import_transformer";

/// `POST /api/now/import/{table}`: one record, transformed before the answer, which is 201 even for a row in error.
pub(super) async fn one(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(table): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    require_json(&headers)?;
    let body = body.map_err(|rejection| Refusal::body(&rejection))?;
    blocking(move || {
        require_loader(&shared, &caller)?;
        let id = import::insert_one(&shared, &caller.user, &table, &body)?;
        let answer = answer(&shared, &caller, &table, &id)?;
        Ok((StatusCode::CREATED, Json(answer)).into_response())
    })
    .await
}

/// `POST /api/now/import/{table}/insertMultiple`: many records, and no word about any of them.
pub(super) async fn many(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(table): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    require_json(&headers)?;
    let body = body.map_err(|rejection| Refusal::body(&rejection))?;
    let parameters = Parameters::of_uri(&uri);
    let given = |name: &str| parameters.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
    let options =
        LoadOptions { multi_import_set: given("multi_import_set_id"), run_after: given("run_after"), part: None };
    let hits = shared.misbehaviour.hits(Concern::Batch, uri.path());
    let part = hits.iter().find_map(|kind| match kind {
        FaultKind::StagePart(percent) => Some(*percent),
        _ => None,
    });
    let late = hits.iter().find_map(|kind| match kind {
        FaultKind::CommitLate(milliseconds) => Some(Duration::from_millis(u64::from(*milliseconds))),
        _ => None,
    });
    let is_lost = !hits.is_empty();
    let options = LoadOptions { part, ..options };
    let load = move || {
        require_loader(&shared, &caller)?;
        let loaded = import::insert_multiple(&shared, &caller.user, &table, &body, &options)?;
        Ok((StatusCode::CREATED, Json(loaded)).into_response())
    };
    if let Some(late) = late {
        tokio::spawn(async move {
            tokio::time::sleep(late).await;
            drop(blocking(load).await);
        });
        return Ok(lost());
    }
    let answer = blocking(load).await?;
    Ok(if is_lost { lost() } else { answer })
}

/// An answer that does not arrive.
fn lost() -> Response {
    let mut response = StatusCode::OK.into_response();
    response.extensions_mut().insert(Lost);
    response
}

/// `GET /api/now/import/{table}/{sys_id}`: what became of a row.
pub(super) async fn read(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((table, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    blocking(move || {
        if !shared.dictionary().is_staging(&table) {
            return Err(ImportError::InvalidTable.into());
        }
        Ok(Json(answer(&shared, &caller, &table, &id)?).into_response())
    })
    .await
}

fn answer(shared: &Shared, caller: &Caller, table: &str, id: &str) -> Result<ImportAnswer, Refusal> {
    let dictionary = shared.dictionary();
    shared
        .database
        .read::<_, Refusal>(|connection| Ok(import::answer(connection, &dictionary, table, id, &caller.base)?))?
        .ok_or_else(Refusal::no_record)
}

fn require_loader(shared: &Shared, caller: &Caller) -> Result<(), Refusal> {
    let may = shared.database.read::<_, Refusal>(|connection| Ok(caller.has_role(connection, LOADER)?))?;
    if may { Ok(()) } else { Err(Refusal::forbidden("Insert")) }
}
