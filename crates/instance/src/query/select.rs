//! A query on a table as SQL: where its records are, which of them, in which order.

use rusqlite::{Connection, params_from_iter};

use super::condition::condition;
use super::walk::walk;
use super::{Join, Operator, Query, Term};
use crate::dictionary::{Dictionary, Kind, Table, quoted};
use crate::error::Error;

/// The alias of the table that is asked for.
pub(crate) const ROOT: &str = "t0";

/// A query that is ready to be run.
pub(crate) struct Selection<'d> {
    dictionary: &'d Dictionary,
    table: &'d Table,
    conditions: String,
    order: String,
    values: Vec<String>,
}

impl<'d> Selection<'d> {
    /// Resolves the fields of a query. Unknown ones are ignored, or empty the answer where `strict`.
    pub(crate) fn new(dictionary: &'d Dictionary, table: &'d Table, query: &Query, strict: bool) -> Self {
        let mut selection =
            Self { dictionary, table, conditions: String::new(), order: String::new(), values: Vec::new() };
        let mut unknown = query.unknown;
        let root = Place { table, alias: ROOT };
        let conditions = selection.matching(root, query, &mut unknown);
        selection.conditions = if strict && unknown > 0 {
            selection.values.clear();
            "0".to_owned()
        } else {
            conditions
        };
        let order = selection.sorted(&query.order);
        // A few records that an index finds are sorted afterwards: to walk all of the table in the order that is asked for
        // until enough of them were met would be the database's own choice, and the slowest.
        selection.order = if is_found(table, query) { order.replacen("ORDER BY ", "ORDER BY +", 1) } else { order };
        selection
    }

    /// A statement for these expressions, and the values that it needs.
    pub(crate) fn sql(&self, expressions: &[String], limit: usize, offset: usize) -> String {
        format!(
            "SELECT {} FROM {} WHERE {} {} LIMIT {limit} OFFSET {offset}",
            expressions.join(", "),
            self.source(),
            self.conditions,
            self.order
        )
    }

    /// A statement for these expressions over groups of records, in the groups' order.
    pub(crate) fn grouped(&self, expressions: &[String], groups: &[String], limit: usize) -> String {
        let groups = groups.join(", ");
        let (by, order) = if groups.is_empty() {
            (String::new(), String::new())
        } else {
            (format!("GROUP BY {groups}"), format!("ORDER BY {groups}"))
        };
        format!(
            "SELECT {} FROM {} WHERE {} {by} {order} LIMIT {limit}",
            expressions.join(", "),
            self.source(),
            self.conditions
        )
    }

    /// The values of the statement's conditions.
    pub(crate) fn values(&self) -> &[String] {
        &self.values
    }

    /// How many records match.
    pub(crate) fn count(&self, connection: &Connection) -> Result<u64, Error> {
        let sql = format!("SELECT COUNT(*) FROM {} WHERE {}", self.source(), self.conditions);
        let count: i64 =
            connection.prepare_cached(&sql)?.query_row(params_from_iter(&self.values), |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// Everything that a query asks of the records at a place.
    fn matching(&mut self, place: Place<'d, '_>, query: &Query, unknown: &mut usize) -> String {
        let alternatives: Vec<String> = query.alternatives.iter().map(|all| self.all(place, all, unknown)).collect();
        let mut parts = vec![format!("({})", alternatives.join(" OR "))];
        for join in &query.joins {
            match self.joined(place, join, unknown) {
                Some(joined) => parts.push(joined),
                None => *unknown += 1,
            }
        }
        parts.join(" AND ")
    }

    /// What another table has to hold; none where it, or a field, is not known.
    fn joined(&mut self, place: Place<'d, '_>, join: &Join, unknown: &mut usize) -> Option<String> {
        let other = self.dictionary.table(&join.other)?;
        let alias = format!("{}j", place.alias);
        let inner = Place { table: other, alias: &alias };
        let own = walk(self.dictionary, place.table, place.alias, &join.field)?.sql;
        let its = walk(self.dictionary, other, &alias, &join.other_field)?.sql;
        *unknown += join.query.unknown;
        let conditions = self.matching(inner, &join.query, unknown);
        let matching = format!("FROM {} WHERE {its} = {own} AND {conditions}", source(self.dictionary, other, &alias));
        Some(match join.count {
            None => format!("EXISTS (SELECT 1 {matching})"),
            Some((operator, count)) => {
                let operator = match operator {
                    Operator::Differs => "<>",
                    Operator::Below => "<",
                    Operator::AtMost => "<=",
                    Operator::Above => ">",
                    Operator::AtLeast => ">=",
                    _ => "=",
                };
                format!("(SELECT COUNT(*) {matching}) {operator} {count}")
            }
        })
    }

    /// All of these; what has no known term is true.
    fn all(&mut self, place: Place<'d, '_>, all: &[Vec<Term>], unknown: &mut usize) -> String {
        let parts: Vec<String> = all.iter().filter_map(|any| self.any(place, any, unknown)).collect();
        if parts.is_empty() { "1".to_owned() } else { format!("({})", parts.join(" AND ")) }
    }

    fn any(&mut self, place: Place<'d, '_>, any: &[Term], unknown: &mut usize) -> Option<String> {
        if let Some(listed) = self.listed(place, any) {
            return Some(listed);
        }
        let mut parts = Vec::new();
        for term in any {
            match walk(self.dictionary, place.table, place.alias, &term.path) {
                Some(walked) => parts.push(condition(&walked, term, &mut self.values)),
                None => *unknown += 1,
            }
        }
        (!parts.is_empty()).then(|| format!("({})", parts.join(" OR ")))
    }

    /// Several values of one field, any of which will do, as a list: an index then finds them all.
    fn listed(&mut self, place: Place<'d, '_>, any: &[Term]) -> Option<String> {
        let [first, _, ..] = any else { return None };
        let is_same = |term: &Term| term.operator == Operator::Equals && term.path == first.path;
        let walked =
            walk(self.dictionary, place.table, place.alias, &first.path).filter(|_| any.iter().all(is_same))?;
        self.values.extend(any.iter().map(|term| term.value.clone()));
        let holders = vec!["?"; any.len()].join(", ");
        Some(format!("({}{} IN ({holders}))", walked.sql, crate::store::collation(walked.column.kind)))
    }

    /// The order, made complete by the id so that pages do not overlap. Without one, a single table answers in the
    /// order in which its records were made, which costs nothing.
    fn sorted(&self, order: &[(String, bool)]) -> String {
        let mut parts = Vec::new();
        for (path, down) in order {
            let Some(walked) = walk(self.dictionary, self.table, ROOT, path) else { continue };
            let field = match walked.column.kind {
                Kind::Integer | Kind::Decimal => format!("CAST({} AS REAL)", walked.sql),
                kind => format!("{}{}", walked.sql, crate::store::collation(kind)),
            };
            parts.push(if *down { format!("{field} DESC") } else { field });
        }
        let alone = self.dictionary.family(&self.table.name).len() == 1;
        match (parts.is_empty(), alone) {
            (true, true) => format!("ORDER BY {ROOT}.rowid"),
            (true, false) => format!("ORDER BY {ROOT}.sys_id"),
            (false, _) => format!("ORDER BY {}, {ROOT}.sys_id", parts.join(", ")),
        }
    }

    fn source(&self) -> String {
        source(self.dictionary, self.table, ROOT)
    }
}

/// A table under an alias, to which fields belong.
#[derive(Clone, Copy)]
struct Place<'d, 'a> {
    table: &'d Table,
    alias: &'a str,
}

/// The table itself, or with the tables that extend it where there are any.
fn source(dictionary: &Dictionary, table: &Table, alias: &str) -> String {
    let family = dictionary.family(&table.name);
    if family.len() == 1 {
        return format!("{} AS {alias}", quoted(&table.name));
    }
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    let columns = columns.join(", ");
    let parts: Vec<String> = family.iter().map(|member| format!("SELECT {columns} FROM {}", quoted(member))).collect();
    format!("({}) AS {alias}", parts.join(" UNION ALL "))
}

/// True where every alternative of a query names values of a field that has an index, or of the id.
fn is_found(table: &Table, query: &Query) -> bool {
    let is_indexed = |path: &str| {
        path == "sys_id" || table.indexes.iter().any(|columns| columns.first().is_some_and(|first| first == path))
    };
    let names = |term: &Term| term.operator == Operator::Equals && is_indexed(&term.path);
    query.alternatives.iter().all(|all| all.iter().any(|any| any.iter().all(names)))
}
