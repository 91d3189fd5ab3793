//! Wrong configurations of an instance: each stops within the canary, with a message that names the remedy, and nothing
//! but the first rows has left.

use pipeline::{Error, Pipeline, RunReport};
use tests::{Night, Served, State, listed, small, small_fleet};

const DEVICES: usize = 40;

async fn carry(state: &State, served: &Served, pipelines: &[Pipeline], person: &str) -> Result<RunReport, Error> {
    let devices: Vec<(String, String)> = (0..DEVICES).map(|one| (format!("S{one:07}"), format!("Mac {one}"))).collect();
    let page: Vec<_> = devices.iter().map(|(serial, name)| (serial.as_str(), name.as_str(), person)).collect();
    let snapshot = state.record([listed(&page)].into_iter()).expect("sealed");
    state.carry(&snapshot, served, Night { pipelines: pipelines.to_vec(), ..Night::default() }).await
}

/// What stopped the only pipeline, and its remedy.
fn stopped(report: &RunReport) -> (String, String) {
    let table = &report.tables[0];
    assert!(report.balanced && report.is_incomplete(), "{report:?}");
    let incomplete = table.incomplete.as_ref().expect("it says why");
    (incomplete.reason.clone(), incomplete.hint.clone().unwrap_or_default())
}

async fn rows_staged(served: &Served) -> u64 {
    served.target().await.count("u_small", "").await.expect("counted")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_row_goes_alone_and_once_a_day() {
    let pipelines = [small(&[])];
    let (state, served) = (State::new(), Served::with(None, &pipelines).await);
    let first = carry(&state, &served, &pipelines, "").await.expect("a night");
    assert_eq!(first.tables[0].accounts.inserted, DEVICES as u64);
    let batches = |served: &Served| served.instance.account().batches_staged;
    assert_eq!(batches(&served), 2, "one row, and the others");

    // The same declaration, the same dictionary, the same day: no second canary.
    let (other, renamed) = (State::new(), small(&[("text(device.device_name)", "upper(text(device.device_name))")]));
    drop(other);
    let again = carry(&state, &served, &pipelines, "").await.expect("the next night");
    assert_eq!(again.tables[0].accounts.planned, 0);
    let changed = carry(&state, &served, &[renamed], "").await.expect("a changed declaration");
    assert_eq!(changed.tables[0].accounts.updated, DEVICES as u64);
    assert_eq!(batches(&served), 4, "a changed declaration is tried out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_by_names_that_the_instance_does_not_have_stops_at_the_first_row() {
    let by_names = [small(&[("key = [", "keys = \"names\"\nkey = [")])];
    let (state, served) = (State::new(), Served::with(None, &[small(&[])]).await);
    let report = carry(&state, &served, &by_names, "").await.expect("it is accounted");
    let (reason, hint) = stopped(&report);
    assert!(reason.contains("did not recognise the columns"), "{reason}");
    assert!(hint.contains("`keys`") && hint.contains("REST Insert Multiple"), "{hint}");
    assert_eq!(rows_staged(&served).await, 1);
    assert_eq!(report.tables[0].accounts.not_sent, DEVICES as u64 - 1);

    // Repaired, the next night is whole: what nobody recognised is no obstacle.
    let repaired = carry(&state, &served, &[small(&[])], "").await.expect("the next night");
    assert_eq!(repaired.tables[0].accounts.inserted, DEVICES as u64, "{repaired:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_cuts_stops_at_the_first_row() {
    let long = [small(&[(
        "length = 100\nvalue = \"text(device.device_name)\"",
        "length = 100\nvalue = \"repeat(text(device.device_name), 12)\"",
    )])];
    let (state, served) = (State::new(), Served::with(None, &[small(&[("length = 100", "length = 40")])]).await);
    let report = carry(&state, &served, &long, "").await.expect("it is accounted");
    let (reason, hint) = stopped(&report);
    assert!(
        reason.contains("column `u_name`") && hint.contains("shorter than the pipeline declares"),
        "{reason}: {hint}"
    );
    assert_eq!(rows_staged(&served).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn six_refusals_in_a_row_are_no_fault_of_a_row() {
    let pipelines = [small(&[])];
    let (state, served) = (State::new(), Served::with(None, &pipelines).await);
    let report = carry(&state, &served, &pipelines, "nobody@larkfield.example").await.expect("it is accounted");
    let (reason, hint) = stopped(&report);
    assert!(reason.contains("the first 6 rows") && reason.contains("Reference value rejected"), "{reason}");
    assert!(hint.contains("create the record that the row names"), "{hint}");
    assert_eq!(rows_staged(&served).await, 6);
    let accounts = &report.tables[0].accounts;
    assert_eq!((accounts.error, accounts.not_sent), (6, DEVICES as u64 - 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_first_row_lets_another_try() {
    let pipelines = [small(&[])];
    let (state, served) = (State::new(), Served::with(None, &pipelines).await);
    let devices: Vec<(String, String)> = (0..DEVICES).map(|one| (format!("S{one:07}"), format!("Mac {one}"))).collect();
    let person = |one: usize| if one.is_multiple_of(2) { "nobody@larkfield.example" } else { "" };
    let page: Vec<_> =
        devices.iter().enumerate().map(|(one, (serial, name))| (serial.as_str(), name.as_str(), person(one))).collect();
    let snapshot = state.record([listed(&page)].into_iter()).expect("sealed");
    let night = Night { pipelines: pipelines.to_vec(), ..Night::default() };
    let report = state.carry(&snapshot, &served, night).await.expect("a night");
    let accounts = &report.tables[0].accounts;
    assert!(report.balanced && !report.is_incomplete(), "{report:?}");
    assert_eq!((accounts.inserted, accounts.error), (DEVICES as u64 / 2, DEVICES as u64 / 2));
    assert_eq!(rows_staged(&served).await, DEVICES as u64, "no row of the canary is sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_instead_of_answers_stop_before_a_row_is_believed() {
    let pipelines = [small(&[])];
    for (fault, said, remedy) in
        [("hibernate,path=/api/now", "hibernating", "wake it"), ("html,path=/api/now", "web page", "single sign-on")]
    {
        let (state, served) = (State::new(), Served::with(None, &pipelines).await);
        served.instance.misbehave(vec![fault.parse().expect("a fault")]).expect("one");
        let refused = carry(&state, &served, &pipelines, "").await.expect_err("nothing can be asked");
        let source = std::error::Error::source(&refused).map(ToString::to_string).unwrap_or_default();
        assert!(source.contains(said), "{fault}: {source}");
        assert!(refused.hint().is_some_and(|hint| hint.contains(remedy)), "{fault}: {:?}", refused.hint());
        assert_eq!(served.instance.account().batches_staged, 0);
    }
    // A sleeping instance that wakes for everything but imports.
    let (state, served) = (State::new(), Served::with(None, &pipelines).await);
    served.instance.misbehave(vec!["hibernate,path=/api/now/import".parse().expect("a fault")]).expect("one");
    let refused = carry(&state, &served, &pipelines, "").await.expect_err("it sleeps");
    assert!(refused.hint().is_some_and(|hint| hint.contains("wake it")), "{:?}", refused.hint());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discovery_source_that_is_no_choice_stops_the_devices() {
    let (state, served) = (State::new(), Served::open(None).await);
    served.remove("sys_choice", "element=discovery_source^value=Kandji").await;
    let snapshot = state.record_fleet(&small_fleet());
    let report = state.carry(&snapshot, &served, Night::default()).await.expect("it is accounted");
    let (reason, hint) = stopped(&report);
    assert!(reason.contains("the first 6 rows") && reason.contains("Choice value rejected"), "{reason}");
    assert!(hint.contains("add the choice"), "{hint}");
    assert_eq!(report.tables[0].accounts.error, 6);
    assert_eq!(report.not_started[0].pipeline, "applications");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_does_not_reach_the_interface_is_named() {
    let pipelines = [small(&[])];
    let (state, served) = (State::new(), Served::with(None, &pipelines).await);
    let restricted = serde_json::json!({ "scope_restriction": "securely_scoped" });
    served.change("oauth_entity", "nameISNOTEMPTY", restricted).await;
    let refused = carry(&state, &served, &pipelines, "").await.expect_err("nothing is reached");
    assert!(refused.is_credentials(), "{refused:?}");
    assert!(refused.hint().is_some_and(|hint| hint.contains("Broadly scoped")), "{:?}", refused.hint());
    assert_eq!(served.instance.account().batches_staged, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_role_is_named_before_a_row_is_believed() {
    let pipelines = [small(&[])];
    for role in ["snowhaul_loader", "import_transformer"] {
        let (state, served) = (State::new(), Served::with(None, &pipelines).await);
        let account = format!("user.user_name={}", served.config.service_account);
        served.remove("sys_user_has_role", &format!("{account}^role.name={role}")).await;
        let refused = carry(&state, &served, &pipelines, "").await.expect_err("a role is missing");
        assert!(refused.is_credentials(), "{role}: {refused:?}");
        assert!(refused.hint().is_some_and(|hint| hint.contains("loader role") && hint.contains("import_transformer")));
        assert_eq!(served.instance.account().batches_staged, 0, "{role}");
    }
}
