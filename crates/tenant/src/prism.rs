//! Prism's rows: which a query asks for, in which order, and the forms they leave in.
//!
//! ```text
//!  Wanted ──> Selection ──> tell(range) ──┬──> Frame   a page of JSON
//!             counts per device,          └──> Sheet   a piece of CSV
//!             no rows
//! ```
//!
//! No row is ever held: a selection knows how many each device has, finds the device of any row by halving, and makes the rows of
//! the wanted devices only.

mod cursor;
mod filter;
mod frame;
mod selection;
mod sheet;
mod sort;

pub(crate) use cursor::Cursor;
pub(crate) use filter::Filter;
pub(crate) use frame::{CursorField, Frame};
pub(crate) use selection::{Selection, TooManyRows, Wanted};
pub use sheet::Headings;
pub(crate) use sheet::Sheet;
pub(crate) use sort::Sort;

use crate::category::Category;
use crate::device::Device;
use crate::fleet::Fleet;
use crate::inventory;
use crate::wire::{ApplicationRow, InformationRow, Owner, PrismRow};
use std::ops::Range;

/// Whoever is told rows.
pub(crate) trait RowSink {
    fn row(&mut self, row: &impl PrismRow);
}

/// Tells some rows of one device, by number; there must be so many.
pub(crate) fn tell(fleet: &Fleet, category: Category, device: &Device, numbers: Range<u32>, sink: &mut impl RowSink) {
    let owner = Owner::of(fleet, device);
    match category {
        Category::Apps => {
            let mut installs = Vec::with_capacity(device.apps.rows as usize);
            fleet.installs_of(device, &mut installs);
            for install in &installs[numbers.start as usize..numbers.end as usize] {
                sink.row(&ApplicationRow::of(fleet, device, &owner, *install));
            }
        }
        Category::DeviceInformation => numbers.for_each(|_| sink.row(&InformationRow::of(fleet, device))),
        _ => numbers.for_each(|number| sink.row(&inventory::row(fleet, category, device, owner, number))),
    }
}
