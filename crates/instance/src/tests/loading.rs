//! Loading: keys, lengths, import sets and their states.

use serde_json::json;

use super::{Client, Updates, devices, with_records};

fn rows(client: &Client, set: &str) -> Vec<serde_json::Value> {
    client.find("u_stage_device", &format!("sys_import_set={set}^ORDERBYsys_import_row"))
}

#[test]
fn insert_multiple_takes_labels_and_wrong_keys_make_empty_rows() {
    let client = Client::with(&devices());
    let set = client.load(
        "u_stage_device",
        &[json!({ "Serial number": "C1", "Name": "one" }), json!({ "u_serial": "C2", "u_name": "two" })],
    );
    let rows = rows(&client, &set);
    assert_eq!(rows[0]["sys_import_state"], "inserted");
    assert_eq!(rows[0]["sys_import_row"], "1");
    assert_eq!(rows[1]["sys_import_state"], "skipped");
    assert_eq!(rows[1]["u_serial"], "");
    assert_eq!(client.one("cmdb_ci_computer", "name=one")["serial_number"], "C1");
    assert!(client.find("cmdb_ci_computer", "name=two").is_empty());
}

#[test]
fn a_mapping_by_name_takes_names() {
    let client = Client::with(&devices().multiple("u_stage_device", "name", "asynchronous"));
    let set = client.load("u_stage_device", &[json!({ "Serial number": "C1" }), json!({ "u_serial": "C2" })]);
    let states: Vec<_> = rows(&client, &set).iter().map(|row| row["sys_import_state"].clone()).collect();
    assert_eq!(states, ["skipped", "inserted"]);
}

#[test]
fn a_synchronous_mapping_transforms_before_the_answer() {
    let client = Client::with(&devices().multiple("u_stage_device", "label", "synchronous"));
    let reply = client
        .post("/api/now/import/u_stage_device/insertMultiple", &json!({ "records": [{ "Serial number": "C1" }] }));
    let set = reply.json()["import_set_id"].as_str().expect("an import set has an id").to_owned();
    let set = client.one("sys_import_set", &format!("sys_id={set}"));
    assert_eq!((&set["state"], &set["mode"]), (&json!("processed"), &json!("synchronous")));
    assert_eq!(set["number"], "ISET0010001");
}

#[test]
fn the_answer_of_insert_multiple_is_bare_and_a_multi_set_can_be_added_to() {
    let client = Client::with(&devices());
    let first = client.post("/api/now/import/u_stage_device/insertMultiple", &json!({ "records": [] })).json();
    let keys: Vec<&String> = first.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["import_set_id", "multi_import_set_id"]);
    let multi = first["multi_import_set_id"].as_str().expect("an id");
    let after = first["import_set_id"].as_str().expect("an id");
    let path = format!("/api/now/import/u_stage_device/insertMultiple?multi_import_set_id={multi}&run_after={after}");
    let second = client.post(&path, &json!({ "records": [{ "Serial number": "C1" }] })).json();
    assert_eq!(second["multi_import_set_id"], multi);
    client.wait(second["import_set_id"].as_str().expect("an id"));
    assert_eq!(client.find("sys_import_set", &format!("multi_import_set={multi}")).len(), 2);
    let wrong =
        client.post("/api/now/import/u_stage_device/insertMultiple?run_after=nothing", &json!({ "records": [] }));
    assert_eq!(wrong.status, 400);
}

#[test]
fn single_rows_of_a_day_share_an_import_set() {
    let client = Client::with(&devices());
    let path = "/api/now/import/u_stage_device";
    let first = client.post(path, &json!({ "u_serial": "C1", "u_name": "one" })).json();
    let second = client.post(path, &json!([{ "u_serial": "C2", "u_name": "two" }, { "u_serial": "C3" }])).json();
    assert_eq!(first["import_set"], second["import_set"]);
    assert_eq!(first["staging_table"], "u_stage_device");
    let result = &second["result"][0];
    assert_eq!(result["transform_map"], "computer");
    assert_eq!(result["table"], "cmdb_ci_computer");
    assert_eq!((&result["display_name"], &result["display_value"]), (&json!("name"), &json!("two")));
    assert_eq!(result["status"], "inserted");
    let computer = client.one("cmdb_ci_computer", "serial_number=C2");
    assert_eq!(result["sys_id"], computer["sys_id"]);
    let row = client.one("u_stage_device", "u_serial=C2");
    assert_eq!(row["sys_import_row"], "2");
    let read = client.get(&format!("{path}/{}", row["sys_id"].as_str().expect("an id"))).json();
    assert_eq!(read["result"], second["result"]);
    assert!(client.find("cmdb_ci_computer", "serial_number=C3").is_empty());
}

#[test]
fn a_value_longer_than_its_column_is_cut() {
    let client = Client::with(&devices());
    let tag = "t".repeat(60);
    client.load("u_stage_device", &[json!({ "Serial number": "C1", "Asset tag": tag })]);
    assert_eq!(client.one("u_stage_device", "u_serial=C1")["u_tag"], "t".repeat(40));
}

/// ServiceNow's documentation of the maximum row size (r_MaximumRowSize): 8126 bytes, a bigger row is skipped.
#[test]
fn a_row_longer_than_the_database_allows_is_skipped_and_says_so() {
    let client = Client::with(&devices());
    let long = json!({ "Serial number": "C1", "Asset tag": "kept", "Note": "n".repeat(8200) });
    let set = client.load("u_stage_device", &[long, json!({ "Serial number": "C2" })]);
    let rows = rows(&client, &set);
    assert_eq!(rows[0]["sys_import_state"], "skipped");
    assert_eq!(rows[0]["u_tag"], "kept");
    assert!(rows[0]["sys_import_state_comment"].as_str().is_some_and(|comment| comment.contains("8126")));
    assert_eq!(rows[1]["sys_import_state"], "inserted");
    let run = client.one("sys_import_set_run", &format!("sys_import_set={set}"));
    assert_eq!((&run["total"], &run["skipped"], &run["inserts"]), (&json!("2"), &json!("1"), &json!("1")));
}

/// The same: what is skipped while it is loaded is never transformed, so no second map has a row to tell of.
#[test]
fn a_row_that_is_too_long_has_one_staging_row_whatever_the_number_of_maps() {
    let client = Client::with(&with_records(devices()));
    let set = client.load("u_stage_device", &[json!({ "Serial number": "C1", "Note": "n".repeat(8200) })]);
    let rows = rows(&client, &set);
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["sys_import_state"], &rows[0]["sys_target_table"]), (&json!("skipped"), &json!("")));
    assert!(client.find("cmdb_ci_computer", "").is_empty() && client.find("u_mdm_record", "").is_empty());
    let of =
        |map: &str| client.one("sys_import_set_run", &format!("sys_import_set={set}^sys_transform_map.name={map}"));
    assert_eq!((&of("computer")["skipped"], &of("record")["total"]), (&json!("1"), &json!("0")));
}

#[test]
fn bodies_that_are_too_large_or_no_json_are_refused() {
    let client = Client::with(&devices());
    let path = "/api/now/import/u_stage_device/insertMultiple";
    let large = json!({ "records": [{ "Note": "n".repeat(crate::limits::BODY_BYTES_MAX) }] });
    assert_eq!(client.post(path, &large).status, 413);
    let headers = format!("{}Content-Type: application/json\r\n", client.loader());
    assert_eq!(client.send("POST", path, &headers, "{\"records\":").status, 400);
    let headers = format!("{}Content-Type: text/plain\r\n", client.loader());
    assert_eq!(client.send("POST", path, &headers, "{}").status, 415);
    assert_eq!(client.post("/api/now/import/sys_user", &json!({})).status, 400);
}

#[test]
fn without_a_map_a_row_is_in_error() {
    let updates = Updates::new("Bare")
        .table("u_bare", "Bare", Some("sys_import_set_row"))
        .column("u_bare", "u_a", "A", "string", "40");
    let result = Client::with(&updates).import("u_bare", &json!({ "u_a": "x" }));
    assert_eq!(result[0]["status"], "error");
    assert_eq!(result[0]["error_message"], "No transform entry or scripts are defined; Target record not found");
}
