//! Reading: the Table API and the Aggregate API. Apart because both must be distrusted in the same way: an instance
//! ignores the terms of a query that it does not know, and leaves out rows and fields that the user may not see, all
//! with status 200.
//!
//! Pages are read in the order of `sys_id`, by offset. Rows that appear or vanish meanwhile shift the pages; the
//! count that comes with the last page shows it, and the read fails rather than returning a table with holes.

use rest::{Answer, Request};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::target::success;
use crate::{Error, Target, limits, refusal};

/// A column of a table, as the instance's dictionary has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The column's name.
    pub name: String,
    /// Its English label, which is what a batch names it by; empty where there is none to be read.
    pub label: String,
    /// Longest text in characters, where the dictionary says so.
    pub max_length: Option<u32>,
    /// Its type, as `sys_dictionary.internal_type` writes it; empty where the user may not read it.
    pub kind: String,
    /// The table that a reference points at; empty for every other type.
    pub reference: String,
    /// True where `sys_choice` lists its values.
    pub is_choice: bool,
}

/// Rows in the order of the fields asked for, and which of the fields no row has.
pub(crate) struct Rows {
    pub(crate) rows: Vec<Vec<String>>,
    absent: Vec<bool>,
}

#[derive(Deserialize)]
struct Page {
    result: Vec<Map<String, Value>>,
}

impl Target {
    /// The value of a system property; none where it is not set or not to be seen.
    ///
    /// # Errors
    /// As [`Target::read`].
    pub async fn property(&self, name: &str) -> Result<Option<String>, Error> {
        let valid =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        if !valid {
            return Err(Error::Name { what: "property", name: name.to_owned() });
        }
        let found = self.rows("sys_properties", &format!("name={name}"), &["name", "value"]).await?;
        // Asked again here, because an ignored term would have given every property.
        Ok(found.rows.into_iter().find(|row| row[0] == name).map(|mut row| row.swap_remove(1)))
    }

    /// The number of rows that match an encoded query, by the Aggregate API.
    ///
    /// # Errors
    /// A refusal, or an answer without a count.
    pub async fn count(&self, table: &str, query: &str) -> Result<u64, Error> {
        check_table(table)?;
        let doing = format!("count the rows of `{table}`");
        let request = Request::get(format!("/api/now/stats/{table}"))
            .query("sysparm_count", "true")
            .query("sysparm_query", query);
        let answer = success(self.get(request, &doing).await?, &doing)?;
        let told: Value = parse(&answer, &doing)?;
        let count = told.pointer("/result/stats/count");
        let count = count.and_then(|count| count.as_u64().or_else(|| count.as_str()?.parse().ok()));
        count.ok_or_else(|| Error::Unexpected { doing, reason: "the answer has no count".to_owned() })
    }

    /// Every row that matches an encoded query, by the Table API: raw values, in the order of `fields`, a reference
    /// as the `sys_id` it points at, an empty text for no value.
    ///
    /// # Errors
    /// A refusal, a number of rows other than the instance counts, or a field that no row has.
    pub async fn read(&self, table: &str, query: &str, fields: &[&str]) -> Result<Vec<Vec<String>>, Error> {
        let found = self.rows(table, query, fields).await?;
        found.refuse_absent(table, fields)?;
        Ok(found.rows)
    }

    /// The columns that the dictionary has for this table itself, not for the tables that it extends, in the order of
    /// their names; none where there is no such table.
    ///
    /// # Errors
    /// As [`Target::read`].
    pub async fn columns(&self, table: &str) -> Result<Vec<Column>, Error> {
        check_table(table)?;
        let query = format!("name={table}^elementISNOTEMPTY");
        let fields = ["name", "element", "column_label", "max_length", "internal_type", "reference", "choice"];
        let found = self.rows("sys_dictionary", &query, &fields).await?;
        let own = found.rows.iter().filter(|row| row[0] == table && !row[1].is_empty());
        let column = |row: &Vec<String>| Column {
            name: row[1].clone(),
            label: row[2].clone(),
            max_length: row[3].parse().ok(),
            kind: row[4].clone(),
            reference: row[5].clone(),
            is_choice: !matches!(row[6].as_str(), "" | "0" | "false"),
        };
        let mut columns: Vec<Column> = own.map(column).collect();
        columns.sort_by(|one, other| one.name.cmp(&other.name));
        if columns.iter().any(|column| column.label.is_empty()) {
            self.label(table, &mut columns).await?;
        }
        Ok(columns)
    }

    /// The columns of this table and of every table that it extends, its own first; none where there is no such table.
    ///
    /// # Errors
    /// As [`Target::read`], and a hierarchy deeper than [`limits::EXTENDS_DEPTH_MAX`].
    pub async fn columns_with_inherited(&self, table: &str) -> Result<Vec<Column>, Error> {
        let mut columns = Vec::new();
        for table in self.lineage(table).await? {
            columns.extend(self.columns(&table).await?);
        }
        Ok(columns)
    }

    /// This table and every table that it extends, itself first; only itself where there is no such table.
    ///
    /// # Errors
    /// As [`Target::read`], and a hierarchy deeper than [`limits::EXTENDS_DEPTH_MAX`].
    pub async fn lineage(&self, table: &str) -> Result<Vec<String>, Error> {
        check_table(table)?;
        let mut lineage = Vec::new();
        let mut next = table.to_owned();
        for _ in 0..limits::EXTENDS_DEPTH_MAX {
            lineage.push(next.clone());
            let found = self.rows("sys_db_object", &format!("name={next}"), &["name", "super_class.name"]).await?;
            let parent = found.rows.into_iter().find(|row| row[0] == next).map(|mut row| row.swap_remove(1));
            match parent.filter(|name| !name.is_empty()) {
                Some(parent) => next = parent,
                None => return Ok(lineage),
            }
        }
        Err(Error::Unexpected {
            doing: format!("read what `{table}` extends"),
            reason: format!("it extends more than {} tables", limits::EXTENDS_DEPTH_MAX),
        })
    }

    /// Labels stand in a table of their own, one a language; the dictionary shows them only to some users.
    async fn label(&self, table: &str, columns: &mut [Column]) -> Result<(), Error> {
        let query = format!("name={table}^language=en");
        let found = self.rows("sys_documentation", &query, &["name", "element", "label", "language"]).await?;
        for row in found.rows.iter().filter(|row| row[0] == table && row[3] == "en") {
            for column in columns.iter_mut().filter(|column| column.label.is_empty() && column.name == row[1]) {
                column.label.clone_from(&row[2]);
            }
        }
        Ok(())
    }

    /// One page of the records that match, in the order of their ids.
    pub(crate) async fn page(&self, table: &str, query: &str, fields: &[&str], rows: usize) -> Result<Rows, Error> {
        check_table(table)?;
        let doing = format!("read `{table}`");
        let mut found = Rows { rows: Vec::new(), absent: vec![true; fields.len()] };
        let page = page_of(self.get(request(table, query, fields, rows, 0), &doing).await?, &doing)?;
        found.take(page, fields);
        Ok(found)
    }

    pub(crate) async fn rows(&self, table: &str, query: &str, fields: &[&str]) -> Result<Rows, Error> {
        check_table(table)?;
        let doing = format!("read `{table}`");
        let mut found = Rows { rows: Vec::new(), absent: vec![true; fields.len()] };
        for page in 0..limits::READ_PAGES_MAX {
            let answer =
                self.get(request(table, query, fields, limits::PAGE_ROWS, page * limits::PAGE_ROWS), &doing).await?;
            let told = answer.header("x-total-count").and_then(|count| count.parse::<u64>().ok());
            let rows = page_of(answer, &doing)?;
            let is_full = rows.len() >= limits::PAGE_ROWS;
            found.take(rows, fields);
            let read = found.rows.len() as u64;
            match told {
                Some(told) if read == told => return Ok(found),
                Some(told) if !is_full => return Err(Error::CountDisagrees { doing, told, read }),
                None if !is_full => return Ok(found),
                _ => {}
            }
        }
        Err(Error::Unexpected { doing, reason: format!("it does not end after {} pages", limits::READ_PAGES_MAX) })
    }
}

impl Rows {
    /// Refuses rows none of which has one of the first so many fields.
    pub(crate) fn refuse_absent(&self, table: &str, fields: &[&str]) -> Result<(), Error> {
        // A field of a referenced record is rightly missing where nothing is referenced.
        let missing = fields.iter().zip(&self.absent).find(|(field, absent)| **absent && !field.contains('.'));
        match missing {
            Some((field, _)) if !self.rows.is_empty() => Err(Error::Unexpected {
                doing: format!("read `{table}`"),
                reason: format!("no row has the field `{field}`: there is no such column, or the user may not read it"),
            }),
            _ => Ok(()),
        }
    }

    fn take(&mut self, rows: Vec<Map<String, Value>>, fields: &[&str]) {
        for row in rows {
            let cells = fields.iter().zip(&mut self.absent).map(|(field, absent)| {
                let cell = row.get(*field);
                *absent &= cell.is_none();
                cell.map(text).unwrap_or_default()
            });
            self.rows.push(cells.collect());
        }
    }
}

fn request(table: &str, query: &str, fields: &[&str], limit: usize, offset: usize) -> Request {
    let joint = if query.is_empty() { "" } else { "^" };
    Request::get(format!("/api/now/table/{table}"))
        .query("sysparm_query", format!("{query}{joint}ORDERBYsys_id"))
        .query("sysparm_fields", fields.join(","))
        .query("sysparm_display_value", "false")
        .query("sysparm_exclude_reference_link", "true")
        .query("sysparm_limit", limit.to_string())
        .query("sysparm_offset", offset.to_string())
}

/// The rows of one page. The first version of the API says 404 where there are none.
fn page_of(answer: Answer, doing: &str) -> Result<Vec<Map<String, Value>>, Error> {
    if answer.status == 404 && refusal::contains(&answer, "no record found") {
        return Ok(Vec::new());
    }
    let page: Page = parse(&success(answer, doing)?, doing)?;
    Ok(page.result)
}

/// A cell as text; a reference comes as an object whatever was asked, and is its `value`.
fn text(cell: &Value) -> String {
    match cell {
        Value::String(text) => text.clone(),
        Value::Null | Value::Array(_) => String::new(),
        Value::Object(reference) => reference.get("value").and_then(Value::as_str).unwrap_or_default().to_owned(),
        Value::Bool(_) | Value::Number(_) => cell.to_string(),
    }
}

fn parse<T: for<'de> Deserialize<'de>>(answer: &Answer, doing: &str) -> Result<T, Error> {
    serde_json::from_slice(&answer.body).map_err(|source| Error::Garbled { doing: doing.to_owned(), source })
}

/// A table's name becomes part of an address: only what ServiceNow allows in one passes.
pub(crate) fn check_table(name: &str) -> Result<(), Error> {
    const NAME_CHARS_MAX: usize = 80; // the length of `sys_db_object.name`
    let valid = (1..=NAME_CHARS_MAX).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if valid { Ok(()) } else { Err(Error::Name { what: "table", name: name.to_owned() }) }
}
