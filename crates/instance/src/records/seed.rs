//! Records that are there already, written as TOML:
//!
//! ```toml
//! [[record]]
//! table = "sys_user"
//! values = { user_name = "ada", name = "Ada Lovelace", email = "ada@example.com" }
//! ```
//!
//! A reference is given as a `sys_id` or as the display value of a record that exists. A record that is there already,
//! by its `sys_id` or, where none is given, by what it is known by, is changed; every other one is made, with an id that
//! follows from it. So seeding twice changes nothing, whoever does it, and however often a program is started.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::natural::{known_as, known_value, natural_key};
use super::{Records, lookup};
use crate::dictionary::Kind;
use crate::error::Error;
use crate::sys_id;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seeds {
    #[serde(default)]
    record: Vec<Seed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    table: String,
    values: BTreeMap<String, String>,
}

impl Seed {
    /// The value of a column; empty where none is given.
    fn value(&self, column: &str) -> &str {
        self.values.get(column).map_or("", String::as_str)
    }
}

/// Stores the records in order and answers how many there were.
pub(crate) fn seed(records: &mut Records<'_>, text: &str) -> Result<usize, Error> {
    let seeds: Seeds = toml::from_str(text).map_err(|source| Error::Records(Box::new(source)))?;
    for seed in &seeds.record {
        store(records, seed)?;
    }
    Ok(seeds.record.len())
}

fn store(records: &mut Records<'_>, seed: &Seed) -> Result<(), Error> {
    let dictionary = records.dictionary;
    let definition = dictionary.require(&seed.table)?;
    let mut values: Vec<(&str, String)> = Vec::with_capacity(seed.values.len());
    for (name, value) in seed.values.iter().filter(|(name, _)| *name != "sys_id") {
        let column = definition
            .column(name)
            .ok_or_else(|| Error::record(&seed.table, format!("there is no column `{name}`")))?;
        let known = dictionary.table(&column.reference).is_some();
        let value = match column.kind {
            Kind::Reference if known && !value.is_empty() => lookup::named(records, &column.reference, value)?
                .ok_or_else(|| {
                    Error::record(&seed.table, format!("`{name}`: there is no `{}` of `{value}`", column.reference))
                })?,
            _ => value.clone(),
        };
        values.push((name, value));
    }
    let mut values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let id = match seed.value("sys_id") {
        "" => identity(records, seed)?,
        given => given.to_owned(),
    };
    if let Some(home) = records.home(&seed.table, &id)? {
        return records.update(&home, &id, &values).map(|_| ());
    }
    values.push(("sys_id", id.as_str()));
    records.insert(&seed.table, &values).map(|_| ())
}

/// The id of a record that was given none: the one that it has already, else one made of what it is known by.
fn identity(records: &Records<'_>, seed: &Seed) -> Result<String, Error> {
    let key = identifying(&seed.table);
    let is_named = !key.is_empty() && key.iter().all(|column| !known_value(column, seed.value(column)).is_empty());
    if !is_named {
        // Nothing less than all of it tells it from another.
        let parts = seed.values.iter().flat_map(|(column, value)| [column.as_str(), value.as_str()]);
        return Ok(sys_id::of(&[seed.table.as_str()].into_iter().chain(parts).collect::<Vec<_>>()));
    }
    if let Some(known) = known_as(records.connection, &seed.table, key, |column| seed.value(column))? {
        return Ok(known);
    }
    let parts = key.iter().map(|column| known_value(column, seed.value(column)));
    Ok(sys_id::of(&[seed.table.as_str()].into_iter().chain(parts).collect::<Vec<_>>()))
}

/// The columns that name a record to whoever writes a seed: people and companies have no key of the platform's.
fn identifying(table: &str) -> &'static [&'static str] {
    match table {
        "sys_user" => &["email"],
        "core_company" => &["name"],
        other => natural_key(other),
    }
}
