//! Readings of the simulated tenant through a real socket: everything is there, whichever way it was read, and what
//! is not asked for is carried over.

use std::collections::BTreeMap;

use extract::{DataSet, PageRef, ReadSettings, Strategy, decode};
use snapshot::Completeness;
use tenant::FleetConfig;
use tests::{Served, ServedTenant, State, body_of, reading_fleet, sealed_records, settings_of, texts, told_data_sets};

/// What the tenant says of itself, in rising order, and each device of the list once.
fn told_records(fleet: &tenant::Fleet) -> BTreeMap<DataSet, Vec<String>> {
    let mut told: BTreeMap<DataSet, Vec<String>> = BTreeMap::new();
    for body in fleet.pages().map(body_of) {
        let page = PageRef { name: &body.name, number: 1 };
        let decoded = decode(body.data_set, page, &body.bytes).expect("the tenant's own pages are sound");
        told.entry(body.data_set).or_default().extend(texts(&decoded.batch));
    }
    told.values_mut().for_each(|records| records.sort());
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_reading_is_the_tenants_own_account_row_by_row() {
    let served = ServedTenant::open(reading_fleet()).await;
    let folder = tempfile::tempdir().expect("a folder");
    // Details are asked for by device, information by pages; both in one reading only where one of them is refused or
    // carried, so they are two readings here.
    let by_device = ReadSettings { details: Some(Strategy::Device), ..settings_of(told_data_sets()) };
    let read = served.read(folder.path(), by_device).await.expect("it is sealed");
    assert_eq!(read.sealed.manifest.completeness, Completeness::Full);
    let mut told = told_records(&served.tenant.fleet());
    let listed: Vec<String> = extract_ids(&served.tenant.fleet());
    // Details are asked for of listed devices; those of departed ones are told by nobody.
    told.get_mut(&DataSet::DeviceDetails)
        .expect("details are told")
        .retain(|record| listed.iter().any(|id| record.contains(id)));
    for data_set in told_data_sets() {
        if data_set != DataSet::DeviceInformation {
            assert_eq!(sealed_records(&read.sealed, data_set), told[&data_set], "{data_set}");
        }
    }
    let by_pages = ReadSettings { details: Some(Strategy::Pages), whole: true, ..settings_of(told_data_sets()) };
    let read = served.read(folder.path(), by_pages).await.expect("it is sealed");
    assert_eq!(sealed_records(&read.sealed, DataSet::DeviceInformation), told[&DataSet::DeviceInformation]);
    assert!(served.tenant.witness().violations.is_empty());
}

fn extract_ids(fleet: &tenant::Fleet) -> Vec<String> {
    let mut ids = Vec::new();
    for body in fleet.pages().map(body_of).filter(|body| body.data_set == DataSet::Devices) {
        let page = PageRef { name: &body.name, number: 1 };
        let batch = decode(DataSet::Devices, page, &body.bytes).expect("sound").batch;
        ids.extend(extract::listed(&batch).into_iter().map(|device| device.device_id));
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn another_way_changes_no_fingerprint_and_clears_no_column() {
    let served = ServedTenant::open(reading_fleet()).await;
    let to = Served::open(None).await;
    let state = State::new();
    let snapshots = state.path().join("snapshots");
    let nightly = pipeline::data_sets_of(&tests::nightly()).expect("the pipelines compile");
    let first =
        ReadSettings { details: Some(Strategy::Device), apps: Some(Strategy::Pages), ..settings_of(nightly.clone()) };
    let read = served.read(&snapshots, first).await.expect("it is sealed");
    let report = state.run(&read.sealed, &to, false).await.expect("the first night is carried");
    assert!(report.tables.iter().all(|table| table.sent > 0), "{report:#?}");
    let ways = [
        (Strategy::Pages, Strategy::Device),
        (Strategy::Export, Strategy::Export),
        (Strategy::Device, Strategy::Pages),
    ];
    for (details, apps) in ways {
        let settings = ReadSettings { details: Some(details), apps: Some(apps), ..settings_of(nightly.clone()) };
        let read = served.read(&snapshots, settings).await.expect("it is sealed");
        let report = state.run(&read.sealed, &to, false).await.expect("the night is carried");
        for table in &report.tables {
            let changed = table.accounts.planned;
            assert_eq!(changed, 0, "{details:?} {apps:?} {}: {:#?}", table.pipeline, table.accounts);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_category_of_prism_can_be_read_by_pages() {
    let served = ServedTenant::open(FleetConfig { devices: 20, apps_per_mac: 3, ..FleetConfig::demonstration() }).await;
    let folder = tempfile::tempdir().expect("a folder");
    let read = served.read(folder.path(), settings_of(DataSet::ALL.into())).await.expect("it is sealed");
    for data_set in DataSet::ALL {
        let file = read.sealed.manifest.data_set(data_set.name()).expect("every data set has its file");
        assert!(file.account.complete, "{data_set}: {:?}", file.account);
        let is_empty = [DataSet::DeviceInformation, DataSet::KernelExtensions].contains(&data_set);
        if data_set.prism_category().is_some() && !is_empty {
            assert!(file.rows > 0, "{data_set} has no rows");
        }
    }
    assert!(
        read.sealed.manifest.drift.iter().all(|(field, _)| !field.starts_with("unknown device")),
        "{:?}",
        read.sealed.manifest.drift
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn details_are_read_once_and_carried_over_until_they_are_old() {
    let served = ServedTenant::open(reading_fleet()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let data_sets = [DataSet::Devices, DataSet::DeviceDetails].into();
    let settings = ReadSettings { details: Some(Strategy::Device), ..settings_of(data_sets) };
    let first = served.read(folder.path(), settings.clone()).await.expect("it is sealed");
    served.tenant.reset_witness();
    let second = served.read(folder.path(), settings.clone()).await.expect("it is sealed");
    let asked = served.tenant.witness().by_endpoint.get("devices/{id}/details").copied().unwrap_or_default();
    let account = &second.sealed.manifest.data_set("device_details").expect("there").account;
    let rows = first.sealed.manifest.data_set("device_details").expect("there").rows;
    let listed = first.sealed.manifest.data_set("devices").expect("there").rows;
    assert_eq!(asked, listed - rows, "only who has no details is asked again on the same day");
    assert_eq!((account.fresh, account.carried), (0, rows));
    assert_eq!(
        sealed_records(&first.sealed, DataSet::DeviceDetails),
        sealed_records(&second.sealed, DataSet::DeviceDetails)
    );
    let old = ReadSettings { details_age_max: std::time::Duration::ZERO, ..settings };
    let third = served.read(folder.path(), old).await.expect("it is sealed");
    let account = &third.sealed.manifest.data_set("device_details").expect("there").account;
    assert_eq!((account.fresh, account.carried), (rows, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_brings_what_changed_and_carries_the_rest() {
    let served = ServedTenant::open(reading_fleet()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let data_sets = [DataSet::Devices, DataSet::Apps].into();
    let settings = ReadSettings { apps: Some(Strategy::Pages), ..settings_of(data_sets) };
    let first = served.read(folder.path(), settings.clone()).await.expect("it is sealed");
    let second = served.read(folder.path(), settings).await.expect("it is sealed");
    let file = second.sealed.manifest.data_set("apps").expect("there");
    assert!(file.account.carried > 0, "{:?}", file.account);
    let listed: Vec<String> = extract_ids(&served.tenant.fleet());
    let mut whole = sealed_records(&first.sealed, DataSet::Apps);
    // Rows of devices that are not listed are not carried over: nobody will ever ask about them again.
    whole.retain(|record| listed.iter().any(|id| record.contains(&format!("device_id={id}|"))));
    whole.dedup();
    let mut merged = sealed_records(&second.sealed, DataSet::Apps);
    merged.dedup();
    assert_eq!(merged, whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_brings_its_devices_and_nothing_else() {
    let served = ServedTenant::open(reading_fleet()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let data_sets = told_data_sets();
    let scope = extract::Scope { platforms: ["iPad".to_owned()].into(), ..extract::Scope::default() };
    let settings = ReadSettings { scope, ..settings_of(data_sets.clone()) };
    let read = served.read(folder.path(), settings).await.expect("it is sealed");
    assert_eq!(read.sealed.manifest.completeness, Completeness::Partial, "a scope is never the whole");
    let devices = sealed_records(&read.sealed, DataSet::Devices);
    assert!(!devices.is_empty() && devices.iter().all(|record| record.contains("platform=iPad|")), "{devices:?}");
    let scope = extract::Scope { devices_max: Some(3), ..extract::Scope::default() };
    let read =
        served.read(folder.path(), ReadSettings { scope, ..settings_of(data_sets) }).await.expect("it is sealed");
    assert_eq!(sealed_records(&read.sealed, DataSet::Devices).len(), 3);
    assert_eq!(sealed_records(&read.sealed, DataSet::DeviceDetails).len(), 3);
}
