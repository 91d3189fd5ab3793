//! Encoded queries, `field=value^ORfield=value^ORDERBYfield`, and the SQL that they mean.
//!
//! The platform ignores a term whose field it does not know, which answers too much rather than nothing; so does
//! this, unless `glide.invalid_query.returns_no_rows` is true.

mod condition;
mod join;
mod select;
mod walk;

pub(crate) use join::Join;
pub(crate) use select::{ROOT, Selection};
pub(crate) use walk::{Walked, walk};

use crate::limits::QUERY_TERMS_MAX;

/// What a term asks of a field. The order is that in which they are looked for: longer ones before their beginnings.
const OPERATORS: [(&str, Operator); 20] = [
    ("DOES NOT CONTAIN", Operator::Lacks),
    ("ISNOTEMPTY", Operator::Filled),
    ("STARTSWITH", Operator::Starts),
    ("NOT LIKE", Operator::Lacks),
    ("CONTAINS", Operator::Contains),
    ("ENDSWITH", Operator::Ends),
    ("NOTLIKE", Operator::Lacks),
    ("BETWEEN", Operator::Between),
    ("ISEMPTY", Operator::Empty),
    ("NOT IN", Operator::Outside),
    ("NOTIN", Operator::Outside),
    ("LIKE", Operator::Contains),
    ("IN", Operator::Among),
    ("!=", Operator::Differs),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("=", Operator::Equals),
    ("<", Operator::Below),
    (">", Operator::Above),
    ("*", Operator::Contains),
];

/// The operators of the query language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equals,
    Differs,
    Contains,
    Lacks,
    Starts,
    Ends,
    Among,
    Outside,
    Empty,
    Filled,
    Below,
    AtMost,
    Above,
    AtLeast,
    Between,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    /// A column, or a walk over references: `installed_on.serial_number`.
    pub(crate) path: String,
    pub(crate) operator: Operator,
    pub(crate) value: String,
}

/// A parsed query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// Any of these (`^NQ`), in each all of these (`^`), in each any of these (`^OR`).
    pub(crate) alternatives: Vec<Vec<Vec<Term>>>,
    /// Fields to sort by, and whether downwards.
    pub(crate) order: Vec<(String, bool)>,
    /// What other tables have to hold beside.
    pub(crate) joins: Vec<Join>,
    /// Terms that are none: they are ignored, and counted for the property that forbids it.
    pub(crate) unknown: usize,
}

impl Query {
    fn empty() -> Self {
        Self { alternatives: vec![Vec::new()], ..Self::default() }
    }

    /// Every field that it names, to compare or to sort by.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        let terms = self.alternatives.iter().flatten().flatten().map(|term| term.path.as_str());
        terms.chain(self.order.iter().map(|(path, _)| path.as_str()))
    }
}

/// Reads a query. Fails only on one that is too long.
pub(crate) fn parse(text: &str) -> Result<Query, String> {
    let mut query = Query::empty();
    let parts = split(text);
    if parts.len() > QUERY_TERMS_MAX {
        return Err(format!("a query has at most {QUERY_TERMS_MAX} terms"));
    }
    let mut parts = parts.iter().map(String::as_str).peekable();
    while let Some(part) = parts.next() {
        match Join::begin(part) {
            Some(Ok((mut join, first))) => {
                read_part(first, &mut join.query);
                while let Some(part) = parts.next_if(|part| !join.ends_before(part)) {
                    if join.ends_with(part) {
                        break;
                    }
                    read_part(part, &mut join.query);
                }
                query.joins.push(join);
            }
            Some(Err(())) => query.unknown += 1,
            None => read_part(part, &mut query),
        }
    }
    Ok(query)
}

fn read_part(part: &str, query: &mut Query) {
    if part.is_empty() || part == "EQ" {
        return;
    }
    if let Some(path) = part.strip_prefix("ORDERBYDESC") {
        query.order.push((path.to_owned(), true));
    } else if let Some(path) = part.strip_prefix("ORDERBY") {
        query.order.push((path.to_owned(), false));
    } else if let Some(rest) = part.strip_prefix("NQ") {
        query.alternatives.push(Vec::new());
        read_part(rest, query);
    } else if let Some(rest) = part.strip_prefix("OR") {
        add(rest, query, true);
    } else {
        add(part, query, false);
    }
}

fn add(text: &str, query: &mut Query, or: bool) {
    let Some(term) = term(text) else {
        query.unknown += 1;
        return;
    };
    let Some(all) = query.alternatives.last_mut() else { return };
    match all.last_mut().filter(|_| or) {
        Some(any) => any.push(term),
        None => all.push(vec![term]),
    }
}

/// A field is lower case, so the first other character begins the operator.
fn term(text: &str) -> Option<Term> {
    let end = text
        .find(|letter: char| !(letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '_' | '.')))
        .unwrap_or(text.len());
    let (path, rest) = text.split_at(end);
    let rest = rest.trim_start();
    let (operator, value) =
        OPERATORS.iter().find_map(|(name, operator)| rest.strip_prefix(name).map(|value| (*operator, value)))?;
    (!path.is_empty()).then(|| Term { path: path.to_owned(), operator, value: value.to_owned() })
}

/// The parts between carets; a doubled caret is a caret.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let last = parts.len() - 1;
        match letter {
            '^' if letters.peek() == Some(&'^') => {
                letters.next();
                parts[last].push('^');
            }
            '^' => parts.push(String::new()),
            other => parts[last].push(other),
        }
    }
    parts
}

#[cfg(test)]
mod tests;
