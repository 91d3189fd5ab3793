//! Pages of Prism, by cursor: the first call has an empty one, each answer brings the next, and the answer without one is the last.

use super::page::{Endpoint, Page};
use super::{PAGE_ROWS_MAX, in_address};
use crate::category::Category;
use crate::fleet::Fleet;
use crate::prism::{Cursor, CursorField, Frame, Selection};

/// Prism's device information, a row a device.
pub(crate) fn information_pages(fleet: &Fleet) -> impl Iterator<Item = Page> + '_ {
    pages(fleet, Endpoint::PrismDeviceInformation, Category::DeviceInformation)
}

/// Prism's applications, the rows of a device one after the other.
pub(crate) fn app_pages(fleet: &Fleet) -> impl Iterator<Item = Page> + '_ {
    pages(fleet, Endpoint::PrismApps, Category::Apps)
}

/// All rows of a category, cut into whole pages; without rows there is one empty page.
fn pages(fleet: &Fleet, endpoint: Endpoint, category: Category) -> impl Iterator<Item = Page> + '_ {
    let selection = Selection::all(fleet, category);
    let total = selection.total();
    let count = (total as usize).div_ceil(PAGE_ROWS_MAX).max(1);
    (0..count).map(move |position| {
        let start = (position * PAGE_ROWS_MAX) as u64;
        let end = (start + PAGE_ROWS_MAX as u64).min(total);
        let cursor_at = |told: u64| Cursor { told, query: 0 }.text(selection.device_before(fleet, told));
        let own_cursor = if start == 0 { String::new() } else { cursor_at(start) };
        let cursor = if end < total { CursorField::Text(cursor_at(end)) } else { CursorField::Null };
        let frame = Frame { offset: None, limit: PAGE_ROWS_MAX, total: Some(total), cursor };
        let body = frame.around(fleet, &selection, std::slice::from_ref(&(start..end)));
        let path =
            format!("/api/v1/prism/{}?limit={PAGE_ROWS_MAX}&cursor={}", endpoint.name(), in_address(&own_cursor));
        Page::holding(endpoint, position + 1, path, body)
    })
}
