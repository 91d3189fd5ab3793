//! The dictionary as the database holds it: `sys_db_object`, `sys_dictionary`, `sys_documentation`.
//!
//! The database is what counts: the shipped tables are written into it when it is opened, an update set adds to
//! it, and [`load`] reads both back in one form. Only indexes are not stored: they belong to the shipped files.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, params};

use super::{DeclaredColumn, DeclaredTable, Dictionary, declared};
use crate::error::Error;
use crate::{clock, sys_id};

/// The shipped dictionary, before a database exists.
#[cfg(test)]
pub(crate) fn shipped() -> Result<Dictionary, Error> {
    Dictionary::build(declared::shipped()?)
}

/// Writes the shipped tables and columns. Their ids are the same everywhere, so a later version replaces its own
/// records and leaves those of update sets alone.
pub(crate) fn store_shipped(connection: &Connection) -> Result<Dictionary, Error> {
    let tables = declared::shipped()?;
    let dictionary = Dictionary::build(tables.clone())?;
    crate::store::synchronise(connection, &dictionary)?;
    let now = clock::now();
    for table in &tables {
        store_table(connection, table, &now)?;
        for column in &table.columns {
            store_column(connection, &table.name, column, &now)?;
        }
    }
    Ok(dictionary)
}

fn store_table(connection: &Connection, table: &DeclaredTable, now: &str) -> Result<(), Error> {
    let super_class = table.extends.as_ref().map(|parent| sys_id::of(&["sys_db_object", parent])).unwrap_or_default();
    let label = table.label.clone().unwrap_or_else(|| declared::label_of(&table.name));
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO sys_db_object (sys_id, sys_created_on, sys_created_by, sys_updated_on, sys_updated_by, \
             sys_mod_count, name, label, super_class) VALUES (?1, ?2, 'system', ?2, 'system', '0', ?3, ?4, ?5)",
        )?
        .execute(params![sys_id::of(&["sys_db_object", &table.name]), now, table.name, label, super_class])?;
    Ok(())
}

fn store_column(connection: &Connection, table: &str, column: &DeclaredColumn, now: &str) -> Result<(), Error> {
    let label = column.label.clone().unwrap_or_else(|| declared::label_of(&column.name));
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO sys_dictionary (sys_id, sys_created_on, sys_created_by, sys_updated_on, sys_updated_by, \
             sys_mod_count, name, element, column_label, internal_type, max_length, reference, dependent_on_field, \
             default_value, choice, display, mandatory, read_only, \"unique\", active) \
             VALUES (?1, ?2, 'system', ?2, 'system', '0', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 'false', 'false', 'true')",
        )?
        .execute(params![
            sys_id::of(&["sys_dictionary", table, &column.name]),
            now,
            table,
            column.name,
            label,
            column.internal_type,
            column.max_length.unwrap_or(crate::limits::COLUMN_CHARACTERS_DEFAULT).to_string(),
            column.reference,
            column.dependent,
            column.default,
            if column.choice { "1" } else { "0" },
            if column.display { "true" } else { "false" },
            if column.mandatory { "true" } else { "false" },
        ])?;
    Ok(())
}

/// Reads the dictionary that the database holds.
pub(crate) fn load(connection: &Connection) -> Result<Dictionary, Error> {
    let labels = labels(connection)?;
    let mut tables = tables(connection, &labels)?;
    for table in declared::shipped()? {
        if let Some(known) = tables.get_mut(&table.name) {
            known.indexes = table.indexes;
        }
    }
    let mut statement = connection.prepare(
        "SELECT name, element, column_label, internal_type, max_length, reference, dependent_on_field, default_value, choice, \
         display, mandatory FROM sys_dictionary WHERE element <> '' AND active <> 'false' ORDER BY rowid",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (name, element): (String, String) = (row.get(0)?, row.get(1)?);
        let Some(table) = tables.get_mut(&name) else {
            return Err(Error::Dictionary(format!("the column `{element}`: its table `{name}` is unknown")));
        };
        let stored_label: String = row.get(2)?;
        table.columns.push(DeclaredColumn {
            label: labels.get(&(name, element.clone())).cloned().or(Some(stored_label)),
            name: element,
            choice: !matches!(row.get::<_, String>(8)?.as_str(), "" | "0") || row.get::<_, String>(3)? == "choice",
            internal_type: row.get(3)?,
            max_length: row.get::<_, String>(4)?.parse().ok(),
            reference: row.get(5)?,
            dependent: row.get(6)?,
            default: row.get(7)?,
            display: row.get::<_, String>(9)? == "true",
            mandatory: row.get::<_, String>(10)? == "true",
        });
    }
    Dictionary::build(tables.into_values().collect())
}

fn tables(
    connection: &Connection,
    labels: &HashMap<(String, String), String>,
) -> Result<BTreeMap<String, DeclaredTable>, Error> {
    let mut statement = connection.prepare(
        "SELECT t.name, t.label, COALESCE(p.name, '') FROM sys_db_object t \
         LEFT JOIN sys_db_object p ON p.sys_id = t.super_class ORDER BY t.rowid",
    )?;
    let mut tables = BTreeMap::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (name, label, parent): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let label = labels.get(&(name.clone(), String::new())).cloned().or(Some(label));
        let table = DeclaredTable {
            name: name.clone(),
            label: label.filter(|label| !label.is_empty()),
            extends: Some(parent).filter(|parent| !parent.is_empty()),
            display: None,
            indexes: Vec::new(),
            columns: Vec::new(),
        };
        tables.insert(name, table);
    }
    Ok(tables)
}

/// Labels that came as records of their own, by table and column; a table's own label has no column.
fn labels(connection: &Connection) -> Result<HashMap<(String, String), String>, Error> {
    let mut statement = connection
        .prepare("SELECT name, element, label FROM sys_documentation WHERE label <> '' AND language IN ('en', '')")?;
    let labels = statement
        .query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?
        .collect::<Result<HashMap<(String, String), String>, _>>()?;
    Ok(labels)
}
