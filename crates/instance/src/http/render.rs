//! Records as JSON. All values are strings; a reference is an object with its link. Written straight from SQLite's
//! rows, because one answer may hold ten thousand records of a hundred columns.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter};

use super::access::Access;
use super::listing::{Display, Listing};
use crate::dictionary::{Column, Dictionary, Kind, Table, quoted};
use crate::error::Error;
use crate::query::{ROOT, Selection, walk};

/// What stands in for a password.
const HIDDEN: &str = "********";

/// Writes records of one shape.
pub(super) struct Renderer<'r> {
    connection: &'r Connection,
    dictionary: &'r Dictionary,
    base: &'r str,
    display: Display,
    links: bool,
    fields: Vec<Field<'r>>,
    expressions: Vec<String>,
    displays: HashMap<(String, String), String>,
}

/// One field of every record.
struct Field<'r> {
    /// `"name":`
    key: String,
    column: &'r Column,
    /// For a document id: where the table's name is among the expressions.
    table_at: Option<usize>,
}

impl<'r> Renderer<'r> {
    /// Prepares the fields that were asked for; those that lead nowhere, or to what the user may not read, are left out.
    pub(super) fn new(
        connection: &'r Connection,
        dictionary: &'r Dictionary,
        table: &'r Table,
        listing: &Listing,
        access: &Access,
        base: &'r str,
    ) -> Self {
        let mut renderer = Self {
            connection,
            dictionary,
            base,
            display: listing.display,
            links: listing.links,
            fields: Vec::new(),
            expressions: Vec::new(),
            displays: HashMap::new(),
        };
        let all = || table.columns.iter().map(|column| column.name.clone()).collect();
        let paths: Vec<String> = if listing.fields.is_empty() { all() } else { listing.fields.clone() };
        for path in paths.iter().filter(|path| access.reads_path(dictionary, table, path)) {
            renderer.add(table, path);
        }
        renderer.add_tables_of_documents(table);
        renderer
    }

    fn add(&mut self, table: &'r Table, path: &str) {
        if let Some(walked) = walk(self.dictionary, table, ROOT, path) {
            let key = format!("{}:", serde_json::Value::from(path));
            self.fields.push(Field { key, column: walked.column, table_at: None });
            self.expressions.push(walked.sql);
        }
    }

    /// A document id links to a table that another column names: it is read too, behind the fields. On a walk it is
    /// not followed, and there is no link.
    fn add_tables_of_documents(&mut self, table: &'r Table) {
        for field in &mut self.fields {
            if field.column.kind != Kind::Document || table.column(&field.column.name).is_none() {
                continue;
            }
            if let Some(walked) = walk(self.dictionary, table, ROOT, &field.column.dependent) {
                field.table_at = Some(self.expressions.len());
                self.expressions.push(walked.sql);
            }
        }
    }

    /// Writes the selected records, between commas, and answers how many there were.
    pub(super) fn records(
        &mut self,
        selection: &Selection<'_>,
        limit: usize,
        offset: usize,
        out: &mut Vec<u8>,
    ) -> Result<usize, Error> {
        if self.expressions.is_empty() {
            self.expressions.push("1".to_owned());
        }
        let sql = selection.sql(&self.expressions, limit, offset);
        let connection = self.connection;
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(selection.values()))?;
        let mut written = 0;
        while let Some(row) = rows.next()? {
            if written > 0 {
                out.push(b',');
            }
            self.record(row, out)?;
            written += 1;
        }
        Ok(written)
    }

    fn record(&mut self, row: &Row<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        out.push(b'{');
        for position in 0..self.fields.len() {
            if position > 0 {
                out.push(b',');
            }
            out.extend_from_slice(self.fields[position].key.as_bytes());
            let column = self.fields[position].column;
            let value = if column.kind == Kind::Password { HIDDEN } else { text(row, position)? };
            let table = match self.fields[position].table_at {
                Some(at) => text(row, at)?,
                None => column.reference.as_str(),
            };
            self.value(column, table, value, out)?;
        }
        out.push(b'}');
        Ok(())
    }

    /// `table` is that of the record that the value refers to; empty where it refers to none.
    fn value(&mut self, column: &Column, table: &str, value: &str, out: &mut Vec<u8>) -> Result<(), Error> {
        let link = self.links && !table.is_empty() && !value.is_empty();
        let address = if link { self.link(table, value) } else { String::new() };
        if self.display == Display::Values {
            if link {
                object(out, &[("link", address.as_str()), ("value", value)]);
            } else {
                string(out, value);
            }
            return Ok(());
        }
        let shown = self.shown(column, table, value)?;
        let shown = ("display_value", shown.as_str());
        match (self.display, link) {
            (Display::Both, true) => object(out, &[shown, ("value", value), ("link", address.as_str())]),
            (Display::Both, false) => object(out, &[shown, ("value", value)]),
            (_, true) => object(out, &[shown, ("link", address.as_str())]),
            (_, false) => string(out, shown.1),
        }
        Ok(())
    }

    fn link(&self, table: &str, id: &str) -> String {
        format!("{}/api/now/table/{table}/{id}", self.base)
    }

    /// What people see: a choice's label, a referenced record's display value.
    fn shown(&mut self, column: &Column, table: &str, value: &str) -> Result<String, Error> {
        if value.is_empty() || (!column.choice && table.is_empty()) {
            return Ok(value.to_owned());
        }
        let place = if column.choice { format!("{}.{}", column.declared_on, column.name) } else { table.to_owned() };
        let key = (place, value.to_owned());
        if let Some(known) = self.displays.get(&key) {
            return Ok(known.clone());
        }
        let found = if column.choice { self.label(column, value)? } else { self.display_of(table, value)? };
        let shown = found.unwrap_or_else(|| value.to_owned());
        self.displays.insert(key, shown.clone());
        Ok(shown)
    }

    fn label(&self, column: &Column, value: &str) -> Result<Option<String>, Error> {
        let label = self
            .connection
            .prepare_cached(
                "SELECT label FROM sys_choice WHERE name = ?1 COLLATE NOCASE AND element = ?2 COLLATE NOCASE \
                 AND value = ?3 COLLATE NOCASE LIMIT 1",
            )?
            .query_row([column.declared_on.as_str(), column.name.as_str(), value], |row| row.get(0))
            .optional()?;
        Ok(label)
    }

    fn display_of(&self, table: &str, id: &str) -> Result<Option<String>, Error> {
        let Some(definition) = self.dictionary.table(table) else { return Ok(None) };
        for member in self.dictionary.family(table) {
            let sql = format!("SELECT {} FROM {} WHERE sys_id = ?1", quoted(&definition.display), quoted(member));
            let display = self.connection.prepare_cached(&sql)?.query_row([id], |row| row.get(0)).optional()?;
            if display.is_some() {
                return Ok(display);
            }
        }
        Ok(None)
    }
}

fn text<'row>(row: &'row Row<'_>, position: usize) -> rusqlite::Result<&'row str> {
    Ok(row.get_ref(position)?.as_str()?)
}

fn object(out: &mut Vec<u8>, members: &[(&str, &str)]) {
    out.push(b'{');
    for (position, (key, value)) in members.iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        string(out, key);
        out.push(b':');
        string(out, value);
    }
    out.push(b'}');
}

fn string(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("text can be written to memory");
}
