//! The details of an Android device. **Uncertain**: put together from a third-party description, whose examples turn truths into
//! texts. It has none of the groups that Apple's devices have beside `general`, `cellular` and `tags`.

use super::{AssignedUser, Group};
use crate::device::Device;
use crate::fleet::Fleet;
use crate::moment::Stamp;
use crate::uncertain::{api_level, security_patch_level};
use serde::Serialize;

/// The details of one Android device.
#[derive(Serialize)]
pub(crate) struct AndroidDetails<'a> {
    general: General<'a>,
    hardware: Hardware<'a>,
    management: Management,
    security: Security,
    cellular: Cellular,
    tags: Vec<&'static str>,
}

#[derive(Serialize)]
struct General<'a> {
    api_level: &'static str,
    asset_tag: Option<&'a str>,
    assigned_user: Group<AssignedUser<'a>>,
    blueprint_name: &'static str,
    blueprint_uuid: &'a str,
    device_id: &'a str,
    device_name: &'a str,
    enterprise_device_id: String,
    enterprise_id: &'static str,
    first_enrollment: Stamp,
    last_enrollment: Stamp,
    manufacturer: &'static str,
    model_name: &'static str,
    os_build: &'static str,
    os_version: &'static str,
    platform: &'static str,
    security_patch_level: &'static str,
    serial_number: &'a str,
}

#[derive(Serialize)]
struct Hardware<'a> {
    available_capacity: &'static str,
    total_capacity: &'static str,
    total_ram: &'static str,
    wifi_mac_address: &'a str,
}

#[derive(Serialize)]
struct Management {
    management_mode: &'static str,
    ownership: &'static str,
}

#[derive(Serialize)]
struct Security {
    android_debug_bridge_enabled: &'static str,
    developer_mode_enabled: &'static str,
    device_posture: &'static str,
    encryption_status: &'static str,
    has_google_play_protect: &'static str,
    has_passcode: &'static str,
    is_encrypted: &'static str,
    unknown_app_sources_enabled: &'static str,
}

#[derive(Serialize)]
struct Cellular {
    imei: String,
    meid: &'static str,
}

impl<'a> AndroidDetails<'a> {
    pub(crate) fn of(fleet: &'a Fleet, device: &'a Device) -> Self {
        Self {
            general: general(fleet, device),
            hardware: Hardware {
                available_capacity: "105.93",
                total_capacity: "118.40",
                total_ram: "7.42",
                wifi_mac_address: &device.mac_address,
            },
            management: Management { management_mode: "PROFILE_OWNER", ownership: "COMPANY_OWNED" },
            security: Security {
                android_debug_bridge_enabled: "False",
                developer_mode_enabled: "False",
                device_posture: "SECURE",
                encryption_status: "ACTIVE_PER_USER",
                has_google_play_protect: "True",
                has_passcode: "True",
                is_encrypted: "True",
                unknown_app_sources_enabled: "False",
            },
            cellular: Cellular { imei: imei(fleet.mix(device.machine, 0)), meid: "" },
            tags: fleet.tags_of(device),
        }
    }
}

fn general<'a>(fleet: &'a Fleet, device: &'a Device) -> General<'a> {
    let blueprint = fleet.blueprint_of(device);
    General {
        api_level: api_level(device),
        asset_tag: device.asset_tag.as_deref(),
        assigned_user: AssignedUser::of(fleet.user_of(device)),
        blueprint_name: blueprint.kind.name,
        blueprint_uuid: &blueprint.id,
        device_id: &device.id,
        device_name: &device.name,
        enterprise_device_id: format!("{:016x}", fleet.mix(device.machine, 1)),
        enterprise_id: "LC00larkfield",
        first_enrollment: device.first_enrollment.spaced(),
        last_enrollment: device.last_enrollment.spaced(),
        manufacturer: if device.model.family == "Pixel" { "Google" } else { "samsung" },
        model_name: device.model.name,
        os_build: device.system.build,
        os_version: device.system.version,
        platform: device.platform().listed_name(),
        security_patch_level: security_patch_level(device),
        serial_number: &device.serial_number,
    }
}

/// An IMEI with the spaces that the API writes between its parts.
pub(crate) fn imei(mixed: u64) -> String {
    format!("35 {:06} {:06} {}", mixed % 1_000_000, (mixed >> 20) % 1_000_000, (mixed >> 40) % 10)
}
