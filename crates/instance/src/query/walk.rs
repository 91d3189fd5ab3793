//! Dot-walking: `installed_on.assigned_to.email` as an SQL expression.
//!
//! We write a nested look-up by primary key and not a join, because a referenced table is often a family of several
//! tables, and SQLite would gather all of it for a join.

use crate::dictionary::{Column, Dictionary, Kind, Table, quoted};
use crate::limits::DOT_WALK_DEPTH_MAX;

/// A field as an expression, and the column that it ends at.
pub(crate) struct Walked<'d> {
    pub(crate) sql: String,
    pub(crate) column: &'d Column,
}

/// The expression for a path from a table under an alias; nothing where the path leads nowhere.
pub(crate) fn walk<'d>(dictionary: &'d Dictionary, table: &'d Table, alias: &str, path: &str) -> Option<Walked<'d>> {
    step(dictionary, table, alias, path, 0)
}

fn step<'d>(dictionary: &'d Dictionary, table: &'d Table, alias: &str, path: &str, depth: usize) -> Option<Walked<'d>> {
    let Some((head, rest)) = path.split_once('.') else {
        let column = table.column(path)?;
        return Some(Walked { sql: format!("{alias}.{}", quoted(path)), column });
    };
    let link = table.column(head).filter(|column| column.kind == Kind::Reference && depth < DOT_WALK_DEPTH_MAX)?;
    let referenced = dictionary.table(&link.reference)?;
    let inner = format!("w{depth}");
    let end = step(dictionary, referenced, &inner, rest, depth + 1)?;
    let parts: Vec<String> = dictionary
        .family(&link.reference)
        .into_iter()
        .map(|member| {
            format!(
                "SELECT {} FROM {} AS {inner} WHERE {inner}.sys_id = {alias}.{}",
                end.sql,
                quoted(member),
                quoted(head)
            )
        })
        .collect();
    Some(Walked { sql: format!("COALESCE(({} LIMIT 1), '')", parts.join(" UNION ALL ")), column: end.column })
}
