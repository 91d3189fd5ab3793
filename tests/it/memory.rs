//! What is remembered: what is held is believed only as it was committed, a note outlives the run that made it, what was
//! killed is said to be so, and whoever only looks waits for nobody.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use flow::{Accounts, Outcome};
use ledger::{
    Basis, Commit, Ending, Error, HeldRow, HeldTarget, History, Ledger, NewRun, PipelineRecord, RunState, Standing,
    Values,
};
use tests::State;

fn begin(ledger: &mut Ledger) -> i64 {
    let new =
        NewRun { command: "run".to_owned(), snapshot: "s".to_owned(), snapshot_at: "2026-11-01T00:00:00Z".to_owned() };
    ledger.begin_run(new).expect("a run")
}

fn end(ledger: &mut Ledger, run: i64) {
    ledger.end_run(run, Ending { state: RunState::Done, failure: "", report: "{}" }).expect("ended");
}

fn row(row_key: &str) -> HeldRow {
    HeldRow {
        row_key: row_key.to_owned(),
        fingerprint: "f".repeat(32),
        moment: String::new(),
        outcome: Outcome::Inserted,
        standing: Standing::Held,
        is_first: true,
        comment: String::new(),
        at: "2026-11-01T00:00:00Z".to_owned(),
        run: 1,
        missing: 0,
        missing_since: String::new(),
        targets: vec![HeldTarget { table: "cmdb_ci_computer".to_owned(), sys_id: "1".repeat(32) }],
    }
}

/// The values of one row.
fn values() -> Values {
    let serials: ArrayRef = Arc::new(StringArray::from(vec!["AAAA1111"]));
    let rows = RecordBatch::try_from_iter([("u_serial", serials)]).expect("one row");
    Values::of(&rows, &columns()).expect("its values")
}

fn columns() -> Vec<String> {
    vec!["u_serial".to_owned()]
}

/// Commits one row of `u_name` as held.
fn commit(ledger: &mut Ledger, run: i64, snapshot_at: &str) {
    let mut held = ledger.begin_held(run, "u_name", &columns()).expect("a generation");
    held.write(&row(&"0".repeat(32)), &values(), 0).expect("written");
    let record = PipelineRecord {
        pipeline: "names".to_owned(),
        staging_table: "u_name".to_owned(),
        accounts: Accounts::default(),
        orphans: 0,
        sent: 0,
        targets: Vec::new(),
        seconds: 0.0,
    };
    let (basis, held) = (&Basis::default(), Some(held));
    let commit = Commit { run, position: 0, record: &record, snapshot_at, identity: None, accounted: &[], basis, held };
    ledger.commit_pipeline(commit).expect("committed");
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is read");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_held_file_that_was_changed_on_disk_is_not_believed() {
    let state = State::new();
    let mut ledger = Ledger::open(state.path()).expect("a new ledger");
    let run = begin(&mut ledger);
    commit(&mut ledger, run, "2026-11-01T00:00:00Z");
    let read = ledger.read_held("u_name", &columns()).and_then(|mut reader| reader.next_batch());
    let read = read.expect("what was written").expect("one batch");
    assert_eq!(read.row(0), row(&"0".repeat(32)));
    assert_eq!(read.values().text("u_serial", 0), Some("AAAA1111"));
    let folder = state.path().join("held/u_name");
    let file = folder.join(names_in(&folder).remove(0));
    let mut bytes = std::fs::read(&file).expect("its bytes");
    bytes[10] ^= 4;
    std::fs::write(&file, bytes).expect("changed");
    assert!(matches!(ledger.read_held("u_name", &[]), Err(Error::Damaged { .. })));
}

#[test]
fn held_rows_rise_from_key_to_key() {
    let state = State::new();
    let mut ledger = Ledger::open(state.path()).expect("a new ledger");
    let run = begin(&mut ledger);
    let mut held = ledger.begin_held(run, "u_name", &columns()).expect("a generation");
    held.write(&row("b"), &values(), 0).expect("the first");
    for key in ["a", "b"] {
        assert!(matches!(held.write(&row(key), &values(), 0), Err(Error::Order { .. })), "{key}");
    }
    held.write(&row("c"), &values(), 0).expect("a greater one");
}

#[test]
fn an_older_snapshot_does_not_make_what_is_held_older() {
    let state = State::new();
    let mut ledger = Ledger::open(state.path()).expect("a new ledger");
    for (snapshot_at, newest) in [
        ("2026-11-02T00:00:00Z", "2026-11-02T00:00:00Z"),
        ("2026-11-01T00:00:00.5Z", "2026-11-02T00:00:00Z"),
        ("2026-11-02T00:00:00.25Z", "2026-11-02T00:00:00.25Z"),
    ] {
        let run = begin(&mut ledger);
        commit(&mut ledger, run, snapshot_at);
        let held = ledger.held("u_name").expect("read").expect("held");
        assert_eq!(held.snapshot_at, newest);
    }
}

#[test]
fn a_note_of_what_is_sent_goes_with_the_commit_and_not_before() {
    let state = State::new();
    let mut ledger = Ledger::open(state.path()).expect("a new ledger");
    let run = begin(&mut ledger);
    ledger.note_sending(run, "u_name", &"a".repeat(64)).expect("noted");
    drop(ledger);
    let mut ledger = Ledger::open(state.path()).expect("opened again");
    let notes = ledger.sending("u_name").expect("read");
    assert_eq!(notes.iter().map(|note| (note.run, note.blake3.len())).collect::<Vec<_>>(), [(run, 64)]);
    assert!(ledger.sending("u_other").expect("read").is_empty());
    let next = begin(&mut ledger);
    commit(&mut ledger, next, "2026-11-01T00:00:00Z");
    assert!(ledger.sending("u_name").expect("read").is_empty());
}

#[test]
fn a_run_that_was_killed_is_said_to_be_interrupted_by_the_next_one() {
    let state = State::new();
    let mut ledger = Ledger::open(state.path()).expect("a new ledger");
    let run = begin(&mut ledger);
    let state_of = |run: i64| {
        let (record, report) = History::open(state.path()).expect("opened").run(run).expect("the run");
        assert!(report.is_empty());
        (record.state, record.failure)
    };
    // Looking does not wait for the one who works, and does not take it for dead.
    assert_eq!(state_of(run), (RunState::Running, String::new()));
    drop(ledger);
    assert_eq!(state_of(run).0, RunState::Running);
    let _next = Ledger::open(state.path()).expect("opened again");
    let (now, failure) = state_of(run);
    assert_eq!(now, RunState::Interrupted);
    assert!(!failure.is_empty());
}

#[test]
fn an_integration_that_never_ran_has_no_runs_and_is_not_made_by_looking() {
    let state = State::new();
    let history = History::open(state.path()).expect("nothing is no error");
    assert!(history.runs().expect("none").is_empty());
    assert!(matches!(history.run(1), Err(Error::UnknownRun(1))));
    assert!(names_in(state.path()).is_empty());
}

#[test]
fn old_plans_and_what_was_never_finished_are_swept() {
    let state = State::new();
    let mut ledger = Ledger::open(state.path()).expect("a new ledger");
    for number in 1..=34 {
        let run = begin(&mut ledger);
        let plan = ledger.plan_file(run, "u_name").expect("its folder");
        std::fs::write(&plan, "a plan").expect("written");
        std::fs::write(plan.with_extension("parquet.partial"), "half a plan").expect("written");
        if number == 1 {
            ledger.note_sending(run, "u_other", &"a".repeat(64)).expect("noted");
        }
        commit(&mut ledger, run, "2026-11-01T00:00:00Z");
        end(&mut ledger, run);
    }
    let held = state.path().join("held/u_name");
    for left in ["000002.parquet", "000034.parquet.partial"] {
        std::fs::write(held.join(left), "left behind").expect("written");
    }
    ledger.sweep().expect("swept");
    // The first is noted as being sent; of the others the last of a month are kept.
    let kept: Vec<String> = [1].into_iter().chain(4..=34).map(|run| format!("{run:06}")).collect();
    assert_eq!(names_in(&state.path().join("plans")), kept);
    assert_eq!(names_in(&state.path().join("plans/000034")), ["u_name.parquet"]);
    assert_eq!(names_in(&held), ["000034.parquet"]);
    assert!(ledger.read_held("u_name", &[]).is_ok());
}
