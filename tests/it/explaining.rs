//! `explain`: what it says first of a device that is there, is not, was never, or is otherwise than it should be.

use extract::DataSet;
use flow::Clock;
use pipeline::{Body, ExplainOptions, Explanation, Fate, Pipeline};
use tests::{Night, Served, State, body_of, listed, nightly, small, small_fleet};

async fn explain(
    state: &State,
    served: Option<&Served>,
    pipelines: &[Pipeline],
    wanted: &str,
    app: Option<&str>,
) -> Explanation {
    let snapshots = state.snapshots();
    let options = ExplainOptions {
        integration: "test",
        folder: state.path(),
        pipelines,
        snapshots: &snapshots,
        wanted,
        app,
        clock: Clock::default(),
    };
    pipeline::explain(options, served.map(Served::destination)).await.expect("it only looks")
}

/// What it comes to, in one text.
fn verdict(explanation: &Explanation) -> String {
    explanation.verdict.join("\n")
}

fn ignoring() -> Pipeline {
    small(&[("unknown = \"reject\"", "unknown = \"ignore\"")])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_devices_way_is_told_from_its_page_to_its_record() {
    let (state, pipelines) = (State::new(), vec![ignoring()]);
    let served = Served::with(None, &pipelines).await;
    let night = || Night { pipelines: pipelines.clone(), ..Night::default() };
    let body = listed(&[("AAAA1111", "One", "nobody@larkfield.example"), ("BBBB2222", "Two", "")]);
    let first = state.record([body].into_iter()).expect("sealed");
    state.carry(&first, &served, night()).await.expect("a run");
    let body = listed(&[("AAAA1111", "One and a half", "nobody@larkfield.example"), ("BBBB2222", "Two", "")]);
    let second = state.record([body].into_iter()).expect("sealed");
    state.carry(&second, &served, night()).await.expect("a run");

    let told = explain(&state, Some(&served), &pipelines, "ID of AAAA1111", None).await;
    let said = verdict(&told);
    assert!(told.verdict[0].contains("`nobody@larkfield.example` is not known to the instance"), "{said}");
    assert!(said.contains("is in ServiceNow as `cmdb_ci_computer`") && said.contains("proven by run 2"), "{said}");
    assert!(said.contains("next: nothing: what is held says the same"), "{said}");
    let [row] = told.rows.as_slice() else { panic!("one row: {told:?}") };
    assert_eq!(row.records.len(), 1);
    assert!(row.records[0].place.contains("devices") && row.records[0].place.ends_with("record 0"), "{row:?}");
    let name = row.columns.iter().find(|column| column.column == "u_name").expect("the column is told");
    assert_eq!(name.value.as_deref(), Some("One and a half"));
    assert_eq!(name.raw[0].field, "device.device_name");
    assert_eq!(name.raw[0].value.as_deref(), Some("One and a half"));
    assert_eq!(name.goes_to, ["cmdb_ci_computer.name"]);
    assert_eq!(row.targets.len(), 1);
    assert!(row.targets[0].is_there && row.targets[0].otherwise.is_empty(), "{:?}", row.targets);
    let runs: Vec<(i64, &str)> =
        row.runs.iter().map(|run| (run.run, run.change.map_or("", pipeline::Change::as_str))).collect();
    assert_eq!(runs, [(2, "changed"), (1, "new")], "the newest first");
    assert_eq!((row.runs[0].fields[0].old.as_str(), row.runs[0].fields[0].new.as_str()), ("One", "One and a half"));
    let outcome = &row.runs[0].outcomes[0].line;
    assert_eq!(outcome.outcome, "updated");
    assert!(!outcome.batch.is_empty() && !outcome.import_set.is_empty() && !outcome.import_row.is_empty());
    assert_eq!(outcome.sys_id, row.targets[0].sys_id);

    // Somebody changes a field: who, and what was written.
    served.change("cmdb_ci_computer", "serial_number=AAAA1111", serde_json::json!({ "name": "By hand" })).await;
    let told = explain(&state, Some(&served), &pipelines, "id of AAAA1111", None).await;
    let said = verdict(&told);
    assert!(said.contains("name of `cmdb_ci_computer` hold something else than was written; admin"), "{said}");
    let otherwise = &told.rows[0].targets[0].otherwise[0];
    assert_eq!((otherwise.old.as_str(), otherwise.new.as_str()), ("By hand", "One and a half"));
    // Somebody deletes the record.
    served.remove("cmdb_ci_computer", "serial_number=AAAA1111").await;
    let said = verdict(&explain(&state, Some(&served), &pipelines, "id of AAAA1111", None).await);
    assert!(said.contains("somebody deleted it"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_first() {
    let (state, pipelines) = (State::new(), vec![nightly().remove(0)]);
    let page = r#"[
        {"device_id":"d-1","device_name":"Good","serial_number":"GOOD0001","platform":"Mac","last_check_in":"2026-11-02T03:00:00Z"},
        {"device_id":"d-2","device_name":"Good","serial_number":" good0001 ","platform":"Mac","last_check_in":"2026-11-01T03:00:00Z"},
        {"device_id":"d-3","device_name":"Nameless","serial_number":"System Serial#","platform":"Mac"},
        {"device_id":"d-4","device_name":"Robot","serial_number":"ROBO0001","platform":"Android"},
        {"device_id":"d-5","device_name":"Broken","serial_number":5,"platform":{"no":"text"}}]"#;
    let body = Body { data_set: extract::DataSet::Devices, name: "devices".to_owned(), bytes: page.into() };
    state.record([body].into_iter()).expect("sealed");
    let told = async |wanted: &str| explain(&state, None, &pipelines, wanted, None).await;

    let never = told("NOSUCH1").await;
    assert!(never.verdict[0].starts_with("`NOSUCH1` was never seen"), "{never:?}");
    let serial = told("d-3").await;
    assert!(serial.verdict[0].contains("is rejected (u_serial_number): it has no usable serial number"), "{serial:?}");
    let scope = told("robot").await;
    assert!(scope.verdict[0].contains("is out of scope: the rule `android-and-windows`"), "{scope:?}");
    let twice = told("GOOD0001").await;
    let said = verdict(&twice);
    assert!(
        twice.verdict[0].contains("is listed more than once") && said.contains("record 1 is a duplicate"),
        "{said}"
    );
    assert!(said.contains("not in ServiceNow yet") && said.contains("next: it is sent, as nothing is held"), "{said}");
    let fates: Vec<Fate> = twice.rows[0].records.iter().map(|record| record.fate).collect();
    assert_eq!(fates, [Fate::Staged, Fate::Duplicate]);
    // By the id of the one that lost as well.
    assert_eq!(told("d-2").await.rows[0].row_key, twice.rows[0].row_key);
    let broken = told("d-5").await;
    assert!(!broken.verdict.is_empty() && broken.rows.iter().all(|row| row.held.is_none()), "{broken:?}");

    let empty = State::new();
    let nothing = explain(&empty, None, &pipelines, "GOOD0001", None).await;
    assert!(nothing.verdict[0].contains("nothing of the tenant was read yet"), "{nothing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_or_is_gone_is_told_with_its_reason() {
    let (state, pipelines) = (State::new(), vec![small(&[])]);
    let served = Served::with(None, &pipelines).await;
    let night = || Night { pipelines: pipelines.clone(), ..Night::default() };
    let body = listed(&[("AAAA1111", "One", "nobody@larkfield.example"), ("BBBB2222", "Two", "")]);
    let first = state.record([body].into_iter()).expect("sealed");
    state.carry(&first, &served, night()).await.expect("a run");
    let waits = explain(&state, Some(&served), &pipelines, "id of AAAA1111", None).await;
    let said = verdict(&waits);
    assert!(said.contains("the instance left AAAA1111 (small) out (error)"), "{said}");
    assert!(
        said.contains("Reference value rejected") && said.contains("create the record that the row names"),
        "{said}"
    );
    assert!(said.contains("next: nothing: it was refused, and waits"), "{said}");

    let body = listed(&[("AAAA1111", "One", "")]);
    let second = state.record([body].into_iter()).expect("sealed");
    state.carry(&second, &served, night()).await.expect("a run");
    // In any letters: what is held is looked into, as the newest snapshot has no record of it.
    for wanted in ["BBBB2222", "bbbb2222"] {
        let gone = explain(&state, Some(&served), &pipelines, wanted, None).await;
        let said = verdict(&gone);
        assert!(said.contains("is not in the newest snapshot") && said.contains(&first.snapshot), "{said}");
        assert!(said.contains("is in ServiceNow as"), "{said}");
        assert!(gone.rows[0].records.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_explained_on_its_device() {
    let (state, served) = (State::new(), Served::open(None).await);
    let fleet = small_fleet();
    let sealed = state.record(fleet.pages().map(body_of)).expect("sealed");
    state.run(&sealed, &served, false).await.expect("a run");
    let target = served.target().await;
    let fields = ["display_name", "installed_on.serial_number", "version", "sys_id"];
    let installs = target.read("cmdb_sam_sw_install", "", &fields).await.expect("installs");
    let install = &installs[0];
    let told = explain(&state, Some(&served), &nightly(), &install[1].to_lowercase(), Some(&install[0])).await;
    let found = told.rows.iter().find(|row| row.targets.iter().any(|target| target.sys_id == install[3]));
    let row = found.expect("the install's own row is told");
    assert_eq!(row.pipeline, "applications");
    let version = row.columns.iter().find(|column| column.column == "u_version").expect("the column is told");
    assert_eq!(version.value.as_deref().unwrap_or_default(), install[2]);
    assert!(row.records.iter().any(|record| record.fate == Fate::Staged), "{row:?}");
    let none = explain(&state, Some(&served), &nightly(), &install[1], Some("No such application")).await;
    assert!(none.verdict[0].contains("`No such application` on"), "{none:?}");

    let without = fleet.pages().map(body_of).filter(|page| page.data_set != DataSet::Apps);
    state.record(without).expect("sealed");
    let told = explain(&state, Some(&served), &nightly(), &install[1], Some(&install[0].to_uppercase())).await;
    let found = told.rows.iter().find(|row| row.targets.iter().any(|target| target.sys_id == install[3]));
    let row = found.expect("what is held of it is told");
    assert!(row.held.is_some() && row.records.is_empty(), "{row:?}");
    let others = |row: &&pipeline::ExplainedRow| {
        row.targets.iter().any(|target| !target.fields.iter().any(|(_, value)| *value == install[0]))
    };
    assert_eq!(told.rows.iter().find(others).map(|row| &row.title), None, "and of no other");
}
