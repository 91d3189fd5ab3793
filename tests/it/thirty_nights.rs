//! Thirty nights of a fleet that changes every night: after each of them the target holds what the tenant itself tells,
//! read off its pages and by no part of ours that carries them. Apart, because it says of the whole road what the other
//! tests say of its pieces.
//!
//! A seed that failed is tried again with `SNOWHAUL_NIGHTS_SEED=<seed>`; every message says it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use extract::ReadSettings;
use flow::Clock;
use jiff::{SignedDuration, Timestamp};
use pipeline::Resume;
use serde_json::Value;
use snapshot::Sealed;
use tenant::{Endpoint, Fleet, FleetConfig};
use tests::{Night, Served, ServedTenant, State, settings_of, told_data_sets};

const NIGHTS: u32 = 30;

/// What has to happen at least once, lest the nights show nothing.
const KINDS: [&str; 8] = [
    "a device enrolled",
    "a device left",
    "a device enrolled again under another id",
    "a device was renamed",
    "a system was upgraded",
    "an application was upgraded",
    "an application was installed",
    "an application was removed",
];

fn seed() -> u64 {
    match std::env::var("SNOWHAUL_NIGHTS_SEED") {
        Ok(text) => text.parse().expect("`SNOWHAUL_NIGHTS_SEED` is a whole number"),
        Err(_) => 20_261_130,
    }
}

/// Apple's own applications come first, and no night installs or removes them: with fewer a Mac has hardly any other.
fn fleet(seed: u64, night: u32) -> FleetConfig {
    FleetConfig { seed, night, devices: 300, apps_per_mac: 30, churn_per_mille: 30, ..FleetConfig::demonstration() }
}

/// A minute later every night, so that three nights are never a moment short of 72 hours.
fn clock(night: u32) -> Clock {
    let later = SignedDuration::from_hours(24 * i64::from(night)) + SignedDuration::from_mins(i64::from(night));
    Clock::showing(FleetConfig::demonstration().at + later)
}

async fn read(state: &State, fleet: FleetConfig, night: u32) -> Sealed {
    let served = ServedTenant::open(fleet).await;
    let reader = served.reader().by_clock(clock(night));
    // All of Prism every night: a window shows what changed, and learns of what was removed only within the week.
    let settings = ReadSettings { whole_every: Duration::ZERO, ..settings_of(told_data_sets()) };
    let read = served.read_as(&reader, &state.path().join("snapshots"), settings, Resume::No).await;
    read.expect("the tenant is read").sealed
}

/// A device as the list tells it.
#[derive(Clone, Debug)]
struct ToldDevice {
    id: String,
    name: String,
    asset_tag: String,
    system: String,
    is_missing: String,
    is_removed: String,
    seen: Timestamp,
}

/// An application: the Mac's serial number, name, path.
type App = (String, String, String);

/// What a tenant tells in one night.
#[derive(Default)]
struct Told {
    /// By serial number, the record that checked in last.
    devices: BTreeMap<String, ToldDevice>,
    /// By device id: the serial number, if it is of use, and the last check-in.
    listed: HashMap<String, (Option<String>, Timestamp)>,
    /// The second of the last check-in behind them, and the versions that are told then.
    apps: BTreeMap<App, (i64, BTreeSet<String>)>,
}

/// A text without what no column keeps.
fn clean(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    let kept: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\t' | '\n')).collect();
    kept.trim().to_owned()
}

fn usable(serial: &Value) -> Option<String> {
    let serial = clean(serial).to_uppercase();
    (!matches!(serial.as_str(), "" | "0" | "NONE" | "SYSTEM SERIAL#")).then_some(serial)
}

impl Told {
    fn of(fleet: &Fleet) -> Self {
        let mut told = Self::default();
        // Devices come before applications.
        for page in fleet.pages() {
            let body = || serde_json::from_slice::<Value>(&page.body).expect("a page is JSON");
            match page.endpoint {
                Endpoint::Devices => body().as_array().expect("a list").iter().for_each(|one| told.device(one)),
                Endpoint::PrismApps => body()["data"].as_array().expect("rows").iter().for_each(|one| told.app(one)),
                _ => {}
            }
        }
        told
    }

    fn device(&mut self, device: &Value) {
        let (id, serial) = (clean(&device["device_id"]), usable(&device["serial_number"]));
        let seen: Timestamp = clean(&device["last_check_in"]).parse().expect("the list tells a moment");
        self.listed.insert(id.clone(), (serial.clone(), seen));
        let Some(serial) = serial else { return };
        if self.devices.get(&serial).is_some_and(|known| known.seen >= seen) {
            return;
        }
        let version = clean(&device["os_version"]);
        let system = match clean(&device["supplemental_os_version_extra"]).trim_matches(['(', ')']) {
            "" => version,
            extra => format!("{version} ({extra})"),
        };
        let told = ToldDevice {
            id,
            name: clean(&device["device_name"]).chars().take(255).collect(),
            asset_tag: clean(&device["asset_tag"]),
            system,
            is_missing: device["is_missing"].to_string(),
            is_removed: device["is_removed"].to_string(),
            seen,
        };
        self.devices.insert(serial, told);
    }

    /// An application is its device's by id; where that is not listed, it is of the Mac with its serial number.
    fn app(&mut self, row: &Value) {
        let path = clean(&row["path"]);
        let is_nested = path.trim_end_matches('/').to_lowercase().contains(".app/");
        if row["device__family"] != "Mac" || is_nested {
            return;
        }
        let owner = match self.listed.get(&clean(&row["device_id"])) {
            Some((serial, seen)) => serial.clone().map(|serial| (serial, *seen)),
            None => usable(&row["serial_number"])
                .and_then(|serial| self.devices.get(&serial).map(|device| (serial.clone(), device.seen))),
        };
        let Some((serial, seen)) = owner else { return };
        let told = self.apps.entry((serial, clean(&row["name"]), path)).or_default();
        if seen.as_second() > told.0 {
            *told = (seen.as_second(), BTreeSet::new());
        }
        if seen.as_second() == told.0 {
            told.1.insert(clean(&row["version"]));
        }
    }

    /// Applications of each Mac of which any are told; of the others nothing follows.
    fn apps_by_mac(&self) -> HashMap<&str, usize> {
        let mut count = HashMap::new();
        for (serial, ..) in self.apps.keys() {
            *count.entry(serial.as_str()).or_default() += 1;
        }
        count
    }

    /// Counts what happened since the night before.
    fn happened_since(&self, before: &Self, happened: &mut BTreeMap<&'static str, u32>) {
        let mut count = |kind: &'static str, is_so: bool| *happened.entry(kind).or_default() += u32::from(is_so);
        for (serial, now) in &self.devices {
            let Some(then) = before.devices.get(serial) else {
                count("a device enrolled", true);
                continue;
            };
            let is_same = now.id == then.id;
            count("a device enrolled again under another id", !is_same && !before.listed.contains_key(&now.id));
            count("a device was renamed", is_same && now.name != then.name);
            count("a system was upgraded", is_same && now.system != then.system);
        }
        for serial in before.devices.keys() {
            count("a device left", !self.devices.contains_key(serial));
        }
        let id = |told: &Self, serial: &str| told.devices.get(serial).map(|device| device.id.clone());
        let is_told_twice = |serial: &str| id(self, serial).is_some() && id(self, serial) == id(before, serial);
        let (then, now) = (before.apps_by_mac(), self.apps_by_mac());
        for (app, (_, versions)) in self.apps.iter().filter(|((serial, ..), _)| is_told_twice(serial)) {
            let known = before.apps.get(app);
            count("an application was upgraded", known.is_some_and(|known| known.1.is_disjoint(versions)));
            count("an application was installed", known.is_none() && then.contains_key(app.0.as_str()));
        }
        for app in before.apps.keys().filter(|(serial, ..)| is_told_twice(serial)) {
            count("an application was removed", !self.apps.contains_key(app) && now.contains_key(app.0.as_str()));
        }
    }
}

/// All records of a table by their first field, each with its id first.
async fn table(served: &Served, name: &str, fields: &[&str]) -> HashMap<String, Vec<Vec<String>>> {
    let target = served.target().await;
    let mut walk = target.walk(name, "", fields);
    let mut records: HashMap<String, Vec<Vec<String>>> = HashMap::new();
    while let Some(page) = walk.next_page().await.expect("the table is read") {
        for record in page {
            records.entry(record[1].clone()).or_default().push(record);
        }
    }
    records
}

/// The one record of a serial number.
fn only<'r>(records: &'r HashMap<String, Vec<Vec<String>>>, serial: &str, at: &str) -> &'r [String] {
    match records.get(serial).map(Vec::as_slice) {
        Some([one]) => one,
        other => panic!("{at}: not one record of {serial}: {other:?}"),
    }
}

/// The night of each serial number that is gone in which it was so for the first time; none where it is listed.
type Ever = BTreeMap<String, Option<u32>>;

async fn compare(served: &Served, told: &Told, ever: &Ever, night: u32, at: &str) {
    let fields = ["serial_number", "name", "asset_tag", "os_version", "install_status"];
    let computers = table(served, "cmdb_ci_computer", &fields).await;
    let mdm = table(served, "u_iru_mdm", &["serial_number", "device_id", "is_missing", "is_removed"]).await;
    assert_eq!(computers.len(), ever.len(), "{at}: every serial number ever told has a computer, and no other has one");
    for (serial, device) in &told.devices {
        let computer = only(&computers, serial, at);
        // What is exactly `NULL` would clear the field, and is not sent.
        if !matches!(device.name.as_str(), "" | "NULL") {
            assert_eq!(computer[2], device.name, "{at}: the name of {serial}");
        }
        if !device.asset_tag.is_empty() {
            assert_eq!(computer[3], device.asset_tag, "{at}: the asset tag of {serial}");
        }
        assert_eq!(computer[4], device.system, "{at}: the system of {serial}");
        assert_ne!(computer[5], "7", "{at}: {serial} is listed and retired");
        let record = &only(&mdm, serial, at)[2..];
        assert_eq!(record, [&device.id, &device.is_missing, &device.is_removed].map(String::as_str), "{at}: {serial}");
    }
    let installs = table(served, "cmdb_sam_sw_install", &INSTALL).await;
    for (serial, since) in ever.iter().filter_map(|(serial, since)| Some((serial, (*since)?))) {
        let computer = only(&computers, serial, at);
        let is_due = night >= since + 3;
        assert_eq!(computer[5] == "7", is_due, "{at}: {serial} is gone since night {since}: {computer:?}");
        assert!(!is_due || !installs.contains_key(&computer[0]), "{at}: {serial} is retired and has installs");
    }
    let serials = computers.iter().map(|(serial, records)| (records[0][0].as_str(), serial.as_str())).collect();
    compare_apps(told, &installs, &serials, at);
}

const INSTALL: [&str; 5] = ["installed_on", "display_name", "install_location", "version", "active_install"];

fn compare_apps(told: &Told, installs: &HashMap<String, Vec<Vec<String>>>, serials: &HashMap<&str, &str>, at: &str) {
    let mut held: HashMap<App, Vec<&[String]>> = HashMap::new();
    let mut active: HashMap<&str, usize> = HashMap::new();
    for record in installs.values().flatten() {
        let Some(&serial) = serials.get(record[1].as_str()) else { panic!("{at}: no computer: {record:?}") };
        held.entry((serial.to_owned(), record[2].clone(), record[3].clone())).or_default().push(record);
        *active.entry(serial).or_default() += usize::from(record[5] == "true");
    }
    for (app, (_, versions)) in &told.apps {
        let Some([install]) = held.get(app).map(Vec::as_slice) else {
            panic!("{at}: not one install of {app:?}: {:?}", held.get(app))
        };
        assert_eq!(install[5], "true", "{at}: {app:?} is told and not active");
        // An empty version is not sent, and leaves the one before.
        let is_right = versions.contains(&install[4]) || versions.contains("");
        assert!(is_right, "{at}: {app:?} has the version {}, and {versions:?} is told", install[4]);
    }
    for (serial, count) in told.apps_by_mac() {
        assert_eq!(active.get(serial), Some(&count), "{at}: active installs of {serial}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_each_of_thirty_nights_the_target_holds_what_the_tenant_tells() {
    let (state, served, seed) = (State::new(), Served::open(None).await, seed());
    let (mut before, mut ever, mut happened) = (Told::default(), Ever::new(), BTreeMap::new());
    for night in 0..=NIGHTS {
        let at = format!("SNOWHAUL_NIGHTS_SEED={seed}, night {night}");
        let told = Told::of(&Fleet::new(fleet(seed, night)));
        let sealed = read(&state, fleet(seed, night), night).await;
        let report = state.carry(&sealed, &served, Night { clock: clock(night), ..Night::default() }).await;
        let report = report.unwrap_or_else(|error| panic!("{at}: {error:?}"));
        let is_done = report.balanced && !report.is_stopped() && !report.is_incomplete() && !report.has_errors();
        assert!(is_done, "{at}: {report:?}");
        for serial in told.devices.keys() {
            ever.insert(serial.clone(), None);
        }
        for (_, since) in ever.iter_mut().filter(|(serial, _)| !told.devices.contains_key(*serial)) {
            since.get_or_insert(night);
        }
        compare(&served, &told, &ever, night, &at).await;
        if night > 0 {
            told.happened_since(&before, &mut happened);
            let is_later = |(serial, then): &(&String, &ToldDevice)| {
                told.devices.get(*serial).is_some_and(|now| now.seen > then.seen)
            };
            let later = before.devices.iter().filter(is_later).count();
            assert!(later * 2 > before.devices.len(), "{at}: only {later} devices checked in again");
        }
        before = told;
    }
    for kind in KINDS {
        let count = happened.get(kind).copied().unwrap_or_default();
        assert!(count > 0, "SNOWHAUL_NIGHTS_SEED={seed}: in no night {kind}: {happened:?}");
    }
}
