//! Readings that were broken off, gone on with while the fleet has changed: whatever was there throughout is there in the
//! end, once.

use std::collections::BTreeSet;

use extract::{DataSet, ReadOptions, ReadSettings, Strategy};
use pipeline::{Extracted, Resume};
use snapshot::Store;
use tenant::{FleetConfig, Limits, TenantConfig};
use tests::{ServedTenant, reading_fleet, sealed_records, settings_of};

fn listed(read: &Extracted) -> Vec<String> {
    let records = sealed_records(&read.sealed, DataSet::Devices);
    let id = |record: &String| record.split('|').find_map(|field| field.strip_prefix("device_id=").map(str::to_owned));
    records.iter().map(|record| id(record).expect("every device has one")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_that_left_or_enrolled_meanwhile_hide_no_other() {
    let fleet = FleetConfig { devices: 1_500, apps_per_mac: 1, ..FleetConfig::demonstration() };
    let settings = || settings_of([DataSet::Devices].into());
    for drift in ["vanish", "enrol"] {
        let served = ServedTenant::open(fleet.clone()).await;
        let elsewhere = tempfile::tempdir().expect("a folder");
        let before: BTreeSet<String> =
            listed(&served.read(elsewhere.path(), settings()).await.expect("it is sealed")).into_iter().collect();
        // Three pages come, and no more.
        served.fail(&["server-error,path=/api/v1/devices,skip=3"]);
        let folder = tempfile::tempdir().expect("a folder");
        assert!(served.read(folder.path(), settings()).await.is_err());
        let begun = Store::open(folder.path()).and_then(|store| store.unsealed()).expect("the reading is kept");
        assert!(begun[0].rows > 800, "{begun:?}");
        // Meanwhile the fleet drifts by a device a page.
        served.fail(&[&format!("{drift},path=/api/v1/devices")]);
        for _ in 0..4 {
            extract::explain(&served.reader(), &ReadOptions::new(settings())).await.expect("the list is read");
        }
        served.fail(&[]);
        let read = served.read_as(&served.reader(), folder.path(), settings(), Resume::Newest).await;
        let read = listed(&read.expect("it is sealed"));
        let distinct: BTreeSet<String> = read.iter().cloned().collect();
        assert_eq!(distinct.len(), read.len(), "{drift}: a device stands twice");
        let elsewhere = tempfile::tempdir().expect("a folder");
        let after = listed(&served.read(elsewhere.path(), settings()).await.expect("it is sealed"));
        let missing: Vec<&String> = after.iter().filter(|id| before.contains(*id) && !distinct.contains(*id)).collect();
        assert!(missing.is_empty(), "{drift}: {missing:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_move_between_pages_by_offset_are_read_again() {
    let made = TenantConfig::with_made_up_token(FleetConfig { apps_per_mac: 90, ..reading_fleet() });
    let served = ServedTenant::with(TenantConfig { limits: Limits::off(), cursors: false, ..made }).await;
    let settings =
        || ReadSettings { apps: Some(Strategy::Pages), ..settings_of([DataSet::Devices, DataSet::Apps].into()) };
    let folder = tempfile::tempdir().expect("a folder");
    let still = served.read(folder.path(), settings()).await.expect("it is sealed");
    assert!(still.sealed.manifest.data_set("apps").is_some_and(|file| file.rows > 900), "several pages");
    // A device vanishes behind the second page, and with it rows of the first.
    let moving = ServedTenant::with({
        let made = TenantConfig::with_made_up_token(FleetConfig { apps_per_mac: 90, ..reading_fleet() });
        TenantConfig { limits: Limits::off(), cursors: false, ..made }
    })
    .await;
    moving.fail(&["vanish,path=/api/v1/prism/apps,skip=1,times=1"]);
    let folder = tempfile::tempdir().expect("a folder");
    let read = moving.read(folder.path(), settings()).await.expect("it is sealed");
    moving.fail(&[]);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let after = moving.read(elsewhere.path(), settings()).await.expect("it is sealed");
    assert_eq!(sealed_records(&read.sealed, DataSet::Apps), sealed_records(&after.sealed, DataSet::Apps));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_every_part_of_a_reading_are_told_in_the_end() {
    let served = ServedTenant::open(FleetConfig { apps_per_mac: 90, ..reading_fleet() }).await;
    let settings =
        || ReadSettings { apps: Some(Strategy::Pages), ..settings_of([DataSet::Devices, DataSet::Apps].into()) };
    served.fail(&["server-error,path=/api/v1/prism/apps,skip=4"]);
    let folder = tempfile::tempdir().expect("a folder");
    assert!(served.read(folder.path(), settings()).await.is_err());
    served.fail(&[]);
    let read = served.read_as(&served.reader(), folder.path(), settings(), Resume::Newest).await.expect("it is sealed");
    let file = read.sealed.manifest.data_set("apps").expect("there");
    assert!(file.account.requests >= file.rows.div_ceil(300), "{:?} for {} rows", file.account, file.rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_without_a_device_is_told_and_leaves_nothing_to_go_on_with() {
    let served = ServedTenant::open(reading_fleet()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let scope = extract::Scope { tags: ["no such tag".to_owned()].into(), ..extract::Scope::default() };
    let settings = ReadSettings { scope, ..settings_of([DataSet::Devices, DataSet::Apps].into()) };
    let error = served.read(folder.path(), settings).await.expect_err("nothing is in the scope");
    assert!(error.hint().is_some_and(|hint| hint.contains("--tag")), "{error}");
    let store = Store::open(folder.path()).expect("the folder");
    assert!(store.unsealed().expect("none").is_empty() && store.list().expect("none").is_empty());
}
