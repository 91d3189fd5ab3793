//! Records that are there already, written as TOML:
//!
//! ```toml
//! [[record]]
//! table = "sys_user"
//! values = { user_name = "ada", name = "Ada Lovelace", email = "ada@example.com" }
//! ```
//!
//! A reference is given as a `sys_id` or as the display value of a record that exists. A record with a `sys_id`
//! that exists is changed, every other one is made.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Records, lookup};
use crate::dictionary::Kind;
use crate::error::Error;

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
    for (name, value) in &seed.values {
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
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let id = seed.values.get("sys_id").map(String::as_str).unwrap_or_default();
    match records.home(&seed.table, id)? {
        Some(home) => records.update(&home, id, &values).map(|_| ()),
        None => records.insert(&seed.table, &values).map(|_| ()),
    }
}
