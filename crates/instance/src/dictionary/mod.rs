//! The dictionary: tables, their columns with types, lengths and references, and which table extends which.
//!
//! What people write in `fixtures/instance/*.toml` and what an update set brings are both [`declared`] first;
//! [`Dictionary::build`] resolves inheritance and refuses what cannot be. Every name in a built dictionary is
//! `[a-z][a-z0-9_]*`, so that [`quoted`] is safe in SQL.

mod declared;
mod kind;
mod stored;

use std::collections::{BTreeMap, HashMap};

use declared::{DeclaredColumn, DeclaredTable};
pub(crate) use kind::Kind;
pub(crate) use stored::{load, store_shipped};

use crate::error::Error;
use crate::limits::NAME_BYTES_MAX;

/// The columns that every record has, in the order in which they are stored.
pub(crate) const SYSTEM_COLUMNS: [&str; 6] =
    ["sys_id", "sys_created_on", "sys_created_by", "sys_updated_on", "sys_updated_by", "sys_mod_count"];

/// The table that every staging table extends.
pub(crate) const IMPORT_SET_ROW: &str = "sys_import_set_row";

/// One column of a table, its own or inherited.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) kind: Kind,
    pub(crate) max_length: usize,
    /// The table that a reference points at; empty for every other kind.
    pub(crate) reference: String,
    /// For a document id: the column that names the table it points at.
    pub(crate) dependent: String,
    pub(crate) default: String,
    /// True where `sys_choice` lists the values.
    pub(crate) choice: bool,
    /// True where a record should have a value; only maps that say so mind.
    pub(crate) mandatory: bool,
    /// The table that declares it; its choices are kept under that name.
    pub(crate) declared_on: String,
}

/// One table with all its columns, inherited ones first.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) parent: Option<String>,
    /// The column that stands for a record where another refers to it.
    pub(crate) display: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) indexes: Vec<Vec<String>>,
    positions: HashMap<String, usize>,
}

impl Table {
    /// The column of that name.
    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.positions.get(name).map(|&position| &self.columns[position])
    }

    /// The columns that a sender fills: those that the table does not have from the system or from its parent
    /// `sys_import_set_row`.
    pub(crate) fn loadable(&self) -> impl Iterator<Item = &Column> {
        self.columns
            .iter()
            .filter(|column| column.declared_on != IMPORT_SET_ROW && !SYSTEM_COLUMNS.contains(&column.name.as_str()))
    }
}

/// All tables of an instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dictionary {
    tables: BTreeMap<String, Table>,
    children: HashMap<String, Vec<String>>,
}

impl Dictionary {
    /// Resolves inheritance. Fails on an invalid or double name, an unknown parent and a circle of parents.
    pub(crate) fn build(declared: Vec<DeclaredTable>) -> Result<Self, Error> {
        let mut waiting: BTreeMap<String, DeclaredTable> = BTreeMap::new();
        for table in declared {
            check_name(&table.name)?;
            let name = table.name.clone();
            if waiting.insert(name.clone(), table).is_some() {
                return Err(Error::Dictionary(format!("the table `{name}` twice")));
            }
        }
        let mut dictionary = Self::default();
        while let Some(name) = waiting.keys().next().cloned() {
            dictionary.resolve(&name, &mut waiting)?;
        }
        for table in dictionary.tables.values() {
            if let Some(parent) = &table.parent {
                dictionary.children.entry(parent.clone()).or_default().push(table.name.clone());
            }
        }
        Ok(dictionary)
    }

    /// Builds one table after its parents. It leaves `waiting` first, so that a circle ends in an unknown parent.
    fn resolve(&mut self, name: &str, waiting: &mut BTreeMap<String, DeclaredTable>) -> Result<(), Error> {
        let Some(declared) = waiting.remove(name) else { return Ok(()) };
        if let Some(parent) = declared.extends.as_deref() {
            self.resolve(parent, waiting)?;
            if !self.tables.contains_key(parent) {
                return Err(Error::Dictionary(format!("the table `{name}`: it extends `{parent}`, which is unknown")));
            }
        }
        let parent = declared.extends.as_ref().and_then(|parent| self.tables.get(parent));
        let table = inherit(declared, parent)?;
        self.tables.insert(table.name.clone(), table);
        Ok(())
    }

    /// The table of that name.
    pub(crate) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// The table of that name, or an error that names it.
    pub(crate) fn require(&self, name: &str) -> Result<&Table, Error> {
        self.table(name).ok_or_else(|| Error::record(name, "the table is unknown"))
    }

    /// All tables, by name.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
    }

    /// The table itself and everything that extends it, the table first: where its records are.
    pub(crate) fn family<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        let mut family = vec![name];
        let mut next = 0;
        while next < family.len() {
            if let Some(children) = self.children.get(family[next]) {
                family.extend(children.iter().map(String::as_str));
            }
            next += 1;
        }
        family
    }

    /// The table itself and the tables that it extends, the nearest first.
    pub(crate) fn lineage<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        std::iter::successors(Some(name), move |name| self.table(name).and_then(|table| table.parent.as_deref()))
    }

    /// True where `name` is `ancestor` or extends it.
    pub(crate) fn is_a(&self, name: &str, ancestor: &str) -> bool {
        self.lineage(name).any(|table| table == ancestor)
    }

    /// True for a table into which import sets are loaded.
    pub(crate) fn is_staging(&self, name: &str) -> bool {
        name != IMPORT_SET_ROW && self.table(name).is_some() && self.is_a(name, IMPORT_SET_ROW)
    }
}

/// A name as an SQL identifier. Names are checked before; the quotes make keywords such as `order` harmless.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// Refuses every name that is not `[a-z][a-z0-9_]*`: names become SQL identifiers.
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    let rest = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if starts && rest && name.len() <= NAME_BYTES_MAX {
        Ok(())
    } else {
        Err(Error::Dictionary(format!("the name `{}`: names are [a-z][a-z0-9_]*", name.escape_debug())))
    }
}

fn inherit(declared: DeclaredTable, parent: Option<&Table>) -> Result<Table, Error> {
    let mut columns = parent.map_or_else(|| system_columns(&declared.name), |parent| parent.columns.clone());
    let mut display = parent.map(|parent| parent.display.clone());
    for column in declared.columns {
        check_name(&column.name)?;
        if column.display {
            display = Some(column.name.clone());
        }
        let resolved = column.resolve(&declared.name);
        match columns.iter_mut().find(|known| known.name == resolved.name) {
            // A child may say more of an inherited column, such as a default; its kind stays.
            Some(known) => known.default = resolved.default,
            None => columns.push(resolved),
        }
    }
    let positions: HashMap<String, usize> =
        columns.iter().enumerate().map(|(position, column)| (column.name.clone(), position)).collect();
    let mut indexes = parent.map(|parent| parent.indexes.clone()).unwrap_or_default();
    indexes.extend(declared.indexes);
    let display = display
        .filter(|name| name != "sys_id")
        .or_else(|| {
            ["name", "number", "u_name"]
                .iter()
                .find(|name| positions.contains_key(**name))
                .map(|name| (*name).to_owned())
        })
        .unwrap_or_else(|| "sys_id".to_owned());
    Ok(Table { name: declared.name, parent: declared.extends, display, columns, indexes, positions })
}

fn system_columns(table: &str) -> Vec<Column> {
    SYSTEM_COLUMNS
        .iter()
        .map(|&name| Column {
            name: name.to_owned(),
            label: declared::system_label(name).to_owned(),
            kind: match name {
                "sys_id" => Kind::Id,
                "sys_created_on" | "sys_updated_on" => Kind::DateTime,
                "sys_mod_count" => Kind::Integer,
                _ => Kind::Text,
            },
            max_length: crate::limits::COLUMN_CHARACTERS_DEFAULT,
            reference: String::new(),
            dependent: String::new(),
            default: String::new(),
            choice: false,
            mandatory: false,
            declared_on: table.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests;
