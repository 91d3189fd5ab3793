//! Bodies in the envelopes that the API puts them in, each endpoint paged in its own way:
//!
//! ```text
//!  /devices                bare arrays of up to 300, then an empty one
//!  /devices/{id}/details   one object
//!  /prism/…                {offset,limit,total,data,cursor}, up to 300 rows, until the cursor is null
//!  /users                  {next,previous,results}, 25 of them, until `next` is null
//!  /blueprints, /tags      {count,next,previous,results}, one page
//! ```

mod page;
mod prism;

pub(crate) use page::body_of;
pub use page::{Endpoint, Page};
pub(crate) use prism::{app_pages, information_pages};

use crate::device::{Device, Platform};
use crate::fleet::Fleet;
use crate::limits::{PAGE_ROWS_MAX, USERS_PAGE_ROWS};
use crate::people::User;
use crate::wire::{AndroidDetails, Counted, Details, Directory, ListedDevice, WireBlueprint, WireTag, WireUser};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// The host in the links of users. It is not the host of the API: a client takes the cursor from a link and must not follow it.
pub(crate) const TENANT_URL: &str = "https://larkfield.tenant.example";

/// Blueprints, tags and users.
pub(crate) fn directory_pages(fleet: &Fleet) -> impl Iterator<Item = Page> + '_ {
    let blueprints = fleet.blueprints().iter().enumerate();
    let blueprints =
        blueprints.map(|(position, blueprint)| WireBlueprint::of(blueprint, fleet.devices_under(position))).collect();
    let blueprints = Page::of(
        Endpoint::Blueprints,
        1,
        "/api/v1/blueprints?limit=300&offset=0".to_owned(),
        &Counted::single_page(blueprints),
    );
    let tags = fleet.tags().iter().map(WireTag::of).collect();
    let tags = Page::of(Endpoint::Tags, 1, "/api/v1/tags".to_owned(), &Counted::single_page(tags));
    [blueprints, tags].into_iter().chain(user_pages(fleet))
}

fn user_pages(fleet: &Fleet) -> impl Iterator<Item = Page> + '_ {
    let users = fleet.users();
    let path = |parameter: &str| format!("/api/v1/users?cursor={parameter}");
    (0..users.len().div_ceil(USERS_PAGE_ROWS)).map(move |position| {
        let start = position * USERS_PAGE_ROWS;
        let end = users.len().min(start + USERS_PAGE_ROWS);
        let own_path = if start == 0 { "/api/v1/users".to_owned() } else { path(&after(&users[start - 1])) };
        let body = Directory {
            next: (end < users.len()).then(|| format!("{TENANT_URL}{}", path(&after(&users[end - 1])))),
            previous: (start > 0).then(|| format!("{TENANT_URL}{}", path(&before(&users[start])))),
            results: users[start..end].iter().map(WireUser::of).collect(),
        };
        Page::of(Endpoint::Users, position + 1, own_path, &body)
    })
}

/// The cursors of users, in the form that the vendor's published one has.
pub(crate) fn after(user: &User) -> String {
    cursor_parameter(&format!("p={}", user.deprecated_user_id))
}

pub(crate) fn before(user: &User) -> String {
    cursor_parameter(&format!("r=1&p={}", user.deprecated_user_id))
}

/// A cursor as it stands in an address.
pub(crate) fn cursor_parameter(cursor: &str) -> String {
    in_address(&BASE64_STANDARD.encode(cursor))
}

/// Base 64 with its three characters percent-encoded that mean something in a query.
fn in_address(base64: &str) -> String {
    base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

/// The list of devices. The page after the last device is an empty array, which is how the end is known.
pub(crate) fn device_pages(fleet: &Fleet) -> impl Iterator<Item = Page> + '_ {
    let listed: Vec<_> = fleet.listed().collect();
    (0..=listed.len().div_ceil(PAGE_ROWS_MAX)).map(move |position| {
        let offset = position * PAGE_ROWS_MAX;
        let rows: Vec<_> =
            listed.iter().skip(offset).take(PAGE_ROWS_MAX).map(|device| ListedDevice::of(fleet, device)).collect();
        let path = format!("/api/v1/devices?limit={PAGE_ROWS_MAX}&offset={offset}");
        Page::of(Endpoint::Devices, position + 1, path, &rows)
    })
}

/// The details, one page a device.
pub(crate) fn detail_pages(fleet: &Fleet) -> impl Iterator<Item = Page> + '_ {
    fleet.detailed().enumerate().map(move |(position, device)| {
        let path = format!("/api/v1/devices/{}/details", device.id);
        Page::holding(Endpoint::DeviceDetails, position + 1, path, details_body(fleet, device))
    })
}

/// The details of a device, in the shape of its platform.
pub(crate) fn details_body(fleet: &Fleet, device: &Device) -> Vec<u8> {
    if device.platform() == Platform::Android {
        body_of(&AndroidDetails::of(fleet, device))
    } else {
        body_of(&Details::of(fleet, device))
    }
}
