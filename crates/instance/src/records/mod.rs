//! Records: the one way in which a record is made, changed or removed, whoever asks.
//!
//! A transform, the Table API, an update set and seeds all pass here, so that defaults, system columns and
//! business rules are the same for all. What must hold: inside one transaction, with one dictionary.

mod business;
mod draft;
mod lookup;
mod natural;
mod seed;

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, params_from_iter};

pub(crate) use draft::{Draft, Inserter};
pub(crate) use lookup::{finders, model};
pub(crate) use natural::{known_as, natural_key};
pub(crate) use seed::seed;

use crate::dictionary::{Dictionary, SYSTEM_COLUMNS, quoted};
use crate::error::Error;
use crate::{clock, sys_id};

/// What a run of writes remembers: prepared forms and answers that only its own writes can change.
#[derive(Default)]
pub(crate) struct Memory {
    inserters: HashMap<String, Arc<Inserter>>,
    business: business::Memory,
}

/// A place to write records from: a transaction, the dictionary, the user and the time.
pub(crate) struct Records<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) dictionary: &'a Dictionary,
    pub(crate) user: &'a str,
    pub(crate) now: String,
    pub(crate) memory: &'a mut Memory,
}

impl<'a> Records<'a> {
    /// Writes as `user`, now.
    pub(crate) fn new(
        connection: &'a Connection,
        dictionary: &'a Dictionary,
        user: &'a str,
        memory: &'a mut Memory,
    ) -> Self {
        Self { connection, dictionary, user, now: clock::now(), memory }
    }

    /// Makes a record from values by column and answers its `sys_id`. Unknown columns are left out.
    pub(crate) fn insert(&mut self, table: &str, values: &[(&str, &str)]) -> Result<String, Error> {
        let inserter = self.inserter(table)?;
        let mut draft = inserter.draft();
        for (column, value) in values {
            draft.set(column, (*value).to_owned());
        }
        self.insert_draft(&inserter, draft, true)
    }

    /// Makes a record from a draft and answers its `sys_id`. Without business rules nothing else happens.
    pub(crate) fn insert_draft(&mut self, inserter: &Inserter, mut draft: Draft, rules: bool) -> Result<String, Error> {
        if draft.get("sys_id").is_empty() {
            draft.set("sys_id", sys_id::fresh());
        }
        for (column, value) in [
            ("sys_created_on", self.now.as_str()),
            ("sys_created_by", self.user),
            ("sys_updated_on", self.now.as_str()),
            ("sys_updated_by", self.user),
            ("sys_mod_count", "0"),
        ] {
            if draft.get(column).is_empty() {
                draft.set(column, value.to_owned());
            }
        }
        if rules {
            business::before_insert(self, inserter.class(), &mut draft)?;
        }
        inserter.insert(self.connection, &draft)?;
        Ok(draft.get("sys_id").to_owned())
    }

    /// Changes the columns whose values differ and answers whether any did. Unknown columns are left out.
    pub(crate) fn update(&mut self, table: &str, id: &str, values: &[(&str, &str)]) -> Result<bool, Error> {
        let definition = self.dictionary.require(table)?;
        let known: Vec<(&str, &str)> = values
            .iter()
            .copied()
            .filter(|(column, _)| !SYSTEM_COLUMNS.contains(column) && definition.column(column).is_some())
            .collect();
        let current = self.values(table, id, known.iter().map(|(column, _)| *column))?;
        let changed: Vec<(&str, &str)> = known
            .into_iter()
            .zip(&current)
            .filter(|((_, new), old)| *new != old.as_str())
            .map(|(pair, _)| pair)
            .collect();
        if changed.is_empty() {
            return Ok(false);
        }
        let mut assignments = String::new();
        for (column, _) in &changed {
            assignments.push_str(&format!("{} = ?, ", quoted(column)));
        }
        let sql = format!(
            "UPDATE {} SET {assignments}sys_updated_on = ?, sys_updated_by = ?, \
             sys_mod_count = CAST(CAST(sys_mod_count AS INTEGER) + 1 AS TEXT) WHERE sys_id = ?",
            quoted(table)
        );
        let parameters = changed.iter().map(|(_, value)| *value).chain([self.now.as_str(), self.user, id]);
        self.connection.prepare_cached(&sql)?.execute(params_from_iter(parameters))?;
        self.after_update(table, id, &changed)?;
        Ok(true)
    }

    /// Runs the business rules that follow a change which somebody else has written.
    pub(crate) fn after_update(&mut self, table: &str, id: &str, changed: &[(&str, &str)]) -> Result<(), Error> {
        let class = business::Class::of(self.dictionary, table);
        business::after_update(self, class, table, id, changed)
    }

    /// Removes a record of exactly this table and answers whether it was there.
    pub(crate) fn delete(&mut self, table: &str, id: &str) -> Result<bool, Error> {
        let sql = format!("DELETE FROM {} WHERE sys_id = ?1", quoted(table));
        Ok(self.connection.prepare_cached(&sql)?.execute([id])? > 0)
    }

    /// The table of the family in which the record is.
    pub(crate) fn home(&self, table: &str, id: &str) -> Result<Option<String>, Error> {
        for member in self.dictionary.family(table) {
            let sql = format!("SELECT 1 FROM {} WHERE sys_id = ?1", quoted(member));
            if self.connection.prepare_cached(&sql)?.exists([id])? {
                return Ok(Some(member.to_owned()));
            }
        }
        Ok(None)
    }

    /// The first record of the family with that display value.
    pub(crate) fn displayed_as(&self, table: &str, display: &str) -> Result<Option<String>, Error> {
        let definition = self.dictionary.require(table)?;
        lookup::find(self, table, &definition.display, display)
    }

    /// What stands for a record where another refers to it; empty where there is no such record.
    pub(crate) fn display(&self, table: &str, id: &str) -> Result<String, Error> {
        lookup::display_of(self, table, id)
    }

    /// Values of one record; all empty where there is no such record.
    pub(crate) fn values<'c>(
        &self,
        table: &str,
        id: &str,
        columns: impl Iterator<Item = &'c str>,
    ) -> Result<Vec<String>, Error> {
        let names: Vec<String> = columns.map(quoted).collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!("SELECT {} FROM {} WHERE sys_id = ?1", names.join(", "), quoted(table));
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([id])?;
        let Some(row) = rows.next()? else { return Ok(vec![String::new(); names.len()]) };
        let values = (0..names.len()).map(|position| row.get(position)).collect::<Result<Vec<String>, _>>()?;
        Ok(values)
    }

    /// The prepared form for inserting into a table, made once.
    pub(crate) fn inserter(&mut self, table: &str) -> Result<Arc<Inserter>, Error> {
        if let Some(known) = self.memory.inserters.get(table) {
            return Ok(Arc::clone(known));
        }
        let inserter = Arc::new(Inserter::new(self.dictionary, table)?);
        self.memory.inserters.insert(table.to_owned(), Arc::clone(&inserter));
        Ok(inserter)
    }
}
