//! Which record an item is: the criteria of the Hardware Rule in their order, the source's own key before them.

use std::collections::HashMap;

use rusqlite::params_from_iter;
use serde_json::Value;

use super::{Attempt, HARDWARE, Item, ItemError, Payload, text};
use crate::dictionary::quoted;
use crate::error::Error;
use crate::limits::DUPLICATES_MAX;
use crate::records::Records;

/// What was found.
pub(super) struct Identified {
    /// The table and id of the record.
    pub(super) found: Option<(String, String)>,
    pub(super) attempts: Vec<Attempt>,
    pub(super) error: Option<ItemError>,
}

/// One criterion of the rule.
struct Criterion {
    table: &'static str,
    attributes: &'static [&'static str],
    /// What else the searched record must be.
    condition: &'static str,
    /// True where the record searched for belongs to the item and is not it.
    is_lookup: bool,
}

/// The Hardware Rule, by priority.
const RULE: [Criterion; 4] = [
    Criterion {
        table: "cmdb_serial_number",
        attributes: &["serial_number", "serial_number_type"],
        condition: "valid = 'true' AND absent <> 'true'",
        is_lookup: true,
    },
    Criterion { table: HARDWARE, attributes: &["serial_number"], condition: "1", is_lookup: false },
    Criterion { table: HARDWARE, attributes: &["name"], condition: "1", is_lookup: false },
    Criterion {
        table: "cmdb_ci_network_adapter",
        attributes: &["ip_address", "mac_address"],
        condition: "install_status <> '100'",
        is_lookup: true,
    },
];

/// Why an item cannot be looked for.
pub(super) fn refusal(records: &Records<'_>, payload: &Payload, index: usize) -> Option<ItemError> {
    let item = &payload.items[index];
    let class = item.class_name.as_str();
    if records.dictionary.table(class).is_none() || !records.dictionary.is_a(class, HARDWARE) {
        let message = format!("No identification rule found for table [{class}]. Add an identification rule for it");
        return Some(ItemError { error: "IDENTIFICATION_RULE_MISSING", message });
    }
    let serial = |item: &Item| item.values.get("serial_number").map(text).filter(|serial| !serial.is_empty());
    let twin = payload.items[..index].iter().position(|other| {
        other.class_name == item.class_name && serial(item).is_some() && serial(other) == serial(item)
    });
    if let Some(twin) = twin {
        let message = format!(
            "Found duplicate items in the payload (index {twin} and {index}), using className [{class}] and fields \
             [serial_number]. Remove duplicate items from payload"
        );
        return Some(ItemError { error: "DUPLICATE_PAYLOAD_RECORDS", message });
    }
    if item.source.is_none() && RULE.iter().all(|criterion| values(item, criterion).is_empty()) {
        let message = format!(
            "In payload missing minimum set of input values for criterion (matching) attributes from identify rule for \
             table [{class}]. Add these input values in payload item '{index}'"
        );
        return Some(ItemError { error: "MISSING_MATCHING_ATTRIBUTES", message });
    }
    None
}

/// Looks for the item's record.
pub(super) fn identify(records: &Records<'_>, item: &Item) -> Result<Identified, Error> {
    let mut identified = Identified { found: None, attempts: Vec::new(), error: None };
    if let Some(found) = by_source(records, item)? {
        identified.found = Some(found);
        return Ok(identified);
    }
    for criterion in &RULE {
        let candidates = values(item, criterion);
        let mut matches = Vec::new();
        for candidate in &candidates {
            matches.extend(search(records, criterion, candidate)?);
        }
        matches.dedup();
        let result = match (candidates.is_empty(), matches.is_empty()) {
            (true, _) => "SKIPPED",
            (false, true) => "NO_MATCH",
            (false, false) => "MATCHED",
        };
        identified.attempts.push(Attempt {
            identifier_name: "Hardware Rule",
            attempt_result: result,
            attributes: criterion.attributes,
            search_on_table: criterion.table,
            hybrid_entry_ci_attributes: Vec::new(),
        });
        if matches.len() > DUPLICATES_MAX {
            identified.error = Some(ItemError {
                error: "MULTIPLE_DUPLICATE_RECORDS",
                message: format!(
                    "Found {} duplicate records in table [{}] using fields {:?}",
                    matches.len(),
                    criterion.table,
                    criterion.attributes
                ),
            });
            return Ok(identified);
        }
        // Of a few duplicates the oldest is the one (`glide.identification_engine.skip_duplicates`).
        if let Some(id) = matches.into_iter().next() {
            identified.found = records.home(HARDWARE, &id)?.map(|table| (table, id));
            return Ok(identified);
        }
    }
    Ok(identified)
}

/// Keeps what identifies the item, for the next time: its lookup records and the source's own key.
pub(super) fn keep(records: &mut Records<'_>, item: &Item, id: &str) -> Result<(), Error> {
    for lookup in &item.lookup {
        if !matches!(lookup.class_name.as_str(), "cmdb_serial_number" | "cmdb_ci_network_adapter") {
            continue;
        }
        let given: Vec<(String, String)> = lookup
            .values
            .iter()
            .map(|(column, value)| (column.clone(), text(value)))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let mut pairs: Vec<(&str, &str)> =
            given.iter().map(|(column, value)| (column.as_str(), value.as_str())).collect();
        pairs.push(("cmdb_ci", id));
        if find(records, &lookup.class_name, &pairs, "1")?.is_empty() {
            records.insert(&lookup.class_name, &pairs)?;
        }
    }
    if let Some(source) = &item.source {
        let known = [("name", source.source_name.as_str()), ("id", source.source_native_key.as_str())];
        if find(records, "sys_object_source", &known, "1")?.is_empty() {
            let values = [
                known[0],
                known[1],
                ("source_feed", &source.source_feed),
                ("target_sys_id", id),
                ("target_table", &item.class_name),
            ];
            records.insert("sys_object_source", &values)?;
        }
    }
    Ok(())
}

fn by_source(records: &Records<'_>, item: &Item) -> Result<Option<(String, String)>, Error> {
    let Some(source) = &item.source else { return Ok(None) };
    let known = [("name", source.source_name.as_str()), ("id", source.source_native_key.as_str())];
    for link in find(records, "sys_object_source", &known, "1")? {
        let target = records.values("sys_object_source", &link, ["target_sys_id"].into_iter())?.remove(0);
        if let Some(table) = records.home(HARDWARE, &target)? {
            return Ok(Some((table, target)));
        }
    }
    Ok(None)
}

/// The sets of values that a criterion can be tried with: one of the item itself, or one of each of its lookups.
fn values(item: &Item, criterion: &Criterion) -> Vec<Vec<String>> {
    let of = |values: &HashMap<String, Value>| -> Option<Vec<String>> {
        let found = criterion.attributes.iter().map(|attribute| values.get(*attribute).map(text));
        found.map(|value| value.filter(|value| !value.is_empty())).collect()
    };
    if !criterion.is_lookup {
        return of(&item.values).into_iter().collect();
    }
    let own = item.lookup.iter().filter(|lookup| lookup.class_name == criterion.table);
    own.filter_map(|lookup| of(&lookup.values)).collect()
}

/// The items that a criterion finds, the oldest first.
fn search(records: &Records<'_>, criterion: &Criterion, values: &[String]) -> Result<Vec<String>, Error> {
    let pairs: Vec<(&str, &str)> =
        criterion.attributes.iter().copied().zip(values.iter().map(String::as_str)).collect();
    let mut found = Vec::new();
    for member in records.dictionary.family(criterion.table) {
        for id in find(records, member, &pairs, criterion.condition)? {
            let owner = match criterion.is_lookup {
                true => records.values(member, &id, ["cmdb_ci"].into_iter())?.remove(0),
                false => id,
            };
            if !owner.is_empty() {
                found.push(owner);
            }
        }
    }
    Ok(found)
}

/// Records of exactly this table with these values, the oldest first.
fn find(records: &Records<'_>, table: &str, values: &[(&str, &str)], condition: &str) -> Result<Vec<String>, Error> {
    let definition = records.dictionary.require(table)?;
    let known: Vec<&(&str, &str)> = values.iter().filter(|(column, _)| definition.column(column).is_some()).collect();
    let conditions: Vec<String> =
        known.iter().map(|(column, _)| format!("{} = ? COLLATE NOCASE", quoted(column))).collect();
    let sql = format!(
        "SELECT sys_id FROM {} WHERE {} AND {condition} ORDER BY sys_created_on, rowid",
        quoted(table),
        conditions.join(" AND ")
    );
    let mut statement = records.connection.prepare_cached(&sql)?;
    let found = statement.query_map(params_from_iter(known.iter().map(|(_, value)| *value)), |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}
