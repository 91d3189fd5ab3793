//! What was foretold, row by row, in a Parquet file beside the plan's: one line a field that changes, or one a map where
//! none does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use engine::{DurableParquet, FileRows, Layout};
use flow::Outcome;
use serde::Serialize;

use crate::error::Error;
use crate::limits::OUTCOMES_WRITE_ROWS;
use crate::planner::PlanFile;

const COLUMNS: [&str; 11] =
    ["row_key", "title", "map", "table", "sys_id", "outcome", "comment", "matches", "field", "old", "new"];

/// What was foretold of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForetoldLine {
    /// The row's key.
    pub row_key: String,
    /// The row in words.
    pub title: String,
    /// What each transform map makes of it, in their order.
    pub maps: Vec<ForetoldMap>,
}

/// What one transform map makes of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForetoldMap {
    /// The map.
    pub map: String,
    /// The table of the record.
    pub table: String,
    /// The record; empty where there is none yet.
    pub sys_id: String,
    /// What becomes of the row.
    pub outcome: Outcome,
    /// Why, where it is left out or refused, the instance's code first.
    pub comment: String,
    /// Records that match; more than one is a conflict, in which the oldest is taken.
    pub matches: u32,
    /// Fields that change.
    pub fields: Vec<ForetoldField>,
}

/// A field of a target record that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForetoldField {
    /// The field.
    pub field: String,
    /// What it holds; empty for a record that is made.
    pub old: String,
    /// What it will hold.
    pub new: String,
}

impl ForetoldLine {
    /// What is otherwise now than it was, in words; none where it is the same.
    pub(super) fn difference(&self, now: &Self) -> Option<String> {
        if self.row_key != now.row_key || self.maps.len() != now.maps.len() {
            return Some("it is another row now".to_owned());
        }
        for (before, now) in self.maps.iter().zip(&now.maps) {
            if (before.outcome, &before.sys_id) != (now.outcome, &now.sys_id) {
                let (was, is) = (before.outcome.as_str(), now.outcome.as_str());
                return Some(format!("{}: {was} was foretold, {is} is now", before.table));
            }
            let fields = |map: &ForetoldMap| -> Vec<(String, String)> {
                map.fields.iter().map(|field| (field.field.clone(), field.old.clone())).collect()
            };
            let (was, is) = (fields(before), fields(now));
            if was != is {
                let other = is.iter().find(|field| !was.contains(field)).or(was.iter().find(|one| !is.contains(one)));
                let (field, value) = other.cloned().unwrap_or_default();
                return Some(format!("{}.{field} holds `{value}` now", before.table));
            }
        }
        None
    }
}

/// A file in the making.
pub(super) struct ForetoldFile {
    path: PathBuf,
    parquet: DurableParquet,
    texts: [StringBuilder; COLUMNS.len()],
    rows: usize,
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(COLUMNS.map(|name| Field::new(name, DataType::Utf8, false)).to_vec()))
}

impl ForetoldFile {
    pub(super) fn create(path: &Path) -> Result<Self, Error> {
        let parquet = DurableParquet::create(path, schema(), &Layout::default())?;
        Ok(Self { path: path.to_owned(), parquet, texts: std::array::from_fn(|_| StringBuilder::new()), rows: 0 })
    }

    pub(super) fn write(&mut self, line: &ForetoldLine) -> Result<(), Error> {
        let nothing = [ForetoldField { field: String::new(), old: String::new(), new: String::new() }];
        for map in &line.maps {
            let fields = if map.fields.is_empty() { nothing.as_slice() } else { map.fields.as_slice() };
            for field in fields {
                let matches = map.matches.to_string();
                let values = [
                    line.row_key.as_str(),
                    &line.title,
                    &map.map,
                    &map.table,
                    &map.sys_id,
                    map.outcome.as_str(),
                    &map.comment,
                    &matches,
                    &field.field,
                    &field.old,
                    &field.new,
                ];
                for (builder, value) in self.texts.iter_mut().zip(values) {
                    builder.append_value(value);
                }
                self.rows += 1;
            }
        }
        if self.rows >= OUTCOMES_WRITE_ROWS { self.flush() } else { Ok(()) }
    }

    pub(super) fn finish(mut self) -> Result<PlanFile, Error> {
        self.flush()?;
        Ok(PlanFile { blake3: self.parquet.finish()?.digest, path: self.path })
    }

    fn flush(&mut self) -> Result<(), Error> {
        let columns = self.texts.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
        let batch = RecordBatch::try_new(schema(), columns).map_err(transform::Error::Gather)?;
        self.rows = 0;
        Ok(self.parquet.write(&batch)?)
    }
}

/// What was foretold, row by row in the order of their keys.
pub fn read(path: &Path) -> Result<impl Iterator<Item = Result<ForetoldLine, Error>> + use<>, Error> {
    lines(path)
}

pub(crate) fn lines(path: &Path) -> Result<Lines, Error> {
    Ok(Lines { batches: FileRows::open(path)?, columns: None, next: 0, begun: None })
}

/// See [`read`].
pub(crate) struct Lines {
    batches: FileRows,
    columns: Option<[StringArray; COLUMNS.len()]>,
    next: usize,
    begun: Option<ForetoldLine>,
}

impl Iterator for Lines {
    type Item = Result<ForetoldLine, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(columns) = self.columns.as_ref().filter(|columns| self.next < columns[0].len()) else {
                match self.batches.next() {
                    Some(Ok(batch)) => {
                        let column = |place: usize| batch.column(place).as_string::<i32>().clone();
                        self.columns = Some(std::array::from_fn(column));
                        self.next = 0;
                        continue;
                    }
                    Some(Err(error)) => return Some(Err(error.into())),
                    None => return self.begun.take().map(Ok),
                }
            };
            let row = self.next;
            self.next += 1;
            let text = |place: usize| columns[place].value(row);
            let ended = match &self.begun {
                Some(begun) if begun.row_key == text(0) => None,
                _ => self.begun.replace(ForetoldLine {
                    row_key: text(0).to_owned(),
                    title: text(1).to_owned(),
                    maps: Vec::new(),
                }),
            };
            if let Some(line) = &mut self.begun {
                line.add(&text);
            }
            if let Some(ended) = ended {
                return Some(Ok(ended));
            }
        }
    }
}

impl ForetoldLine {
    /// Adds one line of the file.
    fn add<'t>(&mut self, text: &dyn Fn(usize) -> &'t str) {
        if self.maps.last().is_none_or(|map| map.map != text(2)) {
            self.maps.push(ForetoldMap {
                map: text(2).to_owned(),
                table: text(3).to_owned(),
                sys_id: text(4).to_owned(),
                outcome: Outcome::parse(text(5)).unwrap_or(Outcome::Unresolved),
                comment: text(6).to_owned(),
                matches: text(7).parse().unwrap_or_default(),
                fields: Vec::new(),
            });
        }
        if let Some(map) = self.maps.last_mut().filter(|_| !text(8).is_empty()) {
            map.fields.push(ForetoldField {
                field: text(8).to_owned(),
                old: text(9).to_owned(),
                new: text(10).to_owned(),
            });
        }
    }
}
