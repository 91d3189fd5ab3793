//! The list of devices, and what is asked about one device.

use super::Asked;
use crate::device::Device;
use crate::fleet::Fleet;
use crate::limits::PAGE_ROWS_MAX;
use crate::pages::{body_of, details_body};
use crate::server::answer::Answer;
use crate::server::call::Query;
use crate::server::error_shape::Complaint;
use crate::wire::{AppList, Details, ListedDevice};
use serde_json::Value;
use std::cmp::Reverse;

/// Parameters that match a part of a field's text, without regard to case.
const CONTAINED: [(&str, &str); 9] = [
    ("asset_tag", "/asset_tag"),
    ("blueprint_id", "/blueprint_id"),
    ("device_name", "/device_name"),
    ("model", "/model"),
    ("os_version", "/os_version"),
    ("serial_number", "/serial_number"),
    ("user_email", "/user/email"),
    ("user_name", "/user/name"),
    ("user", "/user/name"),
];
/// Parameters that match a whole text.
const EXACT: [(&str, &str); 4] = [
    ("device_id", "/device_id"),
    ("platform", "/platform"),
    ("user_email_exact", "/user/email"),
    ("user_id", "/user/id"),
];

/// `GET /devices`.
pub(super) fn list(asked: &Asked<'_>) -> Result<Answer, Complaint> {
    let query = &asked.call.query;
    let limit = query.limit(PAGE_ROWS_MAX, PAGE_ROWS_MAX)?;
    let offset = query.number("offset")?.unwrap_or(0);
    let world = asked.shared.world();
    let fleet = &world.fleet;
    let devices = ordered(fleet, chosen(fleet, query)?, &query.list("ordering"));
    let total = devices.len() as u64;
    let cut = asked.twist.cut(offset, limit, total);
    let places = cut.parts.iter().flat_map(|part| part.start as usize..part.end as usize);
    let rows: Vec<ListedDevice<'_>> = places.map(|place| ListedDevice::of(fleet, devices[place])).collect();
    let is_single = asked.twist.is_single_object && query.text("serial_number").is_some() && rows.len() == 1;
    let body = if is_single { body_of(&rows[0]) } else { body_of(&rows) };
    let told = asked.twist.total(total);
    Ok(Answer::json(body)
        .with_header("x-total-count", &told.to_string())
        .with_header("x-total-pages", &told.div_ceil(limit as u64).to_string())
        .with_header("link", "<None>; rel=\"next\", <None>; rel=\"prev\""))
}

fn chosen<'f>(fleet: &'f Fleet, query: &Query) -> Result<Vec<&'f Device>, Complaint> {
    let contained: Vec<(&str, String)> =
        CONTAINED.iter().filter_map(|(name, pointer)| Some((*pointer, query.text(name)?.to_lowercase()))).collect();
    let exact: Vec<(&str, &str)> =
        EXACT.iter().filter_map(|(name, pointer)| Some((*pointer, query.text(name)?))).collect();
    let mut tags = query.list("tag_name_in");
    tags.extend(query.text("tag_name").map(str::to_owned));
    let others = OtherFilters::read(query)?;
    if contained.is_empty() && exact.is_empty() && tags.is_empty() && others.is_empty() {
        return Ok(fleet.listed().collect());
    }
    let keeps = |device: &&Device| {
        let row = row(fleet, device);
        let text = |pointer: &str| row.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        contained.iter().all(|(pointer, part)| text(pointer).to_lowercase().contains(part.as_str()))
            && exact.iter().all(|(pointer, whole)| text(pointer) == *whole)
            && (tags.is_empty() || fleet.tags_of(device).iter().any(|tag| tags.iter().any(|wanted| wanted == tag)))
            && others.keep(fleet, device)
    };
    Ok(fleet.listed().filter(keeps).collect())
}

/// What the list can be asked for by something that its records do not tell.
struct OtherFilters {
    tag_ids: Vec<String>,
    mac_address: Option<String>,
    filevault: Option<bool>,
}

impl OtherFilters {
    fn read(query: &Query) -> Result<Self, Complaint> {
        let mut tag_ids = query.list("tag_id_in");
        tag_ids.extend(query.text("tag_id").map(str::to_owned));
        let mac_address = query.text("mac_address").map(str::to_lowercase);
        Ok(Self { tag_ids, mac_address, filevault: query.truth("filevault_enabled")? })
    }

    fn is_empty(&self) -> bool {
        self.tag_ids.is_empty() && self.mac_address.is_none() && self.filevault.is_none()
    }

    fn keep(&self, fleet: &Fleet, device: &Device) -> bool {
        let has_tag = |place: &usize| self.tag_ids.contains(&fleet.tags()[*place].id);
        let has_address = |wanted: &str| device.mac_address.to_lowercase() == wanted;
        // Only Macs answer the question; of others the details say null.
        let has_filevault = |wanted: bool| {
            device.platform().is_mac() && Details::of(fleet, device).protection().filevault == Some(wanted)
        };
        (self.tag_ids.is_empty() || device.tags.iter().any(has_tag))
            && self.mac_address.as_deref().is_none_or(has_address)
            && self.filevault.is_none_or(has_filevault)
    }
}

fn row(fleet: &Fleet, device: &Device) -> Value {
    serde_json::to_value(ListedDevice::of(fleet, device)).expect("a listed device has text keys only")
}

/// Devices in the order asked for; those that are equal stay in theirs.
fn ordered<'f>(fleet: &Fleet, mut devices: Vec<&'f Device>, keys: &[String]) -> Vec<&'f Device> {
    for key in keys.iter().rev() {
        match key.strip_prefix('-') {
            Some(name) => devices.sort_by_cached_key(|device| Reverse(sort_text(fleet, device, name))),
            None => devices.sort_by_cached_key(|device| sort_text(fleet, device, key)),
        }
    }
    devices
}

fn sort_text(fleet: &Fleet, device: &Device, name: &str) -> String {
    match name {
        "device_id" => device.id.clone(),
        "serial_number" => device.serial_number.clone(),
        _ => row(fleet, device).get(name).map(Value::to_string).unwrap_or_default(),
    }
}

fn found<'f>(fleet: &'f Fleet, id: &str) -> Result<&'f Device, Complaint> {
    fleet.device(id).filter(|device| device.presence.listed).ok_or_else(Complaint::not_found)
}

/// `GET /devices/{id}`.
pub(super) fn one(asked: &Asked<'_>, id: &str) -> Result<Answer, Complaint> {
    let world = asked.shared.world();
    let device = found(&world.fleet, id)?;
    Ok(Answer::json(body_of(&ListedDevice::of(&world.fleet, device))))
}

/// `GET /devices/{id}/details`.
pub(super) fn details(asked: &Asked<'_>, id: &str) -> Result<Answer, Complaint> {
    let world = asked.shared.world();
    let device = world.fleet.device(id).filter(|device| device.presence.detailed).ok_or_else(Complaint::not_found)?;
    Ok(Answer::json(details_body(&world.fleet, device)))
}

/// `GET /devices/{id}/apps`.
pub(super) fn apps(asked: &Asked<'_>, id: &str) -> Result<Answer, Complaint> {
    let world = asked.shared.world();
    let device = found(&world.fleet, id)?;
    Ok(Answer::json(body_of(&AppList::of(&world.fleet, device))))
}
