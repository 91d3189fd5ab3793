//! What comes out of the query, row by row one of four: staging row, duplicate, out of scope, rejected. Apart because
//! it sees rows in their fixed order: the newest record of a key first, and what it says of the key is what counts.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringViewBuilder, UInt32Array};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, UInt32Type};
use engine::{Engine, Function, TextColumn, is_refused, refusal_in};
use flow::Rejected;

use crate::arrays::{self, Adjustment, adjustments};
use crate::compile::{Compiled, lineage};
use crate::error::Error;
use crate::functions;
use crate::limits;
use crate::mapping::{Column, Mapping, Unreadable};
use crate::tally::{LeftOut, Tally};

/// Registers every function that a mapping may use.
pub fn register(engine: &Engine) {
    for function in functions::ALL {
        engine.register(&Function::Text(*function));
    }
    for function in arrays::all() {
        engine.register(&function);
    }
}

/// What became of one batch.
#[derive(Debug)]
pub struct Staged {
    /// Its staging rows: the staging columns, then what is kept of their lineage.
    pub rows: RecordBatch,
    /// Keys of records that are in the snapshot and left out, in their order: whoever is left out has not vanished.
    pub left_out: Vec<String>,
    /// Records that have no key, which may be those of any row: their staging columns.
    pub keyless: RecordBatch,
}

/// Takes the sorted query's batches one by one.
pub struct Stager<'a> {
    compiled: &'a Compiled,
    place: Box<dyn Fn(u32, u32) -> String + Send + 'a>,
    /// The columns of the key, by their places.
    key: Vec<usize>,
    /// The most bytes of a row's values; none where the columns' lengths keep every row below it.
    bytes_max: Option<u64>,
    tally: Tally,
    last_key: String,
}

/// One batch, its columns at hand.
struct Sorted {
    columns: Vec<TextColumn>,
    row_key: TextColumn,
    scope: TextColumn,
    who: Vec<TextColumn>,
    adjusted: TextColumn,
    page: UInt32Array,
    record: UInt32Array,
}

impl<'a> Stager<'a> {
    /// `place` says in words where a record was read, from its page and its number in it.
    pub fn new(compiled: &'a Compiled, place: impl Fn(u32, u32) -> String + Send + 'a) -> Self {
        let mapping = compiled.mapping();
        let place_of = |name: &String| mapping.columns.iter().position(|column| column.name == *name);
        Self {
            compiled,
            place: Box::new(place),
            key: mapping.key.iter().filter_map(place_of).collect(),
            bytes_max: bytes_max(mapping),
            tally: Tally::default(),
            last_key: String::new(),
        }
    }

    /// What passed so far.
    pub fn into_tally(self) -> Tally {
        self.tally
    }

    /// Sorts out one batch of the sorted query.
    pub fn stage(&mut self, batch: &RecordBatch) -> Result<Staged, Error> {
        let sorted = self.open(batch)?;
        let columns = self.compiled.mapping().columns.as_slice();
        let mut keep = Vec::with_capacity(batch.num_rows());
        let (mut left_out, mut keyless) = (Vec::new(), Vec::with_capacity(batch.num_rows()));
        // Values that were not understood and stay empty: row and column.
        let mut emptied: Vec<(usize, usize)> = Vec::new();
        for row in 0..batch.num_rows() {
            let kept = self.keeps(&sorted, columns, row, &mut emptied);
            keep.push(kept);
            keyless.push(!kept && !self.has_key(&sorted, row));
            if let (false, false, Some(key)) = (kept, keyless[row], sorted.row_key.text(row)) {
                left_out.push(key.to_owned());
            }
        }
        let count = columns.len();
        let mut arrays: Vec<ArrayRef> = batch.columns()[..count].to_vec();
        for (index, array) in arrays.iter_mut().enumerate() {
            let rows: Vec<usize> = emptied.iter().filter(|(_, column)| *column == index).map(|(row, _)| *row).collect();
            if !rows.is_empty() {
                *array = without(&sorted.columns[index], batch.num_rows(), &rows);
            }
        }
        let schema = batch.schema();
        let lineage = lineage::KEPT.map(|name| schema.index_of(name));
        let mut fields: Vec<_> = schema.fields()[..count].to_vec();
        for index in lineage {
            let index = index.map_err(Error::Gather)?;
            arrays.push(Arc::clone(batch.column(index)));
            fields.push(Arc::clone(&schema.fields()[index]));
        }
        let fields = fields
            .into_iter()
            .zip(&arrays)
            .map(|(field, array)| field.as_ref().clone().with_data_type(array.data_type().clone()).with_nullable(true));
        let schema = Arc::new(arrow::datatypes::Schema::new(fields.collect::<Vec<_>>()));
        let whole = RecordBatch::try_new(schema, arrays).map_err(Error::Gather)?;
        let those = |which: Vec<bool>| filter_record_batch(&whole, &BooleanArray::from(which)).map_err(Error::Gather);
        Ok(Staged { rows: those(keep)?, left_out, keyless: those(keyless)? })
    }

    fn open(&self, batch: &RecordBatch) -> Result<Sorted, Error> {
        let named = |name: &str| {
            let found = batch.column_by_name(name);
            let wrong = |found: &DataType| Error::Type { column: name.to_owned(), found: found.to_string() };
            let array = found.ok_or_else(|| wrong(&DataType::Null))?;
            TextColumn::new(array).map_err(|_| wrong(array.data_type()))
        };
        let number = |name: &str| {
            let found = batch.column_by_name(name).and_then(|array| array.as_primitive_opt::<UInt32Type>());
            found.cloned().ok_or_else(|| Error::Type { column: name.to_owned(), found: "no number".to_owned() })
        };
        let columns = self.compiled.mapping().columns.iter().map(|column| named(&column.name));
        let who = (0..self.compiled.mapping().who.len()).map(|index| named(&format!("{}_{index}", lineage::WHO)));
        Ok(Sorted {
            columns: columns.collect::<Result<_, _>>()?,
            row_key: named(lineage::ROW_KEY)?,
            scope: named(lineage::SCOPE)?,
            who: who.collect::<Result<_, _>>()?,
            adjusted: named(lineage::ADJUSTED)?,
            page: number(lineage::PAGE)?,
            record: number(lineage::RECORD)?,
        })
    }

    fn keeps(&mut self, sorted: &Sorted, columns: &[Column], row: usize, emptied: &mut Vec<(usize, usize)>) -> bool {
        self.tally.read += 1;
        // The first record of a key is its newest, and an older one never stands in for it: were the newest left out
        // and the older one sent, the target would hold what is no longer so. Without a usable key there is no such
        // thing as another record of it.
        if self.has_key(sorted, row) {
            let key = sorted.row_key.text(row).unwrap_or_default();
            if key == self.last_key {
                self.tally.duplicate += 1;
                let reason = "another record with this key is newer, or equal";
                self.leave_out(LeftOut::Duplicate, sorted, row, "", "", reason);
                return false;
            }
            key.clone_into(&mut self.last_key);
        }
        if let Some(rule) = sorted.scope.text(row) {
            *self.tally.out_of_scope.entry(rule.to_owned()).or_default() += 1;
            self.leave_out(LeftOut::OutOfScope, sorted, row, "", "", &format!("the rule `{rule}` leaves it out"));
            return false;
        }
        if let Some((column, value, reason)) = fault(sorted, columns, row).or_else(|| self.excess(sorted, columns, row))
        {
            self.tally.rejected += 1;
            self.leave_out(LeftOut::Rejected, sorted, row, column, &value, &reason);
            return false;
        }
        self.tally.staging_rows += 1;
        if let Some(marks) = sorted.adjusted.text(row) {
            self.note(sorted, columns, row, marks, emptied);
        }
        true
    }

    /// True where every column of the key has a value that was understood.
    fn has_key(&self, sorted: &Sorted, row: usize) -> bool {
        let is_marked = sorted.adjusted.text(row).is_some();
        self.key.iter().all(|&column| {
            let value = sorted.columns[column].text(row);
            value.is_some_and(|value| !is_marked || !is_refused(value))
        })
    }

    /// The reason for which a row is too long for the target; its bytes and its longest column stand for the value.
    fn excess<'c>(&self, sorted: &Sorted, columns: &'c [Column], row: usize) -> Option<(&'c str, String, String)> {
        let bytes_max = self.bytes_max?;
        let is_marked = sorted.adjusted.text(row).is_some();
        let bytes_of = |values: &TextColumn| {
            // What was not understood is not sent.
            let sent = values.text(row).filter(|value| !is_marked || !is_refused(value));
            sent.map_or(0, |value| value.len() as u64)
        };
        let bytes: u64 = sorted.columns.iter().map(bytes_of).sum();
        if bytes <= bytes_max {
            return None;
        }
        let longest = columns.iter().zip(&sorted.columns).max_by_key(|(_, values)| bytes_of(values));
        let longest = longest.map_or_else(String::new, |(column, values)| {
            format!(", {} of them in `{}`", bytes_of(values), column.name)
        });
        let whole = self.compiled.mapping().row_bytes_max;
        let reason = format!(
            "its values together are longer than the {bytes_max} bytes that the target's row of {whole} has for them"
        );
        Some(("", format!("{bytes} bytes{longest}"), reason))
    }

    /// Counts what was cut or cleaned; empties what was not understood, and lists it.
    fn note(
        &mut self,
        sorted: &Sorted,
        columns: &[Column],
        row: usize,
        marks: &str,
        emptied: &mut Vec<(usize, usize)>,
    ) {
        for adjustment in adjustments(marks) {
            match adjustment {
                Adjustment::Changed(column) => *self.tally.adjusted.entry(column.to_owned()).or_default() += 1,
                Adjustment::Refused(name) => {
                    *self.tally.unreadable.entry(name.to_owned()).or_default() += 1;
                    let index = columns.iter().position(|column| column.name == name);
                    let index = index.expect("the compiled query names the mapping's own columns");
                    emptied.push((row, index));
                    let refusal = refusal_in(sorted.columns[index].text(row).unwrap_or_default());
                    if let Some(refusal) = refusal {
                        let (value, reason) = (refusal.value.to_owned(), refusal.reason.to_owned());
                        self.leave_out(LeftOut::Emptied, sorted, row, name, &value, &reason);
                    }
                }
            }
        }
    }

    fn leave_out(&mut self, kind: LeftOut, sorted: &Sorted, row: usize, column: &str, value: &str, reason: &str) {
        let place = &self.place;
        let rejected = || Rejected {
            data_set: self.compiled.mapping().driver.clone(),
            place: place(sorted.page.value(row), sorted.record.value(row)),
            who: Rejected::shown(&who_is(sorted, row)),
            column: column.to_owned(),
            value: Rejected::shown(value),
            reason: reason.to_owned(),
        };
        self.tally.list(kind, rejected);
    }
}

/// What a row's own values may take: none where they can never take so much.
fn bytes_max(mapping: &Mapping) -> Option<u64> {
    let bytes_max = u64::from(mapping.row_bytes_max.saturating_sub(limits::LINEAGE_BYTES));
    let characters: u64 = mapping.columns.iter().map(|column| u64::from(column.length)).sum();
    (characters.saturating_mul(limits::CHARACTER_BYTES_MAX) > bytes_max).then_some(bytes_max)
}

/// Who a record is, in the words that it has.
fn who_is(sorted: &Sorted, row: usize) -> String {
    let words = sorted.who.iter().filter_map(|column| column.text(row)).map(str::trim);
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The first reason for which a row cannot be a staging row.
fn fault<'c>(sorted: &Sorted, columns: &'c [Column], row: usize) -> Option<(&'c str, String, String)> {
    for (column, values) in columns.iter().zip(&sorted.columns) {
        if let Some(reason) = &column.required
            && values.text(row).is_none()
        {
            return Some((&column.name, String::new(), reason.clone()));
        }
    }
    let marks = sorted.adjusted.text(row)?;
    for adjustment in adjustments(marks) {
        let Adjustment::Refused(name) = adjustment else { continue };
        let index = columns.iter().position(|column| column.name == name)?;
        let column = &columns[index];
        if column.unreadable == Unreadable::Reject || column.required.is_some() {
            let refusal = refusal_in(sorted.columns[index].text(row).unwrap_or_default())?;
            return Some((&column.name, refusal.value.to_owned(), refusal.reason.to_owned()));
        }
    }
    None
}

/// The column with these rows set to NULL.
fn without(column: &TextColumn, rows: usize, emptied: &[usize]) -> ArrayRef {
    let mut builder = StringViewBuilder::with_capacity(rows);
    for row in 0..rows {
        let value = if emptied.contains(&row) { None } else { column.text(row) };
        builder.append_option(value);
    }
    Arc::new(builder.finish())
}
