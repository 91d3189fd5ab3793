//! What is looked at before a row leaves, and what an instance must understand of the rows that do.

use pipeline::Error;
use tests::{Night, Served, State, listed, small};

const DEVICES: [(&str, &str, &str); 2] = [("AAAA1111", "One", ""), ("BBBB2222", "Two", "")];

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_lacks_a_column_is_not_ready_and_nobodys_yet() {
    let lacking = small(&[("to = \"name\"", "to = \"no_such_column\"")]);
    let (state, served) = (State::new(), Served::with(None, &[small(&[])]).await);
    let snapshot = state.record([listed(&DEVICES)].into_iter()).expect("sealed");
    let night = Night { pipelines: vec![lacking], ..Night::default() };
    let refused = state.carry(&snapshot, &served, night).await.expect_err("a column is missing");
    assert!(matches!(refused, Error::NotReady { .. }), "{refused:?}");
    assert!(refused.to_string().contains("`cmdb_ci_computer` has no column `no_such_column`"), "{refused}");
    assert!(refused.hint().is_some_and(|hint| hint.contains("update-set")));
    assert_eq!(served.target().await.count("cmdb_ci_computer", "").await.expect("counted"), 0);

    // Nothing of that instance is held, so the integration is free to belong to another one.
    let other = Served::with(None, &[small(&[])]).await;
    let night = Night { pipelines: vec![small(&[])], ..Night::default() };
    let report = state.carry(&snapshot, &other, night).await.expect("another instance, which is ready");
    assert_eq!(report.tables[0].accounts.inserted, 2);
    let night = Night { pipelines: vec![small(&[])], ..Night::default() };
    let refused = state.carry(&snapshot, &served, night).await.expect_err("now it belongs to the other one");
    assert!(matches!(refused, Error::OtherInstance { .. }), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_label_would_stage_empty_rows_and_is_refused() {
    let relabelled = small(&[("label = \"Device name\"", "label = \"Machine name\"")]);
    let (state, served) = (State::new(), Served::with(None, &[small(&[])]).await);
    let snapshot = state.record([listed(&DEVICES)].into_iter()).expect("sealed");
    let night = Night { pipelines: vec![relabelled], ..Night::default() };
    let refused = state.carry(&snapshot, &served, night).await.expect_err("another label");
    assert!(refused.to_string().contains("has the label `Device name`"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_are_called_by_labels_or_by_names_as_both_ends_say() {
    let by_names = small(&[("key = [", "keys = \"names\"\nkey = [")]);
    let by_name = "[[record]]\ntable = \"sys_rest_insert_multiple\"\n\
                   values = { name = \"Small\", source_table = \"u_small\", column_mapping = \"name\" }";
    for (pipeline, is_by_name) in [(small(&[]), false), (by_names.clone(), true)] {
        let (state, served) = (State::new(), Served::with(None, &[small(&[])]).await);
        if is_by_name {
            served.instance.seed(by_name).expect("the record is made");
        }
        let snapshot = state.record([listed(&DEVICES)].into_iter()).expect("sealed");
        let night = Night { pipelines: vec![pipeline], ..Night::default() };
        let report = state.carry(&snapshot, &served, night).await.expect("a night");
        assert_eq!(report.tables[0].accounts.inserted, 2, "{report:?}");
        let rows = served.target().await.count("u_small", "u_row_keyISEMPTY^ORu_runISEMPTY^ORu_batchISEMPTY").await;
        assert_eq!(rows.expect("counted"), 0, "every row carries its lineage");
    }

    // One end says names and the other labels: nothing is recognised, and nothing is believed.
    let (state, served) = (State::new(), Served::with(None, &[small(&[])]).await);
    let snapshot = state.record([listed(&DEVICES)].into_iter()).expect("sealed");
    let night = Night { pipelines: vec![by_names], ..Night::default() };
    let report = state.carry(&snapshot, &served, night).await.expect("it is accounted");
    assert!(report.balanced && report.is_incomplete());
    let table = &report.tables[0];
    let accounts = &table.accounts;
    assert_eq!((accounts.unresolved, accounts.not_sent, accounts.planned), (1, 1, 2), "the first row went alone");
    let incomplete = table.incomplete.as_ref().expect("it says why");
    assert!(incomplete.reason.contains("did not recognise the columns"), "{incomplete:?}");
    assert!(incomplete.hint.as_ref().is_some_and(|hint| hint.contains("`keys`")), "{incomplete:?}");
    assert_eq!(served.target().await.count("cmdb_ci_computer", "").await.expect("counted"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_credentials_are_told_from_other_failures() {
    let (state, served) = (State::new(), Served::with(None, &[small(&[])]).await);
    let snapshot = state.record([listed(&DEVICES)].into_iter()).expect("sealed");
    let pipelines = [small(&[])];
    let mut destination = served.destination();
    destination.login.client_secret = "not the secret".to_owned().into();
    let options = pipeline::RunOptions {
        integration: "test",
        folder: state.path(),
        command: "run",
        pipelines: &pipelines,
        snapshot: &snapshot,
        may_retire: true,
        clock: flow::Clock::default(),
        older: false,
        retry_refused: false,
        events: tests::silence(),
    };
    let refused = pipeline::run(options, destination).await.expect_err("the secret is wrong");
    assert!(refused.is_credentials() && refused.hint().is_some(), "{refused:?}");
}
