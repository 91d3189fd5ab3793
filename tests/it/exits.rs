//! The program's documents and exit codes, as a script relies on them: each through the command line, on declarations of
//! a folder of its own.

use std::path::Path;

use serde_json::Value;
use tests::{SMALL, Said, Served, State, command, listed, repository};

/// A folder with one pipeline, and a state folder with one snapshot.
struct Desk {
    pipelines: tempfile::TempDir,
    state: State,
    snapshot: String,
}

impl Desk {
    fn new(declaration: &str, devices: &[u8]) -> Self {
        let pipelines = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(pipelines.path().join("small.toml"), declaration).expect("written");
        std::fs::write(pipelines.path().join("nightly.toml"), "order = [\"small\"]").expect("written");
        let bodies = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(bodies.path().join("devices.json"), devices).expect("written");
        let state = State::new();
        let folder = bodies.path().to_str().expect("the path is UTF-8");
        let imported = command(state.path(), pipelines.path(), &["snapshot", "import", folder]);
        assert_eq!(imported.code, 0, "{}", imported.talk);
        let snapshot = imported.document["snapshot"].as_str().expect("an id").to_owned();
        Self { pipelines, state, snapshot }
    }

    fn say(&self, words: &[&str]) -> Said {
        command(self.state.path(), self.pipelines.path(), words)
    }

    fn replay(&self) -> Said {
        self.say(&["replay", &self.snapshot])
    }
}

#[test]
fn rows_that_the_target_refuses_end_with_3() {
    let devices = listed(&[("AAAA1111", "One", "nobody@larkfield.example"), ("BBBB2222", "Two", "")]);
    let desk = Desk::new(SMALL, &devices.bytes);
    let said = desk.replay();
    assert_eq!(said.code, 3, "{}", said.talk);
    let table = &said.document["tables"][0];
    assert_eq!((&table["error"], &table["inserted"]), (&Value::from(1), &Value::from(1)));
    assert_eq!(said.document["balanced"], true);
    let comment = table["refused"][0]["comment"].as_str().unwrap_or_default();
    assert!(comment.contains("nobody@larkfield.example"), "{table}");
    // It waits then, which is no error.
    assert_eq!(desk.replay().code, 0);
    assert_eq!(desk.say(&["replay", &desk.snapshot, "--retry-refused"]).code, 3);
    let runs = desk.say(&["runs", "list"]);
    let states: Vec<&Value> = runs.document.as_array().into_iter().flatten().map(|run| &run["state"]).collect();
    assert_eq!(states, ["done", "done", "done"]);
}

#[test]
fn a_query_that_doubles_rows_loses_count_and_ends_with_1() {
    let doubling = SMALL.replacen(
        "[[map]]",
        "[[column]]\nname = \"u_tag\"\nlabel = \"Tag\"\ntype = \"string\"\nlength = 40\nvalue = \"unnest(device.tags)\"\nlineage = true\n[[map]]",
        1,
    );
    let devices =
        r#"[{"device_id":"a","device_name":"One","serial_number":"AAAA1111","platform":"Mac","tags":["x","y","z"]}]"#;
    let desk = Desk::new(&doubling, devices.as_bytes());
    let said = desk.replay();
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(said.document["balanced"], false);
    let lost = &said.document["imbalances"][0];
    assert_eq!(lost["pipeline"], "small");
    let sum = lost["sum"].as_str().unwrap_or_default();
    assert!(sum.contains("read + retire is 1, but duplicate + rejected + out_of_scope + staging_rows is 3"), "{sum}");
    assert!(sum.contains("2 are too many"), "{sum}");
    let table = &said.document["tables"][0];
    assert_eq!((&table["sent"], &table["not_sent"]), (&Value::from(0), &Value::from(1)));
    let shown = desk.say(&["runs", "show", "1"]);
    assert_eq!((shown.code, &shown.document["balanced"]), (0, &Value::from(false)));
    let runs = desk.say(&["runs", "list"]);
    assert_eq!(runs.document[0]["state"], "failed");
    assert!(runs.document[0]["failure"].as_str().is_some_and(|failure| failure.contains("lost count")));
    assert_eq!(records(desk.state.path(), &["cmdb_ci_computer"]), [0]);
}

#[test]
fn whoever_looks_at_runs_waits_for_nobody() {
    let desk = Desk::new(SMALL, &listed(&[("AAAA1111", "One", "")]).bytes);
    assert_eq!(desk.replay().code, 0);
    let _at_work = ledger::Ledger::open(&desk.state.path().join("demo")).expect("another run holds the lock");
    assert_eq!(desk.say(&["runs", "list"]).code, 0);
    assert_eq!(desk.say(&["runs", "show", "1"]).document["run"], 1);
    let locked = desk.replay();
    assert_eq!(locked.code, 1);
    assert!(locked.talk.contains("hint: wait for it to end"), "{}", locked.talk);
}

#[test]
fn a_brake_ends_with_4_and_sends_nothing_and_the_trail_names_who_let_it_through() {
    let devices: Vec<(String, String)> = (0..20).map(|one| (format!("SER{one:05}"), format!("Mac {one}"))).collect();
    let named: Vec<(&str, &str, &str)> = devices.iter().map(|(one, name)| (one.as_str(), name.as_str(), "")).collect();
    let nameless: Vec<(&str, &str, &str)> = devices.iter().map(|(one, _)| (one.as_str(), "", "")).collect();
    let desk = Desk::new(SMALL, &listed(&named).bytes);
    assert_eq!(desk.replay().code, 0);
    let bodies = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(bodies.path().join("devices.json"), listed(&nameless).bytes).expect("written");
    let imported = desk.say(&["snapshot", "import", bodies.path().to_str().expect("the path is UTF-8")]);
    let snapshot = imported.document["snapshot"].as_str().expect("an id");
    let stopped = desk.say(&["replay", snapshot]);
    assert_eq!(stopped.code, 4, "{}", stopped.talk);
    let table = &stopped.document["tables"][0];
    assert_eq!((&table["sent"], &table["brakes"][0]["brake"]), (&Value::from(0), &Value::from("null")), "{table}");
    let run = stopped.document["run"].to_string();
    assert_eq!(desk.say(&["apply", &run]).code, 4, "nobody has approved it");
    assert_eq!(desk.say(&["approve", &run, "--by", "the owner", "--reason", "names are gone for good"]).code, 0);
    assert_eq!(desk.say(&["apply", &run]).code, 0);
    let trail = desk.say(&["runs", "audit"]);
    let actions: Vec<&Value> = trail.document.as_array().into_iter().flatten().map(|one| &one["action"]).collect();
    assert_eq!(actions, ["stopped by a brake", "approved", "used an approval"]);
    assert_eq!(trail.document[1]["actor"], "the owner");
}

#[test]
fn reconcile_ends_with_2_where_it_finds_something_and_explain_and_undo_with_0() {
    let ignoring = SMALL.replacen("unknown = \"reject\"", "unknown = \"ignore\"", 1);
    let devices = listed(&[("AAAA1111", "One", "nobody@larkfield.example"), ("BBBB2222", "Two", "")]);
    let desk = Desk::new(&ignoring, &devices.bytes);
    assert_eq!(desk.say(&["reconcile"]).code, 64, "there is no instance yet");
    assert_eq!(desk.replay().code, 0);
    let page = desk.state.path().join("report.html");
    let said = desk.say(&["reconcile", "--html", page.to_str().expect("the path is UTF-8")]);
    assert_eq!(said.code, 2, "{}", said.talk);
    assert_eq!(said.document["findings"][0]["kind"], "unknown_user", "{}", said.document);
    let html = std::fs::read_to_string(&page).expect("the page is there");
    assert!(html.contains("nobody@larkfield.example") && !html.contains("<script"), "{html}");
    let told = desk.say(&["explain", "id of AAAA1111"]);
    assert_eq!((told.code, &told.document["rows"][0]["held"]["standing"]), (0, &Value::from("held")), "{told:?}");
    assert_eq!(desk.say(&["explain", "NOSUCH1", "--offline"]).code, 0);
    let undone = desk.say(&["undo", "1"]);
    assert_eq!((undone.code, &undone.document["undone"]["made"]), (0, &Value::from(2)), "{}", undone.talk);
    assert_eq!(desk.say(&["undo", "77"]).code, 1);
}

/// The terms of the accounts, by the names that they have in the README.
const TERMS: [&str; 16] = [
    "read",
    "retire",
    "duplicate",
    "rejected",
    "out_of_scope",
    "staging_rows",
    "unchanged",
    "waiting",
    "planned",
    "not_sent",
    "unresolved",
    "inserted",
    "updated",
    "ignored",
    "skipped",
    "error",
];

fn is_report(document: &Value) {
    for name in ["schema_version", "run", "snapshot", "tables", "seconds", "balanced"] {
        assert!(!document[name].is_null(), "the document has no `{name}`");
    }
    for table in document["tables"].as_array().expect("a list") {
        assert!(table["pipeline"].is_string() && table["staging_table"].is_string(), "{table}");
        for term in TERMS.iter().chain(&["orphans", "sent"]) {
            assert!(table[*term].is_u64(), "{term}: {table}");
        }
        let targets = table["targets"].as_array().expect("a list");
        assert!(!targets.is_empty());
        for target in targets {
            assert!(target["table"].is_string(), "{target}");
            for outcome in ["inserted", "updated", "ignored", "skipped", "error"] {
                assert!(target[outcome].is_u64(), "{outcome}: {target}");
            }
        }
    }
}

/// Records of tables, counted through the Table API of the instance that the program has left.
fn records(state: &Path, tables: &[&str]) -> Vec<u64> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let served = Served::open(Some(state.join("demo/instance"))).await;
        let target = served.target().await;
        let mut counts = Vec::new();
        for table in tables {
            counts.push(target.count(table, "").await.expect("the table is counted"));
        }
        counts
    })
}

#[test]
fn the_demonstration_runs_twice_and_the_second_time_sends_nothing() {
    let (state, pipelines) = (State::new(), repository().join("pipelines"));
    let first = command(state.path(), &pipelines, &["run"]);
    assert_eq!(first.code, 0, "{}", first.talk);
    is_report(&first.document);
    assert_eq!(first.document["balanced"], true);
    let targets = ["cmdb_ci_computer", "u_iru_mdm", "cmdb_sam_sw_install"];
    let counted = records(state.path(), &targets);
    assert!(counted.iter().all(|count| *count > 0), "{counted:?}");

    let second = command(state.path(), &pipelines, &["run"]);
    assert_eq!(second.code, 0, "{}", second.talk);
    is_report(&second.document);
    for table in second.document["tables"].as_array().expect("a list") {
        assert_eq!(table["unchanged"], table["staging_rows"], "{}", table["pipeline"]);
        assert_eq!((&table["planned"], &table["sent"]), (&Value::from(0), &Value::from(0)), "{}", table["pipeline"]);
    }
    assert_eq!(records(state.path(), &targets), counted);
    let snapshots = command(state.path(), &pipelines, &["snapshots", "list"]);
    for snapshot in snapshots.document.as_array().expect("a list") {
        for name in ["snapshot", "at", "completeness", "rows"] {
            assert!(!snapshot[name].is_null(), "{name}: {snapshot}");
        }
    }
}
