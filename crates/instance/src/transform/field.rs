//! One field of one row: from the source value to what the target column will hold.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use rusqlite::OptionalExtension as _;

use super::plan::{ChoiceAction, Choices, Field, Map, Plan, Reference, Source};
use super::value;
use crate::dictionary::Kind;
use crate::error::Error;
use crate::limits::LOOKUP_CACHE_ENTRIES_MAX;
use crate::records::{self, Records};

/// The documented codes of what an unknown record refuses, and their words.
const REFERENCE_REJECTED: (u16, &str) = (100, "Reference value rejected");
const LIST_REJECTED: (u16, &str) = (300, "List reference rejected");

/// Answers of a run, by the key of the field. Bounded, and only what stays true for the run.
pub(super) struct Caches {
    references: Vec<HashMap<String, String>>,
    choices: Vec<Option<HashMap<String, String>>>,
}

impl Caches {
    pub(super) fn new(plan: &Plan) -> Self {
        Self { references: vec![HashMap::new(); plan.fields], choices: vec![None; plan.fields] }
    }
}

/// Why a row stops in a map.
pub(super) enum Stop {
    /// A rule leaves the record alone.
    Ignored(String),
    /// A reference or choice is refused: the documented error code and what to say.
    Rejected(u16, String),
    /// The database failed; the whole block does.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(Error::from(error))
    }
}

/// What is at hand while the fields of a row are evaluated.
pub(super) struct Evaluation<'e, 'a> {
    pub(super) records: &'e mut Records<'a>,
    pub(super) caches: &'e mut Caches,
    pub(super) values: &'e [String],
    pub(super) notes: &'e mut Vec<String>,
    pub(super) strict_truth: bool,
    /// The importing user's.
    pub(super) zone: &'e TimeZone,
}

impl Evaluation<'_, '_> {
    /// The new value of a field; `None` leaves it as it is.
    pub(super) fn field(&mut self, map: &Map, field: &Field) -> Result<Option<String>, Stop> {
        match field.from {
            Source::Column(position) => {
                let values = self.values;
                self.stored(map, field, &values[position])
            }
            Source::MakeAndModel { manufacturer, name, number } => {
                let values = self.values;
                let model = self.make_and_model(&values[manufacturer], &values[name], &values[number])?;
                Ok(set_or_keep(map, model))
            }
            Source::ProductOfInstall { key } => {
                let values = self.values;
                self.product_of_install(&values[key]).map(Some)
            }
        }
    }

    fn stored(&mut self, map: &Map, field: &Field, text: &str) -> Result<Option<String>, Stop> {
        if text.is_empty() {
            return Ok(set_or_keep(map, String::new()));
        }
        if text == value::CLEAR {
            return Ok(Some(String::new()));
        }
        if let Some(reference) = &field.reference {
            return match field.kind {
                Kind::List => self.list(field, reference, text),
                _ => self.reference(field, reference, text, REFERENCE_REJECTED),
            };
        }
        let Some(stored) = value::store(field, text, self.strict_truth, self.zone, self.notes) else {
            return Ok(None);
        };
        match &field.choices {
            Some(choices) => self.choice(field, choices, stored),
            None => Ok(Some(stored)),
        }
    }

    /// Several records, with commas between; one that is unknown is made, left out, or refuses the row.
    fn list(&mut self, field: &Field, reference: &Reference, text: &str) -> Result<Option<String>, Stop> {
        let mut found = Vec::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            found.extend(self.reference(field, reference, name, LIST_REJECTED)?);
        }
        Ok(Some(found.join(",")))
    }

    fn reference(
        &mut self,
        field: &Field,
        reference: &Reference,
        text: &str,
        (code, refusal): (u16, &str),
    ) -> Result<Option<String>, Stop> {
        if reference.settled
            && let Some(known) = self.caches.references[field.key].get(text)
        {
            return Ok(Some(known.clone()));
        }
        let found = match self.find(reference, text)? {
            Some(found) => found,
            None => match field.action {
                ChoiceAction::Create => {
                    let values = [(reference.field.as_str(), text)];
                    self.records.insert(&reference.table, &values)?
                }
                ChoiceAction::Ignore => {
                    self.notes.push(format!(
                        "{}: no {} with {} {text}, ignored",
                        field.target, reference.table, reference.field
                    ));
                    return Ok(None);
                }
                ChoiceAction::Reject => {
                    let said = format!(
                        "{refusal}: {} has no {} with {} {text}",
                        field.target, reference.table, reference.field
                    );
                    return Err(Stop::Rejected(code, said));
                }
            },
        };
        let cache = &mut self.caches.references[field.key];
        if reference.settled && cache.len() < LOOKUP_CACHE_ENTRIES_MAX {
            cache.insert(text.to_owned(), found.clone());
        }
        Ok(Some(found))
    }

    fn find(&self, reference: &Reference, text: &str) -> Result<Option<String>, Stop> {
        for sql in &reference.finders {
            let mut statement = self.records.connection.prepare_cached(sql)?;
            let found: Option<String> = statement.query_row([text], |row| row.get(0)).optional()?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn choice(&mut self, field: &Field, choices: &Choices, text: String) -> Result<Option<String>, Stop> {
        let known = match self.caches.choices[field.key].take() {
            Some(known) => known,
            None => self.listed(choices, &field.target)?,
        };
        let known = self.caches.choices[field.key].insert(known);
        if let Some(value) = known.get(&text.to_lowercase()) {
            return Ok(Some(value.clone()));
        }
        match field.action {
            ChoiceAction::Create => {
                known.insert(text.to_lowercase(), text.clone());
                let values = [
                    ("name", choices.table.as_str()),
                    ("element", field.target.as_str()),
                    ("value", text.as_str()),
                    ("label", text.as_str()),
                ];
                self.records.insert("sys_choice", &values)?;
                Ok(Some(text))
            }
            ChoiceAction::Ignore => {
                self.notes.push(format!("{}: no choice {text}, ignored", field.target));
                Ok(None)
            }
            ChoiceAction::Reject => {
                Err(Stop::Rejected(200, format!("Choice value rejected: {} has no choice {text}", field.target)))
            }
        }
    }

    /// Values and labels, in lower case, of a choice list.
    fn listed(&self, choices: &Choices, element: &str) -> Result<HashMap<String, String>, Stop> {
        let mut listed = HashMap::new();
        let mut statement = self.records.connection.prepare_cached(
            "SELECT value, label FROM sys_choice WHERE name = ?1 COLLATE NOCASE AND element = ?2 COLLATE NOCASE \
             AND inactive <> 'true'",
        )?;
        for table in &choices.listed_on {
            let mut rows = statement.query([table.as_str(), element])?;
            while let Some(row) = rows.next()? {
                let (value, label): (String, String) = (row.get(0)?, row.get(1)?);
                listed.entry(label.to_lowercase()).or_insert_with(|| value.clone());
                listed.insert(value.to_lowercase(), value);
            }
        }
        Ok(listed)
    }

    fn make_and_model(&mut self, manufacturer: &str, name: &str, number: &str) -> Result<String, Stop> {
        if name.is_empty() || name == value::CLEAR {
            return Ok(String::new());
        }
        let given = |text: &str| if text == value::CLEAR { String::new() } else { text.to_owned() };
        Ok(records::model(self.records, &given(manufacturer), name, &given(number))?)
    }

    /// The product that the install, or its discovery model, was normalised to.
    fn product_of_install(&mut self, key: &str) -> Result<String, Stop> {
        let mut statement = self.records.connection.prepare_cached(
            "SELECT CASE WHEN i.norm_product <> '' THEN i.norm_product ELSE COALESCE(m.norm_product, '') END \
             FROM cmdb_sam_sw_install i LEFT JOIN cmdb_sam_sw_discovery_model m ON m.sys_id = i.discovery_model \
             WHERE i.instance_key = ?1 COLLATE NOCASE ORDER BY i.rowid LIMIT 1",
        )?;
        let product: Option<String> = statement.query_row([key], |row| row.get(0)).optional()?;
        match product {
            None => Err(Stop::Ignored(format!("product_of_install: no install has the key {key}"))),
            Some(product) if product.is_empty() => {
                Err(Stop::Ignored(format!("product_of_install: the install {key} has no normalized product yet")))
            }
            Some(product) => Ok(product),
        }
    }
}

/// An empty value leaves a field alone, unless the map copies empty fields.
fn set_or_keep(map: &Map, value: String) -> Option<String> {
    (map.copy_empty || !value.is_empty()).then_some(value)
}
