//! The groups of the details that tell how a device is protected: activation lock, FileVault, lost mode, recovery, local users and
//! profiles.

use super::Group;
use crate::device::{Device, Platform};
use crate::moment::{DAY, HOUR, MINUTE, Stamp};
use crate::seed::uuid;
use rand::{Rng, RngExt};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct ActivationLock {
    pub(super) bypass_code_failed: bool,
    pub(super) user_activation_lock_enabled: Option<bool>,
    pub(super) device_activation_lock_enabled: bool,
    pub(super) activation_lock_allowed_while_supervised: Option<bool>,
    pub(super) activation_lock_supported: bool,
}

impl ActivationLock {
    pub(super) fn of(platform: Platform, rng: &mut impl Rng) -> Self {
        let supported = platform != Platform::AppleTv;
        Self {
            bypass_code_failed: false,
            user_activation_lock_enabled: supported.then(|| rng.random_ratio(1, 9)),
            device_activation_lock_enabled: supported && rng.random_ratio(1, 4),
            activation_lock_allowed_while_supervised: supported.then_some(false),
            activation_lock_supported: supported,
        }
    }
}

#[derive(Serialize)]
pub(super) struct FileVault {
    pub(super) filevault_enabled: Option<bool>,
    filevault_recoverykey_type: &'static str,
    pub(super) filevault_prk_escrowed: bool,
    filevault_next_rotation: &'static str,
    filevault_regen_required: bool,
}

impl FileVault {
    pub(super) fn of(platform: Platform, encrypted: bool) -> Self {
        let enabled = platform.is_mac().then_some(encrypted);
        let is_on = enabled == Some(true);
        Self {
            filevault_enabled: enabled,
            filevault_recoverykey_type: if is_on { "Personal" } else { "" },
            filevault_prk_escrowed: is_on,
            filevault_next_rotation: "",
            filevault_regen_required: false,
        }
    }
}

#[derive(Serialize)]
pub(super) struct LostMode {
    lost_mode_status: &'static str,
    enabled_by: &'static str,
    enable_status_at: Stamp,
    lock_screen_message: &'static str,
    lock_screen_phone_number: &'static str,
    lock_screen_footnote: &'static str,
    disable_status: &'static str,
    disabled_by: &'static str,
    disable_status_at: &'static str,
    last_location_status: &'static str,
    last_location_status_at: Stamp,
    last_location: Location,
    last_location_at: Stamp,
    sound_status: &'static str,
    sound_status_at: Stamp,
}

#[derive(Serialize)]
struct Location {
    latitude: &'static str,
    longitude: &'static str,
}

impl LostMode {
    pub(super) fn of(device: &Device) -> Group<Self> {
        if !device.is_lost {
            return Group::EmptyObject;
        }
        let enabled = device.last_check_in.before(HOUR);
        Group::Filled(Self {
            lost_mode_status: "ENABLED",
            enabled_by: "Service desk",
            enable_status_at: enabled.zulu(),
            lock_screen_message: "This device belongs to Larkfield. Please call.",
            lock_screen_phone_number: "5550100",
            lock_screen_footnote: "",
            disable_status: "",
            disabled_by: "",
            disable_status_at: "",
            last_location_status: "SUCCESS",
            last_location_status_at: enabled.after(62).zulu(),
            last_location: Location { latitude: "3.93410519355257", longitude: "-84.47411387632086" },
            last_location_at: enabled.after(MINUTE).zulu(),
            sound_status: "SUCCESS",
            sound_status_at: enabled.after(2 * MINUTE).zulu(),
        })
    }
}

#[derive(Serialize)]
pub(super) struct Recovery {
    recovery_lock_enabled: bool,
    firmware_password_exist: bool,
    firmware_password_pending: bool,
    password_rotation_scheduled: Option<Stamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_has_been_set: Option<bool>,
}

impl Recovery {
    pub(super) fn of(device: &Device, rng: &mut impl Rng) -> Self {
        let platform = device.platform();
        let is_silicon = device.model.processor.as_ref().is_some_and(|processor| processor.is_apple_silicon());
        let locked = is_silicon && rng.random_ratio(4, 5);
        Self {
            recovery_lock_enabled: locked,
            firmware_password_exist: platform.is_mac() && !is_silicon,
            firmware_password_pending: false,
            password_rotation_scheduled: locked.then(|| device.last_check_in.after(45 * DAY).zulu()),
            password_has_been_set: (platform != Platform::AppleTv).then_some(locked),
        }
    }
}

#[derive(Serialize)]
pub(super) struct LocalUsers<'a> {
    regular_users: Vec<RegularUser<'a>>,
    system_users: Vec<SystemUser>,
}

#[derive(Serialize)]
struct RegularUser<'a> {
    username: &'a str,
    uid: &'static str,
    path: String,
    admin: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct SystemUser {
    username: &'static str,
    uid: &'static str,
    path: &'static str,
    admin: &'static str,
}

impl<'a> LocalUsers<'a> {
    pub(super) fn of(platform: Platform, account: Option<&'a str>) -> Self {
        if !platform.is_mac() {
            return Self { regular_users: Vec::new(), system_users: Vec::new() };
        }
        let username = account.unwrap_or("shared");
        let system_user = |(username, uid, path)| SystemUser { username, uid, path, admin: "No" };
        Self {
            regular_users: vec![RegularUser {
                username,
                uid: "501",
                path: format!("/Users/{username}"),
                admin: "Yes",
                name: "",
            }],
            system_users: [("_lp", "26", "/var/spool/cups"), ("_ard", "67", "/var/empty")].map(system_user).into(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct InstalledProfile {
    name: &'static str,
    uuid: String,
    verified: &'static str,
    identifier: &'static str,
    organization: &'static str,
    payload_types: &'static [&'static str],
    install_date: Stamp,
}

impl InstalledProfile {
    pub(super) fn of(device: &Device, rng: &mut impl Rng) -> Vec<Self> {
        if !device.platform().is_mac() {
            return Vec::new();
        }
        let mut profile = |name, identifier, payload_types: &'static [&'static str]| Self {
            name,
            uuid: uuid(rng),
            verified: "verified",
            identifier,
            organization: "Kandji, Inc.",
            payload_types,
            install_date: device.last_enrollment.profile(),
        };
        vec![
            profile("MDM Profile", "com.kandji.profile.mdmprofile", &["com.apple.mdm", "com.apple.security.scep"]),
            profile(
                "Kandji Agent Settings",
                "com.kandji.profile.pppc",
                &["com.apple.TCC.configuration-profile-policy", "com.apple.servicemanagement"],
            ),
        ]
    }
}
