//! Recorded response bodies through the front door: import, replay, and the target tables afterwards. The vendor's
//! published examples are read where they are present; fixtures of the same shapes always.

use std::path::{Path, PathBuf};

use tests::{Said, Served, State, repository};

fn command(state: &Path, words: &[&str]) -> Said {
    tests::command(state, &repository().join("pipelines"), words)
}

/// Imports a folder and replays it; the report, and the instance afterwards.
fn carried(folder: &Path) -> (serde_json::Value, State) {
    let state = State::new();
    let imported = command(state.path(), &["snapshot", "import", folder.to_str().expect("UTF-8")]);
    assert_eq!(imported.code, 0, "{}", imported.talk);
    let manifest = imported.document;
    assert_eq!((&manifest["sealed"], &manifest["completeness"]), (&true.into(), &"recorded".into()));
    let replayed = command(state.path(), &["replay", manifest["snapshot"].as_str().expect("an id")]);
    assert_eq!(replayed.code, 0, "{}", replayed.talk);
    assert_eq!(replayed.document["balanced"], true);
    (replayed.document, state)
}

async fn records(state: &State, table: &str, query: &str, fields: &[&str]) -> Vec<Vec<String>> {
    let served = Served::open(Some(state.path().join("demo/instance"))).await;
    served.target().await.read(table, query, fields).await.expect("the records are read")
}

fn left_out(report: &serde_json::Value, kind: &str, words: &str) -> bool {
    let tables = report["tables"].as_array().expect("tables");
    tables.iter().flat_map(|table| table["left_out"].as_array().into_iter().flatten()).any(|row| {
        row["kind"] == kind
            && (row["who"].as_str().unwrap_or_default().contains(words)
                || row["place"].as_str().unwrap_or_default().contains(words))
            && !row["reason"].as_str().unwrap_or_default().is_empty()
    })
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(future)
}

#[test]
fn fixtures_of_the_published_shapes_reach_the_target_tables() {
    let gathered = tempfile::tempdir().expect("a temporary folder");
    let fixtures = repository().join("fixtures/tenant");
    for endpoint in std::fs::read_dir(&fixtures).expect("the fixtures") {
        let folder = endpoint.expect("an endpoint's folder").path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name == "bad" {
            continue;
        }
        for file in std::fs::read_dir(&folder).expect("an endpoint's fixtures") {
            let file = file.expect("a fixture").path();
            let stem = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            std::fs::copy(&file, gathered.path().join(format!("{name}-{stem}"))).expect("copied");
        }
    }
    let (report, state) = carried(gathered.path());
    let computers = block_on(records(&state, "cmdb_ci_computer", "ORDERBYserial_number", &["serial_number"]));
    let mdm = block_on(records(&state, "u_iru_mdm", "ORDERBYserial_number", &["serial_number"]));
    assert!(!computers.is_empty());
    assert_eq!(computers, mdm, "each computer has its MDM record");
    assert!(left_out(&report, "orphan", "device_details-apple-tv-not-listed.json"), "{report:#}");
    assert!(left_out(&report, "rejected", "apps-app-list-of-unlisted-device.json"), "{report:#}");
    assert!(left_out(&report, "out_of_scope", "apps-prism-with-nested-helper.json"), "{report:#}");
}

/// Where the vendor's published examples lie beside the repository, if they do.
fn published() -> Option<PathBuf> {
    let folder = repository().parent()?.join("shared/samples/iru");
    folder.is_dir().then_some(folder)
}

#[test]
fn the_vendors_published_examples_reach_the_target_tables() {
    let Some(folder) = published() else {
        assert!(repository().join("fixtures/tenant/devices").is_dir(), "fixtures stand in for the examples");
        return;
    };
    let (report, state) = carried(&folder);
    let fields = ["os", "os_version", "model_number", "ram", "disk_space", "mac_address"];
    let mac = block_on(records(&state, "cmdb_ci_computer", "serial_number=FVHHFKF7Q6L4", &fields));
    assert_eq!(mac, [["macOS", "14.4.1", "MacBookAir10,1", "8192", "228.27", "fc:e2:6c:27:1b:e4"]]);
    for serial in ["FVHHFKF7Q6L4", "Z6V0YW4M1C", "FCLD57YLN70G", "GG7FF8QSQ1GH"] {
        for table in ["cmdb_ci_computer", "u_iru_mdm"] {
            let found = block_on(records(&state, table, &format!("serial_number={serial}"), &["serial_number"]));
            assert_eq!(found.len(), 1, "{serial} in {table}");
        }
    }
    let installed = block_on(records(&state, "cmdb_sam_sw_install", "", &["display_name", "version", "publisher"]));
    assert_eq!(installed, [["1Password 7", "7.9.11", "AgileBits Inc."]]);
    assert!(left_out(&report, "out_of_scope", "1Password Extension Helper"), "{report:#}");
    assert!(left_out(&report, "orphan", "TDGQWKQ5WT"), "{report:#}");
    assert!(left_out(&report, "rejected", "bd4eb679-d679-4071-a395-5855807b6829"), "{report:#}");
    let bodies = report["bodies_left_out"].as_array().expect("bodies that are no inventory");
    assert!(bodies.iter().any(|body| body[0] == "Audit_Log_List_audit_events__0_200.json"), "{bodies:?}");
}

#[test]
fn commands_answer_with_documents_and_exit_codes() {
    let state = State::new();
    let checks = command(state.path(), &["check"]);
    assert_eq!(checks.code, 0, "{}", checks.talk);
    assert!(checks.document.as_array().is_some_and(|checks| checks.len() > 10));
    let unknown = command(state.path(), &["replay", "20000101T000000Z"]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.talk.contains("hint: `snowhaul snapshots list`"), "{}", unknown.talk);
    assert_eq!(command(state.path(), &["no-such-command"]).code, 64);
    assert_eq!(command(state.path(), &["runs", "list", "--integration", "../x"]).code, 64);
    for list in [["snapshots", "list"], ["runs", "list"]] {
        let listed = command(state.path(), &list);
        assert_eq!((listed.code, listed.document), (0, serde_json::json!([])), "{list:?}");
    }
}
