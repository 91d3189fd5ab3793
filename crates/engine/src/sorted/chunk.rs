//! Chunks of rows in memory: gathered, sorted, cut at the borders of buckets.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, AsArray, RecordBatch, UInt32Array};
use arrow::compute::{cast, concat_batches, take_record_batch};
use arrow::datatypes::{DataType, Int64Type, UInt64Type};
use arrow::error::ArrowError;

use super::bucket::Buckets;
use super::{Order, Then};
use crate::error::Error;
use crate::limits;
use crate::text_column::TextColumn;

/// What the partitions have gathered and not dealt out yet.
pub(super) struct Chunks {
    order: Arc<Order>,
    buckets: Arc<Buckets>,
    /// Gathered rows by partition.
    gathered: Mutex<HashMap<usize, Gathered>>,
    /// What is left where nothing had to be dealt out.
    rest: Arc<Mutex<Vec<RecordBatch>>>,
    dealt: std::sync::atomic::AtomicBool,
}

#[derive(Default)]
struct Gathered {
    batches: Vec<RecordBatch>,
    bytes: usize,
}

impl Chunks {
    pub(super) fn new(order: Arc<Order>, buckets: Arc<Buckets>, rest: Arc<Mutex<Vec<RecordBatch>>>) -> Self {
        Self { order, buckets, gathered: Mutex::default(), rest, dealt: false.into() }
    }

    /// Takes a batch of a partition; a full chunk is dealt out on the partition's own thread.
    pub(super) fn take(&self, partition: usize, batch: RecordBatch) -> Result<(), Error> {
        let full = {
            let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
            let own = gathered.entry(partition).or_default();
            own.bytes += batch.get_array_memory_size();
            own.batches.push(batch);
            (own.bytes >= limits::CHUNK_BYTES).then(|| std::mem::take(own))
        };
        full.map_or(Ok(()), |full| self.deal(&full.batches))
    }

    /// Ends the gathering: what is left is dealt out as well, unless it is all there is.
    pub(super) fn end(&self) -> Result<(), Error> {
        let gathered = std::mem::take(&mut *self.gathered.lock().unwrap_or_else(PoisonError::into_inner));
        let left = gathered.into_values();
        if self.dealt.load(std::sync::atomic::Ordering::Acquire) {
            for own in left {
                self.deal(&own.batches)?;
            }
            return Ok(());
        }
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        rest.extend(left.flat_map(|own| own.batches));
        Ok(())
    }

    fn deal(&self, batches: &[RecordBatch]) -> Result<(), Error> {
        self.dealt.store(true, std::sync::atomic::Ordering::Release);
        let Some(sorted) = sort(batches, &self.order)? else { return Ok(()) };
        let (rows, keys) = sorted;
        let mut begin = 0;
        while begin < keys.len() {
            let bucket = self.buckets.of(keys[begin]);
            let length = keys[begin..].partition_point(|&key| self.buckets.of(key) == bucket);
            self.buckets.add(bucket, &rows.slice(begin, length))?;
            begin += length;
        }
        Ok(())
    }
}

/// Rows in their order, in batches of the usual size.
pub(super) fn in_order(batches: &[RecordBatch], order: &Order) -> Result<Vec<RecordBatch>, Error> {
    let Some((rows, _)) = sort(batches, order)? else { return Ok(Vec::new()) };
    let begins = (0..rows.num_rows()).step_by(limits::BATCH_ROWS);
    Ok(begins.map(|begin| rows.slice(begin, limits::BATCH_ROWS.min(rows.num_rows() - begin))).collect())
}

/// One batch of all rows in their order, and their keys.
fn sort(batches: &[RecordBatch], order: &Order) -> Result<Option<(RecordBatch, Vec<u128>)>, Error> {
    let Some(first) = batches.first() else { return Ok(None) };
    let whole = concat_batches(first.schema_ref(), batches).map_err(Error::Sort)?;
    let keys = keys(&whole, &order.key)?;
    let ties = order.then.iter().map(|then| Tie::new(&whole, then)).collect::<Result<Vec<_>, _>>()?;
    let mut places: Vec<u32> =
        (0..u32::try_from(keys.len()).expect("a chunk has fewer rows than 32 bits count")).collect();
    places.sort_unstable_by(|&one, &other| {
        let (one, other) = (one as usize, other as usize);
        let by_key = keys[one].cmp(&keys[other]);
        by_key.then_with(|| {
            ties.iter().map(|tie| tie.compare(one, other)).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
        })
    });
    let keys = places.iter().map(|&place| keys[place as usize]).collect();
    let rows = take_record_batch(&whole, &UInt32Array::from(places)).map_err(Error::Sort)?;
    Ok(Some((rows, keys)))
}

fn keys(rows: &RecordBatch, column: &str) -> Result<Vec<u128>, Error> {
    let texts = TextColumn::new(array_of(rows, column)?).map_err(Error::Sort)?;
    let key = |row| match texts.text(row) {
        None => Ok(0),
        Some(text) => u128::from_str_radix(text, 16).map_err(|_| {
            Error::Sort(ArrowError::InvalidArgumentError(format!("`{column}` holds `{text}`, which is no key")))
        }),
    };
    (0..rows.num_rows()).map(key).collect()
}

fn array_of<'a>(rows: &'a RecordBatch, column: &str) -> Result<&'a arrow::array::ArrayRef, Error> {
    rows.column_by_name(column)
        .ok_or_else(|| Error::Sort(ArrowError::SchemaError(format!("there is no column `{column}` to sort by"))))
}

/// A column that decides between rows of one key.
struct Tie {
    values: Values,
    descending: bool,
}

enum Values {
    Texts(TextColumn),
    Numbers(arrow::array::Int64Array),
    /// Numbers of which the greatest are beyond the others.
    Hashes(arrow::array::UInt64Array),
}

impl Tie {
    fn new(rows: &RecordBatch, then: &Then) -> Result<Self, Error> {
        let array = array_of(rows, &then.column)?;
        let values = if let Some(hashes) = array.as_primitive_opt::<UInt64Type>() {
            Values::Hashes(hashes.clone())
        } else if array.data_type().is_integer() {
            let numbers = cast(array, &DataType::Int64).map_err(Error::Sort)?;
            Values::Numbers(numbers.as_primitive::<Int64Type>().clone())
        } else {
            Values::Texts(TextColumn::new(array).map_err(Error::Sort)?)
        };
        Ok(Self { values, descending: then.descending })
    }

    fn compare(&self, one: usize, other: usize) -> Ordering {
        match &self.values {
            Values::Texts(texts) => self.directed(texts.text(one), texts.text(other)),
            Values::Hashes(hashes) => {
                let at = |row| hashes.is_valid(row).then(|| hashes.value(row));
                self.directed(at(one), at(other))
            }
            Values::Numbers(numbers) => {
                let at = |row| numbers.is_valid(row).then(|| numbers.value(row));
                self.directed(at(one), at(other))
            }
        }
    }

    fn directed<T: Ord>(&self, one: Option<T>, other: Option<T>) -> Ordering {
        match (one, other) {
            (Some(one), Some(other)) if self.descending => other.cmp(&one),
            (Some(one), Some(other)) => one.cmp(&other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        }
    }
}
