//! Who may read what: the platform's access rules (`sys_security_acl` of the type `record`, operation `read`), as far as
//! they ask for roles.
//!
//! Order and effect are those of ServiceNow's documentation (ACL rule types). A rule for a table stands under its own
//! name, that of a table which it extends, or `*`; a user who passes none of them reads nothing of the table, and where
//! there is none only `admin` does (KB0753582). A table that is read has rules for its columns, named `table.column` or
//! with `*` for either: where some match and the user passes none of them, the column is left out.
//!
//! We evaluate no conditions and no scripts. A rule that has one is passed by nobody, because a grant too many would
//! hide here what fails on a real instance; so no rule ever leaves out some rows of a table and not others.

use std::collections::HashMap;

use rusqlite::Connection;

use super::caller::Caller;
use super::refusal::Refusal;
use crate::dictionary::{Dictionary, Table};
use crate::error::Error;
use crate::query::Query;

/// The role that passes every rule.
const ADMIN: &str = "admin";

/// The name under which a rule stands for any table, and inside one for any column.
const ANY: &str = "*";

/// What one user may read.
pub(super) struct Access {
    is_admin: bool,
    /// Names of rules, and whether the user passes one of that name.
    rules: HashMap<String, bool>,
    has_column_rules: bool,
}

impl Access {
    /// Reads the rules as they are now, for one request.
    pub(super) fn of(connection: &Connection, caller: &Caller) -> Result<Self, Error> {
        let held = caller.roles(connection)?;
        let mut statement = connection.prepare_cached(
            "SELECT a.name, a.condition <> '' OR a.advanced = 'true', r.sys_user_role FROM sys_security_acl a \
             LEFT JOIN sys_security_acl_role r ON r.sys_security_acl = a.sys_id \
             WHERE a.type = 'record' AND a.operation = 'read' AND a.active = 'true'",
        )?;
        let mut rules: HashMap<String, bool> = HashMap::new();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (name, is_conditional, role): (String, bool, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            // A rule that asks for no role is passed by whoever has logged in; of several roles one is enough.
            let passes = !is_conditional && role.is_none_or(|role| held.contains_key(&role));
            *rules.entry(name).or_default() |= passes;
        }
        let has_column_rules = rules.keys().any(|name| name.contains('.'));
        Ok(Self { is_admin: held.values().any(|name| name == ADMIN), rules, has_column_rules })
    }

    /// True where records of the table may be read at all.
    pub(super) fn reads_table(&self, dictionary: &Dictionary, table: &str) -> bool {
        let mut names = dictionary.lineage(table).chain([ANY]);
        self.is_admin || names.any(|name| self.rules.get(name) == Some(&true))
    }

    /// True where a path from a readable table, over references, reads nothing that is kept from the user. A path that
    /// leads nowhere reads nothing.
    pub(super) fn reads_path(&self, dictionary: &Dictionary, table: &Table, path: &str) -> bool {
        let mut place = table;
        for (depth, column) in path.split('.').enumerate() {
            let Some(found) = place.column(column) else { return true };
            let reads = (depth == 0 || self.reads_table(dictionary, &place.name))
                && self.reads_column(dictionary, &place.name, column);
            if !reads {
                return false;
            }
            match dictionary.table(&found.reference) {
                Some(referenced) => place = referenced,
                None => return true,
            }
        }
        true
    }

    /// Refuses a query of a table that may not be read, or of columns that may not.
    pub(super) fn require(&self, dictionary: &Dictionary, table: &Table, query: &Query) -> Result<(), Refusal> {
        if !self.reads_table(dictionary, &table.name) {
            return Err(Refusal::unreadable_table(&table.name));
        }
        if !query.paths().all(|path| self.reads_path(dictionary, table, path)) {
            return Err(Refusal::unreadable_fields());
        }
        for join in &query.joins {
            let Some(other) = dictionary.table(&join.other) else { continue };
            let fields = [(table, &join.field), (other, &join.other_field)];
            if !fields.iter().all(|(table, field)| self.reads_path(dictionary, table, field)) {
                return Err(Refusal::unreadable_fields());
            }
            self.require(dictionary, other, &join.query)?;
        }
        Ok(())
    }

    fn reads_column(&self, dictionary: &Dictionary, table: &str, column: &str) -> bool {
        if self.is_admin || !self.has_column_rules {
            return true;
        }
        let tables = dictionary.lineage(table).chain([ANY]);
        let names = tables.flat_map(|table| [format!("{table}.{column}"), format!("{table}.{ANY}")]);
        let mut passed = names.filter_map(|name| self.rules.get(&name)).peekable();
        passed.peek().is_none() || passed.any(|&passed| passed)
    }
}
