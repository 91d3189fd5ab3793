//! A device as `GET /devices` lists it.

use super::{AssignedUser, Group};
use crate::device::Device;
use crate::fleet::Fleet;
use crate::hazards;
use crate::moment::Stamp;
use crate::uncertain::{api_level, full_software_version, security_patch_level};
use serde::Serialize;

/// A listed device.
#[derive(Serialize)]
pub(crate) struct ListedDevice<'a> {
    device_id: &'a str,
    device_name: &'a str,
    model: &'static str,
    serial_number: &'a str,
    platform: &'static str,
    os_version: &'static str,
    supplemental_build_version: &'static str,
    supplemental_os_version_extra: &'static str,
    last_check_in: Stamp,
    user: Group<AssignedUser<'a>>,
    asset_tag: Option<&'a str>,
    blueprint_id: &'a str,
    mdm_enabled: bool,
    agent_installed: bool,
    is_missing: bool,
    is_removed: bool,
    agent_version: &'static str,
    first_enrollment: Stamp,
    last_enrollment: Stamp,
    blueprint_name: &'static str,
    lost_mode_status: &'static str,
    tags: Vec<&'static str>,
    /// These three came when Android could be managed; tenants without it see them on some records.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_patch_level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_software_version: Option<&'static str>,
}

impl<'a> ListedDevice<'a> {
    pub(crate) fn of(fleet: &'a Fleet, device: &'a Device) -> Self {
        let blueprint = fleet.blueprint_of(device);
        // Where Android or Windows is managed, every device has these three, blank where they say nothing.
        let has_them = fleet.manages_uncertain_platforms() || device.is_one_of(hazards::HAS_UNKNOWN_FIELDS);
        let with_offset = device.is_one_of(hazards::CHECK_IN_HAS_OFFSET);
        Self {
            device_id: &device.id,
            device_name: &device.name,
            model: device.model.name,
            serial_number: &device.serial_number,
            platform: device.platform().listed_name(),
            os_version: device.system.version,
            supplemental_build_version: device.system.build,
            supplemental_os_version_extra: rapid_response(device),
            last_check_in: if with_offset { device.last_check_in.offset() } else { device.last_check_in.zulu() },
            user: AssignedUser::of(fleet.user_of(device)),
            asset_tag: device.asset_tag.as_deref(),
            blueprint_id: &blueprint.id,
            mdm_enabled: !device.is_removed,
            agent_installed: device.platform().is_mac(),
            is_missing: device.is_missing,
            is_removed: device.is_removed,
            agent_version: device.agent_version,
            first_enrollment: device.first_enrollment.spaced(),
            last_enrollment: device.last_enrollment.spaced(),
            blueprint_name: blueprint.kind.name,
            lost_mode_status: if device.is_lost { "ENABLED" } else { "" },
            tags: fleet.tags_of(device),
            api_level: has_them.then(|| api_level(device)),
            security_patch_level: has_them.then(|| security_patch_level(device)),
            full_software_version: has_them.then(|| full_software_version(device)),
        }
    }
}

/// The letter of a rapid security response.
pub(super) fn rapid_response(device: &Device) -> &'static str {
    if device.is_one_of(hazards::HAS_RAPID_RESPONSE) { "(a)" } else { "" }
}
