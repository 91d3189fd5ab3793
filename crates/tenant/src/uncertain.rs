//! Android and Windows machines. **Uncertain**: no recording of either was seen. The list's three further fields and the details of
//! Android follow third-party descriptions of the API; of Windows only the list is known to tell.

use crate::config::FleetConfig;
use crate::device::{AppCounts, Device, Life, Platform, Presence};
use crate::group;
use crate::model::Model;
use crate::moment::{DAY, HOUR, MINUTE};
use crate::people::User;
use crate::seed::{Seed, Topic, characters, uuid};
use crate::system::System;
use rand::RngExt;

/// Their numbers begin far above those of Apple's machines, so that one more of these does not move those.
const FIRST_MACHINE: u32 = 1 << 30;

/// The uncertain machines of a configuration, as of its last night.
pub(crate) fn enrol_uncertain(config: &FleetConfig, seed: &Seed, users: &[User]) -> Vec<Device> {
    (0..config.uncertain_platforms).map(|number| uncertain(number, config, seed, users)).collect()
}

fn uncertain(number: u32, config: &FleetConfig, seed: &Seed, users: &[User]) -> Device {
    let mut rng = seed.stream(Topic::Uncertain, number);
    let platform = if number.is_multiple_of(2) { Platform::Android } else { Platform::Windows };
    let model = Model::pick(platform, &mut rng);
    let system = System::pick(platform, &mut rng);
    let now = config.moment_of(config.last_night());
    let last_check_in = now.before(rng.random_range(MINUTE..HOUR));
    let enrolled = config.moment_of(0).before(rng.random_range(2 * DAY..400 * DAY));
    Device {
        machine: FIRST_MACHINE + number,
        id: uuid(&mut rng),
        name: format!("{} {}", model.family, number + 1),
        serial_number: characters(&mut rng, "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", 11),
        model,
        memory: "",
        storage_gb: 128,
        system,
        prism_system: system,
        user: Some(rng.random_range(0..users.len())),
        blueprint: group::blueprint_for_others(),
        tags: Vec::new(),
        asset_tag: Some(format!("LKF-U{number:05}")),
        agent_version: "",
        first_enrollment: enrolled,
        last_enrollment: enrolled,
        last_check_in,
        last_collected: last_check_in,
        mac_address: format!("02:00:5e:10:{:02x}:{:02x}", number / 256 % 256, number % 256),
        presence: Presence { listed: true, detailed: platform == Platform::Android, in_prism: false },
        is_missing: false,
        is_removed: false,
        is_lost: false,
        apps: AppCounts::default(),
        life: Life::default(),
        app_changes: Vec::new(),
    }
}

/// The level of Android's programming interface.
pub(crate) fn api_level(device: &Device) -> &'static str {
    match (device.platform(), device.system.version) {
        (Platform::Android, "13") => "33",
        (Platform::Android, "14") => "34",
        (Platform::Android, _) => "35",
        _ => "",
    }
}

/// The month of the last security update of an Android device.
pub(crate) fn security_patch_level(device: &Device) -> &'static str {
    if device.platform() == Platform::Android { "2026-10-05" } else { "" }
}

/// The system's version with its build, of both.
pub(crate) fn full_software_version(device: &Device) -> &'static str {
    match device.platform() {
        Platform::Android | Platform::Windows => device.system.build,
        _ => "",
    }
}
