//! The whole road between a simulated tenant's pages and the target tables: accounts, the second night, and the runs
//! that must be refused.

use pipeline::Error;
use tests::{Served, State, body_of, repository, small_fleet};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_night_accounts_for_every_row_and_the_second_sends_nothing() {
    let (state, served, fleet) = (State::new(), Served::open(None).await, small_fleet());
    let account = fleet.account();
    let first = state.run(&state.record_fleet(&fleet), &served, false).await.expect("the first night");
    assert!(first.balanced && !first.has_errors() && !first.is_incomplete(), "{first:?}");
    let [devices, applications] = first.tables.as_slice() else { panic!("two pipelines") };
    assert_eq!(devices.accounts.read, u64::from(account.listed_devices));
    assert_eq!(devices.accounts.inserted, u64::from(account.distinct_serials));
    assert_eq!(applications.accounts.read, account.app_rows);
    assert_eq!(applications.accounts.inserted, applications.accounts.staging_rows);
    assert_eq!(applications.left_out.len() as u64, account.app_rows - applications.accounts.staging_rows);

    let target = served.target().await;
    let mut counts = Vec::new();
    for (table, rows) in [
        ("cmdb_ci_computer", devices.accounts.staging_rows),
        ("u_iru_mdm", devices.accounts.staging_rows),
        ("cmdb_sam_sw_install", applications.accounts.staging_rows),
    ] {
        let found = target.count(table, "").await.expect("the table is counted");
        assert_eq!(found, rows, "{table}");
        counts.push((table, found));
    }

    let plain = target.read("cmdb_ci_computer", "osISEMPTY", &["serial_number"]).await.expect("computers are read");
    assert!(plain.is_empty(), "a choice that the instance lacked is made, not dropped: {plain:?}");

    let second = state.run(&state.record_fleet(&fleet), &served, false).await.expect("the second night");
    for table in &second.tables {
        assert_eq!(table.accounts.unchanged, table.accounts.staging_rows, "{}", table.pipeline);
        assert_eq!((table.accounts.planned, table.sent), (0, 0), "{}", table.pipeline);
    }
    for (table, before) in counts {
        assert_eq!(target.count(table, "").await.expect("the table is counted"), before, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_renamed_device_is_one_row_and_one_update() {
    let (state, served) = (State::new(), Served::open(None).await);
    let page = |name: &str| pipeline::Body {
        data_set: extract::DataSet::Devices,
        name: "devices".to_owned(),
        bytes: format!(
            r#"[{{"device_id":"a","device_name":"{name}","serial_number":"AAAA1111","platform":"Mac"}},
                {{"device_id":"b","device_name":"Other","serial_number":"BBBB2222","platform":"iPhone"}}]"#
        )
        .into_bytes(),
    };
    let before = state.record([page("Before")].into_iter()).expect("sealed");
    state.run(&before, &served, false).await.expect("the first night");
    let after = state.record([page("After")].into_iter()).expect("sealed");
    let report = state.run(&after, &served, false).await.expect("the second night");
    let accounts = &report.tables[0].accounts;
    assert_eq!((accounts.unchanged, accounts.planned, accounts.updated), (1, 1, 1));
    let read = served.target().await.read("cmdb_ci_computer", "serial_number=AAAA1111", &["name"]).await;
    assert_eq!(read.expect("the computer is read"), [["After"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_instance_is_refused_before_a_row_leaves() {
    let (state, first, other, fleet) =
        (State::new(), Served::open(None).await, Served::open(None).await, small_fleet());
    let snapshot = state.record_fleet(&fleet);
    state.run(&snapshot, &first, false).await.expect("the first night");
    let refused = state.run(&snapshot, &other, false).await.expect_err("another instance");
    assert!(matches!(refused, Error::OtherInstance { .. }), "{refused:?}");
    assert!(refused.hint().is_some());
    assert_eq!(other.target().await.count("cmdb_ci_computer", "").await.expect("counted"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_lost_what_it_held_is_refused() {
    let state = State::new();
    let data = tempfile::tempdir().expect("a temporary folder");
    let snapshot = state.record(small_fleet().pages().map(body_of)).expect("sealed");
    let identity = {
        let served = Served::open(Some(data.path().to_owned())).await;
        state.run(&snapshot, &served, false).await.expect("the first night");
        served.instance.identity()
    };
    // A fresh database under the old identity: what remains of an instance that was reset from an early backup.
    let emptied = Served::open(None).await;
    let seed = format!(
        "[[record]]\ntable = \"sys_properties\"\nvalues = {{ name = \"instance_id\", value = \"{identity}\" }}\n"
    );
    emptied.instance.seed(&seed).expect("the property is changed");
    assert_eq!(emptied.instance.identity(), identity);
    let refused = state.run(&snapshot, &emptied, false).await.expect_err("an emptied instance");
    assert!(matches!(refused, Error::Emptied { found: 0, .. }), "{refused:?}");
    assert!(refused.hint().is_some());
    assert_eq!(emptied.target().await.count("cmdb_ci_computer", "").await.expect("counted"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_snapshot_goes_only_when_it_is_asked_for() {
    let (state, served, fleet) = (State::new(), Served::open(None).await, small_fleet());
    let older = state.record_fleet(&fleet);
    let newer = state.record_fleet(&fleet);
    state.run(&newer, &served, false).await.expect("the newer one");
    let refused = state.run(&older, &served, false).await.expect_err("an older one");
    assert!(matches!(refused, Error::Older { .. }), "{refused:?}");
    let report = state.run(&older, &served, true).await.expect("asked for");
    assert!(report.balanced);
    // What is held did not become older by it.
    let refused = state.run(&older, &served, false).await.expect_err("an older one still");
    assert!(matches!(refused, Error::Older { .. }), "{refused:?}");
    state.run(&newer, &served, false).await.expect("the newer one is as new as what is held");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_decoded_is_read_and_rejected() {
    let (state, served) = (State::new(), Served::open(None).await);
    let page = repository().join("fixtures/tenant/bad/wrong-type-in-one-record.json");
    let page = pipeline::Body {
        data_set: extract::DataSet::Devices,
        name: "devices".to_owned(),
        bytes: std::fs::read(page).expect("the fixture is there"),
    };
    let snapshot = state.record([page].into_iter()).expect("sealed");
    let report = state.run(&snapshot, &served, false).await.expect("the night");
    let devices = &report.tables[0];
    assert_eq!((devices.accounts.read, devices.accounts.rejected, devices.accounts.staging_rows), (3, 1, 2));
    let unreadable: Vec<_> = devices.left_out.iter().filter(|row| row.kind == "unreadable").collect();
    assert_eq!(unreadable.len(), 1, "{:?}", devices.left_out);
    assert!(unreadable[0].record.place.contains("record 1"), "{:?}", unreadable[0]);
    assert!(report.balanced);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_of_one_integration_never_work_at_once() {
    let (state, served, fleet) = (State::new(), Served::open(None).await, small_fleet());
    let snapshot = state.record_fleet(&fleet);
    let _other = ledger::Ledger::open(state.path()).expect("the other run holds the lock");
    let refused = state.run(&snapshot, &served, false).await.expect_err("locked");
    assert!(refused.hint().is_some_and(|hint| hint.contains("wait")), "{refused:?}");
}
