//! `POST /api/now/identifyreconcile`, `/enhanced`, `/query` and `/queryEnhanced`: configuration items by identification and
//! reconciliation; the queries do everything and keep nothing (ServiceNow documentation, identifyreconcile API).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rusqlite::Connection;
use serde_json::json;

use super::blocking;
use super::caller::Caller;
use super::parameters::{Parameters, require_json};
use super::refusal::Refusal;
use super::table::json;
use crate::error::Error;
use crate::instance::Shared;
use crate::reconcile::{self, Payload};
use crate::records::{Memory, Records};

/// The roles that may identify and reconcile.
const ROLES: [&str; 2] = ["itil", "asset"];

/// Identifies and writes.
pub(super) async fn reconcile(
    state: State<Arc<Shared>>,
    caller: Caller,
    uri: OriginalUri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    answer(state, caller, uri, headers, body, true).await
}

/// Identifies and says what would be written.
pub(super) async fn query(
    state: State<Arc<Shared>>,
    caller: Caller,
    uri: OriginalUri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    answer(state, caller, uri, headers, body, false).await
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
    keeps: bool,
) -> Result<Response, Refusal> {
    require_json(&headers)?;
    let body = body.map_err(|rejection| Refusal::body(&rejection))?;
    let payload: Payload = serde_json::from_slice(&body)
        .map_err(|error| Refusal::invalid_body(format!("The payload is not valid JSON: {error}")))?;
    let source = Parameters::of_uri(&uri).get("sysparm_data_source").unwrap_or_default().to_owned();
    blocking(move || {
        let dictionary = shared.dictionary();
        let mut answered = None;
        let written = shared.database.write(|transaction| {
            if !may(transaction, &caller)? {
                return Err(Refusal::forbidden("Insert"));
            }
            let mut memory = Memory::default();
            let mut records = Records::new(transaction, &dictionary, &caller.user, &mut memory);
            if source.is_empty() {
                let kept = String::from_utf8_lossy(&body).into_owned();
                records.insert("cmdb_ire_incomplete_payloads", &[("payload", kept.as_str())])?;
                answered = Some(json!({ "result": incomplete(&payload) }));
                return Ok(());
            }
            if !is_source(transaction, &source)? {
                return Err(Refusal::invalid_source(&source));
            }
            let answer = reconcile::reconcile(&mut records, &source, &payload)?;
            answered = Some(json!({ "result": answer }));
            // A query undoes what it did, by failing its transaction.
            if keeps { Ok(()) } else { Err(Refusal::internal()) }
        });
        match (answered, written) {
            (Some(answer), Ok(())) => Ok(json(StatusCode::OK, answer.to_string().into_bytes())),
            (Some(answer), Err(_)) if !keeps => Ok(json(StatusCode::OK, answer.to_string().into_bytes())),
            (_, written) => Err(written.err().unwrap_or_else(Refusal::internal)),
        }
    })
    .await
}

fn may(connection: &Connection, caller: &Caller) -> Result<bool, Error> {
    for role in ROLES {
        if caller.has_role(connection, role)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// True where it is a choice of `cmdb_ci.discovery_source`.
fn is_source(connection: &Connection, source: &str) -> Result<bool, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT 1 FROM sys_choice WHERE name = 'cmdb_ci' AND element = 'discovery_source' AND value = ?1 \
         AND inactive <> 'true'",
    )?;
    Ok(statement.exists([source])?)
}

/// Without a source nothing is identified: the payload is kept as incomplete.
fn incomplete(payload: &Payload) -> serde_json::Value {
    let item = |(index, item): (usize, &reconcile::Item)| json!({ "className": item.class_name, "operation": "INSERT_AS_INCOMPLETE", "inputIndices": [index] });
    let items: Vec<serde_json::Value> = payload.items.iter().enumerate().map(item).collect();
    json!({ "items": items, "relations": [] })
}
