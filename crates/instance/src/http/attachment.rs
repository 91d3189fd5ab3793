//! The Attachment API, as far as official clients use it: a record of `sys_attachment` and its bytes beside it. All values
//! are plain texts, whatever form of them is asked for (ServiceNow documentation, Attachment API).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rusqlite::{Connection, OptionalExtension as _};
use serde_json::{Value, json};

use super::blocking;
use super::caller::Caller;
use super::listing::{Display, Listing};
use super::parameters::Parameters;
use super::refusal::Refusal;
use super::table;
use super::write::require_admin;
use crate::error::Error;
use crate::instance::Shared;
use crate::records::{Memory, Records};

/// The table of attachments.
const TABLE: &str = "sys_attachment";

/// Makes the table of contents, which is no table of the dictionary: nobody asks for it by name.
pub(crate) fn prepare(connection: &Connection) -> Result<(), Error> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS attachment_content (sys_id TEXT PRIMARY KEY NOT NULL, content BLOB NOT NULL)",
    )?;
    Ok(())
}

/// `GET /api/now/attachment`.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Refusal> {
    let listing = plain(&Parameters::of_uri(&uri))?;
    blocking(move || {
        let dictionary = shared.dictionary();
        let page = shared.database.read(|connection| table::page(connection, &dictionary, TABLE, &listing, &caller))?;
        let mut body: Value = serde_json::from_slice(&page.body).map_err(|_| Refusal::internal())?;
        for record in body["result"].as_array_mut().into_iter().flatten() {
            link(record, &caller.base);
        }
        let mut response = table::json(StatusCode::OK, body.to_string().into_bytes());
        if let Some(total) = page.total {
            response.headers_mut().insert(table::TOTAL_COUNT, HeaderValue::from(total));
        }
        Ok(response)
    })
    .await
}

/// `GET /api/now/attachment/{sys_id}`.
pub(super) async fn read(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    blocking(move || {
        let dictionary = shared.dictionary();
        let body = shared.database.read(|connection| described(connection, &dictionary, &id, &caller))?;
        Ok(table::json(StatusCode::OK, body))
    })
    .await
}

/// `GET /api/now/attachment/{sys_id}/file`.
pub(super) async fn file(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    blocking(move || {
        let dictionary = shared.dictionary();
        shared.database.read(|connection| {
            let record: Value = serde_json::from_slice(&described(connection, &dictionary, &id, &caller)?)
                .map_err(|_| Refusal::internal())?;
            let content: Option<Vec<u8>> = connection
                .query_row("SELECT content FROM attachment_content WHERE sys_id = ?1", [&id], |row| row.get(0))
                .optional()
                .map_err(Error::from)?;
            let content = content.ok_or_else(Refusal::no_record)?;
            let content_type = record["result"]["content_type"].as_str().unwrap_or_default();
            let content_type = HeaderValue::from_str(content_type)
                .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
            Ok((StatusCode::OK, [(header::CONTENT_TYPE, content_type)], content).into_response())
        })
    })
    .await
}

/// `POST /api/now/attachment/file?table_name=…&table_sys_id=…&file_name=…`, the bytes as the body.
pub(super) async fn upload(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let body = body.map_err(|rejection| Refusal::body(&rejection))?;
    let parameters = Parameters::of_uri(&uri);
    let given = |name: &'static str| {
        let value = parameters.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
        value.ok_or_else(|| Refusal::invalid_parameter(name, "It is required"))
    };
    let (owner_table, owner, name) = (given("table_name")?, given("table_sys_id")?, given("file_name")?);
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or("application/octet-stream").to_owned();
    blocking(move || {
        let dictionary = shared.dictionary();
        shared.database.write(|transaction| {
            require_admin(transaction, &dictionary, &caller, &owner_table, "Insert")?;
            let mut memory = Memory::default();
            let mut records = Records::new(transaction, &dictionary, &caller.user, &mut memory);
            records.home(&owner_table, &owner)?.ok_or_else(Refusal::no_record)?;
            let size = body.len().to_string();
            let values = [
                ("file_name", name.as_str()),
                ("table_name", owner_table.as_str()),
                ("table_sys_id", owner.as_str()),
                ("content_type", content_type.as_str()),
                ("size_bytes", size.as_str()),
            ];
            let id = records.insert(TABLE, &values)?;
            transaction
                .execute("INSERT INTO attachment_content (sys_id, content) VALUES (?1, ?2)", (&id, body.as_ref()))
                .map_err(Error::from)?;
            let mut response = table::json(StatusCode::CREATED, described(transaction, &dictionary, &id, &caller)?);
            let location = format!("{}/api/now/v1/attachment/{id}", caller.base);
            if let Ok(location) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(header::LOCATION, location);
            }
            Ok(response)
        })
    })
    .await
}

/// `DELETE /api/now/attachment/{sys_id}`.
pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    blocking(move || {
        let dictionary = shared.dictionary();
        shared.database.write(|transaction| {
            require_admin(transaction, &dictionary, &caller, TABLE, "Delete")?;
            let mut memory = Memory::default();
            let mut records = Records::new(transaction, &dictionary, &caller.user, &mut memory);
            let home = records.home(TABLE, &id)?.ok_or_else(Refusal::no_record)?;
            records.delete(&home, &id)?;
            transaction.execute("DELETE FROM attachment_content WHERE sys_id = ?1", [&id]).map_err(Error::from)?;
            Ok(StatusCode::NO_CONTENT)
        })
    })
    .await
}

/// The usual parameters, with plain values.
fn plain(parameters: &Parameters) -> Result<Listing, Refusal> {
    Ok(Listing { display: Display::Values, links: false, ..Listing::of(parameters)? })
}

fn described(
    connection: &Connection,
    dictionary: &crate::dictionary::Dictionary,
    id: &str,
    caller: &Caller,
) -> Result<Vec<u8>, Refusal> {
    let body = table::record(connection, dictionary, TABLE, id, plain(&Parameters::default())?, caller)?;
    let mut body: Value = serde_json::from_slice(&body).map_err(|_| Refusal::internal())?;
    link(&mut body["result"], &caller.base);
    Ok(body.to_string().into_bytes())
}

fn link(record: &mut Value, base: &str) {
    let id = record["sys_id"].as_str().unwrap_or_default().to_owned();
    record["download_link"] = json!(format!("{base}/api/now/attachment/{id}/file"));
}
