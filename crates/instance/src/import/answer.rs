//! What the Import Set API answers for one row: a result for each transform map, read from the row and its copies.

use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;

use crate::dictionary::{Dictionary, quoted};
use crate::error::Error;

/// The body of `POST /api/now/import/{table}`: `result` is a list beside `import_set`, not around it.
#[derive(Debug, Serialize)]
pub(crate) struct ImportAnswer {
    import_set: String,
    staging_table: String,
    result: Vec<MapResult>,
}

/// What one map did. On an error there is a message, on success a record.
#[derive(Debug, Serialize)]
struct MapResult {
    transform_map: String,
    table: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_link: Option<String>,
    status: String,
    sys_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
}

/// One row of the staging table: the row itself, or its copy for a further map.
struct Row {
    id: String,
    map: String,
    state: String,
    comment: String,
    target: String,
    target_id: String,
}

/// The answer for a row; nothing where there is no such row. `base` is the address that links begin with.
pub(crate) fn answer(
    connection: &Connection,
    dictionary: &Dictionary,
    table: &str,
    id: &str,
    base: &str,
) -> Result<Option<ImportAnswer>, Error> {
    let sql = format!(
        "SELECT r.sys_import_set, r.sys_import_row, COALESCE(s.number, '') FROM {} r \
         LEFT JOIN sys_import_set s ON s.sys_id = r.sys_import_set WHERE r.sys_id = ?1",
        quoted(table)
    );
    let found: Option<(String, String, String)> = connection
        .prepare_cached(&sql)?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((set, number, import_set)) = found else { return Ok(None) };
    let mut result = Vec::new();
    for row in rows(connection, table, &set, &number)? {
        result.push(map_result(connection, dictionary, table, row, base)?);
    }
    Ok(Some(ImportAnswer { import_set, staging_table: table.to_owned(), result }))
}

fn rows(connection: &Connection, table: &str, set: &str, number: &str) -> Result<Vec<Row>, Error> {
    let sql = format!(
        "SELECT r.sys_id, COALESCE(m.name, ''), r.sys_import_state, r.sys_import_state_comment, r.sys_target_table, \
         r.sys_target_sys_id FROM {} r LEFT JOIN sys_transform_map m ON m.sys_id = r.sys_transform_map \
         WHERE r.sys_import_set = ?1 AND r.sys_import_row = ?2 ORDER BY r.rowid",
        quoted(table)
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([set, number], |row| {
        Ok(Row {
            id: row.get(0)?,
            map: row.get(1)?,
            state: row.get(2)?,
            comment: row.get(3)?,
            target: row.get(4)?,
            target_id: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Without a target record the id is the import-set row's, and before the transform so is the table.
fn map_result(
    connection: &Connection,
    dictionary: &Dictionary,
    staging: &str,
    row: Row,
    base: &str,
) -> Result<MapResult, Error> {
    let failed = row.state == "error";
    let comment = Some(row.comment).filter(|comment| !comment.is_empty());
    let (error_message, status_message) = if failed { (comment, None) } else { (None, comment) };
    let mut result = MapResult {
        transform_map: row.map,
        table: if row.target.is_empty() { staging.to_owned() } else { row.target },
        display_name: None,
        display_value: None,
        record_link: None,
        status: row.state,
        sys_id: row.id,
        status_message,
        error_message,
    };
    if let Some(definition) = dictionary.table(&result.table).filter(|_| !row.target_id.is_empty()) {
        let sql = format!("SELECT {} FROM {} WHERE sys_id = ?1", quoted(&definition.display), quoted(&definition.name));
        let display = connection.prepare_cached(&sql)?.query_row([&row.target_id], |row| row.get(0)).optional()?;
        result.record_link = Some(format!("{base}/api/now/table/{}/{}", definition.name, row.target_id));
        result.display_name = Some(definition.display.clone());
        result.display_value = display;
        result.sys_id = row.target_id;
    }
    Ok(result)
}
