//! A row of `GET /prism/device_information`: one a device, in the newer of the two published shapes.

use super::hardware::local_hostname;
use super::row::{FieldVisitor, PrismRow, walk, write_struct};
use super::{Null, Owner};
use crate::device::{Device, Life};
use crate::fleet::Fleet;
use crate::hazards;
use crate::moment::{Moment, Stamp};
use serde::Serialize;

/// A row of Prism's device information.
#[derive(Serialize)]
pub(crate) struct InformationRow<'a> {
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
    last_changed_at: Stamp,
    last_collected_at: Stamp,
    device_capacity: f64,
    host_name: Option<String>,
    local_hostname: Option<String>,
    apple_silicon: Option<bool>,
    model: &'static str,
    model_name: &'static str,
    shared_ipad: Option<bool>,
    cellular_technology: Option<&'static str>,
    data_roaming: Option<bool>,
    hotspot: Option<bool>,
    first_enrollment_date: Stamp,
    last_enrollment_date: Stamp,
    agent_version: Option<&'static str>,
    mdm_enabled: bool,
    agent_installed: bool,
    os_version: &'static str,
    os_build: &'static str,
    marketing_name: &'static str,
    supplemental_build_version: Option<&'static str>,
    supplemental_os_version_extra: Option<&'static str>,
    display_os_version: &'static str,
    last_checkin: Stamp,
    last_checkin_agent: Option<Stamp>,
    last_checkin_mdm: Stamp,
    battery_health: Option<&'static str>,
    lost_mode_status: Option<&'static str>,
    /// Not in any sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    full_software_version: Option<&'static str>,
}

impl<'a> InformationRow<'a> {
    pub(crate) fn of(fleet: &'a Fleet, device: &'a Device) -> Self {
        let owner = Owner::of(fleet, device);
        let (model, system) = (device.model, device.prism_system);
        let is_mac = device.platform().is_mac();
        let hostname =
            || is_mac.then(|| local_hostname(device, fleet.user_of(device).map(|user| user.user_name.as_str())));
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
            created_at: device.first_enrollment.after(5).offset(),
            // A row that tells of a later check-in was written later.
            updated_at: device.last_collected.max(last_changed(fleet, device)).max(device.last_check_in).offset(),
            last_changed_at: last_changed(fleet, device).offset(),
            last_collected_at: device.last_collected.offset(),
            device_capacity: device_capacity_gb(device),
            host_name: hostname(),
            local_hostname: hostname(),
            apple_silicon: model.processor.as_ref().map(|processor| processor.is_apple_silicon()),
            model: model.family,
            model_name: model.name,
            shared_ipad: (!is_mac).then_some(false),
            cellular_technology: (!is_mac).then_some(if model.family == "iPhone" { "GSM" } else { "None" }),
            data_roaming: (!is_mac).then_some(false),
            hotspot: None,
            first_enrollment_date: device.first_enrollment.offset(),
            last_enrollment_date: device.last_enrollment.offset(),
            agent_version: is_mac.then_some(device.agent_version),
            mdm_enabled: !device.is_removed,
            agent_installed: is_mac,
            os_version: system.version,
            os_build: system.build,
            marketing_name: system.marketing_name,
            supplemental_build_version: Some(system.build),
            supplemental_os_version_extra: device.is_one_of(hazards::HAS_RAPID_RESPONSE).then_some("(a)"),
            display_os_version: system.version,
            last_checkin: device.last_check_in.offset(),
            last_checkin_agent: is_mac.then(|| device.last_check_in.offset()),
            last_checkin_mdm: device.last_check_in.offset(),
            battery_health: None,
            lost_mode_status: device.is_lost.then_some("ENABLED"),
            full_software_version: device.is_one_of(hazards::HAS_UNKNOWN_FIELDS).then_some(""),
        }
    }
}

impl PrismRow for InformationRow<'_> {
    fn write_json(&self, out: &mut Vec<u8>) {
        write_struct(self, out);
    }

    fn visit(&self, visitor: &mut impl FieldVisitor) {
        walk(self, visitor);
    }
}

/// The night that last changed the device. Where none did, what was collected in the beginning is what has not changed since.
fn last_changed(fleet: &Fleet, device: &Device) -> Moment {
    let Life { changed, collected_later, .. } = device.life;
    if changed > 0 { fleet.changed_in(changed, 0) } else { device.last_collected.before(collected_later) }
}

/// Prism rounds to whole gigabytes and still tells a fraction.
fn device_capacity_gb(device: &Device) -> f64 {
    let sold = f64::from(device.storage_gb);
    if device.platform().is_mac() { (sold * 0.96).floor() } else { sold }
}
