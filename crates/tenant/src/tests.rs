//! The fleet as who loads it sees it: bytes, envelopes, keys, and the account against everything parsed. What single files promise is
//! tested beside them.

mod ageing;
mod awkward;
mod server;
mod shapes;

use crate::{Account, Endpoint, Fleet, FleetConfig, Page};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// The demonstration's fleet, parsed once for all tests, without the nulls of its seventy thousand application rows: they are half of
/// the keys, and held they would take hundreds of megabytes.
static DEMONSTRATION: LazyLock<Told> = LazyLock::new(|| {
    let mut told = Told::of(&Fleet::new(FleetConfig::demonstration()), without_nulls);
    told.pages.iter_mut().for_each(|(page, _)| page.body = Vec::new());
    told
});

/// A small fleet, parsed as it is.
static SMALL: LazyLock<Told> = LazyLock::new(|| Told::of(&Fleet::new(small()), |row| row));

/// Everything that a fleet tells, parsed without knowledge of its types.
struct Told {
    pages: Vec<(Page, Value)>,
    account: Account,
}

impl Told {
    /// Parses all pages of a fleet as they are made; `keep` sees every application row.
    fn of(fleet: &Fleet, keep: fn(Value) -> Value) -> Self {
        let parsed = |page: Page| {
            let mut body: Value = serde_json::from_slice(&page.body).expect("every body is JSON");
            if page.endpoint == Endpoint::PrismApps
                && let Some(rows) = body["data"].as_array_mut()
            {
                rows.iter_mut().for_each(|row| *row = keep(row.take()));
            }
            (page, body)
        };
        Self { pages: fleet.pages().map(parsed).collect(), account: fleet.account() }
    }

    fn bodies(&self, endpoint: Endpoint) -> impl Iterator<Item = &Value> {
        self.pages.iter().filter(move |(page, _)| page.endpoint == endpoint).map(|(_, body)| body)
    }

    /// The records of an endpoint, out of whichever envelope.
    fn records(&self, endpoint: Endpoint) -> Vec<&Value> {
        self.bodies(endpoint).flat_map(records_in).collect()
    }
}

fn without_nulls(mut row: Value) -> Value {
    if let Some(fields) = row.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    row
}

/// The records of one body: those of an array or of an envelope, else the body itself.
fn records_in(body: &Value) -> Vec<&Value> {
    let envelope = body.get("data").or_else(|| body.get("results")).or_else(|| body.get("apps")).unwrap_or(body);
    envelope.as_array().map_or_else(|| vec![body], |records| records.iter().collect())
}

fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record[key].as_str().unwrap_or_default()
}

fn small() -> FleetConfig {
    FleetConfig { devices: 60, apps_per_mac: 30, ..FleetConfig::demonstration() }
}

/// A serial number as the account understands it, written down a second time on purpose.
fn usable(serial: &str) -> Option<String> {
    let serial = serial.trim().to_uppercase();
    (!["", "0", "NONE", "SYSTEM SERIAL#"].contains(&serial.as_str())).then_some(serial)
}

#[test]
fn equal_configurations_give_equal_bytes() {
    let (one, other): (Vec<Page>, Vec<Page>) =
        (Fleet::new(small()).pages().collect(), Fleet::new(small()).pages().collect());
    assert_eq!(one, other);
    let reseeded: Vec<Page> = Fleet::new(FleetConfig { seed: 1, ..small() }).pages().collect();
    assert_ne!(one, reseeded);
}

#[test]
fn app_pages_are_the_last_of_all_pages() {
    let fleet = Fleet::new(small());
    let among_all: Vec<Page> = fleet.pages().filter(|page| page.endpoint == Endpoint::PrismApps).collect();
    assert!(among_all.len() > 1);
    assert_eq!(fleet.app_pages().collect::<Vec<_>>(), among_all);
    assert_eq!(fleet.pages().last(), among_all.last().cloned());
}

#[test]
fn an_empty_fleet_still_answers() {
    let told = Told::of(&Fleet::new(FleetConfig { devices: 0, ..small() }), |row| row);
    assert_eq!(told.bodies(Endpoint::Devices).collect::<Vec<_>>(), [&Value::Array(vec![])]);
    assert_eq!(told.bodies(Endpoint::PrismApps).count(), 1);
    assert_eq!(told.account.app_rows, 0);
}

#[test]
fn the_demonstration_has_the_size_that_is_said() {
    let account = &DEMONSTRATION.account;
    assert_eq!(account.listed_devices, account.macs + account.iphones + account.ipads + account.apple_tvs);
    assert!((500..520).contains(&account.listed_devices), "{account:?}");
    assert!((355..375).contains(&account.macs), "{account:?}");
    let whole = account.app_rows - account.nested_apps - account.mobile_app_rows;
    assert!((54_000..66_000).contains(&whole), "{account:?}");
    let known = f64::from(account.users_known_downstream) / f64::from(account.users);
    assert!((0.90..0.94).contains(&known), "{account:?}");
}

#[test]
fn the_account_is_what_the_pages_say() {
    let told = &*DEMONSTRATION;
    let account = &told.account;
    let number = |endpoint| told.records(endpoint).len() as u32;
    assert_eq!(number(Endpoint::Devices), account.listed_devices);
    assert_eq!(number(Endpoint::DeviceDetails), account.device_details);
    assert_eq!(number(Endpoint::PrismDeviceInformation), account.device_information_rows);
    assert_eq!(number(Endpoint::PrismApps) as u64, account.app_rows);
    assert_eq!(number(Endpoint::Users), account.users);
    assert_eq!(number(Endpoint::Blueprints), account.blueprints);
    assert_eq!(number(Endpoint::Tags), account.tags);
}

#[test]
fn the_account_of_devices_and_people_is_what_the_pages_say() {
    let told = &*DEMONSTRATION;
    let account = &told.account;
    let devices = told.records(Endpoint::Devices);
    let on = |platform: &str| devices.iter().filter(|device| device["platform"] == platform).count() as u32;
    assert_eq!(
        [on("Mac"), on("iPhone"), on("iPad"), on("AppleTV")],
        [account.macs, account.iphones, account.ipads, account.apple_tvs],
    );
    let serials: HashSet<String> = devices.iter().filter_map(|device| usable(text(device, "serial_number"))).collect();
    assert_eq!(serials.len() as u32, account.distinct_serials);
    let ids: HashSet<&str> = devices.iter().map(|device| text(device, "device_id")).collect();
    let details = told.records(Endpoint::DeviceDetails);
    let orphans = details.iter().filter(|details| !ids.contains(text(&details["general"], "device_id"))).count();
    assert_eq!(orphans as u32, account.orphan_details);
    let archived = told.records(Endpoint::Users).iter().filter(|user| user["archived"] == true).count();
    assert_eq!(archived as u32, account.archived_users);
}

#[test]
fn the_account_of_applications_is_what_the_pages_say() {
    let told = &*DEMONSTRATION;
    let account = &told.account;
    let rows = told.records(Endpoint::PrismApps);
    let devices = told.records(Endpoint::Devices);
    let serials: HashSet<String> = devices.iter().filter_map(|device| usable(text(device, "serial_number"))).collect();
    let number = |counted: &dyn Fn(&Value) -> bool| rows.iter().filter(|row| counted(row)).count() as u64;
    assert_eq!(number(&|row| row["device__family"] != "Mac"), account.mobile_app_rows);
    assert_eq!(number(&|row| text(row, "path").contains(".app/")), account.nested_apps);
    let unlisted = number(&|row| usable(text(row, "serial_number")).is_none_or(|serial| !serials.contains(&serial)));
    assert_eq!(unlisted, account.app_rows_of_unlisted);
    let different: HashSet<String> = rows.iter().map(|row| row.to_string()).collect();
    assert_eq!(rows.len() as u64 - different.len() as u64, account.repeated_app_rows);
}

#[test]
fn counts_of_people_and_blueprints_are_those_of_the_list() {
    let told = &*DEMONSTRATION;
    let mut under: HashMap<&str, u64> = HashMap::new();
    let mut assigned: HashMap<&str, u64> = HashMap::new();
    for device in told.records(Endpoint::Devices) {
        *under.entry(text(device, "blueprint_id")).or_default() += 1;
        *assigned.entry(text(&device["user"], "id")).or_default() += 1;
    }
    for blueprint in told.records(Endpoint::Blueprints) {
        let expected = under.get(text(blueprint, "id")).copied().unwrap_or_default();
        assert_eq!(blueprint["computers_count"], expected, "{blueprint}");
    }
    for user in told.records(Endpoint::Users) {
        let expected = assigned.get(text(user, "id")).copied().unwrap_or_default();
        assert_eq!(user["device_count"], expected, "{user}");
    }
}

#[test]
fn application_rows_of_a_device_are_together_and_different() {
    let mut finished: HashSet<&str> = HashSet::new();
    let mut current = "";
    let mut keys: HashMap<(&str, &str, &str), String> = HashMap::new();
    let rows = DEMONSTRATION.records(Endpoint::PrismApps);
    for row in &rows {
        let device = text(row, "device_id");
        if device != current {
            assert!(finished.insert(device), "the rows of {device} are apart");
            current = device;
            keys.clear();
        }
        if row["device__family"] == "Mac" {
            let key = (device, text(row, "bundle_id"), text(row, "path"));
            if let Some(before) = keys.insert(key, row.to_string()) {
                assert_eq!(before, row.to_string(), "only exact repetitions share a key");
            }
        }
    }
}

#[test]
fn people_have_addresses_of_their_own() {
    let fleet = Fleet::new(FleetConfig { devices: 6_000, apps_per_mac: 0, ..small() });
    let addresses: HashSet<&str> = fleet.users().iter().map(|user| user.email.as_str()).collect();
    assert_eq!(addresses.len(), fleet.users().len());
    assert!(addresses.iter().all(|address| address.is_ascii() && address.ends_with("@larkfield.example")));
}
