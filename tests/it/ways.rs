//! The ways to details and applications, counted at the tenant: each asks no more than it has to, and where one is closed
//! another is taken.

use std::collections::{BTreeMap, BTreeSet};

use extract::{DataSet, ReadSettings, Strategy};
use pipeline::{Extracted, Resume};
use rest::BudgetConfig;
use tenant::FleetConfig;
use tests::{ServedTenant, reading_fleet, sealed_records, settings_of};

/// Enough applications for several pages.
fn fleet() -> FleetConfig {
    FleetConfig { apps_per_mac: 90, ..reading_fleet() }
}

fn settings(details: Strategy, apps: Strategy) -> ReadSettings {
    let data_sets =
        [DataSet::Devices, DataSet::DeviceDetails, DataSet::DeviceInformation, DataSet::Apps, DataSet::Users];
    ReadSettings { details: Some(details), apps: Some(apps), ..settings_of(data_sets.into()) }
}

fn apps_only(apps: Option<Strategy>) -> ReadSettings {
    ReadSettings { apps, ..settings_of([DataSet::Devices, DataSet::Apps].into()) }
}

fn rows(read: &Extracted) -> Vec<(String, u64)> {
    read.sealed.manifest.data_sets.iter().map(|file| (file.data_set.clone(), file.rows)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_way_asks_more_than_two_in_a_hundred_above_the_least() {
    let served = ServedTenant::open(fleet()).await;
    let told = served.tenant.fleet().account();
    let (devices, rows) = (u64::from(told.listed_devices), told.app_rows);
    let macs = {
        let folder = tempfile::tempdir().expect("a folder");
        let listed = served.read(folder.path(), settings_of([DataSet::Devices].into())).await.expect("it is sealed");
        let records = sealed_records(&listed.sealed, DataSet::Devices);
        records.iter().filter(|record| record.contains("platform=Mac|")).count() as u64
    };
    let pages = |rows: u64| rows.div_ceil(300).max(1);
    for details in [Strategy::Device, Strategy::Pages, Strategy::Export] {
        for apps in [Strategy::Device, Strategy::Pages, Strategy::Export] {
            served.tenant.reset_witness();
            let folder = tempfile::tempdir().expect("a folder");
            served.read(folder.path(), settings(details, apps)).await.expect("it is sealed");
            let witness = served.tenant.witness();
            // What a choice needs to know, and what completeness is compared with, is a part of the way.
            let mut least = BTreeMap::from([
                ("devices", pages(devices)),
                ("users", pages(u64::from(told.users))),
                ("prism/count", 1),
            ]);
            let mut add = |endpoint, requests| *least.entry(endpoint).or_default() += requests;
            let mut exports = 0;
            match details {
                Strategy::Device => {
                    add("devices/{id}/details", devices);
                    add("prism/device_information", pages(devices));
                }
                Strategy::Pages => add("prism/device_information", pages(devices)),
                Strategy::Export => exports += 1,
            }
            match apps {
                Strategy::Device => add("devices/{id}/apps", macs),
                Strategy::Pages => add("prism/apps", pages(rows)),
                Strategy::Export => exports += 1,
            }
            let is_export = |endpoint: &str| endpoint.starts_with("prism/export") || endpoint == "download";
            for (endpoint, asked) in witness.by_endpoint.iter().filter(|(endpoint, _)| !is_export(endpoint)) {
                // An export's rows are counted before and after, as it has no total of its own.
                let counts = if endpoint == "prism/count" { 2 * exports } else { 0 };
                let least = least.get(endpoint.as_str()).copied().unwrap_or_default() + counts;
                let most = (least as f64 * 1.02).floor() as u64;
                assert!(*asked <= most, "{details:?} {apps:?}: {asked} of {endpoint}, and {least} are the least");
            }
            let asked = |endpoint: &str| witness.by_endpoint.get(endpoint).copied().unwrap_or_default();
            assert_eq!((asked("prism/export"), asked("download")), (exports, exports), "{details:?} {apps:?}");
            assert!(asked("prism/export/{id}") >= exports, "{details:?} {apps:?}");
        }
    }
}

/// Records by device, cut to the fields that every source of the data set carries, as it declares them. What is empty is as
/// good as absent, as an export does not tell the two apart, and what is told twice is told.
fn common(read: &Extracted, data_set: DataSet) -> BTreeMap<String, BTreeSet<String>> {
    let is_common = |field: &&str| {
        let name = field.split('=').next().unwrap_or_default();
        // The app list calls every size of a Mac's application 1, which says nothing, and Prism says nothing.
        name != "bundle_size" && data_set.fields().iter().any(|declared| declared.name == name && declared.always)
    };
    let mut cut: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for record in sealed_records(&read.sealed, data_set) {
        let device = record.split('|').find(|field| field.starts_with("device_id=")).expect("every record has one");
        let fields: String = record.split('|').filter(is_common).map(|field| format!("{field}|")).collect();
        cut.entry(device.to_owned()).or_default().insert(fields.replace("=null|", "=|"));
    }
    cut
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_brings_equal_values_in_the_columns_that_it_carries() {
    let served = ServedTenant::open(fleet()).await;
    let (folder, mut read) = (tempfile::tempdir().expect("a folder"), BTreeMap::new());
    for way in [Strategy::Device, Strategy::Pages, Strategy::Export] {
        let information = if way == Strategy::Device { Strategy::Pages } else { way };
        let settings = ReadSettings { whole: true, ..settings(information, way) };
        read.insert(way.as_str(), served.read(folder.path(), settings).await.expect("it is sealed"));
    }
    let fields = DataSet::Apps.fields().iter().filter(|field| field.always).count();
    assert!(fields > 5, "{fields} fields are too few to compare");
    for data_set in [DataSet::Apps, DataSet::DeviceInformation] {
        let pages = common(&read["pages"], data_set);
        for way in ["device", "export"] {
            let other = common(&read[way], data_set);
            // The list, Prism and the devices themselves do not tell of the same devices, but of the most part.
            let both: Vec<&String> = pages.keys().filter(|device| other.contains_key(*device)).collect();
            assert!(both.len() > 30, "{data_set} by {way}: {} devices", both.len());
            for device in both {
                let differing: Vec<&String> = other[device].symmetric_difference(&pages[device]).take(4).collect();
                assert!(differing.is_empty(), "{data_set} by {way}: {differing:#?}");
            }
        }
    }
    // An export carries whatever pages do.
    let empty = |records: Vec<String>| {
        let mut records: Vec<String> =
            records.iter().map(|record| format!("{record}|").replace("=null|", "=|")).collect();
        records.sort();
        records
    };
    for data_set in [DataSet::Apps, DataSet::DeviceInformation] {
        let (pages, export) = (&read["pages"].sealed, &read["export"].sealed);
        let (pages, export) = (empty(sealed_records(pages, data_set)), empty(sealed_records(export, data_set)));
        let differing = pages.iter().zip(&export).find(|(page, row)| page != row);
        assert!(pages.len() == export.len() && differing.is_none(), "{data_set}: {differing:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_fails_is_replaced_by_pages_unless_it_was_insisted_on() {
    let served = ServedTenant::open(fleet()).await;
    let whole = tempfile::tempdir().expect("a folder");
    let whole = served.read(whole.path(), apps_only(Some(Strategy::Pages))).await.expect("it is sealed");
    let pages = served.tenant.fleet().account().app_rows.div_ceil(300);
    for (fault, words) in
        [(&["export-failed=disk full"][..], "disk full"), (&["html,path=/visibility-export"], "headings")]
    {
        served.fail(fault);
        // Half of what is left is less than the pages take, so that an export is chosen; in all they fit.
        let per_hour = u32::try_from(pages * 2 - 2).expect("a small fleet") + 2;
        let budget = BudgetConfig { per_hour, share: 1.0, ..BudgetConfig::default() };
        let reader = served.reader_with(|config| rest::ClientConfig { budget: Some(budget), ..config });
        let folder = tempfile::tempdir().expect("a folder");
        let read = served.read_as(&reader, folder.path(), apps_only(None), Resume::No).await.expect("pages are read");
        let account = &read.sealed.manifest.data_set("apps").expect("there").account;
        assert_eq!(account.strategy, "pages");
        let notes = account.notes.join(" ");
        assert!(notes.contains("Pages were read, because") && notes.contains(words), "{fault:?}: {notes}");
        assert_eq!(
            sealed_records(&read.sealed, DataSet::Apps),
            sealed_records(&whole.sealed, DataSet::Apps),
            "{fault:?}"
        );
        let folder = tempfile::tempdir().expect("a folder");
        let insisted = served.read(folder.path(), apps_only(Some(Strategy::Export))).await;
        assert!(insisted.is_err(), "{fault:?}: it was insisted on");
        served.fail(&[]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_breaks_off_is_gone_on_with_and_one_that_is_forgotten_is_made_again() {
    let served = ServedTenant::open(fleet()).await;
    let whole = tempfile::tempdir().expect("a folder");
    let whole = served.read(whole.path(), apps_only(Some(Strategy::Export))).await.expect("it is sealed");
    for fault in ["truncate,path=/visibility-export,times=1", "reset,path=/visibility-export,times=1"] {
        for is_forgotten in [false, true] {
            let folder = tempfile::tempdir().expect("a folder");
            served.fail(&[fault]);
            let broken = served.read(folder.path(), apps_only(Some(Strategy::Export))).await;
            assert!(broken.is_err(), "{fault}: half an export is none");
            served.fail(&[]);
            // Another process of the same tenant has made no exports yet.
            let other = ServedTenant::open(fleet()).await;
            let going_on = if is_forgotten { &other } else { &served };
            going_on.tenant.reset_witness();
            let settings = apps_only(Some(Strategy::Export));
            let read = going_on.read_as(&going_on.reader(), folder.path(), settings, Resume::Newest).await;
            let read = read.unwrap_or_else(|error| panic!("{fault} {is_forgotten}: {error}"));
            assert_eq!(rows(&read), rows(&whole), "{fault} {is_forgotten}");
            assert_eq!(
                sealed_records(&read.sealed, DataSet::Apps),
                sealed_records(&whole.sealed, DataSet::Apps),
                "{fault} {is_forgotten}"
            );
        }
    }
}
