//! Staging rows. A value longer than its column is cut, without a word, as the platform does; a row too long for
//! the database is skipped while it is loaded and says so (ServiceNow's documentation: r_MaximumRowSize). Such a row is
//! never transformed, so there is one of it whatever the number of maps: no copy tells of a second one.

use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection, OptionalExtension as _, params_from_iter};

use super::body::{Keys, Values};
use crate::dictionary::{Column, Dictionary, Table, quoted};
use crate::error::Error;
use crate::limits::ROW_BYTES_MAX;
use crate::{clock, sys_id};

/// The columns that a load itself writes, in the order of the parameters.
const LOAD_COLUMNS: [&str; 10] = [
    "sys_id",
    "sys_created_on",
    "sys_created_by",
    "sys_mod_count",
    "sys_class_name",
    "sys_import_set",
    "sys_import_row",
    "sys_import_state",
    "sys_import_state_comment",
    "sys_updated_on",
];

/// A staging table, ready to be loaded.
pub(super) struct Staging<'d> {
    table: &'d Table,
    columns: Vec<&'d Column>,
}

/// What every row of one load has in common.
struct Load<'l> {
    set: &'l str,
    user: &'l str,
    now: String,
}

impl<'d> Staging<'d> {
    /// The table of that name, if it is a staging table.
    pub(super) fn new(dictionary: &'d Dictionary, name: &str) -> Option<Self> {
        let table = dictionary.table(name).filter(|_| dictionary.is_staging(name))?;
        Some(Self { table, columns: table.loadable().collect() })
    }

    /// What senders call the columns: their names, or their labels. Of two columns with one label the first counts.
    pub(super) fn keys(&self, by_name: bool) -> Keys<'d> {
        let mut places = HashMap::with_capacity(self.columns.len());
        for (place, column) in self.columns.iter().enumerate() {
            let key = if by_name { &column.name } else { &column.label };
            places.entry(key.as_str()).or_insert(place);
        }
        Keys { places, width: self.columns.len() }
    }

    /// Inserts rows, numbered from `first`. One prepared statement, in the caller's transaction.
    pub(super) fn insert(
        &self,
        connection: &Connection,
        set: &str,
        user: &str,
        first: u64,
        rows: &[Values],
    ) -> Result<(), Error> {
        let load = Load { set, user, now: clock::now() };
        let mut statement = connection.prepare_cached(&self.sql())?;
        for (number, row) in (first..).zip(rows) {
            self.insert_row(&mut statement, &load, number, row)?;
        }
        Ok(())
    }

    /// Inserts one row and answers its row id and `sys_id`.
    pub(super) fn insert_single(
        &self,
        connection: &Connection,
        set: &str,
        user: &str,
        number: u64,
        row: &[String],
    ) -> Result<(i64, String), Error> {
        let load = Load { set, user, now: clock::now() };
        let mut statement = connection.prepare_cached(&self.sql())?;
        let id = self.insert_row(&mut statement, &load, number, row)?;
        Ok((connection.last_insert_rowid(), id))
    }

    fn insert_row(
        &self,
        statement: &mut CachedStatement<'_>,
        load: &Load<'_>,
        number: u64,
        row: &[String],
    ) -> Result<String, Error> {
        let id = sys_id::fresh();
        let number = number.to_string();
        let too_long = self.bytes(row) > ROW_BYTES_MAX;
        let comment =
            if too_long { format!("Row skipped: it is longer than {ROW_BYTES_MAX} bytes") } else { String::new() };
        let state = if too_long { "skipped" } else { "pending" };
        let fixed =
            [id.as_str(), &load.now, load.user, "0", &self.table.name, load.set, &number, state, &comment, &load.now];
        let values = self.columns.iter().zip(row).map(|(column, value)| {
            // Of a row that does not fit, the short columns are kept, so that its sender can tell which it was.
            let dropped = too_long && column.max_length > crate::limits::COLUMN_CHARACTERS_DEFAULT;
            if dropped { "" } else { cut(value, column.max_length) }
        });
        statement.execute(params_from_iter(fixed.into_iter().chain(values)))?;
        Ok(id)
    }

    /// The bytes of a row as it would be stored.
    fn bytes(&self, row: &[String]) -> usize {
        self.columns.iter().zip(row).map(|(column, value)| cut(value, column.max_length).len()).sum()
    }

    /// The number after the last row's. Copies for further maps carry the number of their row, so the last row has
    /// the greatest.
    pub(super) fn next_number(&self, connection: &Connection, set: &str) -> Result<u64, Error> {
        let sql = format!(
            "SELECT sys_import_row FROM {} WHERE sys_import_set = ?1 ORDER BY rowid DESC LIMIT 1",
            quoted(&self.table.name)
        );
        let last: Option<String> = connection.prepare_cached(&sql)?.query_row([set], |row| row.get(0)).optional()?;
        Ok(last.and_then(|number| number.parse::<u64>().ok()).unwrap_or_default() + 1)
    }

    fn sql(&self) -> String {
        let names: Vec<String> = LOAD_COLUMNS
            .iter()
            .copied()
            .chain(self.columns.iter().map(|column| column.name.as_str()))
            .map(quoted)
            .collect();
        let holders = vec!["?"; names.len()].join(", ");
        format!("INSERT INTO {} ({}) VALUES ({holders})", quoted(&self.table.name), names.join(", "))
    }
}

/// The first characters of a value. Most values are short, so their bytes are counted first.
fn cut(value: &str, characters: usize) -> &str {
    if value.len() <= characters {
        return value;
    }
    value.char_indices().nth(characters).map_or(value, |(end, _)| &value[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_cut_between_characters() {
        assert_eq!(cut("Büro", 2), "Bü");
        assert_eq!(cut("Büro", 4), "Büro");
        assert_eq!(cut("", 0), "");
    }
}
