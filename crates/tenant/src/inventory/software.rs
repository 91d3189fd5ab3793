//! What a Mac starts by itself, what extends its system, and what applications may see. All makers are invented.

use crate::device::Device;
use crate::fleet::Fleet;
use crate::moment::{DAY, HOUR};
use crate::wire::{Fields, Null};
use serde_json::json;

/// Folder, label, seconds between starts, arguments.
pub(super) const LAUNCHED: [(&str, &str, i64, &str); 10] = [
    ("/Library/LaunchAgents", "com.quillmark.updater", 7_200, "/Library/Quillmark/Updater, --background"),
    ("/Library/LaunchDaemons", "com.umbrage.sensor", 0, "/Library/Umbrage/sensord"),
    ("/Library/LaunchDaemons", "com.drumlin.backup", 3_600, "/Library/Drumlin/backupd, --idle, 20"),
    (
        "/Library/LaunchAgents",
        "com.dovecote.messenger.login",
        0,
        "/Applications/Dovecote Relay.app/Contents/MacOS/login",
    ),
    ("/Library/LaunchDaemons", "com.alderway.tunnel", 0, "/Library/Alderway/tunneld"),
    ("/Library/LaunchAgents", "com.foxglove.audio.menu", 0, "/Library/Foxglove/menu"),
    ("/Library/LaunchDaemons", "com.gantry.builder", 86_400, "/usr/local/gantry/bin/sweep, \"all, of it\""),
    ("/Library/LaunchAgents", "com.zinnia.photo.import", 0, "/Library/Zinnia/import, --watch"),
    ("/Library/LaunchDaemons", "com.turnstile.identity", 900, "/Library/Turnstile/identityd"),
    ("/Library/LaunchAgents", "com.yonder.maps.offline", 604_800, "/Library/Yonder/offline"),
];

/// Name, identifier, category, team.
pub(super) const EXTENSIONS: [(&str, &str, &str, &str); 2] = [
    (
        "Umbrage Endpoint Sensor",
        "com.umbrage.sensor.extension",
        "com.apple.system_extension.endpoint_security",
        "UM8RA9E5EC",
    ),
    ("Alderway Tunnel", "com.alderway.tunnel.network", "com.apple.system_extension.network_extension", "A1D3RWAY42"),
];

/// The most rows of the transparency database that a Mac has.
pub(super) const GRANTS_MAX: u32 = 8;

const SERVICES: [&str; 6] =
    ["BluetoothAlways", "Camera", "Microphone", "SystemPolicyAllFiles", "ScreenCapture", "Accessibility"];

pub(super) fn launched<'a>(account: &str, number: u32) -> Fields<'a> {
    let (folder, label, interval, arguments) = LAUNCHED[number as usize % LAUNCHED.len()];
    let is_agent = folder.ends_with("Agents");
    let domain = if is_agent {
        // The published sample tells a user's number with a fraction.
        json!({ "system_agent": { "loaded_users": [{ "uid": 501.0, "username": account }], "disabled_users": [] } })
    } else {
        json!({ "system_daemon": {} })
    };
    vec![
        ("path", format!("{folder}/{label}.plist").into()),
        ("file_name", format!("{label}.plist").into()),
        ("label", label.into()),
        ("program", Null.into()),
        ("run_at_load", true.into()),
        ("keep_alive", (!is_agent).into()),
        ("disabled", false.into()),
        ("is_disabled", false.into()),
        ("is_loaded", true.into()),
        ("group_name", Null.into()),
        ("user_name", Null.into()),
        ("standard_out_path", Null.into()),
        ("standard_error_path", Null.into()),
        ("start_interval", interval.into()),
        ("program_arguments", arguments.into()),
        ("watch_paths", Null.into()),
        ("queue_directories", Null.into()),
        ("start_on_mount", Null.into()),
        ("root_directory", Null.into()),
        ("working_directory", Null.into()),
        ("process_type", Null.into()),
        ("domain", domain.into()),
        ("service_domain", if is_agent { "System Agent" } else { "System Daemon" }.into()),
        ("pid", Null.into()),
        ("user_agent_local_user", Null.into()),
        ("user_agent_local_user_id", Null.into()),
    ]
}

pub(super) fn extension<'a>(number: u32, mixed: u64) -> Fields<'a> {
    let (name, identifier, category, team_id) = EXTENSIONS[number as usize % EXTENSIONS.len()];
    let state =
        if mixed.is_multiple_of(15) { "terminated_waiting_to_uninstall_on_reboot" } else { "activated_enabled" };
    vec![
        ("path", "/Applications/Utilities/..".into()),
        ("identifier", identifier.into()),
        ("state", state.into()),
        ("name", name.into()),
        ("short_version", format!("1.{}.{}", mixed % 9, mixed % 25).into()),
        ("bundle_version", (700 + mixed % 90).to_string().into()),
        ("categories", category.into()),
        ("bundle_path", "/Applications/Utilities/..".into()),
        ("team_id", team_id.into()),
        ("is_mdm_managed", true.into()),
    ]
}

/// What one application of the Mac's catalogue may see.
pub(super) fn grant<'a>(fleet: &'a Fleet, device: &Device, account: &'a str, mixed: u64) -> Fields<'a> {
    let apps = fleet.catalogue().for_device(device);
    let app = &apps[(mixed >> 8) as usize % apps.len()];
    let is_allowed = !mixed.is_multiple_of(6);
    let modified = device.last_collected.before(HOUR + (mixed % 300) as i64 * DAY).after_microseconds(42);
    vec![
        ("service", SERVICES[mixed as usize % SERVICES.len()].into()),
        ("application", app.bundle.bundle_id.as_str().into()),
        ("client_type", "Bundle Identifier".into()),
        ("status", if is_allowed { "Allowed" } else { "Denied" }.into()),
        ("status_reason", if mixed.is_multiple_of(2) { "User Consent" } else { "MDM Policy" }.into()),
        ("last_modified", modified.offset().into()),
        ("local_user", account.into()),
    ]
}
