//! Identification and reconciliation of configuration items: which record an item is, and what is written to it
//! (ServiceNow documentation, identifyreconcile API; the Hardware Rule of `cmdb_ci_hardware`). Apart from HTTP, because
//! the rules are the same whoever asks.
//!
//! ```text
//!  item ─▶ source's own key? ─▶ serial number of a type ─▶ serial number ─▶ name ─▶ MAC and IP address ─▶ record
//!            (sys_object_source)  (cmdb_serial_number)      (cmdb_ci_hardware)      (network adapter)       │ none
//!                                                                                                           ▼
//!                                                                                              a new one, with its asset
//! ```
//!
//! Known are computers and everything else that extends `cmdb_ci_hardware`. Left out are reclassification (a record keeps
//! its class), dependent items, reconciliation rules between sources, and partial payloads.

mod identify;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;
use crate::records::Records;

/// The class whose identification rule is known.
const HARDWARE: &str = "cmdb_ci_hardware";

/// Id of the Hardware Rule's identifier entry, as a documented answer shows it.
const HARDWARE_RULE: &str = "556eb250c3400200d8d4bea192d3ae92";

/// What is asked.
#[derive(Debug, Deserialize)]
pub(crate) struct Payload {
    pub(crate) items: Vec<Item>,
    #[serde(default)]
    pub(crate) relations: Vec<Relation>,
}

/// One configuration item.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Item {
    pub(crate) class_name: String,
    #[serde(default, rename = "internal_id")]
    pub(crate) internal_id: String,
    #[serde(default)]
    pub(crate) values: HashMap<String, Value>,
    #[serde(default)]
    pub(crate) lookup: Vec<Lookup>,
    #[serde(default, rename = "sys_object_source_info")]
    pub(crate) source: Option<SourceInfo>,
}

/// A record that belongs to an item and helps to identify it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lookup {
    pub(crate) class_name: String,
    #[serde(default)]
    pub(crate) values: HashMap<String, Value>,
}

/// What the source calls an item.
#[derive(Debug, Deserialize)]
pub(crate) struct SourceInfo {
    pub(crate) source_name: String,
    pub(crate) source_native_key: String,
    #[serde(default)]
    pub(crate) source_feed: String,
}

/// Two items that belong together, by their places or by their internal ids.
#[derive(Debug, Deserialize)]
pub(crate) struct Relation {
    parent: Option<usize>,
    child: Option<usize>,
    #[serde(default)]
    parent_id: String,
    #[serde(default)]
    child_id: String,
    #[serde(rename = "type")]
    kind: String,
}

/// What became of a payload.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    items: Vec<ItemAnswer>,
    additional_committed_items: Vec<Value>,
    relations: Vec<RelationAnswer>,
    additional_committed_relations: Vec<Value>,
}

/// What became of an item.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemAnswer {
    class_name: String,
    operation: &'static str,
    sys_id: String,
    related_sys_ids: Vec<Option<String>>,
    related_items: Vec<Value>,
    additional_related_items: Vec<Value>,
    identifier_entry_sys_id: String,
    identification_attempts: Vec<Attempt>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ItemError>,
    markers: Vec<Value>,
    input_indices: Vec<usize>,
    merged_payload_ids: Vec<Value>,
    error_count: usize,
}

/// One criterion that was tried.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attempt {
    identifier_name: &'static str,
    attempt_result: &'static str,
    attributes: &'static [&'static str],
    search_on_table: &'static str,
    hybrid_entry_ci_attributes: Vec<Value>,
}

/// Why an item was not written, by the documented names.
#[derive(Debug, Serialize)]
pub(crate) struct ItemError {
    error: &'static str,
    message: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RelationAnswer {
    parent: String,
    child: String,
    #[serde(rename = "type")]
    kind: String,
    operation: &'static str,
    sys_id: String,
}

/// Identifies each item and writes it; `source` is a discovery source that is a choice. Nothing is written of an item
/// that has an error.
pub(crate) fn reconcile(records: &mut Records<'_>, source: &str, payload: &Payload) -> Result<Answer, Error> {
    let mut answer = Answer::default();
    for (index, item) in payload.items.iter().enumerate() {
        let written = match identify::refusal(records, payload, index) {
            Some(error) => ItemAnswer::refused(index, item, error),
            None => write(records, source, index, item)?,
        };
        answer.items.push(written);
    }
    for relation in &payload.relations {
        answer.relations.extend(relate(records, payload, &answer.items, relation)?);
    }
    Ok(answer)
}

fn write(records: &mut Records<'_>, source: &str, index: usize, item: &Item) -> Result<ItemAnswer, Error> {
    let identified = identify::identify(records, item)?;
    let mut answer = ItemAnswer::new(index, item);
    answer.identification_attempts = identified.attempts;
    if let Some(error) = identified.error {
        return Ok(ItemAnswer { error_count: 1, errors: vec![error], ..answer });
    }
    let now = records.now.clone();
    let mut values: Vec<(&str, String)> = vec![("discovery_source", source.to_owned()), ("last_discovered", now)];
    // An empty value overwrites nothing.
    let given = item.values.iter().map(|(column, value)| (column.as_str(), text(value)));
    values.extend(given.filter(|(_, value)| !value.is_empty()));
    let pairs = |values: &[(&str, String)]| -> Vec<(String, String)> {
        values.iter().map(|(column, value)| ((*column).to_owned(), value.clone())).collect()
    };
    let owned = pairs(&values);
    let borrowed: Vec<(&str, &str)> = owned.iter().map(|(column, value)| (column.as_str(), value.as_str())).collect();
    match identified.found {
        Some((table, id)) => {
            // When it was last discovered is always renewed, and is no change of the item.
            let said: Vec<(&str, &str)> =
                borrowed.iter().copied().filter(|(column, _)| *column != "last_discovered").collect();
            answer.operation = if records.update(&table, &id, &said)? { "UPDATE" } else { "NO_CHANGE" };
            records.update(&table, &id, &borrowed)?;
            answer.sys_id = id;
        }
        None => {
            answer.operation = "INSERT";
            answer.sys_id = records.insert(&item.class_name, &borrowed)?;
        }
    }
    identify::keep(records, item, &answer.sys_id)?;
    answer.related_sys_ids = vec![None; item.lookup.len()];
    Ok(answer)
}

fn relate(
    records: &mut Records<'_>,
    payload: &Payload,
    items: &[ItemAnswer],
    relation: &Relation,
) -> Result<Option<RelationAnswer>, Error> {
    let place = |index: Option<usize>, id: &str| {
        index.or_else(|| payload.items.iter().position(|item| !id.is_empty() && item.internal_id == id))
    };
    let ends = [(relation.parent, &relation.parent_id), (relation.child, &relation.child_id)];
    let ids =
        ends.map(|(index, id)| place(index, id).and_then(|place| items.get(place)).map(|item| item.sys_id.clone()));
    let [Some(parent), Some(child)] = ids else { return Ok(None) };
    if parent.is_empty() || child.is_empty() {
        return Ok(None);
    }
    let known: Option<String> = {
        use rusqlite::OptionalExtension as _;
        records
            .connection
            .prepare_cached("SELECT sys_id FROM cmdb_rel_ci WHERE parent = ?1 AND child = ?2 AND type = ?3 LIMIT 1")?
            .query_row([&parent, &child, &relation.kind], |row| row.get(0))
            .optional()?
    };
    let (operation, sys_id) = match known {
        Some(id) => ("NO_CHANGE", id),
        None => {
            let values = [("parent", parent.as_str()), ("child", child.as_str()), ("type", relation.kind.as_str())];
            ("INSERT", records.insert("cmdb_rel_ci", &values)?)
        }
    };
    Ok(Some(RelationAnswer { parent, child, kind: relation.kind.clone(), operation, sys_id }))
}

impl ItemAnswer {
    fn new(index: usize, item: &Item) -> Self {
        Self {
            class_name: item.class_name.clone(),
            operation: "NO_CHANGE",
            sys_id: String::new(),
            related_sys_ids: Vec::new(),
            related_items: Vec::new(),
            additional_related_items: Vec::new(),
            identifier_entry_sys_id: HARDWARE_RULE.to_owned(),
            identification_attempts: Vec::new(),
            errors: Vec::new(),
            markers: Vec::new(),
            input_indices: vec![index],
            merged_payload_ids: Vec::new(),
            error_count: 0,
        }
    }

    fn refused(index: usize, item: &Item, error: ItemError) -> Self {
        Self { error_count: 1, errors: vec![error], ..Self::new(index, item) }
    }
}

/// A value as it is stored: everything is text.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
