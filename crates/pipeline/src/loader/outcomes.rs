//! What became of each row, one line a row and transform map, in a Parquet file a table a run. Apart because it is what
//! a person asks for weeks later, when nothing else remembers the row.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use engine::{DurableParquet, FileRows, Layout};
use serde::Serialize;

use super::proof::Fate;
use super::row::Rows;
use crate::error::Error;
use crate::limits::OUTCOMES_WRITE_ROWS;

const COLUMNS: [&str; 12] = [
    "row_key",
    "title",
    "page",
    "record",
    "batch",
    "import_set",
    "import_row",
    "transform_map",
    "target_table",
    "sys_id",
    "outcome",
    "comment",
];

/// What became of one row in one transform map, or of a row as a whole where no map has told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutcomeLine {
    /// The row's key.
    pub row_key: String,
    /// The row in words.
    pub title: String,
    /// Number of the snapshot's page that it was read from, from 0.
    pub page: String,
    /// Its place in the page, from 0.
    pub record: String,
    /// The batch that it left in; empty where none is known to have arrived.
    pub batch: String,
    /// `sys_id` of the import set.
    pub import_set: String,
    /// `sys_id` of the import-set row.
    pub import_row: String,
    /// `sys_id` of the transform map.
    pub transform_map: String,
    /// Table of the target record.
    pub target_table: String,
    /// `sys_id` of the target record.
    pub sys_id: String,
    /// `inserted`, `updated`, `ignored`, `skipped`, `error` or `unresolved`.
    pub outcome: String,
    /// The instance's comment.
    pub comment: String,
}

/// A file of outcomes in the making. Dropped before its end, it leaves nothing behind.
pub(crate) struct OutcomesFile {
    parquet: DurableParquet,
    texts: [StringBuilder; COLUMNS.len()],
    rows: usize,
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(COLUMNS.map(|name| Field::new(name, DataType::Utf8, false)).to_vec()))
}

impl OutcomesFile {
    pub(crate) fn create(path: &Path) -> Result<Self, Error> {
        let few_distinct = ["batch", "import_set", "transform_map", "target_table", "outcome", "comment", "page"];
        let layout = Layout { few_distinct: few_distinct.map(str::to_owned).to_vec() };
        let parquet = DurableParquet::create(path, schema(), &layout)?;
        Ok(Self { parquet, texts: std::array::from_fn(|_| StringBuilder::new()), rows: 0 })
    }

    /// Writes down what became of one row.
    pub(crate) fn write(&mut self, rows: &Rows, row: usize, batch: &str, fate: &Fate) -> Result<(), Error> {
        let (title, (page, record)) = (rows.title(row), rows.place(row));
        let head = [rows.key(row), &title, page, record, batch];
        if fate.outcomes.is_empty() {
            return self.line(head, ["", "", "", "", "", fate.outcome.as_str(), ""]);
        }
        for told in &fate.outcomes {
            let tail = [
                told.import_set.as_str(),
                &told.import_row,
                &told.transform_map,
                &told.target_table,
                &told.target_sys_id,
                told.outcome.as_str(),
                &told.comment,
            ];
            self.line(head, tail)?;
        }
        Ok(())
    }

    /// Makes the file durable.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.flush()?;
        self.parquet.finish()?;
        Ok(())
    }

    fn line(&mut self, head: [&str; 5], tail: [&str; 7]) -> Result<(), Error> {
        for (builder, value) in self.texts.iter_mut().zip(head.into_iter().chain(tail)) {
            builder.append_value(value);
        }
        self.rows += 1;
        if self.rows == OUTCOMES_WRITE_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Error> {
        let columns = self.texts.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
        let batch = RecordBatch::try_new(schema(), columns).map_err(transform::Error::Gather)?;
        self.rows = 0;
        Ok(self.parquet.write(&batch)?)
    }
}

/// The lines of one file of outcomes.
pub(crate) fn read(path: &Path) -> Result<impl Iterator<Item = Result<OutcomeLine, Error>> + use<>, Error> {
    let batches = FileRows::open(path)?;
    Ok(batches.flat_map(|batch| match batch.map_err(Error::from).and_then(|batch| lines(&batch)) {
        Ok(lines) => lines.into_iter().map(Ok).collect::<Vec<_>>(),
        Err(error) => vec![Err(error)],
    }))
}

/// The lines of one row in a file of outcomes.
pub(crate) fn with_key(path: &Path, row_key: &str) -> Result<Vec<OutcomeLine>, Error> {
    let mut found = Vec::new();
    for batch in engine::rows_with(path, COLUMNS[0], row_key)? {
        found.extend(lines(&batch)?);
    }
    Ok(found)
}

fn lines(batch: &RecordBatch) -> Result<Vec<OutcomeLine>, Error> {
    let columns = COLUMNS.map(|name| {
        let column = batch.column_by_name(name).cloned();
        let column = column.unwrap_or_else(|| Arc::new(StringArray::from(vec![""; batch.num_rows()])));
        engine::TextColumn::new(&column).map_err(transform::Error::Gather)
    });
    let columns = columns.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok((0..batch.num_rows())
        .map(|row| {
            let text = |column: usize| columns[column].text(row).unwrap_or_default().to_owned();
            OutcomeLine {
                row_key: text(0),
                title: text(1),
                page: text(2),
                record: text(3),
                batch: text(4),
                import_set: text(5),
                import_row: text(6),
                transform_map: text(7),
                target_table: text(8),
                sys_id: text(9),
                outcome: text(10),
                comment: text(11),
            }
        })
        .collect())
}
