//! Storing the records of an update set: tables first, so that everything else finds its columns.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _};

use super::{Change, Installed, UpdateSet, Value};
use crate::dictionary::{self, Column, Dictionary, Kind, SYSTEM_COLUMNS, check_name, quoted};
use crate::error::Error;
use crate::records::{Memory, Records, known_as, natural_key};
use crate::store::{drop_table, synchronise};
use crate::sys_id;
use crate::transform::{self, Rule, Usage};

/// The tables from which the dictionary is read, in the order in which they are stored.
const DICTIONARY_TABLES: [&str; 3] = ["sys_db_object", "sys_dictionary", "sys_documentation"];

/// Tables whose records others refer to; they are stored before those.
const REFERRED_TABLES: [&str; 5] =
    ["sys_user_role", "sys_security_acl", "sys_transform_map", "sys_robust_import_set_transformer", "sys_rte_entity"];

/// Installs the set and answers the dictionary that now holds. Runs in the caller's transaction.
pub(crate) fn install(
    connection: &Connection,
    current: &Dictionary,
    set: &UpdateSet,
) -> Result<(Dictionary, Installed), Error> {
    for change in set.changes.iter().filter(|change| !change.delete) {
        refuse_foreign_script(change)?;
    }
    let mut ids = HashMap::new();
    for table in DICTIONARY_TABLES {
        for change in set.changes.iter().filter(|change| change.table == table) {
            store(connection, current, change, &mut ids)?;
        }
    }
    let dictionary = renew(connection, current)?;
    let (referred, others): (Vec<&Change>, Vec<&Change>) = set
        .changes
        .iter()
        .filter(|change| !DICTIONARY_TABLES.contains(&change.table.as_str()))
        .partition(|change| REFERRED_TABLES.contains(&change.table.as_str()));
    for change in referred.into_iter().chain(others) {
        store(connection, &dictionary, change, &mut ids)?;
    }
    transform::prepare(connection, &dictionary)?;
    Ok((dictionary, summary(set)))
}

/// Reads the dictionary again and brings the database's tables in line with it.
fn renew(connection: &Connection, current: &Dictionary) -> Result<Dictionary, Error> {
    let dictionary = dictionary::load(connection)?;
    for gone in current.tables().filter(|table| dictionary.table(&table.name).is_none()) {
        drop_table(connection, &gone.name)?;
    }
    synchronise(connection, &dictionary)?;
    Ok(dictionary)
}

fn summary(set: &UpdateSet) -> Installed {
    let kept = || set.changes.iter().filter(|change| !change.delete);
    let mut tables: Vec<String> = kept()
        .filter(|change| {
            change.table == "sys_db_object" || (change.table == "sys_dictionary" && change.get("element").is_empty())
        })
        .map(|change| change.get("name").to_owned())
        .collect();
    tables.sort_unstable();
    tables.dedup();
    let maps = kept()
        .filter(|change| change.table == "sys_transform_map")
        .map(|change| change.get("name").to_owned())
        .collect();
    Installed { name: set.name.clone(), tables, maps, records: set.changes.len() }
}

/// The instance runs no JavaScript: a script that is no named rule of the right kind would be left undone in
/// silence, so the whole set is refused.
fn refuse_foreign_script(change: &Change) -> Result<(), Error> {
    let (script, usage) = match change.table.as_str() {
        "sys_transform_script" if change.get("active") != "false" => {
            if change.get("when") != "onBefore" {
                return Err(refusal(change, change.get("script"), "only onBefore scripts are known"));
            }
            (change.get("script"), Usage::BeforeRow)
        }
        "sys_transform_entry" if change.is_true("use_source_script") => {
            (change.get("source_script"), Usage::FieldValue)
        }
        "sys_transform_map" if change.is_true("run_script") => (change.get("script"), Usage::AfterFields),
        "sys_security_acl" if change.is_true("advanced") && !change.get("script").is_empty() => {
            return Err(refusal(change, change.get("script"), "access scripts are not run"));
        }
        _ => return Ok(()),
    };
    Rule::parse(script, usage).map(|_| ()).map_err(|reason| refusal(change, script, &reason))
}

fn refusal(change: &Change, script: &str, reason: &str) -> Error {
    let first = script.trim_start().lines().next().unwrap_or_default();
    let record = if change.get("name").is_empty() { change.update.as_str() } else { change.get("name") };
    Error::UpdateSet(format!(
        "the {} record `{}` holds a script that this instance does not know, `{}`: {reason}",
        change.table,
        record.escape_debug(),
        first.escape_debug()
    ))
}

/// Stores or removes one record. `ids` remembers records that are here under another id than the set says.
fn store(
    connection: &Connection,
    dictionary: &Dictionary,
    change: &Change,
    ids: &mut HashMap<String, String>,
) -> Result<(), Error> {
    let definition = dictionary.table(&change.table).ok_or_else(|| {
        Error::UpdateSet(format!(
            "`{}` is a record of the table `{}`, which is unknown here",
            change.update, change.table
        ))
    })?;
    let mut memory = Memory::default();
    let mut records = Records::new(connection, dictionary, "system", &mut memory);
    let given = Some(change.get("sys_id"))
        .filter(|id| sys_id::is(id))
        .map_or_else(|| sys_id::of(&[&change.update]), str::to_owned);
    let known = match records.home(&change.table, &given)? {
        Some(_) => Some(given.clone()),
        None => known_as(connection, &change.table, natural_key(&change.table), |column| change.get(column))?,
    };
    if let Some(known) = known.as_ref().filter(|known| **known != given) {
        ids.insert(given.clone(), known.clone());
    }
    if change.delete {
        return remove(&mut records, change, known.as_deref().unwrap_or(&given));
    }
    if change.table == "sys_db_object" {
        check_name(change.get("name"))?;
    }
    let mut values: Vec<(&str, String)> = vec![("sys_id", given)];
    for value in &change.values {
        let name = value.column.as_str();
        let column = definition.column(name).filter(|_| !SYSTEM_COLUMNS.contains(&name));
        if let Some(column) = column {
            values.push((name, local_value(&records, column, value, ids)?));
        }
    }
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    match &known {
        Some(id) => records.update(&change.table, id, &values).map(|_| ())?,
        None => records.insert(&change.table, &values).map(|_| ())?,
    }
    if change.table == "sys_dictionary" && change.get("element").is_empty() {
        store_table(&mut records, change)?;
    }
    Ok(())
}

/// A value as it counts here. The platform's own records have other ids on every instance: a reference to one
/// that is not here is followed by what it displays.
fn local_value(
    records: &Records<'_>,
    column: &Column,
    value: &Value,
    ids: &HashMap<String, String>,
) -> Result<String, Error> {
    let text = ids.get(&value.text).unwrap_or(&value.text);
    let refers = column.kind == Kind::Reference && !text.is_empty() && !value.display.is_empty();
    if !refers
        || records.dictionary.table(&column.reference).is_none()
        || records.home(&column.reference, text)?.is_some()
    {
        return Ok(text.clone());
    }
    let displayed = records.displayed_as(&column.reference, &value.display)?;
    Ok(displayed.unwrap_or_else(|| text.clone()))
}

/// A table's dictionary record: makes its `sys_db_object` where the set brings none, and says what it extends.
fn store_table(records: &mut Records<'_>, change: &Change) -> Result<(), Error> {
    let name = change.get("name");
    check_name(name)?;
    let own = sys_id::of(&["sys_db_object", name]);
    let id = match table_id(records.connection, name)? {
        Some(id) => id,
        None => records.insert(
            "sys_db_object",
            &[("sys_id", own.as_str()), ("name", name), ("label", change.get("column_label"))],
        )?,
    };
    if let Some(parent) = &change.extends {
        let parent_id = table_id(records.connection, parent)?
            .ok_or_else(|| Error::UpdateSet(format!("the table `{name}` extends `{parent}`, which is unknown here")))?;
        records.update("sys_db_object", &id, &[("super_class", parent_id.as_str())])?;
    }
    Ok(())
}

fn table_id(connection: &Connection, name: &str) -> Result<Option<String>, Error> {
    let found = connection
        .prepare_cached("SELECT sys_id FROM sys_db_object WHERE name = ?1 COLLATE NOCASE")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// Removing a table's dictionary record removes the table.
fn remove(records: &mut Records<'_>, change: &Change, id: &str) -> Result<(), Error> {
    let is_table =
        change.table == "sys_db_object" || (change.table == "sys_dictionary" && change.get("element").is_empty());
    if is_table && !change.get("name").is_empty() {
        for table in DICTIONARY_TABLES {
            let sql = format!("DELETE FROM {} WHERE name = ?1 COLLATE NOCASE", quoted(table));
            records.connection.prepare_cached(&sql)?.execute([change.get("name")])?;
        }
        return Ok(());
    }
    records.delete(&change.table, id).map(|_| ())
}
