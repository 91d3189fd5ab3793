//! Writing a new generation: rows that are carried over beside new ones. Apart because most rows of most nights are
//! carried over, and those are gathered from the batches that they were read in, a column at a time.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, ListBuilder, RecordBatch, StringBuilder, StructBuilder};
use arrow::compute::interleave;
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use engine::{DurableParquet, Layout, Written};

use super::values::value_fields;
use super::{HeldBatch, HeldRow, OWN_COLUMNS, Values, failed, own_fields, rises, target_fields, unreadable};
use crate::error::Error;
use crate::limits::HELD_WRITE_ROWS;

/// Writes a new generation, in rising order of keys.
pub struct HeldWriter {
    table: String,
    file: String,
    parquet: DurableParquet,
    schema: SchemaRef,
    columns: Vec<String>,
    texts: [StringBuilder; OWN_COLUMNS.len()],
    targets: ListBuilder<StructBuilder>,
    /// Rows in the builders.
    built: usize,
    own: Gathering,
    values: Gathering,
    last_key: String,
}

/// Rows that wait to be written: where each of them stands.
#[derive(Default)]
struct Gathering {
    sources: Vec<RecordBatch>,
    rows: Vec<(usize, usize)>,
}

/// Where rows of the builders stand among the sources of what the ledger knows.
const BUILT: usize = 0;

impl HeldWriter {
    pub(crate) fn create(table: &str, path: &Path, columns: &[String]) -> Result<Self, Error> {
        let fields: Vec<Field> = own_fields().into_iter().chain(value_fields(columns)).collect();
        let schema = Arc::new(Schema::new(fields));
        let parquet = DurableParquet::create(path, Arc::clone(&schema), &Layout::default())
            .map_err(|source| failed("write", table, source))?;
        Ok(Self {
            table: table.to_owned(),
            file: path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned(),
            parquet,
            schema,
            columns: columns.to_vec(),
            texts: std::array::from_fn(|_| StringBuilder::new()),
            targets: ListBuilder::new(StructBuilder::from_fields(target_fields(), HELD_WRITE_ROWS)),
            built: 0,
            own: Gathering::default(),
            values: Gathering::default(),
            last_key: String::new(),
        })
    }

    /// The staging columns whose values are kept.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Carries a row over as it is. The batch was read with the values of [`HeldWriter::columns`].
    pub fn carry(&mut self, batch: &HeldBatch, row: usize) -> Result<(), Error> {
        rises(&self.table, &mut self.last_key, batch.row_key(row))?;
        let own = &batch.whole.as_ref().ok_or_else(|| unreadable(&self.table))?.own;
        // The builders' own batch comes first, and is made when they are full.
        if self.own.sources.is_empty() {
            self.own.sources.push(own.slice(0, 0));
        }
        self.own.add(own, row);
        self.values.add(&batch.values().rows, row);
        self.flush_if_full()
    }

    /// Appends a row with its values; its key must be greater than the one before. The values are those of
    /// [`HeldWriter::columns`].
    pub fn write(&mut self, row: &HeldRow, values: &Values, place: usize) -> Result<(), Error> {
        rises(&self.table, &mut self.last_key, &row.row_key)?;
        for (builder, value) in self.texts.iter_mut().zip(row.texts()) {
            builder.append_value(value);
        }
        let entries = self.targets.values();
        for target in &row.targets {
            for (index, value) in [&target.table, &target.sys_id].into_iter().enumerate() {
                let field = entries.field_builder::<StringBuilder>(index).expect("both fields are texts");
                field.append_value(value);
            }
            entries.append(true);
        }
        self.targets.append(true);
        self.own.rows.push((BUILT, self.built));
        self.built += 1;
        self.values.add(&values.rows, place);
        self.flush_if_full()
    }

    /// The file's name in the table's folder.
    pub(crate) fn file_name(&self) -> String {
        self.file.clone()
    }

    /// Makes the file durable.
    pub fn finish(mut self) -> Result<Written, Error> {
        self.flush()?;
        self.parquet.finish().map_err(|source| failed("write", &self.table, source))
    }

    fn flush_if_full(&mut self) -> Result<(), Error> {
        if self.own.rows.len() == HELD_WRITE_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Error> {
        if self.own.rows.is_empty() {
            return Ok(());
        }
        let table = &self.table;
        let wrong = |source: ArrowError| failed("write", table, source);
        let mut built: Vec<ArrayRef> =
            self.texts.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
        built.push(Arc::new(self.targets.finish()));
        let built = RecordBatch::try_new(Arc::new(Schema::new(own_fields())), built).map_err(wrong)?;
        match self.own.sources.first_mut() {
            Some(first) => *first = built,
            None => self.own.sources.push(built),
        }
        self.built = 0;
        let mut columns = self.own.gather().map_err(wrong)?;
        columns.extend(self.values.gather().map_err(wrong)?);
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(wrong)?;
        self.parquet.write(&batch).map_err(|source| failed("write", &self.table, source))
    }
}

impl Gathering {
    fn add(&mut self, source: &RecordBatch, row: usize) {
        // One batch is carried over row by row: only the last source can be the same one.
        let is_known = self.sources.last().is_some_and(|last| is_same(last, source));
        if !is_known {
            self.sources.push(source.clone());
        }
        self.rows.push((self.sources.len() - 1, row));
    }

    /// The rows in their order, column by column; nothing waits afterwards.
    fn gather(&mut self) -> Result<Vec<ArrayRef>, ArrowError> {
        let sources = std::mem::take(&mut self.sources);
        let rows = std::mem::take(&mut self.rows);
        let Some(first) = sources.first() else { return Ok(Vec::new()) };
        if let Some((source, begin)) = stretch(&rows) {
            return Ok(sources[source].slice(begin, rows.len()).columns().to_vec());
        }
        let column = |place: usize| {
            let arrays: Vec<_> = sources.iter().map(|source| source.column(place).as_ref()).collect();
            interleave(&arrays, &rows)
        };
        (0..first.num_columns()).map(column).collect()
    }
}

/// The source and the first row, where all rows stand one after the other in one source.
fn stretch(rows: &[(usize, usize)]) -> Option<(usize, usize)> {
    let &(source, begin) = rows.first()?;
    let follows = rows.iter().enumerate().all(|(place, &row)| row == (source, begin + place));
    follows.then_some((source, begin))
}

/// True where two batches are one: the same columns in the same memory.
fn is_same(one: &RecordBatch, other: &RecordBatch) -> bool {
    one.num_rows() == other.num_rows()
        && one.num_columns() == other.num_columns()
        && one.columns().iter().zip(other.columns()).all(|(one, other)| Arc::ptr_eq(one, other))
}
