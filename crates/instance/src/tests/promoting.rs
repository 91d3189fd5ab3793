//! What transform maps do with a row, each rule of the documentation once: coalesce, references, empties, named rules.

use serde_json::{Value, json};

use super::{Client, devices, with_records};

const STAGE: &str = "u_stage_device";

/// The first result of one synchronous row.
fn first(client: &Client, record: &Value) -> Value {
    client.import(STAGE, record).remove(0)
}

#[test]
fn coalesce_ignores_case_and_a_row_that_changes_nothing_is_ignored() {
    let client = Client::with(&devices());
    let inserted = first(&client, &json!({"u_serial": "AAAA1111", "u_name": "One"}));
    assert_eq!(inserted["status"], "inserted");
    let updated = first(&client, &json!({"u_serial": "aaaa1111", "u_name": "Two"}));
    assert_eq!((&updated["status"], &updated["sys_id"]), (&json!("updated"), &inserted["sys_id"]));
    let same = first(&client, &json!({"u_serial": "aaaa1111", "u_name": "Two"}));
    assert_eq!((&same["status"], &same["status_message"]), (&json!("ignored"), &json!("No field values changed")));
    assert_eq!(client.find("cmdb_ci_computer", "serial_numberISNOTEMPTY").len(), 1);
}

#[test]
fn an_empty_coalesce_value_skips_the_row() {
    let client = Client::with(&devices());
    assert_eq!(first(&client, &json!({"u_name": "Nobody"}))["status"], "skipped");
    assert!(client.find("cmdb_ci_computer", "name=Nobody").is_empty());
}

#[test]
fn empties_null_and_upper_case_truths_do_what_is_documented() {
    let client = Client::with(&devices());
    first(&client, &json!({"u_serial": "A1", "u_name": "One", "u_tag": "T", "u_virtual": "true"}));
    first(&client, &json!({"u_serial": "A1", "u_name": "", "u_tag": "NULL", "u_virtual": "TRUE"}));
    let computer = client.one("cmdb_ci_computer", "serial_number=A1");
    assert_eq!(
        (&computer["name"], &computer["asset_tag"], &computer["virtual"]),
        (&json!("One"), &json!(""), &json!("false"))
    );
}

#[test]
fn a_reference_is_made_ignored_or_rejected_as_its_map_says() {
    let client = Client::with(&with_records(devices()));
    client
        .instance
        .seed("[[record]]\ntable = \"sys_user\"\n[record.values]\nemail = \"a@b.example\"\nname = \"A\"\n")
        .expect("seeded");
    let record = json!({"u_serial": "A1", "u_manufacturer": "Apple", "u_user": "nobody@b.example"});
    let results = client.import(STAGE, &record);
    assert_eq!(results.len(), 2, "one result a map");
    assert_eq!(client.find("core_company", "name=Apple").len(), 1, "create makes the company");
    assert_eq!(client.one("cmdb_ci_computer", "serial_number=A1")["assigned_to"], "", "ignore leaves the user");
    client.import(STAGE, &json!({"u_serial": "A1", "u_user": "A@B.example"}));
    let user = client.one("sys_user", "email=a@b.example");
    let assigned = &client.one("cmdb_ci_computer", "serial_number=A1")["assigned_to"];
    assert_eq!(assigned, &user["sys_id"]);

    // Without a name or serial number of a computer, the second map's reference has nothing to refer to.
    let orphan = devices().map("record", STAGE, "cmdb_software_instance", "200").entry(
        "record",
        "u_name",
        "installed_on",
        &[("choice_action", "reject"), ("reference_value_field", "serial_number"), ("coalesce", "true")],
    );
    let client = Client::with(&orphan);
    let results = client.import(STAGE, &json!({"u_serial": "A1", "u_name": "no such serial"}));
    assert_eq!(results[1]["status"], "error");
    assert_eq!(client.find("sys_import_set_row_error", "").len(), 1);
}

#[test]
fn named_rules_decide_about_rows_and_fields() {
    let rules = with_records(devices())
        .before("computer", "// named rule: never_insert(u_retire)\n")
        .before("record", "// named rule: never_insert(u_retire)\n")
        .before("record", "// named rule: skip_older_run(u_run, run)\n")
        .scripted("computer", "model_id", "// named rule: make_and_model(u_manufacturer, u_model, u_model_number)\n");
    let client = Client::with(&rules);
    let retire = json!({"u_serial": "GONE", "u_retire": "true"});
    assert!(client.import(STAGE, &retire).iter().all(|result| result["status"] == "ignored"));
    assert!(client.find("cmdb_ci_computer", "serial_number=GONE").is_empty());

    let model = json!({"u_serial": "A1", "u_run": "7", "u_manufacturer": "Apple", "u_model": "MacBook Air", "u_model_number": "MacBookAir10,1"});
    client.import(STAGE, &model);
    client.import(STAGE, &json!({"u_serial": "A2", "u_run": "7", "u_manufacturer": "Apple", "u_model": "MacBook Air", "u_model_number": "MacBookAir10,1"}));
    let made = client.find("cmdb_hardware_product_model", "model_number=MacBookAir10,1");
    assert_eq!(made.len(), 1, "one model for two computers");
    let older = client.import(STAGE, &json!({"u_serial": "A1", "u_run": "6"}));
    assert_eq!(older[1]["status"], "ignored");
    assert_eq!(client.one("u_mdm_record", "serial_number=A1")["run"], "7");
}

#[test]
fn many_rows_are_staged_by_label_and_promoted_later() {
    let client = Client::with(&with_records(devices()));
    let rows: Vec<Value> =
        (0..250).map(|row| json!({"Serial number": format!("S{row:04}"), "Name": format!("Mac {row}")})).collect();
    let set = client.load(STAGE, &rows);
    client.wait(&set);
    assert_eq!(client.find("cmdb_ci_computer", "serial_numberSTARTSWITHS0").len(), 250);
    assert_eq!(client.find(STAGE, &format!("sys_import_set={set}^sys_import_state=inserted")).len(), 500);

    // With names where labels are expected every row arrives empty, and no answer says so.
    let set = client.load(STAGE, &[json!({"u_serial": "T0001"})]);
    client.wait(&set);
    assert!(client.find("cmdb_ci_computer", "serial_number=T0001").is_empty());

    let by_name = Client::with(&devices().multiple(STAGE, "name", "synchronous"));
    let set = by_name.load(STAGE, &[json!({"u_serial": "T0001"})]);
    by_name.wait(&set);
    assert_eq!(by_name.find("cmdb_ci_computer", "serial_number=T0001").len(), 1);
}

#[test]
fn an_update_set_with_another_script_is_refused_by_name_and_leaves_nothing() {
    let client = Client::with(&devices());
    let foreign = with_records(devices()).before("record", "ignore = Math.random() > 0.5;");
    let refused = client.instance.install_update_set(&foreign.xml()).expect_err("no JavaScript is run");
    assert!(refused.to_string().contains("sys_transform_script") || format!("{refused:?}").contains("Math.random"));
    let reply = client.get("/api/now/table/u_mdm_record");
    assert_eq!(reply.status, 400, "{}", reply.body);
    assert!(reply.header("content-type").is_some_and(|kind| kind.contains("json")));
}

#[test]
fn a_reopened_instance_holds_what_it_held() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let config = crate::Config { data: Some(data.path().to_owned()), ..crate::Config::with_made_up_secrets() };
    let client = Client::open(config);
    client.instance.install_update_set(&devices().xml()).expect("installed");
    first(&client, &json!({"u_serial": "A1", "u_name": "One"}));
    let identity = client.instance.identity();
    let reopened = Client::open(client.close());
    assert_eq!(reopened.instance.identity(), identity);
    assert_eq!(reopened.one("cmdb_ci_computer", "serial_number=A1")["name"], "One");
    let renamed = json!({"name": "Two"});
    let id = reopened.one("cmdb_ci_computer", "serial_number=A1")["sys_id"].as_str().expect("an id").to_owned();
    assert_eq!(reopened.as_admin("PATCH", &format!("/api/now/table/cmdb_ci_computer/{id}"), &renamed).status, 200);
    assert_eq!(reopened.one("cmdb_ci_computer", "serial_number=A1")["name"], "Two");
}
