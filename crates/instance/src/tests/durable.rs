//! What outlives a process: the identity, the dictionary, records, and import sets that were not finished.

use serde_json::json;

use super::{Client, devices};
use crate::{Config, Instance};

fn durable(folder: &tempfile::TempDir) -> Config {
    Config { data: Some(folder.path().to_owned()), ..Config::with_made_up_secrets() }
}

#[test]
fn a_reopened_instance_is_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let client = Client::open(durable(&folder));
    client.instance.install_update_set(&devices().xml()).expect("the update set is valid");
    client.import("u_stage_device", &json!({ "u_serial": "C1", "u_name": "one" }));
    let identity = client.instance.identity();
    drop(client.close());

    let again = Client::open(durable(&folder));
    assert_eq!(again.instance.identity(), identity);
    assert_eq!(again.one("cmdb_ci_computer", "serial_number=C1")["name"], "one");
    let result = again.import("u_stage_device", &json!({ "u_serial": "C1", "u_name": "two" }));
    assert_eq!(result[0]["status"], "updated", "indexes, maps and labels are there");
}

#[test]
fn an_import_set_that_was_left_is_taken_up() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let client = Client::open(durable(&folder));
    client.instance.install_update_set(&devices().xml()).expect("the update set is valid");
    let set = client.load("u_stage_device", &[json!({ "Serial number": "C1" }), json!({ "Serial number": "C2" })]);
    // As a crash in the middle leaves it: loaded, its run still running, one row pending and its record not made.
    let made = client.one("cmdb_ci_computer", "serial_number=C2");
    let run = client.one("sys_import_set_run", &format!("sys_import_set={set}"));
    let row = client.one("u_stage_device", "u_serial=C2");
    let path =
        |table: &str, id: &serde_json::Value| format!("/api/now/table/{table}/{}", id.as_str().unwrap_or_default());
    client.as_admin("DELETE", &path("cmdb_ci_computer", &made["sys_id"]), &json!({}));
    client.as_admin("PATCH", &path("u_stage_device", &row["sys_id"]), &json!({ "sys_import_state": "pending" }));
    let left = json!({ "state": "Running", "inserts": "1", "processed": "1" });
    client.as_admin("PATCH", &path("sys_import_set_run", &run["sys_id"]), &left);
    client.as_admin("PATCH", &format!("/api/now/table/sys_import_set/{set}"), &json!({ "state": "loaded" }));
    drop(client.close());

    let again = Client::open(durable(&folder));
    again.wait(&set);
    assert_eq!(again.find("cmdb_ci_computer", "serial_numberINC1,C2").len(), 2);
    let run = again.one("sys_import_set_run", &format!("sys_import_set={set}"));
    assert_eq!((&run["inserts"], &run["total"], &run["state"]), (&json!("2"), &json!("2"), &json!("Complete")));
}

#[test]
fn a_temporary_instance_leaves_nothing_and_identities_differ() {
    let one = Instance::open(Config::with_made_up_secrets()).expect("the instance opens");
    let other = Instance::open(Config::with_made_up_secrets()).expect("the instance opens");
    assert_ne!(one.identity(), other.identity());
    assert!(crate::sys_id::is(&one.identity()));
}
