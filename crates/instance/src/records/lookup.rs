//! Finding records by a value: companies, models, and whatever a reference names.

use rusqlite::OptionalExtension as _;

use super::Records;
use crate::dictionary::{Dictionary, quoted};
use crate::error::Error;
use crate::sys_id;

/// One statement for each table of the family: the oldest record whose column has the value, in any case. Tables
/// that the dictionary does not know hold nothing.
pub(crate) fn finders(dictionary: &Dictionary, table: &str, column: &str) -> Vec<String> {
    if dictionary.table(table).and_then(|definition| definition.column(column)).is_none() {
        return Vec::new();
    }
    let collation = if column == "sys_id" { "" } else { " COLLATE NOCASE" };
    dictionary
        .family(table)
        .into_iter()
        .map(|member| {
            format!(
                "SELECT sys_id FROM {} WHERE {} = ?1{collation} ORDER BY sys_created_on, sys_id LIMIT 1",
                quoted(member),
                quoted(column)
            )
        })
        .collect()
}

/// The first record of the family whose column has the value.
pub(super) fn find(records: &Records<'_>, table: &str, column: &str, value: &str) -> Result<Option<String>, Error> {
    for sql in finders(records.dictionary, table, column) {
        let found = records.connection.prepare_cached(&sql)?.query_row([value], |row| row.get(0)).optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// What stands for a record where another refers to it; empty where there is no such record.
pub(super) fn display_of(records: &Records<'_>, table: &str, id: &str) -> Result<String, Error> {
    let definition = records.dictionary.require(table)?;
    for member in records.dictionary.family(table) {
        let sql = format!("SELECT {} FROM {} WHERE sys_id = ?1", quoted(&definition.display), quoted(member));
        let found = records.connection.prepare_cached(&sql)?.query_row([id], |row| row.get(0)).optional()?;
        if let Some(display) = found {
            return Ok(display);
        }
    }
    Ok(String::new())
}

/// The record that a value names: itself where it is an id, else the one with that display value.
pub(super) fn named(records: &Records<'_>, table: &str, value: &str) -> Result<Option<String>, Error> {
    if sys_id::is(value) {
        return Ok(Some(value.to_owned()));
    }
    match records.dictionary.table(table) {
        Some(definition) => find(records, table, &definition.display, value),
        None => Ok(None),
    }
}

/// The company of that name, made when there is none.
fn company(records: &mut Records<'_>, name: &str) -> Result<String, Error> {
    match find(records, "core_company", "name", name)? {
        Some(company) => Ok(company),
        None => records.insert("core_company", &[("name", name), ("manufacturer", "true")]),
    }
}

/// The hardware model of that manufacturer, name and model number, made when there is none.
pub(crate) fn model(records: &mut Records<'_>, manufacturer: &str, name: &str, number: &str) -> Result<String, Error> {
    let company = if manufacturer.is_empty() { String::new() } else { company(records, manufacturer)? };
    let found = records
        .connection
        .prepare_cached(
            "SELECT sys_id FROM cmdb_hardware_product_model WHERE name = ?1 COLLATE NOCASE AND manufacturer = ?2 \
             AND model_number = ?3 COLLATE NOCASE ORDER BY sys_created_on, sys_id LIMIT 1",
        )?
        .query_row([name, company.as_str(), number], |row| row.get(0))
        .optional()?;
    if let Some(model) = found {
        return Ok(model);
    }
    let display = [manufacturer, name].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    records.insert(
        "cmdb_hardware_product_model",
        &[("name", name), ("display_name", &display), ("manufacturer", &company), ("model_number", number)],
    )
}
