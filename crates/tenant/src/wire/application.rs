//! A row of `GET /prism/apps`. By far the most numerous record, so it allocates nothing but the path of a copy in a user's folder.
//!
//! The vendor names versions the wrong way round: `version` is the marketing version and `short_version` the build.

use super::{Null, Owner, PrismRow};
use crate::catalogue::{App, Bundle};
use crate::device::Device;
use crate::fleet::Fleet;
use crate::install::{Install, Part};
use crate::moment::{HOUR, Stamp};
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
    last_changed_at: Null,
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
}

impl<'a> ApplicationRow<'a> {
    /// The row of one install of a device. `owner` is the device's, passed so that it is looked up once for all its rows.
    pub(crate) fn of(fleet: &'a Fleet, device: &'a Device, owner: &Owner<'a>, install: Install) -> Self {
        let app = &fleet.catalogue().for_device(device)[usize::from(install.app)];
        let release = &app.releases[usize::from(install.release)];
        let bundle = bundle(app, install.part);
        let is_mac = device.platform().is_mac();
        let created = device
            .last_enrollment
            .after(i64::from(install.app) * 37 + HOUR)
            .after_microseconds(i64::from(install.app) * 1_013);
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
            updated_at: created.offset(),
            last_changed_at: Null,
            last_collected_at: device.last_collected.after_microseconds(i64::from(install.app) * 44).offset(),
            path: path(bundle, install.part, owner),
            obtained_from: app.obtained_from,
            bundle_size: (!is_mac).then_some(68_390_912 + 4_096 * u32::from(install.app)),
            bundle_id: &bundle.bundle_id,
            name: &bundle.name,
            short_version: told_by_macs(is_mac, &release.build),
            signature: &app.signature,
            ad_hoc_code_signed: Null,
            app_store_vendable: (!is_mac).then_some(true),
            beta_app: (!is_mac).then_some(false),
            device_based_vpp: (!is_mac).then_some(!install.app.is_multiple_of(3)),
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
        }
    }
}

impl PrismRow for ApplicationRow<'_> {
    fn device_id(&self) -> &str {
        self.device_id
    }
}

/// Texts that an iPhone does not tell.
fn told_by_macs(is_mac: bool, text: &str) -> &str {
    if is_mac { text } else { "" }
}

fn bundle(app: &App, part: Part) -> &Bundle {
    match part {
        Part::Whole | Part::Elsewhere => &app.bundle,
        Part::Helper(position) => &app.helpers[usize::from(position)],
    }
}

fn path<'a>(bundle: &'a Bundle, part: Part, owner: &Owner<'a>) -> Cow<'a, str> {
    match part {
        Part::Whole | Part::Helper(_) => Cow::Borrowed(&bundle.path),
        Part::Elsewhere => Cow::Owned(format!("/Users/{}{}", owner.home, bundle.path)),
    }
}
