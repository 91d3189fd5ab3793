//! `reconcile` and `undo`: what is otherwise in the target is found by its kind, and what a run changed is put back.

use std::collections::BTreeMap;

use flow::Clock;
use pipeline::{FindingKind, Pipeline, ReconcileOptions, Reconciled, UndoOptions, Undone};
use snapshot::Sealed;
use tests::{Night, Served, State, body_of, listed, nightly, silence, small, small_fleet};

async fn reconcile(state: &State, served: &Served, pipelines: &[Pipeline], snapshot: &Sealed) -> Reconciled {
    let options =
        ReconcileOptions { integration: "test", folder: state.path(), pipelines, snapshot, clock: Clock::default() };
    pipeline::reconcile(options, served.destination()).await.expect("both ends are there")
}

async fn undo(state: &State, served: &Served, pipelines: &[Pipeline], run: i64) -> Result<Undone, pipeline::Error> {
    let options = UndoOptions {
        integration: "test",
        folder: state.path(),
        run,
        pipelines,
        clock: Clock::default(),
        events: silence(),
    };
    pipeline::undo(options, served.destination()).await
}

/// Titles of the findings of a kind, with what they are about.
fn of(report: &Reconciled, kind: FindingKind) -> Vec<(String, String)> {
    let own = report.findings.iter().filter(|finding| finding.kind == kind);
    own.map(|finding| (finding.title.clone(), finding.field.clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_as_the_tenant_has_it_has_nothing_to_be_found_but_its_unknown_people() {
    let (state, served) = (State::new(), Served::open(None).await);
    let sealed = state.record(small_fleet().pages().map(body_of)).expect("sealed");
    state.run(&sealed, &served, false).await.expect("a run");
    let report = reconcile(&state, &served, &nightly(), &sealed).await;
    let other = report.findings.iter().filter(|finding| finding.kind != FindingKind::UnknownUser);
    assert_eq!(other.collect::<Vec<_>>(), Vec::<&pipeline::Finding>::new());
    assert!(report.count(FindingKind::UnknownUser) > 0, "nobody is known to this instance");
    assert!(report.tables.iter().all(|table| table.rows > 0), "{:?}", report.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_difference_is_found_where_it_was_made() {
    let (state, served) = (State::new(), Served::open(None).await);
    let sealed = state.record(small_fleet().pages().map(body_of)).expect("sealed");
    state.run(&sealed, &served, false).await.expect("a run");
    let target = served.target().await;
    let computers = target.read("cmdb_ci_computer", "", &["serial_number", "sys_id"]).await.expect("computers");
    let serial = |place: usize| computers[place][0].clone();
    let installs = target
        .read("cmdb_sam_sw_install", "", &["display_name", "installed_on.serial_number", "sys_id"])
        .await
        .expect("installs");

    let by_serial = |place: usize| format!("serial_number={}", serial(place));
    served.change("cmdb_ci_computer", &by_serial(0), serde_json::json!({ "name": "By hand" })).await;
    served.change("cmdb_ci_computer", &by_serial(1), serde_json::json!({ "install_status": "7" })).await;
    let double = format!(
        "[[record]]\ntable = \"cmdb_ci_computer\"\n[record.values]\nserial_number = \"{}\"\nname = \"Double\"\n",
        serial(2)
    );
    served.instance.seed(&double).expect("a second record");
    served.remove("u_iru_mdm", &by_serial(3)).await;
    served
        .change("cmdb_sam_sw_install", &format!("sys_id={}", installs[0][2]), serde_json::json!({ "installed_on": "" }))
        .await;
    let stranger = "[[record]]\ntable = \"cmdb_ci_computer\"\n[record.values]\nserial_number = \"STRANGER1\"\nname = \"Stranger\"\ndiscovery_source = \"Kandji\"\n";
    served.instance.seed(stranger).expect("a record that nothing explains");

    let report = reconcile(&state, &served, &nightly(), &sealed).await;
    let pair = |title: &str, field: &str| (title.to_owned(), field.to_owned());
    assert!(of(&report, FindingKind::ChangedByHand).contains(&pair(&serial(0), "name")), "{report:?}");
    let by_hand =
        report.findings.iter().find(|finding| finding.kind == FindingKind::ChangedByHand && finding.field == "name");
    let by_hand = by_hand.expect("it is there");
    assert_eq!((by_hand.found.as_str(), by_hand.by.as_str()), ("By hand", "admin"));
    assert!(!by_hand.at.is_empty());
    assert_eq!(of(&report, FindingKind::AliveYetRetired), [pair(&serial(1), "install_status")]);
    assert_eq!(of(&report, FindingKind::Doubled), [pair(&serial(2), "")]);
    // The instance removes what is installed on a computer that somebody retires.
    let missing = of(&report, FindingKind::Missing);
    assert!(missing.contains(&pair(&serial(3), "")), "{missing:?}");
    let is_removed = |title: &str| title.ends_with(&serial(1));
    assert!(missing.iter().all(|(title, _)| *title == serial(3) || is_removed(title)), "{missing:?}");
    assert!(!of(&report, FindingKind::WithoutComputer).is_empty(), "{report:?}");
    let strange = report.findings.iter().find(|finding| finding.kind == FindingKind::Stale);
    assert!(strange.is_some_and(|finding| finding.title.contains("STRANGER1")), "{report:?}");
    assert!(report.has_findings());
}

/// Nightly pipelines whose devices retire at once.
fn retiring_at_once() -> Vec<Pipeline> {
    let text = include_str!("../../pipelines/devices.toml").replacen(
        "snapshots = 3\nhours = 72",
        "snapshots = 1\nhours = 0",
        1,
    );
    let devices = Pipeline::parse("devices.toml", &text).expect("it holds");
    vec![devices]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_retired_and_is_in_use_is_found_and_what_left_the_tenant_is_stale() {
    let pipelines = retiring_at_once();
    let (state, served) = (State::new(), Served::with(None, &pipelines).await);
    let night = || Night { pipelines: pipelines.clone(), ..Night::default() };
    let devices: Vec<(String, String)> =
        (0..6).map(|number| (format!("SER{number:05}"), format!("Mac {number}"))).collect();
    let page = |count: usize| {
        let rows: Vec<(&str, &str, &str)> =
            devices[..count].iter().map(|(serial, name)| (serial.as_str(), name.as_str(), "")).collect();
        listed(&rows)
    };
    let all = state.record([page(6)].into_iter()).expect("sealed");
    state.carry(&all, &served, night()).await.expect("a run");
    let fewer = state.record([page(4)].into_iter()).expect("sealed");
    // Not carried yet: the two that are gone are in use in the target.
    let report = reconcile(&state, &served, &pipelines, &fewer).await;
    let mut stale: Vec<String> = of(&report, FindingKind::Stale).into_iter().map(|(title, _)| title).collect();
    stale.sort();
    assert_eq!(stale, ["SER00004", "SER00005"], "{report:?}");
    let report = state.carry(&fewer, &served, night()).await.expect("a run");
    assert_eq!(report.tables[0].accounts.retire, 2, "{report:?}");
    assert!(!reconcile(&state, &served, &pipelines, &fewer).await.has_findings());
    served.change("cmdb_ci_computer", "serial_number=SER00004", serde_json::json!({ "install_status": "1" })).await;
    let report = reconcile(&state, &served, &pipelines, &fewer).await;
    let alive = of(&report, FindingKind::RetiredYetAlive);
    assert_eq!(alive.iter().map(|(title, _)| title.as_str()).collect::<Vec<_>>(), ["SER00004"], "{report:?}");

    // Undone, the retired device that nobody touched is in use again; what a person made of the other stays.
    served.change("cmdb_ci_computer", "serial_number=SER00004", serde_json::json!({ "install_status": "8" })).await;
    let undone = undo(&state, &served, &pipelines, 2).await.expect("a plan");
    let since: Vec<&str> = undone.changed_since.iter().map(|since| since.column.as_str()).collect();
    assert_eq!(since, ["u_install_status"], "{undone:?}");
    assert_eq!(undone.plan.tables[0].accounts.planned, 2, "its other fields are as the run wrote them: {undone:?}");
    state.apply(&undone.plan, &served, night()).await.expect("sent");
    let in_use = "install_status=1^operational_status=1";
    assert_eq!(served.ids("cmdb_ci_computer", &format!("serial_number=SER00005^{in_use}")).await.len(), 1);
    assert_eq!(served.ids("cmdb_ci_computer", "serial_number=SER00004^install_status=8").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn undoing_the_run_in_which_a_device_came_back_retires_it_and_clears_nothing() {
    let pipelines = retiring_at_once();
    let (state, served) = (State::new(), Served::with(None, &pipelines).await);
    let night = || Night { pipelines: pipelines.clone(), ..Night::default() };
    let (one, both) = ([("AAAA1111", "One", "")], [("AAAA1111", "One", ""), ("BBBB2222", "Two", "")]);
    for page in [&both[..], &one[..], &both[..]] {
        let sealed = state.record([listed(page)].into_iter()).expect("sealed");
        state.carry(&sealed, &served, night()).await.expect("a run");
    }
    let undone = undo(&state, &served, &pipelines, 3).await.expect("a plan");
    assert_eq!(undone.plan.tables[0].accounts.planned, 1, "{undone:?}");
    state.apply(&undone.plan, &served, night()).await.expect("sent");
    let target = served.target().await;
    let fields = ["name", "install_status"];
    let record = target.read("cmdb_ci_computer", "serial_number=BBBB2222", &fields).await.expect("it is there");
    assert_eq!(record, [["Two", "7"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_in_the_target_is_not_put_back_and_what_is_gone_is_not_made_anew() {
    let pipelines = vec![small(&[])];
    let (state, served) = (State::new(), Served::with(None, &pipelines).await);
    let night = || Night { pipelines: pipelines.clone(), ..Night::default() };
    let pages = [
        [("AAAA1111", "First", ""), ("BBBB2222", "Two", "")],
        // Refused for its person, with another name.
        [("AAAA1111", "Refused", "nobody@larkfield.example"), ("BBBB2222", "Two", "")],
        [("AAAA1111", "Third", ""), ("BBBB2222", "Two and a half", "")],
    ];
    for page in pages {
        let sealed = state.record([listed(&page)].into_iter()).expect("sealed");
        state.carry(&sealed, &served, night()).await.expect("a run");
    }
    served.remove("cmdb_ci_computer", "serial_number=BBBB2222").await;
    let undone = undo(&state, &served, &pipelines, 3).await.expect("a plan");
    assert_eq!(undone.plan.tables[0].accounts.planned, 0, "{undone:?}");
    assert_eq!(undone.not_known, 1, "the name that was refused was never there: {undone:?}");
    assert!(undone.changed_since.iter().any(|since| since.title == "BBBB2222"), "{undone:?}");

    // A run that only planned has changed nothing.
    let sealed = state.record([listed(&pages[0])].into_iter()).expect("sealed");
    let (plan, _) = state.plan(&sealed, None, night()).await.expect("a plan");
    assert!(matches!(undo(&state, &served, &pipelines, plan.run).await, Err(pipeline::Error::NoOutcomes { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_undone_but_for_what_changed_since() {
    let pipelines = vec![small(&[("unknown = \"reject\"", "unknown = \"ignore\"")])];
    let (state, served) = (State::new(), Served::with(None, &pipelines).await);
    let night = || Night { pipelines: pipelines.clone(), ..Night::default() };
    let rows = |names: [&str; 4]| {
        let serials = ["AAAA1111", "BBBB2222", "CCCC3333", "DDDD4444"];
        let rows: Vec<(&str, &str, &str)> =
            serials.iter().zip(names).map(|(serial, name)| (*serial, name, "")).collect();
        listed(&rows)
    };
    let first = state.record([rows(["One", "Two", "", "Four"])].into_iter()).expect("sealed");
    state.carry(&first, &served, night()).await.expect("a run");
    let second = state.record([rows(["Wrong", "Wrong", "Wrong", "Four"])].into_iter()).expect("sealed");
    state.carry(&second, &served, night()).await.expect("a run");
    served.change("cmdb_ci_computer", "serial_number=BBBB2222", serde_json::json!({ "name": "By hand" })).await;

    let undone = undo(&state, &served, &pipelines, 2).await.expect("a plan");
    assert_eq!(undone.plan.tables[0].accounts.planned, 2, "{undone:?}");
    let [since] = undone.changed_since.as_slice() else { panic!("one: {undone:?}") };
    assert_eq!((since.column.as_str(), since.now.as_str(), since.by.as_str()), ("u_name", "By hand", "admin"));
    let report = state.apply(&undone.plan, &served, night()).await.expect("sent");
    let foretold = report.tables[0].foretold.as_ref().expect("it was foretold");
    assert_eq!((foretold.as_foretold, foretold.otherwise), (Some(2), Some(0)), "{foretold:?}");
    let target = served.target().await;
    let names = target.read("cmdb_ci_computer", "", &["serial_number", "name"]).await.expect("computers");
    let names: BTreeMap<&str, &str> = names.iter().map(|record| (record[0].as_str(), record[1].as_str())).collect();
    let expected = [("AAAA1111", "One"), ("BBBB2222", "By hand"), ("CCCC3333", ""), ("DDDD4444", "Four")];
    assert_eq!(names, BTreeMap::from(expected));

    // What a first run made has nothing before it, and stays.
    let undone = undo(&state, &served, &pipelines, 1).await.expect("a plan");
    assert_eq!((undone.made, undone.plan.has_changes()), (4, false), "{undone:?}");
    assert!(undo(&state, &served, &pipelines, 99).await.is_err());
}
