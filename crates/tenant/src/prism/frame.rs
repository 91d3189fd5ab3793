//! A page of Prism: the envelope and the rows in it, written straight into a buffer, because a page is half a megabyte and most of
//! what a measurement asks for.

use super::{RowSink, Selection};
use crate::fleet::Fleet;
use crate::wire::{PrismRow, write_value};
use std::ops::Range;

/// Bytes of a page's envelope, and of one row more than it needs.
const SPARE_BYTES: usize = 16 * 1024;
/// Bytes of a row, somewhat more than most have.
const ROW_BYTES: usize = 2 * 1024;

/// What an envelope says of the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CursorField {
    /// The key itself is not there: a tenant from before there were cursors.
    Absent,
    /// There is no next page, or it is asked for by offset.
    Null,
    Text(String),
}

/// The envelope of a page.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Null where a cursor was asked for.
    pub(crate) offset: Option<u64>,
    pub(crate) limit: usize,
    pub(crate) total: Option<u64>,
    pub(crate) cursor: CursorField,
}

impl Frame {
    /// The page with these rows of a selection. They come in parts, because a fault may tell them out of order.
    pub(crate) fn around(&self, fleet: &Fleet, selection: &Selection, parts: &[Range<u64>]) -> Vec<u8> {
        let rows: u64 = parts.iter().map(|part| part.end - part.start).sum();
        let mut out = Vec::with_capacity(SPARE_BYTES + rows as usize * ROW_BYTES);
        out.extend_from_slice(br#"{"offset":"#);
        write_value(&self.offset, &mut out);
        out.extend_from_slice(br#","limit":"#);
        write_value(&self.limit, &mut out);
        out.extend_from_slice(br#","total":"#);
        write_value(&self.total, &mut out);
        out.extend_from_slice(br#","data":["#);
        let mut sink = JsonRows { out: &mut out, is_empty: true };
        for part in parts {
            selection.tell(fleet, part.clone(), &mut sink);
        }
        out.push(b']');
        match &self.cursor {
            CursorField::Absent => {}
            CursorField::Null => out.extend_from_slice(br#","cursor":null"#),
            CursorField::Text(cursor) => {
                out.extend_from_slice(br#","cursor":"#);
                write_value(cursor, &mut out);
            }
        }
        out.push(b'}');
        out
    }
}

/// Writes rows as the inside of a JSON array.
struct JsonRows<'o> {
    out: &'o mut Vec<u8>,
    is_empty: bool,
}

impl RowSink for JsonRows<'_> {
    fn row(&mut self, row: &impl PrismRow) {
        if !self.is_empty {
            self.out.push(b',');
        }
        self.is_empty = false;
        row.write_json(self.out);
    }
}
