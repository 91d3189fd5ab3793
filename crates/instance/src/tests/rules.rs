//! Named rules, and the software tables that some of them read.

use serde_json::json;

use super::{Client, Updates, devices, with_records};

#[test]
fn never_insert_changes_records_and_makes_none() {
    let client = Client::with(&devices().before("computer", "// named rule: never_insert(u_retire)\nignore = true;"));
    let result = client.import("u_stage_device", &json!({ "u_serial": "C1", "u_retire": "true" }));
    assert_eq!(result[0]["status"], "ignored");
    assert_eq!(result[0]["status_message"], "never inserts: no matching record");
    client.import("u_stage_device", &json!({ "u_serial": "C1", "u_name": "one" }));
    let result = client.import("u_stage_device", &json!({ "u_serial": "C1", "u_name": "two", "u_retire": "true" }));
    assert_eq!(result[0]["status"], "updated");
}

#[test]
fn an_older_run_leaves_the_record_alone() {
    let client = Client::with(&with_records(devices()).before("record", "// named rule: skip_older_run(u_run, run)"));
    let import = |run: &str| client.import("u_stage_device", &json!({ "u_serial": "C1", "u_run": run })).remove(1);
    assert_eq!(import("10")["status"], "inserted");
    let older = import("9");
    assert_eq!((&older["status"], &older["status_message"]), (&json!("ignored"), &json!("an older run")));
    assert_eq!(import("11")["status"], "updated");
    assert_eq!(client.one("u_mdm_record", "serial_number=C1")["run"], "11");
}

#[test]
fn make_and_model_makes_one_model_of_manufacturer_name_and_number() {
    let rule = "// named rule: make_and_model(u_manufacturer, u_model, u_model_number)";
    let client = Client::with(&devices().scripted("computer", "model_id", rule));
    let device = |serial: &str, model: &str| json!({ "u_serial": serial, "u_manufacturer": "Apple", "u_model": model, "u_model_number": "Mac15,6" });
    client.import("u_stage_device", &device("C1", "MacBook Pro"));
    client.import("u_stage_device", &device("C2", "macbook pro"));
    let model = client.one("cmdb_hardware_product_model", "model_number=Mac15,6");
    assert_eq!(model["display_name"], "Apple MacBook Pro");
    assert_eq!(model["manufacturer"], client.one("core_company", "name=Apple")["sys_id"]);
    assert_eq!(client.find("cmdb_ci_computer", "model_id.name=MacBook Pro").len(), 2);
    client.import("u_stage_device", &device("C3", ""));
    assert_eq!(client.find("cmdb_ci_computer", "model_id.name=Unknown").len(), 1);
}

fn software() -> Updates {
    Updates::new("Software")
        .table("u_stage_install", "Stage install", Some("sys_import_set_row"))
        .column("u_stage_install", "u_key", "Key", "string", "40")
        .column("u_stage_install", "u_serial", "Serial number", "string", "100")
        .column("u_stage_install", "u_name", "Name", "string", "255")
        .column("u_stage_install", "u_version", "Version", "string", "100")
        .map("install", "u_stage_install", "cmdb_sam_sw_install", "100")
        .entry("install", "u_key", "instance_key", &[("coalesce", "true")])
        .entry("install", "u_name", "display_name", &[])
        .entry("install", "u_version", "version", &[])
        .entry(
            "install",
            "u_serial",
            "installed_on",
            &[("choice_action", "reject"), ("reference_value_field", "serial_number")],
        )
        .table("u_stage_usage", "Stage usage", Some("sys_import_set_row"))
        .column("u_stage_usage", "u_key", "Key", "string", "40")
        .map("usage", "u_stage_usage", "samp_sw_usage", "100")
        .scripted("usage", "norm_product", "// named rule: product_of_install(u_key)\nanswer = '';")
}

const SEED: &str = r#"
[[record]]
table = "cmdb_ci_computer"
values = { name = "one", serial_number = "C1" }
[[record]]
table = "samp_sw_product"
values = { name = "Slack" }
"#;

#[test]
fn product_of_install_answers_what_the_instance_normalised() {
    let client = Client::with(&software());
    client.instance.seed(SEED).expect("the seed is valid");
    for (key, name) in [("k1", "Slack"), ("k2", "Homemade")] {
        client.import("u_stage_install", &json!({ "u_key": key, "u_serial": "c1", "u_name": name, "u_version": "4" }));
    }
    let product = client.one("samp_sw_product", "name=Slack");
    let known = client.import("u_stage_usage", &json!({ "u_key": "k1" })).remove(0);
    assert_eq!(known["status"], "inserted");
    assert_eq!(client.one("samp_sw_usage", "")["norm_product"], product["sys_id"]);
    for key in ["k2", "k3"] {
        let unknown = client.import("u_stage_usage", &json!({ "u_key": key })).remove(0);
        assert_eq!(unknown["status"], "ignored");
        assert!(unknown["status_message"].as_str().is_some_and(|said| said.contains("product_of_install")));
    }
}

#[test]
fn an_install_has_the_discovery_model_of_its_version() {
    let client = Client::with(&software());
    client.instance.seed(SEED).expect("the seed is valid");
    let install = |version: &str| {
        client.import(
            "u_stage_install",
            &json!({ "u_key": "k1", "u_serial": "C1", "u_name": "Slack", "u_version": version }),
        );
        client.one(
            "cmdb_sam_sw_install",
            "instance_key=k1^discovery_model.primary_key=Slack 4.1^ORdiscovery_model.primary_key=Slack 4.0",
        )
    };
    let (old, new) = (install("4.0"), install("4.1"));
    assert_ne!(old["discovery_model"], new["discovery_model"]);
    assert_eq!(client.find("cmdb_sam_sw_discovery_model", "").len(), 2);
    client.import(
        "u_stage_install",
        &json!({ "u_key": "k2", "u_serial": "C1", "u_name": "Security Update 2026-001", "u_version": "1" }),
    );
    assert_eq!(client.one("cmdb_sam_sw_install", "instance_key=k2")["discovery_model"], "");
}

#[test]
fn the_installs_of_a_retired_computer_leave_with_it() {
    let client = Client::with(&software());
    client.instance.seed(SEED).expect("the seed is valid");
    client.import("u_stage_install", &json!({ "u_key": "k1", "u_serial": "C1", "u_name": "Slack" }));
    let computer = client.one("cmdb_ci_computer", "serial_number=C1");
    let path = format!("/api/now/table/cmdb_ci_computer/{}", computer["sys_id"].as_str().expect("an id"));
    assert_eq!(client.as_admin("PATCH", &path, &json!({ "install_status": "7" })).status, 200);
    assert!(client.find("cmdb_sam_sw_install", "").is_empty());
}
