//! Transform maps: coalesce, references, choices, values, and what the platform does beside.

use serde_json::{Value, json};

use super::{Client, devices, with_records};

fn import(client: &Client, record: Value) -> Value {
    client.import("u_stage_device", &record).remove(0)
}

fn computer(client: &Client) -> Value {
    client.one("cmdb_ci_computer", "serial_number=C1")
}

#[test]
fn coalesce_ignores_case_and_takes_the_first_match() {
    let client = Client::with(&devices());
    let first = import(&client, json!({ "u_serial": "c1", "u_name": "one" }));
    let second = import(&client, json!({ "u_serial": "C1", "u_name": "two" }));
    assert_eq!(second["status"], "updated");
    assert_eq!(first["sys_id"], second["sys_id"]);
    assert_eq!(computer(&client)["name"], "two");
    assert_eq!(computer(&client)["sys_mod_count"], "1");
}

#[test]
fn an_empty_coalesce_value_skips_the_row_and_answers_its_own_id() {
    let client = Client::with(&devices());
    let result = import(&client, json!({ "u_name": "one" }));
    assert_eq!(result["status"], "skipped");
    let row = client.one("u_stage_device", "u_name=one");
    assert_eq!(result["sys_id"], row["sys_id"]);
    assert!(client.find("cmdb_ci_computer", "").is_empty());
}

#[test]
fn an_unchanged_record_is_ignored() {
    let client = Client::with(&devices());
    let record = json!({ "u_serial": "C1", "u_name": "one" });
    import(&client, record.clone());
    let result = import(&client, record);
    assert_eq!(result["status"], "ignored");
    assert_eq!(result["status_message"], "No field values changed");
    assert_eq!(computer(&client)["sys_mod_count"], "0");
}

#[test]
fn empty_keeps_and_null_clears() {
    let client = Client::with(&devices());
    import(&client, json!({ "u_serial": "C1", "u_name": "one", "u_tag": "T1" }));
    import(&client, json!({ "u_serial": "C1", "u_name": "", "u_tag": "NULL" }));
    assert_eq!(computer(&client)["name"], "one");
    assert_eq!(computer(&client)["asset_tag"], "");
}

#[test]
fn an_upper_case_truth_becomes_false() {
    let client = Client::with(&devices());
    import(&client, json!({ "u_serial": "C1", "u_virtual": "true" }));
    assert_eq!(computer(&client)["virtual"], "true");
    import(&client, json!({ "u_serial": "C1", "u_virtual": "TRUE" }));
    assert_eq!(computer(&client)["virtual"], "false");
}

#[test]
fn a_date_that_is_none_leaves_the_field_and_says_so() {
    let client = Client::with(&devices());
    import(&client, json!({ "u_serial": "C1", "u_discovered": "2026-01-02 03:04:05" }));
    let result = import(&client, json!({ "u_serial": "C1", "u_name": "n", "u_discovered": "2026-01-02T03:04:05Z" }));
    assert_eq!(result["status_message"], "last_discovered: not a date, field not set");
    assert_eq!(computer(&client)["last_discovered"], "2026-01-02 03:04:05");
}

#[test]
fn references_are_created_ignored_or_found_by_the_field_that_the_map_names() {
    let client = Client::with(&devices());
    client
        .instance
        .seed("[[record]]\ntable = \"sys_user\"\nvalues = { user_name = \"ada\", name = \"Ada\", email = \"ada@example.com\" }")
        .expect("the seed is valid");
    import(&client, json!({ "u_serial": "C1", "u_manufacturer": "Apple", "u_user": "ADA@example.com" }));
    let apple = client.one("core_company", "name=Apple");
    let ada = client.one("sys_user", "user_name=ada");
    assert_eq!(computer(&client)["manufacturer"], apple["sys_id"]);
    assert_eq!(computer(&client)["assigned_to"], ada["sys_id"]);
    let result = import(&client, json!({ "u_serial": "C1", "u_name": "n", "u_user": "nobody@example.com" }));
    assert_eq!(result["status"], "updated");
    assert_eq!(computer(&client)["assigned_to"], ada["sys_id"]);
}

#[test]
fn a_choice_is_matched_by_value_or_label_and_an_unknown_one_ignored() {
    let client = Client::with(&devices());
    import(&client, json!({ "u_serial": "C1", "u_source": "sg-jamf" }));
    assert_eq!(computer(&client)["discovery_source"], "SG-Jamf");
    import(&client, json!({ "u_serial": "C1", "u_source": "Nobody" }));
    assert_eq!(computer(&client)["discovery_source"], "SG-Jamf");
}

#[test]
fn a_rejected_reference_puts_the_row_in_error_with_its_code() {
    let updates = with_records(devices());
    let client = Client::with(&updates.entry(
        "record",
        "u_user",
        "configuration_item",
        &[("choice_action", "reject"), ("reference_value_field", "serial_number")],
    ));
    let result = client.import("u_stage_device", &json!({ "u_serial": "C1", "u_user": "no such serial" }));
    assert_eq!(result[0]["status"], "inserted");
    assert_eq!(result[1]["status"], "error");
    let message = result[1]["error_message"].as_str().expect("an error has a message");
    assert!(message.contains("configuration_item") && message.contains("no such serial"), "{message}");
    let error = client.one("sys_import_set_row_error", "");
    assert_eq!(error["error_code"], "100");
    let row = client.one("u_stage_device", "sys_import_state=error");
    assert_eq!(row["sys_row_error"], error["sys_id"]);
    assert_eq!(error["import_set_row"], row["sys_id"]);
    assert_eq!(client.one("sys_import_set_run", "errors=1")["state"], "Complete with errors");
}

#[test]
fn two_maps_make_two_rows_with_states_of_their_own() {
    let client = Client::with(&with_records(devices()));
    let set = client.load("u_stage_device", &[json!({ "Serial number": "C1", "Name": "one", "Run": "1" })]);
    let rows = client.find("u_stage_device", &format!("sys_import_set={set}"));
    assert_eq!(rows.len(), 2);
    let targets: Vec<&Value> = rows.iter().map(|row| &row["sys_target_table"]).collect();
    assert_eq!(targets, ["cmdb_ci_computer", "u_mdm_record"]);
    assert!(rows.iter().all(|row| row["sys_import_row"] == "1" && row["sys_import_state"] == "inserted"));
    assert_ne!(rows[0]["sys_id"], rows[1]["sys_id"]);
    assert_ne!(rows[0]["import_set_run"], rows[1]["import_set_run"]);
    let record = client.one("u_mdm_record", "configuration_item.name=one");
    assert_eq!(record["configuration_item"], computer(&client)["sys_id"]);
    assert_eq!(rows[1]["sys_target_sys_id"], record["sys_id"]);
    assert_eq!(client.find("sys_import_set_run", &format!("sys_import_set={set}^state=Complete^inserts=1")).len(), 2);
}

#[test]
fn a_new_computer_has_the_platforms_defaults_and_an_asset() {
    let client = Client::with(&devices());
    import(&client, json!({ "u_serial": "C1", "u_name": "one", "u_tag": "T1" }));
    let computer = computer(&client);
    for (column, value) in [
        ("install_status", "1"),
        ("operational_status", "1"),
        ("hardware_status", "installed"),
        ("discovery_source", "ServiceNow"),
        ("sys_class_name", "cmdb_ci_computer"),
        ("subcategory", "Computer"),
    ] {
        assert_eq!(computer[column], value, "{column}");
    }
    assert_eq!(computer["first_discovered"], computer["sys_created_on"]);
    let asset = client.one("alm_hardware", "serial_number=C1");
    assert_eq!((&computer["asset"], &asset["ci"]), (&asset["sys_id"], &computer["sys_id"]));
    assert_eq!(asset["display_name"], "T1 - Unknown");
    import(&client, json!({ "u_serial": "C1", "u_tag": "T2" }));
    assert_eq!(client.one("alm_hardware", "serial_number=C1")["asset_tag"], "T2");
}

#[test]
fn an_import_larger_than_a_block_is_counted_to_the_last_row() {
    let client = Client::with(&devices());
    let records: Vec<Value> =
        (0..1200).map(|number| json!({ "Serial number": format!("S{number}"), "Name": "n" })).collect();
    let set = client.load("u_stage_device", &records);
    let run = client.one("sys_import_set_run", &format!("sys_import_set={set}"));
    assert_eq!((&run["total"], &run["processed"], &run["inserts"]), (&json!("1200"), &json!("1200"), &json!("1200")));
    let again = client.load("u_stage_device", &records);
    let run = client.one("sys_import_set_run", &format!("sys_import_set={again}"));
    assert_eq!((&run["state"], &run["ignored"]), (&json!("Complete"), &json!("1200")));
}
