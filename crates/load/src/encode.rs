//! Columns to the body of an `insertMultiple`: `{"records":[{"label":"value",…},…]}`. Apart because every row passes
//! here.
//!
//! ```text
//!  RecordBatch ──▶ measure rows ──▶ cut by rows and bytes ──▶ write each body
//!                  (in parallel)    (one pass of additions)   (in parallel, in order)
//! ```
//!
//! Only strings are sent, because the instance turns any other type into text of its own making (ServiceNow
//! documentation, "Import Set API", `c_ImportSetAPI`). A null is not sent: an absent key leaves the staging column
//! empty. Rows are measured before they are written, so that a body is allocated once and no row allocates.

mod envelope;
mod escape;

use std::ops::Range;

use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

pub use envelope::Envelope;

use crate::{EncodeError, limits};
use envelope::{CLOSE, Constants, OPEN};

/// How large one body may become. A row is never split: one that is larger than `body_bytes_max` travels alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLimits {
    /// Rows in one body; at least one.
    pub rows_max: usize,
    /// Bytes of one body.
    pub body_bytes_max: usize,
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self { rows_max: limits::BATCH_ROWS_MAX, body_bytes_max: limits::BATCH_BODY_BYTES_MAX }
    }
}

/// One `insertMultiple` body, and the rows of the record batch that are in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Rows of the record batch.
    pub rows: Range<usize>,
    /// The JSON.
    pub bytes: Vec<u8>,
}

/// Appends one body with every row of `batch` and returns the number of rows. `keys` names the columns, one each, in
/// order; `constants` are further pairs that every row repeats.
///
/// # Errors
/// A column that is not text, or a number of keys that is not the number of columns.
pub fn encode(
    batch: &RecordBatch,
    keys: &[String],
    constants: &[(String, String)],
    body: &mut Vec<u8>,
) -> Result<usize, EncodeError> {
    encode_range(batch, 0, batch.num_rows(), keys, constants, body)
}

/// Appends one body with `len` rows of `batch` from row `start` and returns `len`.
///
/// # Errors
/// As [`encode`], and rows that the batch does not have.
pub fn encode_range(
    batch: &RecordBatch,
    start: usize,
    len: usize,
    keys: &[String],
    constants: &[(String, String)],
    body: &mut Vec<u8>,
) -> Result<usize, EncodeError> {
    let rows_of_batch = batch.num_rows();
    let end = start.checked_add(len).filter(|end| *end <= rows_of_batch);
    let end = end.ok_or(EncodeError::Range { start, len, rows_of_batch })?;
    Envelope::new(batch, keys)?.write(start..end, &Constants::new(constants), body);
    Ok(len)
}

/// Encodes every row into as few bodies as the limits allow, in order, on rayon's threads. `constants` is told the
/// body's number, from 0, and gives the pairs that each of its rows repeats; it is called more than once for one
/// number and must answer the same. The result does not depend on the number of threads.
///
/// # Errors
/// As [`encode`].
pub fn encode_all(
    batch: &RecordBatch,
    keys: &[String],
    limits: BatchLimits,
    constants: impl Fn(usize) -> Vec<(String, String)> + Sync,
) -> Result<Vec<Body>, EncodeError> {
    let envelope = Envelope::new(batch, keys)?;
    let cuts = cut_envelope(&envelope, limits, &constants);
    Ok(cuts
        .into_par_iter()
        .enumerate()
        .map(|(number, Cut { rows, bytes })| {
            let mut body = Vec::with_capacity(bytes);
            envelope.write(rows.clone(), &Constants::new(&constants(number)), &mut body);
            debug_assert_eq!(body.len(), bytes, "a body is as long as it was measured");
            Body { rows, bytes: body }
        })
        .collect())
}

/// The rows of each body that [`encode_all`] makes, without the bodies; for a plan that must be durable before the
/// first byte.
///
/// # Errors
/// As [`encode`].
pub fn cut(
    batch: &RecordBatch,
    keys: &[String],
    limits: BatchLimits,
    constants: impl Fn(usize) -> Vec<(String, String)> + Sync,
) -> Result<Vec<Range<usize>>, EncodeError> {
    let envelope = Envelope::new(batch, keys)?;
    Ok(cut_envelope(&envelope, limits, &constants).into_iter().map(|cut| cut.rows).collect())
}

/// One body before it is written: its rows and its exact length.
struct Cut {
    rows: Range<usize>,
    bytes: usize,
}

fn cut_envelope(
    envelope: &Envelope<'_>,
    limits: BatchLimits,
    constants: &impl Fn(usize) -> Vec<(String, String)>,
) -> Vec<Cut> {
    let rows: Vec<usize> = (0..envelope.rows()).into_par_iter().map(|row| envelope.fields_bytes(row)).collect();
    let mut cuts = Vec::new();
    let mut start = 0;
    while start < rows.len() {
        let each = Constants::new(&constants(cuts.len()));
        let next = take(&rows, start, limits, &each);
        start = next.rows.end;
        cuts.push(next);
    }
    cuts
}

/// Takes rows from `start` on until the next one would pass a limit; always at least one.
fn take(rows: &[usize], start: usize, limits: BatchLimits, constants: &Constants) -> Cut {
    let mut bytes = OPEN.len() + CLOSE.len();
    let mut end = start;
    while end < rows.len() && end - start < limits.rows_max.max(1) {
        let separator = usize::from(end > start);
        let longer = bytes + separator + envelope::record_bytes(rows[end], constants);
        if longer > limits.body_bytes_max && end > start {
            break;
        }
        bytes = longer;
        end += 1;
    }
    Cut { rows: start..end, bytes }
}

#[cfg(test)]
mod tests;
