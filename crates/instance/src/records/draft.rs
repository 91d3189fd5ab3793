//! A record that is not yet stored, and the statement that stores it. Apart because it is the hot path of a
//! transform: columns are looked up by name, and one statement serves every record of a table.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, params_from_iter};

use super::business::Class;
use crate::dictionary::{Dictionary, quoted};
use crate::error::Error;

/// A record to be: a value for every column of its table.
pub(crate) struct Draft {
    positions: Arc<HashMap<String, usize>>,
    values: Vec<String>,
}

impl Draft {
    /// The value of a column; empty where the table has none of that name.
    pub(crate) fn get(&self, column: &str) -> &str {
        self.positions.get(column).map_or("", |&position| &self.values[position])
    }

    /// Sets a column, if the table has it.
    pub(crate) fn set(&mut self, column: &str, value: String) {
        if let Some(&position) = self.positions.get(column) {
            self.values[position] = value;
        }
    }
}

/// How records of one table are inserted.
pub(crate) struct Inserter {
    class: Class,
    sql: String,
    positions: Arc<HashMap<String, usize>>,
    template: Vec<String>,
}

impl Inserter {
    /// Prepares the insertion of all columns of the table, with the defaults of the dictionary.
    pub(crate) fn new(dictionary: &Dictionary, table: &str) -> Result<Self, Error> {
        let definition = dictionary.require(table)?;
        let names: Vec<String> = definition.columns.iter().map(|column| quoted(&column.name)).collect();
        let holders = vec!["?"; names.len()].join(", ");
        let sql = format!("INSERT INTO {} ({}) VALUES ({holders})", quoted(table), names.join(", "));
        let positions =
            definition.columns.iter().enumerate().map(|(position, column)| (column.name.clone(), position)).collect();
        let template = definition
            .columns
            .iter()
            .map(|column| if column.name == "sys_class_name" { table.to_owned() } else { column.default.clone() })
            .collect();
        Ok(Self { class: Class::of(dictionary, table), sql, positions: Arc::new(positions), template })
    }

    /// A new record with the defaults in it.
    pub(crate) fn draft(&self) -> Draft {
        Draft { positions: Arc::clone(&self.positions), values: self.template.clone() }
    }

    pub(super) fn class(&self) -> Class {
        self.class
    }

    pub(super) fn insert(&self, connection: &Connection, draft: &Draft) -> Result<(), Error> {
        connection.prepare_cached(&self.sql)?.execute(params_from_iter(draft.values.iter()))?;
        Ok(())
    }
}
