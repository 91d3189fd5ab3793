//! What a tenant can do to a reading, one fault at a time, each with the ending that is expected: everything is there all
//! the same, or nothing is sealed and the reading can be gone on with.

use extract::{DataSet, ReadSettings, Strategy};
use pipeline::{Error, Extracted, Resume};
use rest::BudgetConfig;
use snapshot::Store;
use std::time::Duration;
use tenant::{ErrorShape, Limits, Permission, Permissions, RefusalStatus, RetryAfter, TenantConfig, Window};
use tests::{ServedTenant, reading_fleet, settings_of};

fn settings() -> ReadSettings {
    let data_sets = [DataSet::Devices, DataSet::DeviceDetails, DataSet::Apps, DataSet::Users].into();
    ReadSettings { details: Some(Strategy::Device), apps: Some(Strategy::Pages), ..settings_of(data_sets) }
}

fn rows(read: &Extracted) -> Vec<(String, u64)> {
    read.sealed.manifest.data_sets.iter().map(|file| (file.data_set.clone(), file.rows)).collect()
}

/// How a reading with this fault ends: the rows, or what the error says.
async fn ends(served: &ServedTenant, faults: &[&str]) -> Result<Vec<(String, u64)>, String> {
    served.fail(faults);
    let folder = tempfile::tempdir().expect("a folder");
    let read = served.read(folder.path(), settings()).await;
    served.fail(&[]);
    if read.is_err() {
        // Nothing is sealed, and what was read can be gone on with.
        let store = Store::open(folder.path()).expect("the folder");
        assert!(store.list().expect("manifests").is_empty());
        let resumed = served.read_as(&served.reader(), folder.path(), settings(), Resume::Newest).await;
        let again = served.read(tempfile::tempdir().expect("a folder").path(), settings()).await.expect("no faults");
        assert_eq!(resumed.map(|read| rows(&read)).map_err(said), Ok(rows(&again)), "{faults:?}");
    }
    read.map(|read| rows(&read)).map_err(said)
}

fn said(error: Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_leaves_no_trace() {
    let served = ServedTenant::open(reading_fleet()).await;
    let expected = ends(&served, &[]).await.expect("no faults");
    for faults in [
        &["latency=3"][..],
        &["too-many-requests,every=9"],
        &["server-error,every=11"],
        &["server-error=502,every=11"],
        &["reset,every=13"],
        &["slow=20000:1,path=/api/v1/prism"],
        &["truncate,every=17"],
        &["html,every=19"],
        &["html=502,every=19"],
        &["foreign-links"],
        &["short-page=7,path=/api/v1/prism"],
        &["short-page=7,path=/api/v1/devices,times=1"],
        &["reorder,path=/api/v1/devices"],
        &["lying-total=-5,path=/api/v1/devices"],
        &["lying-total=3,path=/api/v1/devices"],
        &["lying-total=9,path=/api/v1/prism/apps"],
    ] {
        assert_eq!(ends(&served, faults).await.as_ref(), Ok(&expected), "{faults:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leads_astray_is_noticed_and_nothing_is_sealed() {
    let served = ServedTenant::open(reading_fleet()).await;
    for (faults, words) in [
        (&["cursor-loop,path=/api/v1/prism"][..], "a second time"),
        (&["repeat-page,path=/api/v1/prism,skip=1,times=1"], "a second time"),
        (&["lying-total=9,path=/api/v1/prism"], "the tenant says that there are"),
        (&["html,path=/api/v1/prism/apps"], "a web page"),
        (&["truncate,path=/api/v1/users"], "could not read"),
        (&["server-error,path=/api/v1/users"], "did not recover"),
        (&["bomb=300,path=/api/v1/users"], "larger than"),
        (&["reset,path=/api/v1/users"], "users"),
    ] {
        let ended = ends(&served, faults).await;
        assert!(ended.as_ref().is_err_and(|said| said.contains(words)), "{faults:?}: {ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_a_single_device_is_that_device() {
    let served = ServedTenant::open(reading_fleet()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let all = served.read(folder.path(), settings_of([DataSet::Devices].into())).await.expect("it is sealed");
    let records = tests::sealed_records(&all.sealed, DataSet::Devices);
    let serial =
        records.iter().find_map(|record| record.split('|').find_map(|field| field.strip_prefix("serial_number=")));
    let scope =
        extract::Scope { serials: [serial.expect("one has one").to_owned()].into(), ..extract::Scope::default() };
    let settings = ReadSettings { scope, ..settings_of([DataSet::Devices].into()) };
    let plain = served.read(tempfile::tempdir().expect("a folder").path(), settings.clone()).await.expect("sealed");
    served.fail(&["single-object"]);
    let single = served.read(tempfile::tempdir().expect("a folder").path(), settings).await.expect("sealed");
    assert_eq!(rows(&single), rows(&plain));
    assert_eq!(rows(&single), [("devices".to_owned(), 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_that_leave_or_enrol_while_the_list_is_read_hide_no_other() {
    let fleet = tenant::FleetConfig { devices: 1_500, apps_per_mac: 1, ..tenant::FleetConfig::demonstration() };
    for fault in ["vanish,path=/api/v1/devices", "enrol,path=/api/v1/devices"] {
        let served = ServedTenant::open(fleet.clone()).await;
        served.fail(&[fault]);
        let folder = tempfile::tempdir().expect("a folder");
        let read = served.read(folder.path(), settings_of([DataSet::Devices].into())).await.expect(fault);
        let file = read.sealed.file("devices").expect("the list");
        let mut read: Vec<String> = Vec::new();
        for batch in engine::FileRows::open(&file).expect("the list") {
            let batch = batch.expect("its rows");
            read.extend(extract::listed(&batch).into_iter().map(|device| device.device_id));
        }
        let distinct: std::collections::BTreeSet<&String> = read.iter().collect();
        assert_eq!(distinct.len(), read.len(), "{fault}: a device stands twice");
        // Whoever is listed now and was listed at the beginning has been there throughout.
        served.fail(&[]);
        let again = tempfile::tempdir().expect("a folder");
        let after = served.read(again.path(), settings_of([DataSet::Devices].into())).await.expect("no faults");
        let before: std::collections::BTreeSet<String> = listed_at_night(&fleet);
        let file = after.sealed.file("devices").expect("the list");
        for batch in engine::FileRows::open(&file).expect("the list") {
            for device in extract::listed(&batch.expect("its rows")) {
                let was_there = before.contains(&device.device_id);
                assert!(!was_there || distinct.contains(&device.device_id), "{fault}: {} is missing", device.device_id);
            }
        }
    }
}

fn listed_at_night(fleet: &tenant::FleetConfig) -> std::collections::BTreeSet<String> {
    let fleet = tenant::Fleet::new(fleet.clone());
    let bodies = fleet.pages().map(tests::body_of).filter(|body| body.data_set == DataSet::Devices);
    let mut ids = std::collections::BTreeSet::new();
    for body in bodies {
        let page = extract::PageRef { name: &body.name, number: 1 };
        let batch = extract::decode(DataSet::Devices, page, &body.bytes).expect("sound").batch;
        ids.extend(extract::listed(&batch).into_iter().map(|device| device.device_id));
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_token_may_not_read_costs_itself_and_not_the_night() {
    for status in [RefusalStatus::Unauthorized, RefusalStatus::Forbidden, RefusalStatus::NotFound] {
        let permissions =
            |refused: &[Permission]| Permissions { refused: refused.to_vec(), status, ..Permissions::default() };
        let limits = Limits::off();
        let open = |refused: &[Permission]| {
            let made = TenantConfig::with_made_up_token(reading_fleet());
            ServedTenant::with(TenantConfig { limits, permissions: permissions(refused), ..made })
        };
        let folder = tempfile::tempdir().expect("a folder");
        // Without Prism each device is asked for its applications.
        let served = open(&[Permission::Prism]).await;
        let automatic = ReadSettings { details: None, apps: None, ..settings() };
        let read = served.read(folder.path(), automatic.clone()).await.expect("the night goes on");
        let account = |name: &str| read.sealed.manifest.data_set(name).expect("there").account.clone();
        assert_eq!((account("apps").strategy.as_str(), account("apps").complete), ("device", true), "{status:?}");
        // Without details Prism's device information stands in.
        // What an earlier reading knew would be carried over, so this one has a folder of its own.
        let folder = tempfile::tempdir().expect("a folder");
        let served = open(&[Permission::DeviceDetails]).await;
        let mut wanted = automatic.clone();
        wanted.data_sets.insert(DataSet::DeviceInformation);
        let read = served.read(folder.path(), wanted).await.expect("the night goes on");
        let account = |name: &str| read.sealed.manifest.data_set(name).expect("there").account.clone();
        assert_eq!(account("device_details").strategy, "refused", "{status:?}");
        assert_eq!(
            (account("device_information").strategy.as_str(), account("device_information").fresh > 0),
            ("pages", true)
        );
        assert_eq!(read.sealed.manifest.completeness, snapshot::Completeness::Partial);
        // Without the list there is nothing.
        let served = open(&[Permission::Devices]).await;
        let error = served.read(folder.path(), automatic).await.expect_err("nothing can be read");
        assert!(
            error.is_credentials() && error.hint().is_some_and(|hint| hint.contains("API tokens")),
            "{}",
            said(error)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_leaves_before_the_budget_or_retry_after_allows_it() {
    for retry_after in [RetryAfter::Seconds, RetryAfter::Date, RetryAfter::Absent] {
        // The vendor's limits, shrunk together on both ends.
        let limits = Limits {
            per_second: Some(Window { requests: 50, milliseconds: 1_000 }),
            per_hour: Some(Window { requests: 10_000, milliseconds: 3_600_000 }),
            retry_after,
        };
        let made = TenantConfig::with_made_up_token(reading_fleet());
        let served = ServedTenant::with(TenantConfig { limits, ..made }).await;
        served.fail(&["too-many-requests=1,times=2,skip=5"]);
        let reader =
            served.reader_with(|config| rest::ClientConfig { budget: Some(BudgetConfig::default()), ..config });
        let folder = tempfile::tempdir().expect("a folder");
        let read = served.read_as(&reader, folder.path(), settings(), Resume::No).await.expect("it is sealed");
        let witness = served.tenant.witness();
        assert!(witness.violations.is_empty(), "{retry_after:?}: {:?}", witness.violations);
        // The least: the list's pages and the empty or repeated one that ends it, a request a device, pages of
        // applications and people. Refused requests were asked for by the test.
        let told = served.tenant.fleet().account();
        let pages = |rows: u64| rows.div_ceil(300);
        let listed = u64::from(told.listed_devices);
        let least = pages(listed) + 1 + listed + pages(told.app_rows) + u64::from(told.users).div_ceil(300).max(1) + 1;
        let asked = witness.requests - witness.by_status.get(&429).copied().unwrap_or_default();
        assert!(asked as f64 <= least as f64 * 1.02, "{asked} requests, and {least} are the least");
        assert!(read.sealed.manifest.rows() > 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_budget_stops_and_a_later_reading_goes_on() {
    let served = ServedTenant::open(reading_fleet()).await;
    let hour = Duration::from_secs(1);
    let budget = BudgetConfig { per_hour: 50, share: 0.8, hour, ..BudgetConfig::default() };
    let spent = served.reader_with(|config| rest::ClientConfig { budget: Some(budget), ..config });
    let folder = tempfile::tempdir().expect("a folder");
    let error =
        served.read_as(&spent, folder.path(), settings(), Resume::No).await.expect_err("40 requests are too few");
    assert!(error.budget_wait().is_some(), "{}", said(error));
    assert!(served.tenant.witness().requests <= 40);
    let read = served.read_as(&served.reader(), folder.path(), settings(), Resume::Newest).await.expect("it is sealed");
    let whole = served.read(tempfile::tempdir().expect("a folder").path(), settings()).await.expect("it is sealed");
    assert_eq!(rows(&read), rows(&whole));
    let patient = BudgetConfig {
        per_hour: 50,
        share: 0.8,
        hour: Duration::from_millis(200),
        wait: true,
        ..BudgetConfig::default()
    };
    let waits = served.reader_with(|config| rest::ClientConfig { budget: Some(patient), ..config });
    let read = served.read_as(&waits, tempfile::tempdir().expect("a folder").path(), settings(), Resume::No).await;
    assert_eq!(read.map(|read| rows(&read)).map_err(said), Ok(rows(&whole)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_told_as_such_in_every_shape_of_errors() {
    for token_error in
        [ErrorShape::Detail, ErrorShape::List, ErrorShape::Fields, ErrorShape::Error, ErrorShape::Gateway]
    {
        let made = TenantConfig::with_made_up_token(reading_fleet());
        let mut served = ServedTenant::with(TenantConfig { limits: Limits::off(), token_error, ..made }).await;
        served.token = "00000000-0000-0000-0000-000000000000".to_owned();
        let folder = tempfile::tempdir().expect("a folder");
        let error = served.read(folder.path(), settings()).await.expect_err("the token is wrong");
        assert!(error.is_credentials() && error.hint().is_some_and(|hint| hint.contains("SNOWHAUL_IRU_TOKEN")));
    }
}
