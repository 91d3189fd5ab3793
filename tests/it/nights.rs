//! Night after night: what the target refused waits, what is only newer is not sent every night, and what was not proven
//! goes again.

use std::sync::Arc;
use std::time::Duration;

use flow::{RunEvent, Step};
use ledger::{History, RunState};
use load::Patience;
use pipeline::{Body, Events, RunReport};
use tests::{Night, Served, State, brief, listed, small, small_fleet};
use tokio::sync::Notify;

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_the_target_refused_waits_until_it_is_asked_for() {
    let pipelines = vec![small(&[])];
    let (state, served) = (State::new(), Served::with(None, &pipelines).await);
    let night = |retry_refused| Night { pipelines: pipelines.clone(), retry_refused, ..Night::default() };
    let devices = [("AAAA1111", "One", "nobody@larkfield.example"), ("BBBB2222", "Two", "")];
    let seal = || state.record([listed(&devices)].into_iter()).expect("sealed");

    let first = state.carry(&seal(), &served, night(false)).await.expect("the first night");
    let accounts = &first.tables[0].accounts;
    assert_eq!((accounts.inserted, accounts.error), (1, 1), "{first:?}");
    assert!(first.has_errors() && first.balanced && !first.is_incomplete());
    let refused = &first.tables[0].refused;
    assert_eq!(refused.len(), 1);
    assert!(refused[0].title.contains("AAAA1111") && refused[0].comment.contains("nobody@"), "{refused:?}");

    let second = state.carry(&seal(), &served, night(false)).await.expect("the second night");
    let accounts = &second.tables[0].accounts;
    assert_eq!((accounts.unchanged, accounts.waiting, accounts.planned), (1, 1, 0));
    assert!(!second.has_errors());

    let retried = state.carry(&seal(), &served, night(true)).await.expect("asked for");
    let accounts = &retried.tables[0].accounts;
    assert_eq!((accounts.unchanged, accounts.waiting, accounts.error), (1, 0, 1));

    let person =
        "[[record]]\ntable = \"sys_user\"\nvalues = { email = \"nobody@larkfield.example\", user_name = \"nobody\" }";
    served.instance.seed(person).expect("somebody now");
    let known = state.carry(&seal(), &served, night(true)).await.expect("the person is there");
    let accounts = &known.tables[0].accounts;
    assert_eq!((accounts.unchanged, accounts.inserted), (1, 1), "{known:?}");
}

/// A page of one Mac that was last seen at this moment.
fn seen(last_check_in: &str) -> Body {
    let page = serde_json::json!([{
        "device_id": "a",
        "device_name": "One",
        "serial_number": "AAAA1111",
        "platform": "Mac",
        "last_check_in": last_check_in,
    }]);
    Body { data_set: extract::DataSet::Devices, name: "devices".to_owned(), bytes: page.to_string().into_bytes() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_only_newer_goes_once_in_seven_days() {
    let (state, served) = (State::new(), Served::open(None).await);
    for (last_check_in, is_sent) in [
        ("2026-11-01T00:00:00Z", true),
        ("2026-11-01T01:00:00Z", false),
        // The first period has between one day and seven, by the key; after seven it is over whatever the key.
        ("2026-11-08T00:00:00Z", true),
        ("2026-11-14T23:59:59Z", false),
        ("2026-11-15T00:00:00Z", true),
        ("2026-11-14T00:00:00Z", false),
    ] {
        let snapshot = state.record([seen(last_check_in)].into_iter()).expect("sealed");
        let report = state.run(&snapshot, &served, false).await.expect("a night");
        let accounts = &report.tables[0].accounts;
        let expected = if is_sent { (0, 1) } else { (1, 0) };
        assert_eq!((accounts.unchanged, accounts.planned), expected, "{last_check_in}");
    }
    let read = served.target().await.read("cmdb_ci_computer", "serial_number=AAAA1111", &["last_discovered"]).await;
    assert_eq!(read.expect("the computer is read"), [["2026-11-15 00:00:00"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_not_transformed_in_time_are_unresolved_and_go_again() {
    let (state, served, fleet) = (State::new(), Served::open(None).await, small_fleet());
    let snapshot = state.record_fleet(&fleet);
    served.instance.hold_transforms(true);
    let hurried =
        Night { patience: Patience { confirm_within: Duration::from_millis(10), ..brief() }, ..Night::default() };
    let report = state.carry(&snapshot, &served, hurried).await.expect("a missing answer is accounted");
    let [devices] = report.tables.as_slice() else { panic!("one pipeline was begun: {report:?}") };
    assert!(report.balanced && report.is_incomplete());
    let (unresolved, not_sent) = (devices.accounts.unresolved, devices.accounts.not_sent);
    assert_eq!((unresolved, not_sent), (1, devices.accounts.planned - 1), "the first row went alone");
    assert_eq!(devices.sent, 1);
    let incomplete = devices.incomplete.as_ref().expect("it says why");
    assert!(incomplete.reason.contains("not yet transformed"), "{incomplete:?}");
    assert!(incomplete.hint.is_some() && !incomplete.credentials);
    // Applications name their computers, so they are not begun.
    let [applications] = report.not_started.as_slice() else { panic!("one was not begun: {report:?}") };
    assert_eq!(applications.pipeline, "applications");
    assert!(applications.reason.contains("`devices`"), "{applications:?}");
    let runs = History::open(state.path()).and_then(|history| history.runs()).expect("the runs");
    assert_eq!(runs[0].state, RunState::Incomplete);

    served.instance.hold_transforms(false);
    let next = state.run(&snapshot, &served, false).await.expect("the next night");
    assert!(next.balanced && !next.is_incomplete(), "{next:?}");
    let [devices, applications] = next.tables.as_slice() else { panic!("two pipelines") };
    let (planned, unchanged) = (devices.accounts.planned, devices.accounts.unchanged);
    assert_eq!((planned, unchanged), (devices.accounts.staging_rows - 1, 1), "what had left was found: {next:?}");
    assert_eq!(applications.accounts.inserted, applications.accounts.staging_rows);
    let found = served.target().await.count("cmdb_ci_computer", "").await.expect("counted");
    assert_eq!(found, devices.accounts.staging_rows, "a row that arrived twice made one record");
    let last = state.run(&snapshot, &served, false).await.expect("the night after");
    assert!(last.tables.iter().all(|table| table.accounts.planned == 0), "{last:?}");
}

/// Carries a snapshot until its first batch has left, and is killed then.
async fn killed_while_sending(state: &State, snapshot: &snapshot::Sealed, served: &Served, night: Night) {
    let left = Arc::new(Notify::new());
    let heard = Arc::clone(&left);
    let events: Events = Arc::new(move |event| {
        if matches!(event, RunEvent::RowsPassed { step: Step::Load, .. }) {
            heard.notify_one();
        }
    });
    tokio::select! {
        ended = state.carry(snapshot, served, Night { events, ..night }) => panic!("it ended by itself: {ended:?}"),
        () = left.notified() => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_run_was_sending_goes_again_whatever_is_held() {
    let pipelines = vec![small(&[])];
    let (state, served) = (State::new(), Served::with(None, &pipelines).await);
    let night = || Night { pipelines: pipelines.clone(), ..Night::default() };
    let seal = |name: &str| {
        let devices = [("AAAA1111", name, ""), ("BBBB2222", "Other", ""), ("CCCC3333", "Third", "")];
        state.record([listed(&devices)].into_iter()).expect("sealed")
    };
    let before = state.carry(&seal("Before"), &served, night()).await.expect("the first night");
    assert_eq!(before.tables[0].accounts.inserted, 3);

    served.instance.hold_transforms(true);
    killed_while_sending(&state, &seal("After"), &served, night()).await;
    served.instance.hold_transforms(false);

    // The name is what it was, so what is held says unchanged; the target holds what the killed run sent.
    let next = state.carry(&seal("Before"), &served, night()).await.expect("the next night");
    let accounts = &next.tables[0].accounts;
    assert_eq!((accounts.planned, accounts.unchanged), (1, 2), "{next:?}");
    let read = served.target().await.read("cmdb_ci_computer", "serial_number=AAAA1111", &["name"]).await;
    assert_eq!(read.expect("the computer is read"), [["Before"]]);
    let runs = History::open(state.path()).and_then(|history| history.runs()).expect("the runs");
    let states: Vec<RunState> = runs.iter().map(|run| run.state).collect();
    assert_eq!(states, [RunState::Done, RunState::Interrupted, RunState::Done]);

    let last = state.carry(&seal("Before"), &served, night()).await.expect("the night after");
    assert_eq!(unchanged(&last), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_plan_everything_that_a_killed_run_may_have_sent_goes_again() {
    let pipelines = vec![small(&[])];
    let (state, served) = (State::new(), Served::with(None, &pipelines).await);
    let night = || Night { pipelines: pipelines.clone(), ..Night::default() };
    let seal = |name: &str| {
        let devices = [("AAAA1111", name, ""), ("BBBB2222", "Other", "")];
        state.record([listed(&devices)].into_iter()).expect("sealed")
    };
    state.carry(&seal("Before"), &served, night()).await.expect("the first night");
    killed_while_sending(&state, &seal("After"), &served, night()).await;
    std::fs::remove_dir_all(state.path().join("plans/000002")).expect("the plan was there");
    let next = state.carry(&seal("Before"), &served, night()).await.expect("the next night");
    assert_eq!((next.tables[0].accounts.planned, unchanged(&next)), (2, 0), "{next:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_a_killed_run_was_sending_stays_in_doubt_while_it_is_away() {
    let pipelines = vec![small(&[])];
    let (state, served) = (State::new(), Served::with(None, &pipelines).await);
    let night = || Night { pipelines: pipelines.clone(), ..Night::default() };
    let seal = |devices: &[(&str, &str, &str)]| state.record([listed(devices)].into_iter()).expect("sealed");
    let other = ("BBBB2222", "Other", "");
    state.carry(&seal(&[("AAAA1111", "Before", ""), other]), &served, night()).await.expect("the first night");
    killed_while_sending(&state, &seal(&[("AAAA1111", "After", ""), other]), &served, night()).await;
    let away = state.carry(&seal(&[other]), &served, night()).await.expect("the device is away");
    assert_eq!((away.tables[0].accounts.planned, unchanged(&away)), (0, 1));
    let back = state.carry(&seal(&[("AAAA1111", "Before", ""), other]), &served, night()).await.expect("it is back");
    assert_eq!((back.tables[0].accounts.planned, unchanged(&back)), (1, 1), "{back:?}");
}

fn unchanged(report: &RunReport) -> u64 {
    report.tables[0].accounts.unchanged
}
