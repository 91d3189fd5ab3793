//! One term as an SQL condition. Text is compared without regard to case, as the platform's database does.

use super::{Operator, Term, Walked};
use crate::dictionary::Kind;
use crate::limits::QUERY_LIST_VALUES_MAX;
use crate::store::collation;

/// Writes the condition and puts its values behind the others.
pub(super) fn condition(walked: &Walked<'_>, term: &Term, values: &mut Vec<String>) -> String {
    let field = &walked.sql;
    let exact = collation(walked.column.kind);
    let mut bind = |value: String| values.push(value);
    match term.operator {
        Operator::Equals => {
            bind(term.value.clone());
            format!("{field} = ?{exact}")
        }
        Operator::Differs => {
            bind(term.value.clone());
            format!("{field} <> ?{exact}")
        }
        Operator::Contains => like(field, "LIKE", format!("%{}%", escaped(&term.value)), bind),
        Operator::Lacks => like(field, "NOT LIKE", format!("%{}%", escaped(&term.value)), bind),
        Operator::Starts => like(field, "LIKE", format!("{}%", escaped(&term.value)), bind),
        Operator::Ends => like(field, "LIKE", format!("%{}", escaped(&term.value)), bind),
        Operator::Empty => format!("{field} = ''"),
        Operator::Filled => format!("{field} <> ''"),
        Operator::Among => format!("{field}{exact} IN ({})", list(&term.value, bind)),
        Operator::Outside => format!("{field}{exact} NOT IN ({})", list(&term.value, bind)),
        Operator::Below => compare(walked, "<", &term.value, &mut bind),
        Operator::AtMost => compare(walked, "<=", &term.value, &mut bind),
        Operator::Above => compare(walked, ">", &term.value, &mut bind),
        Operator::AtLeast => compare(walked, ">=", &term.value, &mut bind),
        Operator::Between => {
            let (low, high) = term.value.split_once('@').unwrap_or((&term.value, &term.value));
            let low = compare(walked, ">=", low, &mut bind);
            let high = compare(walked, "<=", high, &mut bind);
            format!("({low} AND {high})")
        }
    }
}

fn like(field: &str, operator: &str, pattern: String, mut bind: impl FnMut(String)) -> String {
    bind(pattern);
    format!("{field} {operator} ? ESCAPE '\\'")
}

fn list(values: &str, mut bind: impl FnMut(String)) -> String {
    let mut holders = Vec::new();
    for value in values.split(',').take(QUERY_LIST_VALUES_MAX) {
        bind(value.trim().to_owned());
        holders.push("?");
    }
    holders.join(", ")
}

/// Numbers compare as numbers; dates and ids sort as text. What is empty is on no side.
fn compare(walked: &Walked<'_>, operator: &str, value: &str, bind: &mut impl FnMut(String)) -> String {
    let field = &walked.sql;
    bind(value.to_owned());
    match walked.column.kind {
        Kind::Integer | Kind::Decimal => {
            format!("({field} <> '' AND CAST({field} AS REAL) {operator} CAST(? AS REAL))")
        }
        kind => format!("({field} <> '' AND {field} {operator} ?{})", collation(kind)),
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
