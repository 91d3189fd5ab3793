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

use crate::{EncodeError, limits};
use envelope::{CLOSE, Constants, Envelope, OPEN};

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

/// Encodes every row into as few bodies as the limits allow, in order, on rayon's threads. `keys` names the columns, one
/// each, in order. `constants` is told a body's number, from 0, and gives the pairs that each of its rows repeats; it is
/// called more than once for one number and must answer the same. The result does not depend on the number of threads.
///
/// # Errors
/// A column that is not text, or a number of keys that is not the number of columns.
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
