//! Nights: the same for the same configuration, as many changes as asked for, and nothing at all in the first.
//!
//! Seeds are fixed, so a bound never fails by chance; half and twice of what is expected leave room for another seed.

use super::{records_in, small, text, usable};
use crate::{Endpoint, Fleet, FleetConfig, Page, Tenant, TenantConfig};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Enough devices that every kind of change is among those of a night.
fn many() -> FleetConfig {
    FleetConfig { devices: 400, apps_per_mac: 0, churn_per_mille: 200, ..FleetConfig::demonstration() }
}

fn pages(config: FleetConfig) -> Vec<Page> {
    Fleet::new(config).pages().collect()
}

/// The records of an endpoint in a night.
fn told(config: FleetConfig, night: u32, endpoint: Endpoint) -> Vec<Value> {
    let fleet = Fleet::new(FleetConfig { night, ..config });
    let chosen = fleet.pages().filter(|page| page.endpoint == endpoint);
    let bodies: Vec<Value> =
        chosen.map(|page| serde_json::from_slice(&page.body).expect("every body is JSON")).collect();
    bodies.iter().flat_map(|body| records_in(body).into_iter().cloned()).collect()
}

/// Devices by id.
fn by_id(devices: &[Value]) -> HashMap<&str, &Value> {
    devices.iter().map(|device| (text(device, "device_id"), device)).collect()
}

/// What a night changes of a device for good; check-ins move every night.
fn lasting(device: &Value) -> [&Value; 6] {
    ["device_name", "os_version", "supplemental_build_version", "user", "is_missing", "is_removed"]
        .map(|key| &device[key])
}

#[test]
fn equal_configurations_age_alike() {
    let aged = || FleetConfig { night: 3, churn_per_mille: 100, ..small() };
    assert_eq!(pages(aged()), pages(aged()));
    assert_ne!(pages(aged()), pages(FleetConfig { night: 2, ..aged() }));
}

#[test]
fn in_the_first_night_nothing_has_happened() {
    let churned = FleetConfig { churn_per_mille: 500, ..small() };
    assert_eq!(pages(churned), pages(small()));
}

#[test]
fn night_by_night_is_the_same_as_at_once() {
    let config = FleetConfig { churn_per_mille: 100, ..small() };
    let tenant = Tenant::new(TenantConfig::with_made_up_token(config.clone()));
    let nights: Vec<u32> = (0..3).map(|_| tenant.advance(1)).collect();
    assert_eq!(nights, [1, 2, 3]);
    let step_by_step: Vec<Page> = tenant.fleet().pages().collect();
    assert_eq!(step_by_step, pages(FleetConfig { night: 3, ..config }));
}

#[test]
fn a_night_changes_as_many_devices_as_asked_for() {
    let (before, after) = (told(many(), 0, Endpoint::Devices), told(many(), 1, Endpoint::Devices));
    let (before, after) = (by_id(&before), by_id(&after));
    let gone = before.keys().filter(|id| !after.contains_key(*id)).count();
    let come = after.keys().filter(|id| !before.contains_key(*id)).count();
    let changed =
        before.iter().filter(|(id, device)| after.get(*id).is_some_and(|now| lasting(now) != lasting(device))).count();
    assert!(gone > 0 && come > 0 && changed > 0, "{gone} {come} {changed}");
    // One in ten comes back under another id, which is two records, the former one and the new one.
    let touched = (gone + come + changed) as u32;
    let expected = many().devices * many().churn_per_mille / 1_000;
    assert!((expected / 2..expected * 2).contains(&touched), "{touched} where {expected} are expected");
}

#[test]
fn without_churn_devices_check_in_and_nothing_else() {
    let still = || FleetConfig { churn_per_mille: 0, ..many() };
    let (before, after) = (told(still(), 0, Endpoint::Devices), told(still(), 1, Endpoint::Devices));
    let moved = before.iter().zip(&after).filter(|(one, other)| one["last_check_in"] != other["last_check_in"]).count();
    assert!(moved > before.len() / 2, "{moved}");
    let rest = |devices: &[Value]| -> Vec<Value> {
        let mut devices = devices.to_vec();
        devices.iter_mut().for_each(|device| device["last_check_in"] = Value::Null);
        devices
    };
    assert_eq!(rest(&before), rest(&after));
}

#[test]
fn who_comes_back_has_another_id() {
    let (before, after) = (told(many(), 0, Endpoint::Devices), told(many(), 1, Endpoint::Devices));
    let (was, is) = (by_id(&before), by_id(&after));
    let mut ids_of: HashMap<String, Vec<&str>> = HashMap::new();
    for device in &before {
        if let Some(serial) = usable(text(device, "serial_number")) {
            ids_of.entry(serial).or_default().push(text(device, "device_id"));
        }
    }
    let mut returned = 0;
    for device in after.iter().filter(|device| !was.contains_key(text(device, "device_id"))) {
        let Some(former) = usable(text(device, "serial_number")).and_then(|serial| ids_of.get(&serial)) else {
            continue;
        };
        let has_ended = |id: &&str| is.get(*id).is_none_or(|device| device["is_missing"] == true);
        assert!(former.iter().any(has_ended), "{device}");
        returned += 1;
    }
    assert!(returned > 0, "some machine enrols again");
}

#[test]
fn a_night_changes_as_many_application_rows_as_asked_for() {
    let config = || FleetConfig { churn_per_mille: 100, ..small() };
    let (before, after) = (told(config(), 0, Endpoint::PrismApps), told(config(), 1, Endpoint::PrismApps));
    let devices =
        |rows: &[Value]| -> HashSet<String> { rows.iter().map(|row| text(row, "device_id").to_owned()).collect() };
    let in_both: HashSet<String> = devices(&before).intersection(&devices(&after)).cloned().collect();
    // Of who came or left every row differs, and that is another matter.
    let versions = |rows: &[Value]| -> HashMap<[String; 3], String> {
        let stayed = rows.iter().filter(|row| in_both.contains(text(row, "device_id")));
        stayed
            .map(|row| {
                let key = ["device_id", "bundle_id", "path"].map(|key| text(row, key).to_owned());
                (key, text(row, "version").to_owned())
            })
            .collect()
    };
    let (before, after) = (versions(&before), versions(&after));
    let gone_or_changed = before.iter().filter(|(key, version)| after.get(*key) != Some(*version)).count();
    let come = after.keys().filter(|key| !before.contains_key(*key)).count();
    let (touched, expected) = (gone_or_changed + come, before.len() / 10);
    // Apple's own applications, most of what a small fleet has, change with the system only, and where nothing else fits
    // the night is shorter.
    assert!((expected / 4..expected * 2).contains(&touched), "{touched} where {expected} are expected");
}

#[test]
fn a_night_is_told_by_the_account() {
    let account = Fleet::new(FleetConfig { night: 5, ..small() }).account();
    assert_eq!(account.night, 5);
    assert_eq!(account.prism_rows["apps"], account.app_rows);
}
