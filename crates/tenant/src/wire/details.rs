//! A device as `GET /devices/{id}/details` tells of it: eighteen groups, of which an Apple TV has two fewer.

use super::hardware::{AppleBusinessManager, Cellular, HardwareOverview, Network, Volume};
use super::list::rapid_response;
use super::security::{ActivationLock, FileVault, InstalledProfile, LocalUsers, LostMode, Recovery};
use super::{AssignedUser, Group};
use crate::device::{Device, Platform};
use crate::fleet::Fleet;
use crate::moment::Stamp;
use crate::seed::{Topic, one_of};
use rand::{Rng, RngExt};
use serde::Serialize;

/// The details of one device.
#[derive(Serialize)]
pub(crate) struct Details<'a> {
    general: General<'a>,
    mdm: Mdm<'a>,
    activation_lock: ActivationLock,
    filevault: FileVault,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost_mode: Option<Group<LostMode>>,
    automated_device_enrollment: Group<AutomatedDeviceEnrollment>,
    kandji_agent: Agent,
    hardware_overview: HardwareOverview<'a>,
    volumes: Vec<Volume>,
    network: Group<Network<'a>>,
    recovery_information: Recovery,
    users: LocalUsers<'a>,
    installed_profiles: Vec<InstalledProfile>,
    apple_business_manager: Group<AppleBusinessManager<'a>>,
    security_information: SecurityInformation,
    #[serde(skip_serializing_if = "Option::is_none")]
    cellular: Option<Group<Cellular>>,
    tags: Vec<&'static str>,
}

#[derive(Serialize)]
struct General<'a> {
    device_id: &'a str,
    device_name: &'a str,
    last_enrollment: Stamp,
    first_enrollment: Stamp,
    model: &'static str,
    platform: &'static str,
    os_version: &'static str,
    supplemental_build_version: &'static str,
    supplemental_os_version_extra: &'static str,
    system_version: String,
    boot_volume: &'static str,
    time_since_boot: &'static str,
    last_user: &'a str,
    asset_tag: Option<&'a str>,
    assigned_user: Group<AssignedUser<'a>>,
    blueprint_name: &'static str,
    blueprint_uuid: &'a str,
}

#[derive(Serialize)]
struct Mdm<'a> {
    mdm_enabled: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    supervised: Option<&'static str>,
    install_date: Stamp,
    last_check_in: Stamp,
    mdm_enabled_user: Vec<&'a str>,
}

#[derive(Serialize)]
struct AutomatedDeviceEnrollment {
    auto_enroll_eligible: bool,
    auto_enrolled: bool,
}

#[derive(Serialize)]
struct Agent {
    agent_installed: &'static str,
    install_date: Stamp,
    last_check_in: Stamp,
    agent_version: &'static str,
}

#[derive(Serialize)]
struct SecurityInformation {
    remote_desktop_enabled: Option<bool>,
}

impl<'a> Details<'a> {
    pub(crate) fn of(fleet: &'a Fleet, device: &'a Device) -> Self {
        let rng = &mut fleet.stream(Topic::Details, device.machine);
        let account = fleet.user_of(device).map(|user| user.user_name.as_str());
        let platform = device.platform();
        let is_apple_tv = platform == Platform::AppleTv;
        let encrypted = rng.random_ratio(9, 10);
        Self {
            general: general(fleet, device, account, rng),
            mdm: mdm(device, account),
            activation_lock: ActivationLock::of(platform, rng),
            filevault: FileVault::of(platform, encrypted),
            lost_mode: (!is_apple_tv).then(|| LostMode::of(device)),
            automated_device_enrollment: if platform.is_handheld() {
                Group::Filled(AutomatedDeviceEnrollment {
                    auto_enroll_eligible: true,
                    auto_enrolled: rng.random_ratio(7, 8),
                })
            } else {
                Group::EmptyObject
            },
            kandji_agent: agent(device),
            hardware_overview: HardwareOverview::of(device, rng),
            volumes: Volume::of(device, encrypted, rng),
            network: Network::of(fleet, device, account, rng),
            recovery_information: Recovery::of(device, rng),
            users: LocalUsers::of(platform, account),
            installed_profiles: InstalledProfile::of(device, rng),
            apple_business_manager: AppleBusinessManager::of(device),
            security_information: SecurityInformation {
                remote_desktop_enabled: platform.is_mac().then(|| rng.random_ratio(1, 6)),
            },
            cellular: (!is_apple_tv).then(|| Cellular::of(platform)),
            tags: fleet.tags_of(device),
        }
    }
}

/// What the details and Prism both tell of a device's protection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Protection {
    pub(crate) bypass_code_failed: bool,
    pub(crate) user_activation_lock: Option<bool>,
    pub(crate) device_activation_lock: bool,
    pub(crate) activation_lock_while_supervised: Option<bool>,
    pub(crate) activation_lock_supported: bool,
    pub(crate) filevault: Option<bool>,
    pub(crate) key_escrowed: bool,
}

impl Details<'_> {
    /// The same facts for Prism, so that the two can not differ.
    pub(crate) fn protection(&self) -> Protection {
        let (lock, filevault) = (&self.activation_lock, &self.filevault);
        Protection {
            bypass_code_failed: lock.bypass_code_failed,
            user_activation_lock: lock.user_activation_lock_enabled,
            device_activation_lock: lock.device_activation_lock_enabled,
            activation_lock_while_supervised: lock.activation_lock_allowed_while_supervised,
            activation_lock_supported: lock.activation_lock_supported,
            filevault: filevault.filevault_enabled,
            key_escrowed: filevault.filevault_prk_escrowed,
        }
    }
}

/// The text by which the details tell a truth.
fn told(truth: bool) -> &'static str {
    if truth { "True" } else { "False" }
}

fn general<'a>(fleet: &'a Fleet, device: &'a Device, account: Option<&'a str>, rng: &mut impl Rng) -> General<'a> {
    let blueprint = fleet.blueprint_of(device);
    let is_mac = device.platform().is_mac();
    let system = device.system;
    General {
        device_id: &device.id,
        device_name: &device.name,
        last_enrollment: device.last_enrollment.spaced(),
        first_enrollment: device.first_enrollment.spaced(),
        model: device.model.name,
        platform: device.platform().listed_name(),
        os_version: system.version,
        supplemental_build_version: system.build,
        supplemental_os_version_extra: rapid_response(device),
        system_version: if is_mac { format!("{} ({})", system.version, system.build) } else { String::new() },
        boot_volume: if is_mac { "Macintosh HD" } else { "" },
        time_since_boot: if is_mac {
            one_of(rng, &["3 hours ago", "2 days ago", "1 week ago", "1 month ago"])
        } else {
            ""
        },
        last_user: if is_mac { account.unwrap_or("root") } else { "" },
        asset_tag: device.asset_tag.as_deref(),
        assigned_user: AssignedUser::of(fleet.user_of(device)),
        blueprint_name: blueprint.kind.name,
        blueprint_uuid: &blueprint.id,
    }
}

fn mdm<'a>(device: &Device, account: Option<&'a str>) -> Mdm<'a> {
    let platform = device.platform();
    Mdm {
        mdm_enabled: told(!device.is_removed),
        supervised: (platform != Platform::AppleTv).then_some(told(true)),
        install_date: device.last_enrollment.after_microseconds(-213_000).spaced(),
        last_check_in: device.last_check_in.spaced(),
        mdm_enabled_user: account.into_iter().filter(|_| platform.is_mac()).collect(),
    }
}

/// The agent runs on Macs. Elsewhere its group repeats the check-in of MDM.
fn agent(device: &Device) -> Agent {
    let is_mac = device.platform().is_mac();
    let install_date = if is_mac { device.last_enrollment.after(95).spaced_seconds() } else { Stamp::default() };
    Agent {
        agent_installed: told(is_mac),
        install_date,
        last_check_in: device.last_check_in.after_microseconds(if is_mac { 0 } else { 15 }).zulu(),
        agent_version: device.agent_version,
    }
}
