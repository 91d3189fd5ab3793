//! Records of target tables: those that some values name, and all of a table. Apart from the reads that a run needs of the
//! instance's own tables, because these are as many as there are devices and applications.

use std::collections::HashSet;

use crate::table::check_table;
use crate::{Error, Target, limits};

/// A walk over the records of a table in the order of their ids, page by page. A page begins behind the last id of the one
/// before, so that records that come or go meanwhile shift nothing.
pub struct Walk<'t> {
    target: &'t Target,
    table: String,
    query: String,
    fields: Vec<String>,
    last: String,
    ended: bool,
}

impl Target {
    /// The records whose `field` has one of these values, in any case, oldest first: the value as the record has it, then
    /// the `fields`. Asked for by as few requests as their addresses allow.
    ///
    /// # Errors
    /// As [`Target::read`].
    pub async fn matching(
        &self,
        table: &str,
        field: &str,
        values: &[&str],
        fields: &[&str],
    ) -> Result<Vec<Vec<String>>, Error> {
        check_table(table)?;
        let wanted: HashSet<String> = values.iter().map(|value| value.to_lowercase()).collect();
        let asked: Vec<&str> = [field].into_iter().chain(fields.iter().copied()).chain(["sys_created_on"]).collect();
        let mut records = Vec::new();
        for query in queries(field, values) {
            let found = self.rows(table, &query, &asked).await?;
            found.refuse_absent(table, &asked)?;
            // Asked again here, because an ignored term would have given every record.
            records.extend(found.rows.into_iter().filter(|row| wanted.contains(&row[0].to_lowercase())));
        }
        // Pages come in the order of ids, and the sort is stable.
        records.sort_by(|one, other| one.last().cmp(&other.last()));
        for record in &mut records {
            record.pop();
        }
        Ok(records)
    }

    /// A walk over the records of a table that match an encoded query.
    pub fn walk(&self, table: &str, query: &str, fields: &[&str]) -> Walk<'_> {
        Walk {
            target: self,
            table: table.to_owned(),
            query: query.to_owned(),
            fields: ["sys_id"].iter().chain(fields).map(|&field| field.to_owned()).collect(),
            last: String::new(),
            ended: false,
        }
    }
}

impl Walk<'_> {
    /// The next records, each with its id first; none at the end.
    ///
    /// # Errors
    /// As [`Target::read`].
    pub async fn next_page(&mut self) -> Result<Option<Vec<Vec<String>>>, Error> {
        if self.ended {
            return Ok(None);
        }
        let fields: Vec<&str> = self.fields.iter().map(String::as_str).collect();
        let behind = if self.last.is_empty() { String::new() } else { format!("sys_id>{}", self.last) };
        let joint = if behind.is_empty() || self.query.is_empty() { "" } else { "^" };
        let query = format!("{}{joint}{behind}", self.query);
        let found = self.target.page(&self.table, &query, &fields, limits::WALK_ROWS).await?;
        found.refuse_absent(&self.table, &fields)?;
        let rows = found.rows;
        let is_rising = rows.first().is_none_or(|row| row[0] > self.last);
        if !is_rising {
            return Err(Error::Unexpected {
                doing: format!("read `{}`", self.table),
                reason: "its pages do not go on behind the id that was asked for".to_owned(),
            });
        }
        self.ended = rows.len() < limits::WALK_ROWS;
        match rows.last() {
            Some(last) => self.last.clone_from(&last[0]),
            None => return Ok(None),
        }
        Ok(Some(rows))
    }
}

/// The queries that look for values in a field. One that an instance would run as a script names nothing.
fn queries(field: &str, values: &[&str]) -> Vec<String> {
    let mut queries: Vec<(String, usize)> = Vec::new();
    let plain = values.iter().filter(|value| !value.is_empty() && !value.to_lowercase().starts_with("javascript:"));
    for value in plain {
        // A caret is doubled: a single one would end the term.
        let term = format!("{field}={}", value.replace('^', "^^"));
        match queries.last_mut() {
            Some((query, terms))
                if *terms < limits::QUERY_VALUES_MAX && query.len() + term.len() < limits::QUERY_BYTES_MAX =>
            {
                query.push_str("^OR");
                query.push_str(&term);
                *terms += 1;
            }
            _ => queries.push((term, 1)),
        }
    }
    queries.into_iter().map(|(query, _)| query).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_asked_for_in_as_few_queries_as_fit_an_address() {
        assert_eq!(queries("name", &["A", "", "B^C", "javascript:gs.log(1)"]), ["name=A^ORname=B^^C"]);
        let many: Vec<String> = (0..250).map(|number| format!("S{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(queries("s", &many).len(), 3);
        let long = "x".repeat(3_000);
        assert_eq!(queries("s", &[&long, &long]).len(), 2);
    }
}
