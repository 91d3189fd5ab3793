//! The Table API, for writing: for `admin` only, to prepare and repair an instance by hand and in tests.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use rusqlite::{Connection, OptionalExtension as _};

use super::blocking;
use super::caller::Caller;
use super::listing::Listing;
use super::parameters::{Parameters, require_json};
use super::refusal::Refusal;
use super::table::{json, record};
use crate::dictionary::{Dictionary, Kind};
use crate::error::Error;
use crate::instance::Shared;
use crate::records::{Memory, Records};

/// The dictionary grows by update sets only: a table has to be made in the database too.
const DICTIONARY_TABLES: [&str; 3] = ["sys_db_object", "sys_dictionary", "sys_documentation"];

/// `POST /api/now/table/{table}`.
pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(table): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let parameters = Parameters::of_uri(&uri);
    let listing = Listing::of(&parameters)?;
    let values = values(&headers, body)?;
    blocking(move || {
        let dictionary = shared.dictionary();
        shared.database.write(|transaction| {
            require_admin(transaction, &dictionary, &caller, &table, "Insert")?;
            let mut memory = Memory::default();
            let mut records = Records::new(transaction, &dictionary, &caller.user, &mut memory);
            let values = as_stored(&records, &table, values, &parameters)?;
            let id = records.insert(&table, &pairs(&values))?;
            let mut response =
                json(StatusCode::CREATED, record(transaction, &dictionary, &table, &id, listing, &caller)?);
            let location = format!("{}/api/now/table/{table}/{id}", caller.base);
            if let Ok(location) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(header::LOCATION, location);
            }
            Ok(response)
        })
    })
    .await
}

/// `PATCH` and `PUT /api/now/table/{table}/{sys_id}`: both change the given columns and no other.
pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((table, id)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let parameters = Parameters::of_uri(&uri);
    let listing = Listing::of(&parameters)?;
    let values = values(&headers, body)?;
    blocking(move || {
        let dictionary = shared.dictionary();
        shared.database.write(|transaction| {
            require_admin(transaction, &dictionary, &caller, &table, "Update")?;
            let mut memory = Memory::default();
            let mut records = Records::new(transaction, &dictionary, &caller.user, &mut memory);
            let home = records.home(&table, &id)?.ok_or_else(Refusal::no_record)?;
            let values = as_stored(&records, &home, values, &parameters)?;
            records.update(&home, &id, &pairs(&values))?;
            Ok(json(StatusCode::OK, record(transaction, &dictionary, &table, &id, listing, &caller)?))
        })
    })
    .await
}

/// `DELETE /api/now/table/{table}/{sys_id}`.
pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((table, id)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    blocking(move || {
        let dictionary = shared.dictionary();
        shared.database.write(|transaction| {
            require_admin(transaction, &dictionary, &caller, &table, "Delete")?;
            let mut memory = Memory::default();
            let mut records = Records::new(transaction, &dictionary, &caller.user, &mut memory);
            let home = records.home(&table, &id)?.ok_or_else(Refusal::no_record)?;
            records.delete(&home, &id)?;
            Ok(StatusCode::NO_CONTENT)
        })
    })
    .await
}

/// A flat object; what is no string is written as JSON writes it.
fn values(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Vec<(String, String)>, Refusal> {
    require_json(headers)?;
    let body = body.map_err(|rejection| Refusal::body(&rejection))?;
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&body)
        .map_err(|error| Refusal::invalid_body(format!("The payload is not valid JSON: {error}")))?;
    let text = |value| match value {
        serde_json::Value::String(text) => text,
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    };
    Ok(object.into_iter().map(|(name, value)| (name, text(value))).collect())
}

/// Values as they are stored, where they were given as people see them (`sysparm_input_display_value`): the record that a
/// reference names, the value of a choice's label. What names nothing is stored as it is.
fn as_stored(
    records: &Records<'_>,
    table: &str,
    values: Vec<(String, String)>,
    parameters: &Parameters,
) -> Result<Vec<(String, String)>, Refusal> {
    if !parameters.is_true("sysparm_input_display_value") {
        return Ok(values);
    }
    let definition = records.dictionary.require(table)?;
    let mut stored = Vec::with_capacity(values.len());
    for (name, value) in values {
        let named = match definition.column(&name) {
            Some(column) if column.kind == Kind::Reference => records.displayed_as(&column.reference, &value)?,
            Some(column) if column.choice => choice(records.connection, &column.declared_on, &name, &value)?,
            _ => None,
        };
        stored.push((name, named.unwrap_or(value)));
    }
    Ok(stored)
}

fn choice(connection: &Connection, table: &str, element: &str, label: &str) -> Result<Option<String>, Error> {
    let found = connection
        .prepare_cached(
            "SELECT value FROM sys_choice WHERE name = ?1 AND element = ?2 AND label = ?3 COLLATE NOCASE LIMIT 1",
        )?
        .query_row([table, element, label], |row| row.get(0))
        .optional()?;
    Ok(found)
}

fn pairs(values: &[(String, String)]) -> Vec<(&str, &str)> {
    values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

pub(super) fn require_admin(
    connection: &Connection,
    dictionary: &Dictionary,
    caller: &Caller,
    table: &str,
    operation: &str,
) -> Result<(), Refusal> {
    if dictionary.table(table).is_none() {
        return Err(Refusal::invalid_table(table));
    }
    if DICTIONARY_TABLES.contains(&table) || !caller.has_role(connection, "admin")? {
        return Err(Refusal::forbidden(operation));
    }
    Ok(())
}
