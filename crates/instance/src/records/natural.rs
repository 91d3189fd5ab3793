//! What a record is known by where its `sys_id` is not: the same thing has another id on every instance, and a seed
//! gives none at all. Apart because update sets and seeds both ask.

use rusqlite::{Connection, OptionalExtension as _, params_from_iter};

use crate::dictionary::quoted;
use crate::error::Error;

/// The columns that together name a record of one of the platform's own tables; none for every other table.
pub(crate) fn natural_key(table: &str) -> &'static [&'static str] {
    match table {
        "sys_db_object" | "sys_properties" | "sys_user_role" => &["name"],
        "sys_dictionary" => &["name", "element"],
        "sys_documentation" => &["name", "element", "language"],
        "sys_choice" => &["name", "element", "value", "language"],
        "sys_rest_insert_multiple" => &["source_table"],
        _ => &[],
    }
}

/// The value by which a record is known: a language that is not said is English, as the platform has it.
pub(crate) fn known_value<'v>(column: &str, given: &'v str) -> &'v str {
    match (column, given) {
        ("language", "") => "en",
        (_, given) => given,
    }
}

/// The first record of exactly that table that has these values in these columns; `value` gives them.
pub(crate) fn known_as<'v>(
    connection: &Connection,
    table: &str,
    key: &[&str],
    value: impl Fn(&str) -> &'v str,
) -> Result<Option<String>, Error> {
    if key.is_empty() {
        return Ok(None);
    }
    let conditions: Vec<String> = key.iter().map(|column| format!("{} = ? COLLATE NOCASE", quoted(column))).collect();
    let sql = format!("SELECT sys_id FROM {} WHERE {} ORDER BY rowid LIMIT 1", quoted(table), conditions.join(" AND "));
    let values = key.iter().map(|column| known_value(column, value(column)));
    let found = connection.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0)).optional()?;
    Ok(found)
}
