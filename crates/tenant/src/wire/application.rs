//! A row of `GET /prism/apps`. By far the most numerous record, so it allocates nothing but the path of a copy in a user's folder.
//!
//! The vendor names versions the wrong way round: `version` is the marketing version and `short_version` the build.

use super::app_list::{bundle_size, is_device_based};
use super::row::{FieldVisitor, PrismRow, append_field, walk, write_struct};
use super::{Null, Owner};
use crate::catalogue::{App, Bundle};
use crate::device::Device;
use crate::fleet::Fleet;
use crate::install::{Install, Part};
use crate::moment::{DAY, HOUR, MINUTE, Moment, Stamp};
use serde::Serialize;
use std::borrow::Cow;

const COMPILER: &str = "com.apple.compilers.llvm.clang.1_0";

/// A row of Prism's applications.
#[derive(Serialize)]
pub(crate) struct ApplicationRow<'a> {
    device_id: &'a str,
    #[serde(rename = "device__name")]
    device_name: &'a str,
    #[serde(rename = "device__family")]
    device_family: &'static str,
    #[serde(rename = "device__user_id")]
    device_user_id: &'a str,
    #[serde(rename = "device__user_name")]
    device_user_name: &'a str,
    #[serde(rename = "device__user_email")]
    device_user_email: &'a str,
    blueprint_id: &'a str,
    blueprint_name: &'static str,
    tags: Null,
    asset_tag: Option<&'a str>,
    serial_number: &'a str,
    model_id: &'static str,
    count: Null,
    created_at: Stamp,
    updated_at: Stamp,
    last_changed_at: Option<Stamp>,
    last_collected_at: Stamp,
    path: Cow<'a, str>,
    obtained_from: &'static str,
    bundle_size: Option<u32>,
    bundle_id: &'a str,
    name: &'a str,
    short_version: &'a str,
    signature: &'a str,
    ad_hoc_code_signed: Null,
    app_store_vendable: Option<bool>,
    beta_app: Option<bool>,
    device_based_vpp: Option<bool>,
    download_canceled: Null,
    download_failed: Null,
    download_paused: Null,
    download_waiting: Null,
    dynamic_size: Null,
    external_version_identifier: Null,
    has_update_available: Null,
    installing: Null,
    version: &'a str,
    app_clip: Null,
    validated: Null,
    executable: &'a str,
    bundle_name: &'a str,
    bundle_type: &'static str,
    environment_variables: Null,
    compiler: &'static str,
    bundle_region: &'static str,
    bundle_display_name: Null,
    info: Null,
    minimum_system_version: &'static str,
    category: &'static str,
    apple_scriptable: Null,
    copyright: &'a str,
    developer_name: &'a str,
    team_id: &'a str,
    /// When it was last opened, under the key that the configuration says; written behind all others, see [`PrismRow`].
    #[serde(skip)]
    opened: Option<(&'a str, Option<Stamp>)>,
}

impl<'a> ApplicationRow<'a> {
    /// The row of one install of a device. `owner` is the device's, passed so that it is looked up once for all its rows.
    pub(crate) fn of(fleet: &'a Fleet, device: &'a Device, owner: &Owner<'a>, install: Install) -> Self {
        let app = &fleet.catalogue().for_device(device)[usize::from(install.app)];
        let release = &app.releases[usize::from(install.release)];
        let bundle = bundle(app, install.part);
        let is_mac = device.platform().is_mac();
        let created = created(fleet, device, install);
        let changed = changed(fleet, device, install).filter(|changed| *changed > created);
        Self {
            device_id: owner.device_id,
            device_name: owner.device_name,
            device_family: owner.family,
            device_user_id: owner.user_id,
            device_user_name: owner.user_name,
            device_user_email: owner.user_email,
            blueprint_id: owner.blueprint_id,
            blueprint_name: owner.blueprint_name,
            tags: Null,
            asset_tag: owner.asset_tag,
            serial_number: owner.serial_number,
            model_id: owner.model_id,
            count: Null,
            created_at: created.offset(),
            updated_at: changed.unwrap_or(created).offset(),
            last_changed_at: changed.map(Moment::offset),
            last_collected_at: device.last_collected.after_microseconds(i64::from(install.app) * 44).offset(),
            path: path(bundle, install.part, owner),
            obtained_from: app.obtained_from,
            bundle_size: (!is_mac).then(|| bundle_size(install)),
            bundle_id: &bundle.bundle_id,
            name: &bundle.name,
            short_version: told_by_macs(is_mac, &release.build),
            signature: &app.signature,
            ad_hoc_code_signed: Null,
            app_store_vendable: (!is_mac).then_some(true),
            beta_app: (!is_mac).then_some(false),
            device_based_vpp: (!is_mac).then(|| is_device_based(install)),
            download_canceled: Null,
            download_failed: Null,
            download_paused: Null,
            download_waiting: Null,
            dynamic_size: Null,
            external_version_identifier: Null,
            has_update_available: Null,
            installing: Null,
            version: &release.version,
            app_clip: Null,
            validated: Null,
            executable: &bundle.executable,
            bundle_name: told_by_macs(is_mac, &bundle.executable),
            bundle_type: told_by_macs(is_mac, "APPL"),
            environment_variables: Null,
            compiler: told_by_macs(is_mac, COMPILER),
            bundle_region: told_by_macs(is_mac, "en"),
            bundle_display_name: Null,
            info: Null,
            minimum_system_version: told_by_macs(is_mac, release.minimum_system),
            category: bundle.category,
            apple_scriptable: Null,
            copyright: &app.publisher.copyright,
            developer_name: &app.publisher.developer_name,
            team_id: &app.publisher.team_id,
            opened: fleet
                .last_opened_key()
                .map(|key| (key, opened(fleet, device, install, created).map(Moment::offset))),
        }
    }
}

impl PrismRow for ApplicationRow<'_> {
    fn write_json(&self, out: &mut Vec<u8>) {
        write_struct(self, out);
        if let Some((key, opened)) = &self.opened {
            append_field(out, key, opened);
        }
    }

    fn visit(&self, visitor: &mut impl FieldVisitor) {
        walk(self, visitor);
        if let Some((key, opened)) = &self.opened {
            visitor.field(key, opened);
        }
    }
}

/// When Prism first saw the row: an hour after the enrolment, application by application, or in the night that installed it.
fn created(fleet: &Fleet, device: &Device, install: Install) -> Moment {
    let place = i64::from(install.app);
    if install.installed > device.life.enrolled {
        return fleet.changed_in(install.installed, install.app);
    }
    device.last_enrollment.after(place * 37 + HOUR).after_microseconds(place * 1_013)
}

/// When a night last changed it. What a night changed under a former device id is no change of this one.
fn changed(fleet: &Fleet, device: &Device, install: Install) -> Option<Moment> {
    (install.changed > device.life.enrolled).then(|| fleet.changed_in(install.changed, install.app))
}

/// When the application was last opened, told of Macs only: a habit that the machine and the application decide, so that most are
/// opened daily, others every week or month, and some never.
fn opened(fleet: &Fleet, device: &Device, install: Install, created: Moment) -> Option<Moment> {
    if install.part != Part::Whole || !device.platform().is_mac() {
        return None;
    }
    let habit = fleet.mix(device.machine, u32::from(install.app));
    let every = match habit % 16 {
        0 | 1 => return None,
        2..9 => 1,
        9..13 => 7,
        13..15 => 30,
        _ => 180,
    };
    let night = u64::from(device.last_active_night(fleet.night()));
    let days_ago = (night + (habit >> 8) % every) % every;
    // Up to ten hours before the collection.
    let seconds_before = MINUTE + ((habit >> 32) % 36_000) as i64;
    let opened = device.last_collected.before(days_ago as i64 * DAY + seconds_before);
    (opened >= created).then_some(opened)
}

/// Texts that an iPhone does not tell.
fn told_by_macs(is_mac: bool, text: &str) -> &str {
    if is_mac { text } else { "" }
}

pub(super) fn bundle(app: &App, part: Part) -> &Bundle {
    match part {
        Part::Whole | Part::Elsewhere => &app.bundle,
        Part::Helper(position) => &app.helpers[usize::from(position)],
    }
}

/// Where a bundle lies on a device.
pub(super) fn path<'a>(bundle: &'a Bundle, part: Part, owner: &Owner<'a>) -> Cow<'a, str> {
    match part {
        Part::Whole | Part::Helper(_) => Cow::Borrowed(&bundle.path),
        Part::Elsewhere => Cow::Owned(format!("/Users/{}{}", owner.home, bundle.path)),
    }
}
