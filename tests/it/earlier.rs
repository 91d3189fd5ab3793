//! Night after night with one tenant: what an earlier snapshot may be believed of, and what is asked for again because it
//! may not.

use std::collections::BTreeSet;

use extract::{DataSet, ReadSettings, Strategy};
use pipeline::Extracted;
use snapshot::{Completeness, DataSetAccount};
use tenant::{ErrorShape, Limits, Permission, Permissions, TenantConfig};
use tests::{ServedTenant, reading_fleet, sealed_records, settings_of};

/// What a night reads here: the list, and Prism's rows, the audit log as a hint.
fn nightly() -> ReadSettings {
    let data_sets = [DataSet::Devices, DataSet::DeviceInformation, DataSet::Apps, DataSet::AuditEvents];
    ReadSettings {
        hints: [DataSet::AuditEvents].into(),
        details: Some(Strategy::Pages),
        apps: Some(Strategy::Pages),
        ..settings_of(data_sets.into())
    }
}

fn account(read: &Extracted, data_set: DataSet) -> DataSetAccount {
    read.sealed.manifest.data_set(data_set.name()).expect("it was read").account.clone()
}

/// The records of listed devices, without repetitions.
fn of_listed(read: &Extracted, data_set: DataSet) -> BTreeSet<String> {
    let ids: BTreeSet<String> =
        sealed_records(&read.sealed, DataSet::Devices).iter().map(|record| device_id(record).to_owned()).collect();
    let records = sealed_records(&read.sealed, data_set).into_iter();
    records.filter(|record| ids.contains(device_id(record))).collect()
}

/// The same without what moves although its row counts as unchanged: when the application was collected, and what its row
/// repeats of the device.
fn changing(read: &Extracted, data_set: DataSet) -> BTreeSet<String> {
    let moves = ["last_collected_at=", "device__", "blueprint_", "asset_tag=", "last_opened", "last_used_at="];
    let is_kept = |field: &&str| data_set != DataSet::Apps || !moves.iter().any(|name| field.starts_with(name));
    let records = of_listed(read, data_set).into_iter();
    records.map(|record| record.split('|').filter(is_kept).collect::<Vec<_>>().join("|")).collect()
}

fn device_id(record: &str) -> &str {
    let id = record.split('|').find_map(|field| field.strip_prefix("device_id="));
    id.expect("every record here has one")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_brings_whatever_changed_in_the_night() {
    let served = ServedTenant::open(tenant::FleetConfig { churn_per_mille: 150, ..reading_fleet() }).await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut before = served.read(folder.path(), nightly()).await.expect("it is sealed");
    for night in 1..=3 {
        served.tenant.advance(1);
        let read = served.read(folder.path(), nightly()).await.expect("it is sealed");
        let elsewhere = tempfile::tempdir().expect("a folder");
        let whole = served.read(elsewhere.path(), nightly()).await.expect("it is sealed");
        for data_set in [DataSet::DeviceInformation, DataSet::Apps] {
            let account = account(&read, data_set);
            assert!(account.fresh > 0 && account.carried > 0, "night {night}, {data_set}: {account:?}");
            // Each device that was collected has another row of information; its applications are as they were.
            let is_window = data_set != DataSet::Apps || account.fresh < account.carried;
            assert!(is_window, "night {night}, {data_set}: {account:?}");
            let (merged, told) = (changing(&read, data_set), changing(&whole, data_set));
            let missing: Vec<&String> = told.difference(&merged).collect();
            assert!(missing.is_empty(), "night {night}, {data_set}: {missing:#?}");
            // A window does not show what is gone; nothing else may be there beside what is told.
            let known = changing(&before, data_set);
            let invented: Vec<&String> = merged.difference(&told).filter(|record| !known.contains(*record)).collect();
            assert!(invented.is_empty(), "night {night}, {data_set}: {invented:#?}");
        }
        assert!(account(&read, DataSet::AuditEvents).fresh > 0, "something happened in the night");
        before = read;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_tells_of_devices_that_are_not_listed_any_more() {
    let served = ServedTenant::open(tenant::FleetConfig { churn_per_mille: 400, ..reading_fleet() }).await;
    let folder = tempfile::tempdir().expect("a folder");
    let first = served.read(folder.path(), nightly()).await.expect("it is sealed");
    assert!(first.sealed.manifest.data_set("audit_events").is_none(), "without an earlier night it is no hint");
    served.tenant.advance(2);
    let second = served.read(folder.path(), nightly()).await.expect("it is sealed");
    let notes = account(&second, DataSet::AuditEvents).notes.join(" ");
    assert!(notes.contains("not listed any more; the audit log speaks of"), "{notes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_back_in_the_list_brings_its_applications() {
    let served = ServedTenant::open(reading_fleet()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let first = served.read(folder.path(), nightly()).await.expect("it is sealed");
    // One device after the other leaves the head of the list.
    served.fail(&["vanish,path=/api/v1/devices"]);
    for _ in 0..10 {
        extract::explain(&served.reader(), &extract::ReadOptions::new(nightly())).await.expect("the list is read");
    }
    served.fail(&[]);
    let without = served.read(folder.path(), nightly()).await.expect("it is sealed");
    let ids = |read: &Extracted| -> BTreeSet<String> {
        sealed_records(&read.sealed, DataSet::Devices).iter().map(|record| device_id(record).to_owned()).collect()
    };
    assert!(ids(&without).len() < ids(&first).len());
    // The same night once more: nothing is changed, and they are there again.
    served.tenant.advance(0);
    let back = served.read(folder.path(), nightly()).await.expect("it is sealed");
    assert_eq!(ids(&back), ids(&first));
    for data_set in [DataSet::DeviceInformation, DataSet::Apps] {
        assert_eq!(of_listed(&back, data_set), of_listed(&first, data_set), "{data_set}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_that_cannot_be_had_costs_the_night_nothing() {
    let served = ServedTenant::open(reading_fleet()).await;
    let folder = tempfile::tempdir().expect("a folder");
    served.read(folder.path(), nightly()).await.expect("it is sealed");
    served.tenant.set_permissions(Permissions { refused: vec![Permission::AuditEvents], ..Permissions::default() });
    let refused = served.read(folder.path(), nightly()).await.expect("the night goes on");
    assert_eq!(account(&refused, DataSet::AuditEvents).strategy, "refused");
    served.tenant.set_permissions(Permissions::default());
    served.fail(&["server-error,path=/api/v1/audit"]);
    let broken = served.read(folder.path(), nightly()).await.expect("the night goes on");
    assert!(!account(&broken, DataSet::AuditEvents).complete);
    for read in [refused, broken] {
        assert_eq!(read.sealed.manifest.completeness, Completeness::Full);
        assert!(account(&read, DataSet::Apps).carried > 0, "the window is open all the same");
    }
    // Whoever asks for the log itself is told that it is not there.
    let asked_for = ReadSettings { hints: BTreeSet::new(), ..nightly() };
    assert!(served.read(folder.path(), asked_for).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_category_is_read_as_a_whole_when_it_may_be_read_again() {
    let served = ServedTenant::open(reading_fleet()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let first = served.read(folder.path(), nightly()).await.expect("it is sealed");
    let refuse =
        |refused: Vec<Permission>| served.tenant.set_permissions(Permissions { refused, ..Permissions::default() });
    refuse(vec![Permission::Prism]);
    let refused = served.read(folder.path(), nightly()).await.expect("the night goes on");
    assert_eq!(refused.sealed.manifest.completeness, Completeness::Partial);
    let apps = account(&refused, DataSet::Apps);
    assert_eq!((apps.strategy.as_str(), apps.fresh, apps.whole_at), ("refused", 0, None));
    assert_eq!(of_listed(&refused, DataSet::Apps), of_listed(&first, DataSet::Apps), "what was known stays");
    refuse(Vec::new());
    let again = served.read(folder.path(), nightly()).await.expect("it is sealed");
    assert_eq!(again.sealed.manifest.completeness, Completeness::Full);
    assert_eq!(of_listed(&again, DataSet::Apps), of_listed(&first, DataSet::Apps));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_snapshot_is_passed_over_and_one_that_lacks_a_data_set_comes_last() {
    let served = ServedTenant::open(reading_fleet()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let first = served.read(folder.path(), nightly()).await.expect("it is sealed");
    let listed_only = settings_of([DataSet::Devices].into());
    served.read(folder.path(), listed_only).await.expect("it is sealed");
    let third = served.read(folder.path(), nightly()).await.expect("it is sealed");
    assert!(account(&third, DataSet::Apps).carried > 0, "the first one is built upon, not the newest");
    let file = third.sealed.file("apps").expect("there");
    let mut bytes = std::fs::read(&file).expect("its bytes");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).expect("written");
    std::fs::write(folder.path().join(&first.sealed.snapshot).join("manifest.json"), b"{").expect("written");
    let fourth = served.read(folder.path(), nightly()).await.expect("a damaged snapshot ends no night");
    let apps = account(&fourth, DataSet::Apps);
    assert_eq!((apps.carried, apps.complete), (0, true), "everything is asked for again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_revoked_between_two_readings_ends_the_second_one() {
    let made = TenantConfig::with_made_up_token(reading_fleet());
    let config = TenantConfig { limits: Limits::off(), token_error: ErrorShape::Detail, ..made };
    let mut served = ServedTenant::with(config).await;
    served.fail(&["reset,path=/api/v1/prism/apps"]);
    let folder = tempfile::tempdir().expect("a folder");
    assert!(served.read(folder.path(), nightly()).await.is_err(), "the list is read, and nothing behind it");
    served.fail(&[]);
    let token = std::mem::replace(&mut served.token, "00000000-0000-0000-0000-000000000000".to_owned());
    let resumed = served.read_as(&served.reader(), folder.path(), nightly(), pipeline::Resume::Newest).await;
    let error = resumed.expect_err("a refused token is no missing permission");
    assert!(error.is_credentials() && error.hint().is_some_and(|hint| hint.contains("SNOWHAUL_IRU_TOKEN")), "{error}");
    served.token = token;
    let resumed = served.read_as(&served.reader(), folder.path(), nightly(), pipeline::Resume::Newest).await;
    assert_eq!(resumed.expect("it is sealed").sealed.manifest.completeness, Completeness::Full);
}
