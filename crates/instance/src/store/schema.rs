//! The dictionary as SQLite tables.
//!
//! Every dictionary table has a table of its own with all columns, inherited ones too; reading a parent reads all
//! of its family. All columns are text, because the interface knows nothing else, and empty is `''`, never null.

use std::collections::HashSet;

use rusqlite::Connection;

use crate::dictionary::{Dictionary, Kind, Table, quoted};
use crate::error::Error;

/// Makes the tables, columns and indexes that the dictionary has and the database lacks.
pub(crate) fn synchronise(connection: &Connection, dictionary: &Dictionary) -> Result<(), Error> {
    for table in dictionary.tables() {
        let present = present_columns(connection, &table.name)?;
        if present.is_empty() {
            create(connection, table)?;
        } else {
            extend(connection, table, &present)?;
        }
        for columns in &table.indexes {
            create_index(connection, table, columns)?;
        }
    }
    Ok(())
}

/// One index over all the columns. Text is indexed without regard to case, as it is compared; ids are compared exactly.
pub(crate) fn create_index(connection: &Connection, table: &Table, columns: &[String]) -> Result<(), Error> {
    let mut parts = Vec::with_capacity(columns.len());
    for name in columns {
        let column = table.column(name).ok_or_else(|| {
            Error::Dictionary(format!("an index on `{}.{name}`: there is no such column", table.name))
        })?;
        parts.push(format!("{}{}", quoted(name), collation(column.kind)));
    }
    let name = quoted(&format!("ix_{}_on_{}", table.name, columns.join("_and_")));
    connection.execute_batch(&format!(
        "CREATE INDEX IF NOT EXISTS {name} ON {} ({})",
        quoted(&table.name),
        parts.join(", ")
    ))?;
    Ok(())
}

/// The collation that a column of this kind is compared and indexed with.
pub(crate) fn collation(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Script | Kind::Password => " COLLATE NOCASE",
        _ => "",
    }
}

/// Removes a table with its records.
pub(crate) fn drop_table(connection: &Connection, name: &str) -> Result<(), Error> {
    connection.execute_batch(&format!("DROP TABLE IF EXISTS {}", quoted(name)))?;
    Ok(())
}

fn present_columns(connection: &Connection, table: &str) -> Result<HashSet<String>, Error> {
    let mut statement = connection.prepare_cached("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?.collect::<Result<HashSet<String>, _>>()?;
    Ok(names)
}

fn create(connection: &Connection, table: &Table) -> Result<(), Error> {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| match column.name.as_str() {
            "sys_id" => "\"sys_id\" TEXT PRIMARY KEY NOT NULL".to_owned(),
            name => format!("{} TEXT NOT NULL DEFAULT ''", quoted(name)),
        })
        .collect();
    connection.execute_batch(&format!("CREATE TABLE {} ({})", quoted(&table.name), columns.join(", ")))?;
    Ok(())
}

fn extend(connection: &Connection, table: &Table, present: &HashSet<String>) -> Result<(), Error> {
    for column in table.columns.iter().filter(|column| !present.contains(&column.name)) {
        connection.execute_batch(&format!(
            "ALTER TABLE {} ADD COLUMN {} TEXT NOT NULL DEFAULT ''",
            quoted(&table.name),
            quoted(&column.name)
        ))?;
    }
    Ok(())
}
