//! Pages of Prism, by cursor or by offset, and its count.

use super::{Asked, too_many};
use crate::category::Category;
use crate::limits::PAGE_ROWS_MAX;
use crate::prism::{Cursor, CursorField, Filter, Frame, Sort, Wanted};
use crate::server::answer::{Answer, JSON, Payload};
use crate::server::call::Query;
use crate::server::error_shape::Complaint;
use serde_json::json;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Parameters that make a query another one than that for everything.
const NARROWING: [&str; 4] = ["blueprint_ids", "device_families", "filter", "sort_by"];

/// Where a page begins, and how that was said.
enum Start {
    Cursor(u64),
    Offset(u64),
}

/// `GET /prism/{category}`.
pub(super) fn page(asked: &Asked<'_>, category: Category) -> Result<Answer, Complaint> {
    let query = &asked.call.query;
    let limit = query.limit(PAGE_ROWS_MAX, PAGE_ROWS_MAX)?;
    let wanted = wanted(query, category)?;
    let fingerprint = fingerprint(query);
    let start = start(asked, fingerprint, &wanted)?;
    let world = asked.shared.world();
    let is_plain = fingerprint == 0 && limit == PAGE_ROWS_MAX && asked.twist.is_none();
    if let Start::Cursor(place) = start
        && category == Category::Apps
        && is_plain
        && let Some(page) = world.prepared(place, asked.call.accepts_gzip)
    {
        let payload = if page.is_compressed { Payload::Compressed(page.body) } else { Payload::Whole(page.body) };
        return Ok(Answer::new(JSON, payload));
    }
    let selection = world.selection(&wanted, fingerprint).map_err(|_| too_many())?;
    let total = selection.total();
    let (Start::Cursor(place) | Start::Offset(place)) = start;
    let cut = asked.twist.cut(place, limit, total);
    let next = |told: u64| Cursor { told, query: fingerprint }.text(selection.device_before(&world.fleet, told));
    let (offset, cursor) = match start {
        _ if !asked.shared.has_cursors => (Some(place), CursorField::Absent),
        Start::Offset(offset) => (Some(offset), CursorField::Null),
        Start::Cursor(_) => (None, cut.next.map_or(CursorField::Null, |told| CursorField::Text(next(told)))),
    };
    let total = category.tells_total().then(|| asked.twist.total(total));
    let frame = Frame { offset, limit, total, cursor };
    Ok(Answer::json(frame.around(&world.fleet, &selection, &cut.parts)))
}

fn start(asked: &Asked<'_>, fingerprint: u64, wanted: &Wanted) -> Result<Start, Complaint> {
    let query = &asked.call.query;
    if let Some(offset) = query.number("offset")? {
        return Ok(Start::Offset(offset));
    }
    if !asked.shared.has_cursors {
        return Ok(Start::Offset(0));
    }
    match query.text("cursor") {
        // What is sorted is read by offset; a cursor that could not be used must not be told.
        None if wanted.sort.is_some() => Ok(Start::Offset(0)),
        None => Ok(Start::Cursor(0)),
        Some(_) if wanted.sort.is_some() => {
            Err(Complaint::bad_request("A cursor cannot be combined with a custom ordering."))
        }
        Some(text) => match Cursor::read(text).filter(|cursor| cursor.query == fingerprint) {
            Some(cursor) => Ok(Start::Cursor(cursor.told)),
            None => Err(Complaint::bad_request("Invalid cursor")),
        },
    }
}

fn wanted(query: &Query, category: Category) -> Result<Wanted, Complaint> {
    let filter = Filter::read(query.text("filter").unwrap_or_default()).map_err(Complaint::bad_request)?;
    Ok(Wanted {
        blueprint_ids: query.list("blueprint_ids"),
        device_families: query.list("device_families"),
        filter,
        sort: query.text("sort_by").and_then(Sort::read),
        ..Wanted::all(category)
    })
}

/// 0 for a query that asks for everything; cursors of one query are no good for another.
fn fingerprint(query: &Query) -> u64 {
    let narrowing = query.repeated(&NARROWING);
    if narrowing.is_empty() {
        return 0;
    }
    let mut hasher = DefaultHasher::new();
    narrowing.hash(&mut hasher);
    hasher.finish().max(1)
}

/// `GET /prism/count`.
pub(super) fn count(asked: &Asked<'_>) -> Result<Answer, Complaint> {
    let query = &asked.call.query;
    let name = query.text("category").unwrap_or_default();
    let category =
        Category::of_name(name).ok_or_else(|| Complaint::bad_request(format!("Invalid category: {name}")))?;
    let wanted = wanted(query, category)?;
    let world = asked.shared.world();
    let selection = world.selection(&wanted, fingerprint(query)).map_err(|_| too_many())?;
    let told = json!({ "count": asked.twist.total(selection.total()), "approximate": false });
    Ok(Answer::json(told.to_string().into_bytes()))
}
