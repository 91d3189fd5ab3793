//! The small lists, each paged in its own way: people by the cursor in `next`, blueprints and tags by offset, purchases by page,
//! events by cursor; and the licence's counts.

use super::Asked;
use crate::audit::AuditEvent;
use crate::limits::{
    ADE_PAGE_ROWS, AUDIT_PAGE_ROWS_MAX, DIRECTORY_PAGE_ROWS_MAX, PAGE_ROWS_MAX, USERS_PAGE_ROWS, USERS_PAGE_ROWS_MAX,
};
use crate::pages::{TENANT_URL, after, before, body_of, cursor_parameter};
use crate::people::User;
use crate::server::answer::Answer;
use crate::server::error_shape::Complaint;
use crate::wire::{
    Counted, DEP_ACCOUNT_ID, Directory, Licensing, WireBlueprint, WirePurchase, WireTag, WireUser, purchases as bought,
};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;

/// `GET /users`.
pub(super) fn users(asked: &Asked<'_>) -> Result<Answer, Complaint> {
    let query = &asked.call.query;
    let named = query.number("sizePerPage")?.filter(|rows| *rows > 0).map(|rows| rows.min(USERS_PAGE_ROWS_MAX as u64));
    let limit = match named {
        Some(rows) => rows as usize,
        None => query.limit(USERS_PAGE_ROWS, USERS_PAGE_ROWS_MAX)?,
    };
    let archived = query.truth("archived")?;
    let world = asked.shared.world();
    let is_kept = |user: &&User| {
        query.text("email").is_none_or(|email| user.email.contains(email))
            && query.text("id").is_none_or(|id| user.id == id)
            && archived.is_none_or(|archived| user.archived == archived)
    };
    let people: Vec<&User> = world.fleet.users().iter().filter(is_kept).collect();
    let start = match query.text("cursor") {
        Some(cursor) => place_of(&people, cursor, limit)?,
        None => 0,
    };
    let cut = asked.twist.cut(start as u64, limit, people.len() as u64);
    let rows: Vec<WireUser<'_>> = places(&cut.parts).map(|place| WireUser::of(people[place])).collect();
    let rest = query.repeated(&["sizePerPage", "limit", "email", "id", "archived"]);
    let rest = if rest.is_empty() { rest } else { format!("&{rest}") };
    let link = |cursor: String| format!("{TENANT_URL}/api/v1/users?cursor={cursor}{rest}");
    let next = cut.next.map(|place| match (place as usize).checked_sub(1) {
        Some(last) => after(people[last]),
        None => cursor_parameter("p="),
    });
    let previous = (start > 0).then(|| people.get(start).map(|user| link(before(user)))).flatten();
    Ok(Answer::json(body_of(&Directory { next: next.map(link), previous, results: rows })))
}

/// Where the page begins that a cursor leads to: behind the person that it names, or a page before them.
fn place_of(people: &[&User], cursor: &str, limit: usize) -> Result<usize, Complaint> {
    let invalid = || Complaint::bad_request("Invalid cursor");
    let plain =
        BASE64_STANDARD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(invalid)?;
    let (is_before, plain) = plain.strip_prefix("r=1&").map_or((false, plain.as_str()), |rest| (true, rest));
    let id = plain.strip_prefix("p=").ok_or_else(invalid)?;
    if id.is_empty() {
        return Ok(0);
    }
    let place = people.iter().position(|user| user.deprecated_user_id == id).ok_or_else(invalid)?;
    Ok(if is_before { place.saturating_sub(limit) } else { place + 1 })
}

/// `GET /blueprints`.
pub(super) fn blueprints(asked: &Asked<'_>) -> Result<Answer, Complaint> {
    let world = asked.shared.world();
    let fleet = &world.fleet;
    let query = &asked.call.query;
    let ids = query.list("id__in");
    let rows = fleet.blueprints().iter().enumerate().filter(|(_, blueprint)| {
        query.text("id").is_none_or(|id| blueprint.id == id)
            && query.text("name").is_none_or(|name| blueprint.kind.name == name)
            && (ids.is_empty() || ids.contains(&blueprint.id))
    });
    let rows: Vec<WireBlueprint<'_>> =
        rows.map(|(place, blueprint)| WireBlueprint::of(blueprint, fleet.devices_under(place))).collect();
    by_offset(asked, rows, &["id", "id__in", "name"])
}

/// `GET /tags`.
pub(super) fn tags(asked: &Asked<'_>) -> Result<Answer, Complaint> {
    let world = asked.shared.world();
    let search = asked.call.query.text("search").map(str::to_lowercase).unwrap_or_default();
    let rows = world.fleet.tags().iter().filter(|tag| tag.name.to_lowercase().contains(&search));
    let rows: Vec<WireTag<'_>> = rows.map(WireTag::of).collect();
    by_offset(asked, rows, &["search"])
}

fn by_offset<T: Serialize>(asked: &Asked<'_>, rows: Vec<T>, repeated: &[&str]) -> Result<Answer, Complaint> {
    let query = &asked.call.query;
    let limit = query.limit(PAGE_ROWS_MAX, DIRECTORY_PAGE_ROWS_MAX)?;
    let offset = query.number("offset")?.unwrap_or(0);
    let total = rows.len() as u64;
    let cut = asked.twist.cut(offset, limit, total);
    let rest = query.repeated(repeated);
    let rest = if rest.is_empty() { rest } else { format!("&{rest}") };
    let link = |offset: u64| address(asked, &format!("{}?limit={limit}&offset={offset}{rest}", asked.call.path));
    let previous = (offset > 0).then(|| link(offset.saturating_sub(limit as u64)));
    let next = cut.next.map(link);
    Ok(Answer::json(body_of(&Counted {
        count: asked.twist.total(total),
        next,
        previous,
        results: picked(rows, &cut.parts),
    })))
}

/// `GET /integrations/apple/ade/devices`.
pub(super) fn purchases(asked: &Asked<'_>) -> Result<Answer, Complaint> {
    let world = asked.shared.world();
    let fleet = &world.fleet;
    let page = asked.call.query.number("page")?.unwrap_or(1);
    let all = match asked.call.query.text("dep_account") {
        Some(account) if uuid::Uuid::parse_str(account).is_err() => {
            return Err(Complaint::of_field("dep_account", "Enter a valid UUID."));
        }
        Some(account) if account != DEP_ACCOUNT_ID => Vec::new(),
        _ => bought(fleet),
    };
    let total = all.len() as u64;
    let start = page.saturating_sub(1) * ADE_PAGE_ROWS as u64;
    if page == 0 || (start >= total && page > 1) {
        return Err(Complaint::not_found());
    }
    let cut = asked.twist.cut(start, ADE_PAGE_ROWS, total);
    let link = |page: u64| address(asked, &format!("{}?page={page}", asked.call.path));
    let rows = picked(all, &cut.parts).into_iter().map(|purchase| WirePurchase::of(fleet, purchase)).collect();
    Ok(Answer::json(body_of(&Counted {
        count: asked.twist.total(total),
        next: cut.next.map(|_| link(page + 1)),
        previous: (page > 1).then(|| link(page - 1)),
        results: rows,
    })))
}

/// `GET /audit/events`.
pub(super) fn audit(asked: &Asked<'_>) -> Result<Answer, Complaint> {
    let query = &asked.call.query;
    let limit = query.limit(AUDIT_PAGE_ROWS_MAX, AUDIT_PAGE_ROWS_MAX)?;
    let date = |name: &'static str| -> Result<Option<i64>, Complaint> {
        let read = |text: &str| {
            let moment = text.parse::<jiff::Timestamp>().map(|moment| moment.as_millisecond());
            moment.map_err(|_| Complaint::of_field(name, "Enter a valid date/time."))
        };
        query.text(name).map(read).transpose()
    };
    let (begin, end) = (date("start_date")?, date("end_date")?);
    let world = asked.shared.world();
    let is_kept = |event: &&AuditEvent| {
        let at = event.occurred.milliseconds();
        begin.is_none_or(|begin| at >= begin) && end.is_none_or(|end| at <= end)
    };
    let mut events: Vec<&AuditEvent> = world.events().iter().filter(is_kept).collect();
    match query.text("sort_by") {
        None | Some("-occurred_at" | "-id") => events.reverse(),
        Some("occurred_at" | "id") => {}
        Some(_) => return Err(Complaint::of_field("sort_by", "Not a valid choice.")),
    }
    let start = match query.text("cursor") {
        Some(cursor) => event_behind(cursor)?,
        None => 0,
    };
    let cut = asked.twist.cut(start, limit, events.len() as u64);
    let rows: Vec<&AuditEvent> = places(&cut.parts).map(|place| events[place]).collect();
    let rest = query.repeated(&["limit", "sort_by", "start_date", "end_date"]);
    let rest = if rest.is_empty() { rest } else { format!("&{rest}") };
    let link = |place: u64| {
        let cursor = cursor_parameter(&format!("o={place}"));
        address(asked, &format!("{}?cursor={cursor}{rest}", asked.call.path))
    };
    let previous = (start > 0).then(|| link(start.saturating_sub(limit as u64)));
    Ok(Answer::json(body_of(&Directory { next: cut.next.map(link), previous, results: rows })))
}

fn event_behind(cursor: &str) -> Result<u64, Complaint> {
    let plain = BASE64_STANDARD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let place = plain.as_deref().and_then(|plain| plain.strip_prefix("o=")?.parse().ok());
    place.ok_or_else(|| Complaint::bad_request("Invalid cursor"))
}

/// `GET /settings/licensing`.
pub(super) fn licensing(asked: &Asked<'_>) -> Result<Answer, Complaint> {
    Ok(Answer::json(body_of(&Licensing::of(&asked.shared.world().fleet))))
}

fn address(asked: &Asked<'_>, path: &str) -> String {
    if asked.twist.has_foreign_links { format!("{TENANT_URL}{path}") } else { asked.call.address(path) }
}

fn places(parts: &[std::ops::Range<u64>]) -> impl Iterator<Item = usize> + '_ {
    parts.iter().flat_map(|part| part.start as usize..part.end as usize)
}

/// The rows of some parts, each row once at most.
fn picked<T>(rows: Vec<T>, parts: &[std::ops::Range<u64>]) -> Vec<T> {
    let mut rows: Vec<Option<T>> = rows.into_iter().map(Some).collect();
    places(parts).filter_map(|place| rows.get_mut(place).and_then(Option::take)).collect()
}
