//! Every awkward record occurs in the demonstration's fleet: the parsed bodies are searched for each, not the tables that make them.

use super::{DEMONSTRATION, text, usable};
use crate::Endpoint::{DeviceDetails, Devices, PrismApps, PrismDeviceInformation, Users};
use crate::{Endpoint, Fleet, FleetConfig};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

#[track_caller]
fn occurs(endpoint: Endpoint, is_it: impl Fn(&Value) -> bool) {
    assert!(DEMONSTRATION.records(endpoint).into_iter().any(is_it));
}

#[track_caller]
fn is_named(endpoint: Endpoint, is_it: impl Fn(&str) -> bool) {
    occurs(endpoint, |record| is_it(text(record, if endpoint == Devices { "device_name" } else { "name" })));
}

fn ids(endpoint: Endpoint) -> HashSet<&'static str> {
    let id = |record: &'static Value| text(record.get("general").unwrap_or(record), "device_id");
    DEMONSTRATION.records(endpoint).into_iter().map(id).collect()
}

#[test]
fn names_of_devices() {
    is_named(Devices, |name| name == "<script>alert(1)</script>");
    is_named(Devices, |name| name == "NULL");
    is_named(Devices, |name| name == "=cmd()");
    is_named(Devices, |name| name.chars().count() == 300);
    is_named(Devices, |name| name.contains('\u{7}'));
    is_named(Devices, |name| name.contains('’'));
    is_named(Devices, |name| name.chars().any(|letter| letter > '\u{ffff}'));
    is_named(Devices, |name| name.chars().any(|letter| ('\u{590}'..'\u{700}').contains(&letter)));
    is_named(Devices, |name| {
        name.contains('ü')
            || name.contains("の")
            || name.contains('К')
            || name.contains('팀')
            || name.contains('\u{301}')
    });
}

#[test]
fn dates_in_four_forms() {
    occurs(Devices, |device| text(device, "last_check_in").ends_with('Z'));
    occurs(Devices, |device| {
        text(device, "last_check_in").ends_with("+00:00") && text(device, "last_check_in").contains('T')
    });
    occurs(Devices, |device| text(device, "first_enrollment").contains(' '));
    occurs(DeviceDetails, |details| text(&details["installed_profiles"][0], "install_date").ends_with(" +0000"));
    occurs(PrismApps, |row| text(row, "last_collected_at").ends_with("+00:00"));
}

#[test]
fn texts_for_truths_numbers_and_nothing() {
    occurs(DeviceDetails, |details| details["mdm"]["mdm_enabled"] == "True");
    occurs(DeviceDetails, |details| details["kandji_agent"]["agent_installed"] == "False");
    occurs(DeviceDetails, |details| text(&details["volumes"][0], "capacity").ends_with(" GB"));
    occurs(DeviceDetails, |details| text(&details["hardware_overview"], "memory").contains(" GB LPDDR"));
    occurs(DeviceDetails, |details| text(&details["hardware_overview"], "processor_speed").ends_with(" GHz"));
    occurs(Devices, |device| device["user"] == "");
    occurs(Devices, |device| device["user"]["is_archived"] == true);
    occurs(Devices, |device| device["asset_tag"] == "");
    occurs(Devices, |device| device["asset_tag"].is_null());
    occurs(Devices, |device| device["supplemental_os_version_extra"] == "(a)");
    occurs(PrismDeviceInformation, |row| row["device__user_id"] == "" && row["device_capacity"].is_f64());
    occurs(Users, |user| user["archived"] == true);
}

#[test]
fn platforms_and_states() {
    occurs(Devices, |device| device["platform"] == "AppleTV");
    occurs(PrismDeviceInformation, |row| row["device__family"] == "tvOS");
    occurs(Devices, |device| device["is_missing"] == true);
    occurs(Devices, |device| device["is_removed"] == true);
    occurs(Devices, |device| device["lost_mode_status"] == "ENABLED");
    occurs(DeviceDetails, |details| details["lost_mode"]["lost_mode_status"] == "ENABLED");
    occurs(Devices, |device| device.get("api_level").is_some_and(|level| level == ""));
    occurs(PrismDeviceInformation, |row| row.get("full_software_version").is_some());
}

#[test]
fn serial_numbers() {
    for placeholder in ["", "0", "System Serial#"] {
        occurs(Devices, |device| device["serial_number"] == placeholder);
    }
    occurs(Devices, |device| {
        let serial = text(device, "serial_number");
        usable(serial).is_some() && serial.starts_with(' ') && serial.to_lowercase() == serial
    });
    occurs(Devices, |device| device["model"] == "Virtual Machine" && text(device, "serial_number").starts_with('Z'));
}

#[test]
fn a_machine_enrolled_twice_is_listed_twice() {
    let mut enrolments: HashMap<String, Vec<(&str, &str)>> = HashMap::new();
    for device in DEMONSTRATION.records(Devices) {
        if let Some(serial) = usable(text(device, "serial_number")) {
            enrolments.entry(serial).or_default().push((text(device, "device_id"), text(device, "last_check_in")));
        }
    }
    let twice: Vec<_> = enrolments.values().filter(|enrolments| enrolments.len() == 2).collect();
    assert!(twice.len() >= 5, "{}", twice.len());
    assert!(twice.iter().all(|pair| pair[0].0 != pair[1].0 && pair[0].1[..10] != pair[1].1[..10]));
}

#[test]
fn endpoints_disagree_about_which_devices_there_are() {
    let (listed, detailed) = (ids(Devices), ids(DeviceDetails));
    let (informed, with_apps) = (ids(PrismDeviceInformation), ids(PrismApps));
    assert!(listed.difference(&detailed).next().is_some(), "a listed device without details");
    assert!(detailed.difference(&listed).next().is_some(), "details of a device no longer listed");
    assert!(informed.difference(&listed).next().is_some(), "Prism information of a deleted device");
    assert!(with_apps.difference(&listed).next().is_some(), "Prism applications of a deleted device");
    assert!(listed.difference(&informed).next().is_some(), "a listed device that Prism does not know yet");
}

#[test]
fn prism_lags_behind_the_list() {
    let versions: HashMap<&str, &str> = DEMONSTRATION
        .records(Devices)
        .into_iter()
        .map(|device| (text(device, "device_id"), text(device, "os_version")))
        .collect();
    occurs(PrismDeviceInformation, |row| {
        let is_older = versions.get(text(row, "device_id")).is_some_and(|version| *version != text(row, "os_version"));
        is_older && text(row, "last_collected_at")[..10] < text(row, "last_checkin")[..10]
    });
}

#[test]
fn addresses_in_four_spellings() {
    let spelled =
        |is_it: fn(&str) -> bool| occurs(DeviceDetails, |details| is_it(text(&details["network"], "mac_address")));
    spelled(|address| address.contains(|letter: char| letter.is_ascii_uppercase()));
    spelled(|address| address.contains('-'));
    spelled(|address| address.contains(':') && address.len() < 17);
    spelled(|address| address.len() == 17 && address.to_lowercase() == address);
}

#[test]
fn applications() {
    occurs(PrismApps, |row| row["bundle_id"] == "");
    occurs(PrismApps, |row| row["bundle_id"] == "No value");
    occurs(PrismApps, |row| row["signature"] == "" && !text(row, "developer_name").is_empty());
    occurs(PrismApps, |row| text(row, "signature").starts_with("Developer ID Application: "));
    occurs(PrismApps, |row| text(row, "signature").starts_with("Apple Mac OS Application Signing, "));
    occurs(PrismApps, |row| {
        text(row, "signature").starts_with("Software Signing, ") && text(row, "bundle_id").starts_with("com.apple.")
    });
    occurs(PrismApps, |row| text(row, "path").contains(".app/Contents/Library/LoginItems/"));
    occurs(PrismApps, |row| {
        text(row, "version").contains(|letter: char| letter.is_ascii_alphabetic() || letter == ' ')
    });
    occurs(PrismApps, |row| row["device__family"] == "iPhone" && row["path"] == "");
    is_named(PrismApps, |name| name.contains(char::is_control));
}

#[test]
fn a_bundle_is_in_two_places() {
    let mut paths: HashMap<(&str, &str), HashSet<&str>> = HashMap::new();
    for row in DEMONSTRATION.records(PrismApps) {
        let bundle = text(row, "bundle_id");
        if row["device__family"] == "Mac" && !bundle.is_empty() && bundle != "No value" {
            paths.entry((text(row, "device_id"), bundle)).or_default().insert(text(row, "path"));
        }
    }
    assert!(paths.values().any(|paths| paths.len() == 2 && paths.iter().any(|path| path.starts_with("/Users/"))));
}

#[test]
fn some_rows_are_repeated_and_some_people_unknown() {
    assert!(DEMONSTRATION.account.repeated_app_rows > 0);
    let fleet = Fleet::new(FleetConfig::demonstration());
    assert!(fleet.users().iter().any(|user| !user.known_downstream));
}
