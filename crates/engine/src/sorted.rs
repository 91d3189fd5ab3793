//! Rows of a query in the order of a key that is a hash. Apart from the engine's own sort, because such a key makes sorting
//! beyond memory simple: its values are spread evenly, so rows are dealt into as many buckets as make one bucket small,
//! and a bucket is sorted where it is read. Nothing is merged, no memory is asked of a pool that others use as well, and
//! how much is needed does not depend on the number of rows.
//!
//! ```text
//!  partitions ──▶ chunks, each sorted ──▶ cut at the borders of buckets ──▶ one file a bucket ──▶ sorted again, one by one
//!                 CHUNK_BYTES                                               unlinked at once      the next while one is taken
//! ```
//!
//! What must hold: the order is total, so that batch sizes, partitions and the order of the input change nothing.

mod bucket;
mod chunk;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use tokio::task::JoinHandle;

use crate::error::Error;
use crate::limits;
use crate::session::Engine;
use bucket::Buckets;

/// In which order rows are wanted.
#[derive(Clone, Debug)]
pub struct Order {
    /// A text column of 32 hexadecimal digits that are spread evenly, such as a hash; rising. NULL comes first.
    pub key: String,
    /// What decides between rows of one key, the most important first.
    pub then: Vec<Then>,
}

/// One column that decides between rows of one key: a text, or a whole number.
#[derive(Clone, Debug)]
pub struct Then {
    /// The column.
    pub column: String,
    /// From the greatest to the least; NULL comes last either way.
    pub descending: bool,
}

/// Who is shown batches before they are in order.
pub type Seen = Arc<dyn Fn(&RecordBatch) + Send + Sync>;

/// Rows in their order, batch by batch.
pub struct Sorted {
    order: Arc<Order>,
    buckets: VecDeque<bucket::Bucket>,
    /// The bucket that is read while the one before is taken.
    ahead: Option<JoinHandle<Result<Vec<RecordBatch>, Error>>>,
    ready: VecDeque<RecordBatch>,
}

impl Engine {
    /// Runs a query and yields its rows in an order. `rows` is how many there will be, as far as that is known: it
    /// decides into how many buckets they are dealt. `seen` is shown every batch, in no order, on its partition's own
    /// thread and before the first row is yielded.
    pub async fn sorted(
        &self,
        sql: &str,
        order: Order,
        rows: Option<u64>,
        seen: Option<Seen>,
    ) -> Result<Sorted, Error> {
        let order = Arc::new(order);
        let buckets = Arc::new(Buckets::new(self.spill_folder(), bucket_count(rows)));
        let rest: Arc<Mutex<Vec<RecordBatch>>> = Arc::default();
        let chunks = Arc::new(chunk::Chunks::new(Arc::clone(&order), Arc::clone(&buckets), Arc::clone(&rest)));
        let taker = Arc::clone(&chunks);
        self.for_each_fallible(sql, move |partition, batch| {
            if let Some(seen) = &seen {
                seen(&batch);
            }
            taker.take(partition, batch)
        })
        .await?;
        chunks.end()?;
        drop(chunks);
        let rest = std::mem::take(&mut *rest.lock().unwrap_or_else(PoisonError::into_inner));
        let buckets = Arc::into_inner(buckets).expect("every partition has ended");
        let mut sorted = Sorted { order, buckets: buckets.into_readable()?, ahead: None, ready: VecDeque::new() };
        if sorted.buckets.is_empty() {
            sorted.ready = chunk::in_order(&rest, &sorted.order)?.into();
        }
        sorted.look_ahead();
        Ok(sorted)
    }
}

fn bucket_count(rows: Option<u64>) -> usize {
    let wanted = rows.unwrap_or(limits::BUCKET_ROWS * 64).div_ceil(limits::BUCKET_ROWS);
    usize::try_from(wanted).unwrap_or(usize::MAX).clamp(1, limits::BUCKETS_MAX)
}

impl Sorted {
    /// The next batch, or `None` at the end.
    pub async fn next(&mut self) -> Option<Result<RecordBatch, Error>> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Some(Ok(batch));
            }
            let ahead = self.ahead.take()?;
            match ahead.await.expect("reading a bucket does not panic") {
                Ok(batches) => self.ready = batches.into(),
                Err(error) => return Some(Err(error)),
            }
            self.look_ahead();
        }
    }

    fn look_ahead(&mut self) {
        if let Some(bucket) = self.buckets.pop_front() {
            let order = Arc::clone(&self.order);
            self.ahead = Some(tokio::task::spawn_blocking(move || chunk::in_order(&bucket.read()?, &order)));
        }
    }
}

/// A folder for files that have no name.
pub(crate) fn spill_folder(chosen: Option<&PathBuf>) -> PathBuf {
    chosen.cloned().unwrap_or_else(std::env::temp_dir)
}

#[cfg(test)]
mod tests;
