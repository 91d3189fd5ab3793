//! Queries over two tables, as official clients write them: `JOINtable.field=other.field!conditions` and
//! `RLQUERYother.field,>=2^conditions^ENDRLQUERY` (PySNC, `query.py`: join and related-list queries). Apart because each
//! holds a query of its own, on the other table.
//!
//! The conditions of a join go on until another join, an order or the end: that is how the client writes them, and no
//! document says where they end.

use super::{Operator, Query};

/// What another table has to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Join {
    /// The field of the table that is asked for.
    pub(crate) field: String,
    /// The other table and its field, which has the same value.
    pub(crate) other: String,
    pub(crate) other_field: String,
    /// What the other table's records must be.
    pub(crate) query: Query,
    /// How many of them there must be; one at least where nothing is said.
    pub(crate) count: Option<(Operator, u64)>,
}

impl Join {
    /// Reads the part that begins one: the join and its first condition. An error is a part that begins like one and is
    /// none.
    pub(super) fn begin(part: &str) -> Option<Result<(Self, &str), ()>> {
        if let Some(text) = part.strip_prefix("JOIN") {
            return Some(join(text).ok_or(()));
        }
        part.strip_prefix("RLQUERY").map(|text| related(text).map(|join| (join, "")).ok_or(()))
    }

    /// True where this part no longer belongs to it.
    pub(super) fn ends_before(&self, part: &str) -> bool {
        self.count.is_none() && ["JOIN", "RLQUERY", "ORDERBY"].iter().any(|word| part.starts_with(word))
    }

    /// True where this part ends it.
    pub(super) fn ends_with(&self, part: &str) -> bool {
        self.count.is_some() && part == "ENDRLQUERY"
    }
}

fn join(text: &str) -> Option<(Join, &str)> {
    let (head, first) = text.split_once('!')?;
    let (own, other) = head.split_once('=')?;
    let (_, field) = own.split_once('.')?;
    let (other, other_field) = other.split_once('.')?;
    Some((new(field, other, other_field, None), first))
}

fn related(text: &str) -> Option<Join> {
    let mut parts = text.split(',');
    let (other, other_field) = parts.next()?.split_once('.')?;
    let condition = parts.next()?;
    let end = condition.find(|letter: char| letter.is_ascii_digit())?;
    let (operator, count) = condition.split_at(end);
    let operator = match operator {
        "=" | "" => Operator::Equals,
        "!=" => Operator::Differs,
        "<" => Operator::Below,
        "<=" => Operator::AtMost,
        ">" => Operator::Above,
        ">=" => Operator::AtLeast,
        _ => return None,
    };
    Some(new("sys_id", other, other_field, Some((operator, count.parse().ok()?))))
}

fn new(field: &str, other: &str, other_field: &str, count: Option<(Operator, u64)>) -> Join {
    Join {
        field: field.to_owned(),
        other: other.to_owned(),
        other_field: other_field.to_owned(),
        query: Query::empty(),
        count,
    }
}
