//! One row in one map: coalesce, rules, fields, compare, write.

use rusqlite::params_from_iter;

use super::field::{Evaluation, Stop};
use super::plan::{BeforeRow, Field, Home, Map};
use crate::error::Error;

/// The states of an import-set row, with their raw values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Inserted,
    Updated,
    Ignored,
    Skipped,
    Error,
}

impl State {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Inserted => "inserted",
            Self::Updated => "updated",
            Self::Ignored => "ignored",
            Self::Skipped => "skipped",
            Self::Error => "error",
        }
    }
}

/// What became of a row in a map.
pub(super) struct Outcome {
    pub(super) state: State,
    pub(super) comment: String,
    pub(super) target: String,
    pub(super) target_id: String,
    /// The documented code of an error.
    pub(super) code: Option<u16>,
}

impl Outcome {
    pub(super) fn of(state: State, comment: impl Into<String>) -> Self {
        Self { state, comment: comment.into(), target: String::new(), target_id: String::new(), code: None }
    }
}

/// A target record that the coalesce fields found.
struct Found<'m> {
    home: &'m Home,
    id: String,
    /// Its values by slot.
    current: Vec<String>,
}

/// Takes one row through one map. Fails only where the database does.
pub(super) fn transform(evaluation: &mut Evaluation<'_, '_>, map: &Map) -> Result<Outcome, Error> {
    evaluation.notes.clear();
    let mut outcome = match promote(evaluation, map) {
        Ok(outcome) => outcome,
        Err(Stop::Ignored(comment)) => Outcome::of(State::Ignored, comment),
        Err(Stop::Rejected(code, comment)) => Outcome { code: Some(code), ..Outcome::of(State::Error, comment) },
        Err(Stop::Failed(error)) => return Err(error),
    };
    if outcome.target.is_empty() {
        outcome.target.clone_from(&map.target);
    }
    for note in evaluation.notes.drain(..) {
        if !outcome.comment.is_empty() {
            outcome.comment.push_str("; ");
        }
        outcome.comment.push_str(&note);
    }
    Ok(outcome)
}

fn promote(evaluation: &mut Evaluation<'_, '_>, map: &Map) -> Result<Outcome, Stop> {
    if map.fields.is_empty() {
        return Ok(Outcome {
            code: Some(800),
            ..Outcome::of(State::Error, "No transform entry or scripts are defined; Target record not found")
        });
    }
    if evaluation.values.iter().all(String::is_empty) {
        return Ok(Outcome::of(State::Skipped, "Row skipped: it holds no value of a known column"));
    }
    let mut values: Vec<Option<String>> = vec![None; map.fields.len()];
    evaluate(evaluation, map, &mut values, |field| field.coalesce)?;
    let found = match key(map, &values) {
        Key::Missing => return Ok(Outcome::of(State::Skipped, "Row skipped due to missing coalesce values")),
        Key::Insert => None,
        Key::Search(key) => find(evaluation, map, &key)?,
    };
    obey(evaluation.values, map, found.as_ref())?;
    evaluate(evaluation, map, &mut values, |field| !field.coalesce)?;
    match found {
        Some(found) => update(evaluation, map, &found, values),
        None => insert(evaluation, map, values),
    }
}

fn evaluate(
    evaluation: &mut Evaluation<'_, '_>,
    map: &Map,
    values: &mut [Option<String>],
    wanted: impl Fn(&Field) -> bool,
) -> Result<(), Stop> {
    for (field, value) in map.fields.iter().zip(values).filter(|(field, _)| wanted(field)) {
        *value = evaluation.field(map, field)?;
    }
    Ok(())
}

/// What the coalesce fields of a row say.
enum Key<'v> {
    /// A value is missing that the map needs.
    Missing,
    /// Nothing to look for.
    Insert,
    /// The values, in the order of the coalesce fields.
    Search(Vec<&'v str>),
}

/// The documented cases of empty coalesce values: `coalesce_empty_fields` on any field wins, then
/// `create_new_record_on_empty_coalesce_fields` when all are empty; else the row is skipped.
fn key<'v>(map: &Map, values: &'v [Option<String>]) -> Key<'v> {
    if !map.coalesces {
        return Key::Insert;
    }
    let key: Vec<&str> = map
        .fields
        .iter()
        .zip(values)
        .filter(|(field, _)| field.coalesce)
        .map(|(_, value)| value.as_deref().unwrap_or_default())
        .collect();
    let empty = key.iter().filter(|value| value.is_empty()).count();
    if empty == 0 || map.match_empty {
        Key::Search(key)
    } else if map.insert_on_empty && empty == key.len() {
        Key::Insert
    } else {
        Key::Missing
    }
}

/// The first matching record, in the target table before the tables that extend it.
fn find<'m>(evaluation: &Evaluation<'_, '_>, map: &'m Map, key: &[&str]) -> Result<Option<Found<'m>>, Stop> {
    for home in &map.homes {
        let mut statement = evaluation.records.connection.prepare_cached(&home.find)?;
        let mut rows = statement.query(params_from_iter(key))?;
        if let Some(row) = rows.next()? {
            let current = (1..=map.slots.len())
                .map(|position| row.get(position))
                .collect::<Result<Vec<String>, rusqlite::Error>>()?;
            return Ok(Some(Found { home, id: row.get(0)?, current }));
        }
    }
    Ok(None)
}

/// The rules that run once it is known whether the row would insert or update.
fn obey(values: &[String], map: &Map, found: Option<&Found<'_>>) -> Result<(), Stop> {
    for rule in &map.before {
        match (rule, found) {
            (BeforeRow::NeverInsert { retire }, None) if values[*retire] == "true" => {
                return Err(Stop::Ignored("never inserts: no matching record".to_owned()));
            }
            (BeforeRow::SkipOlderRun { source, slot }, Some(found)) => {
                let runs = (values[*source].trim().parse::<i64>(), found.current[*slot].trim().parse::<i64>());
                if let (Ok(new), Ok(held)) = runs
                    && new < held
                {
                    return Err(Stop::Ignored("an older run".to_owned()));
                }
            }
            (BeforeRow::NeverInsert { .. }, _) | (BeforeRow::SkipOlderRun { .. }, None) => {}
        }
    }
    Ok(())
}

fn insert(evaluation: &mut Evaluation<'_, '_>, map: &Map, values: Vec<Option<String>>) -> Result<Outcome, Stop> {
    let inserter = evaluation.records.inserter(&map.target)?;
    let mut draft = inserter.draft();
    for (field, value) in map.fields.iter().zip(values) {
        if let Some(value) = value {
            draft.set(&field.target, value);
        }
    }
    require(map, |column| Some(draft.get(column)))?;
    let id = evaluation.records.insert_draft(&inserter, draft, map.business_rules)?;
    Ok(Outcome { target_id: id, ..Outcome::of(State::Inserted, "") })
}

/// Refuses a record whose mandatory columns are empty; what the row does not touch is not asked.
fn require<'v>(map: &Map, value: impl Fn(&str) -> Option<&'v str>) -> Result<(), Stop> {
    match map.mandatory.iter().find(|column| value(column) == Some("")) {
        None => Ok(()),
        Some(column) => {
            let said = format!("Mandatory field {column} of {} has no value", map.target);
            Err(Stop::Rejected(800, said))
        }
    }
}

fn update(
    evaluation: &mut Evaluation<'_, '_>,
    map: &Map,
    found: &Found<'_>,
    values: Vec<Option<String>>,
) -> Result<Outcome, Stop> {
    let mut new: Vec<&str> = found.current[..map.written].iter().map(String::as_str).collect();
    for (field, value) in map.fields.iter().zip(&values) {
        if let Some(value) = value {
            new[field.slot] = value;
        }
    }
    require(map, |column| {
        let slot = map.slots[..map.written].iter().position(|slot| slot == column)?;
        Some(new[slot])
    })?;
    let changed: Vec<(&str, &str)> = (0..map.written)
        .filter(|&slot| new[slot] != found.current[slot])
        .map(|slot| (map.slots[slot].as_str(), new[slot]))
        .collect();
    let state = if changed.is_empty() { State::Ignored } else { State::Updated };
    if state == State::Updated {
        let records = &mut *evaluation.records;
        let parameters = new.iter().copied().chain([records.now.as_str(), records.user, found.id.as_str()]);
        records.connection.prepare_cached(&found.home.update)?.execute(params_from_iter(parameters))?;
        if map.business_rules {
            records.after_update(&found.home.table, &found.id, &changed)?;
        }
    }
    let comment = if state == State::Ignored { "No field values changed" } else { "" };
    Ok(Outcome { target: found.home.table.clone(), target_id: found.id.clone(), ..Outcome::of(state, comment) })
}
