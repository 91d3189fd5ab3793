//! Robust import set transformers: a staging row is read once and written to several target entities, each with coalesce
//! fields and coercion of its own. One that is active beats every transform map on the same staging table (ServiceNow
//! documentation, key concepts of import sets and ETL definitions). Apart from transform maps, whose fields and records
//! it shares, because a row has one outcome here and not one a map.
//!
//! The raw names of its tables are in no public document; these are ours. Of an ETL definition we know target entities,
//! their fields and the mapping of staging columns to them; an update set that brings operations, temporary entities or
//! scripts is refused, because it names tables that are unknown here.

use rusqlite::{Connection, OptionalExtension as _};

use super::compile::{EntryRecord, MapRecord, truth};
use super::row::{Outcome, State};
use crate::error::Error;

/// The active robust transformer of a staging table.
pub(super) fn transformer(connection: &Connection, staging: &str) -> Result<Option<String>, Error> {
    let found = connection
        .prepare_cached(
            "SELECT sys_id FROM sys_robust_import_set_transformer \
             WHERE source_table = ?1 COLLATE NOCASE AND active = 'true' ORDER BY rowid LIMIT 1",
        )?
        .query_row([staging], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// Its target entities in their order, each as what a map would say, with its fields.
pub(super) fn entities(
    connection: &Connection,
    transformer: &str,
) -> Result<Vec<(MapRecord, Vec<EntryRecord>)>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT e.sys_id, e.name, e.target_table, e.run_business_rules, t.copy_empty_fields \
         FROM sys_rte_entity e JOIN sys_robust_import_set_transformer t ON t.sys_id = e.transformer \
         WHERE e.transformer = ?1 ORDER BY CAST(e.\"order\" AS INTEGER), e.rowid",
    )?;
    let entities = statement.query_map([transformer], |row| {
        Ok(MapRecord {
            id: row.get(0)?,
            name: row.get(1)?,
            target: row.get(2)?,
            business_rules: truth(row, 3)?,
            copy_empty: truth(row, 4)?,
            insert_on_empty: false,
            enforce_mandatory: String::new(),
        })
    })?;
    let entities = entities.collect::<Result<Vec<_>, _>>()?;
    let with_fields = |entity: MapRecord| {
        let fields = fields(connection, &entity.id)?;
        Ok((entity, fields))
    };
    entities.into_iter().map(with_fields).collect()
}

fn fields(connection: &Connection, entity: &str) -> Result<Vec<EntryRecord>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT source_field, target_field, coalesce, coercion_action, reference_value_field FROM sys_rte_field \
         WHERE entity = ?1 ORDER BY rowid",
    )?;
    let fields = statement.query_map([entity], |row| {
        Ok(EntryRecord {
            source: row.get(0)?,
            target: row.get(1)?,
            coalesce: truth(row, 2)?,
            coalesce_empty: false,
            case_sensitive: false,
            action: row.get(3)?,
            value_field: row.get(4)?,
            date_format: String::new(),
            scripted: false,
            script: String::new(),
        })
    })?;
    Ok(fields.collect::<Result<_, _>>()?)
}

/// What became of a row as a whole: an error of one entity is the row's, and what happened most is said of the others.
pub(super) fn together(outcomes: &[Outcome]) -> Outcome {
    let worst = [State::Error, State::Inserted, State::Updated, State::Ignored, State::Skipped];
    let state = worst.into_iter().find(|state| outcomes.iter().any(|outcome| outcome.state == *state));
    let shown = outcomes.iter().find(|outcome| !outcome.target_id.is_empty()).or(outcomes.first());
    let mut comments: Vec<&str> =
        outcomes.iter().map(|outcome| outcome.comment.as_str()).filter(|comment| !comment.is_empty()).collect();
    comments.dedup();
    Outcome {
        state: state.unwrap_or(State::Skipped),
        comment: comments.join("; "),
        target: shown.map(|outcome| outcome.target.clone()).unwrap_or_default(),
        target_id: shown.map(|outcome| outcome.target_id.clone()).unwrap_or_default(),
        code: outcomes.iter().find_map(|outcome| outcome.code),
    }
}
