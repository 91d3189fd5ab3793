//! Update sets: what is installed, and what is refused as a whole.

use serde_json::json;

use super::{Client, Updates, devices, with_records};
use crate::{Config, Error, Instance};

fn instance() -> Instance {
    Instance::open(Config::with_made_up_secrets()).expect("the instance opens")
}

#[test]
fn an_update_set_says_what_it_brought_and_may_come_twice() {
    let instance = instance();
    let xml = with_records(devices()).xml();
    let first = instance.install_update_set(&xml).expect("the update set is valid");
    assert_eq!(first.name, "Devices");
    assert_eq!(first.tables, ["u_mdm_record", "u_stage_device"]);
    assert_eq!(first.maps, ["computer", "record"]);
    assert_eq!(instance.install_update_set(&xml).expect("it is as valid as before"), first);
}

#[test]
fn installing_twice_leaves_one_record_of_each() {
    let updates = with_records(devices());
    let client = Client::with(&updates);
    let before = client.find("sys_transform_entry", "").len();
    client.instance.install_update_set(&updates.xml()).expect("it is as valid as before");
    assert_eq!(client.find("sys_transform_entry", "").len(), before);
    assert_eq!(client.find("sys_db_object", "name=u_stage_device").len(), 1);
    let table = client.one("sys_db_object", "name=u_stage_device");
    assert_eq!(table["super_class"], client.one("sys_db_object", "name=sys_import_set_row")["sys_id"]);
    assert_eq!(client.one("sys_dictionary", "name=u_stage_device^element=u_serial")["max_length"], "100");
}

#[test]
fn a_foreign_script_is_refused_and_nothing_of_its_set_is_installed() {
    let scripts = [
        devices().before("computer", "if (action == 'insert') ignore = true;"),
        devices().before("computer", "// named rule: product_of_install(u_serial)"),
        devices().scripted("computer", "model_id", "answer = source.u_model;"),
        devices()
            .record("sys_transform_map", &[("name", "scripted"), ("run_script", "true"), ("script", "target.x = 1;")]),
    ];
    for updates in scripts {
        let client = Client::open(Config::with_made_up_secrets());
        let error = client.instance.install_update_set(&updates.xml()).expect_err("the script is foreign");
        assert!(matches!(error, Error::UpdateSet(_)), "{error}");
        assert!(client.find("sys_dictionary", "name=u_stage_device").is_empty());
        assert_eq!(client.get("/api/now/table/u_stage_device").status, 400);
    }
}

#[test]
fn the_refusal_names_the_record_and_the_script() {
    let updates = devices().before("computer", "gs.log('hello');\nmore();");
    let error = instance().install_update_set(&updates.xml()).expect_err("the script is foreign").to_string();
    assert!(error.contains("sys_transform_script") && error.contains("gs.log"), "{error}");
}

#[test]
fn what_a_map_needs_has_to_be_there() {
    for (updates, named) in [
        (devices().entry("computer", "u_serial", "no_such_column", &[]), "no_such_column"),
        (devices().entry("computer", "u_nothing", "name", &[]), "u_nothing"),
        (devices().map("lost", "u_stage_device", "no_such_table", "300"), "no_such_table"),
        (devices().record("sys_script", &[("name", "a rule")]), "sys_script"),
        (devices().table("u_child", "Child", Some("u_parent")), "u_parent"),
        (devices().before("computer", "// named rule: never_insert(u_missing)"), "u_missing"),
    ] {
        let error = instance().install_update_set(&updates.xml()).expect_err("something is missing").to_string();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn what_is_no_update_set_is_refused() {
    for text in ["", "no xml", "<unload>", "<other/>", "<unload></unload>", "<unload><sys_update_xml/></unload>"] {
        assert!(instance().install_update_set(text).is_err(), "{text}");
    }
}

#[test]
fn a_role_of_the_platform_is_found_by_what_the_set_displays() {
    let payload = "<record_update><sys_user_role_contains action=\"INSERT_OR_UPDATE\"><sys_id>11111111111111111111111111111111</sys_id>\
         <role display_value=\"snowhaul_loader\">22222222222222222222222222222222</role>\
         <contains display_value=\"cmdb_read\">33333333333333333333333333333333</contains>\
         </sys_user_role_contains></record_update>";
    let role = "<record_update><sys_user_role action=\"INSERT_OR_UPDATE\"><sys_id>22222222222222222222222222222222</sys_id>\
         <name>snowhaul_loader</name></sys_user_role></record_update>";
    let update = |payload: &str| {
        format!("<sys_update_xml><payload>{}</payload></sys_update_xml>", quick_xml::escape::escape(payload))
    };
    let client = Client::open(Config::with_made_up_secrets());
    let xml = format!("<unload>{}{}</unload>", update(payload), update(role));
    client.instance.install_update_set(&xml).expect("the update set is valid");
    let link = client.one("sys_user_role_contains", "role.name=snowhaul_loader");
    assert_eq!(link["contains"], client.one("sys_user_role", "name=cmdb_read")["sys_id"]);
    let grants = client.find("sys_user_has_role", "role.name=snowhaul_loader");
    assert_eq!(grants.len(), 1, "the loader has the role once it is there");
}

/// `discovery_source` must be a choice that exists, and a sender ships its own (`servicenow.md` §4.4); choices travel as
/// `sys_choice` records (`update-set.md`).
#[test]
fn a_choice_comes_with_an_update_set_and_twice_is_once() {
    let reject = devices().entry("computer", "u_source", "discovery_source", &[("choice_action", "reject")]);
    let client = Client::with(&reject);
    let import = || client.import("u_stage_device", &json!({ "u_serial": "C1", "u_source": "Kandji" })).remove(0);
    let refused = import();
    assert_eq!(refused["status"], "error");
    assert!(refused["error_message"].as_str().is_some_and(|said| said.contains("discovery_source")), "{refused}");
    assert_eq!(client.one("sys_import_set_row_error", "")["error_code"], "200");

    let choice = |name: &'static str, value: &str| {
        let of = [("name", "cmdb_ci"), ("element", "discovery_source"), ("language", "en")];
        let values = [of[0], of[1], of[2], ("label", value), ("value", value)];
        Updates::new(name).record("sys_choice", &values).xml()
    };
    let brought = choice("Choice", "Kandji");
    for _ in 0..2 {
        client.instance.install_update_set(&brought).expect("the update set is valid");
    }
    let stored = client.one("sys_choice", "name=cmdb_ci^element=discovery_source^value=Kandji");
    assert_eq!((&stored["label"], &stored["sys_mod_count"]), (&json!("Kandji"), &json!("0")));
    assert_eq!(import()["status"], "inserted");
    assert_eq!(client.one("cmdb_ci_computer", "serial_number=C1")["discovery_source"], "Kandji");
    // One that the platform ships has another id there, and stays one.
    client.instance.install_update_set(&choice("Other", "SG-Jamf")).expect("the update set is valid");
    client.one("sys_choice", "name=cmdb_ci^element=discovery_source^value=SG-Jamf");
}

#[test]
fn a_column_that_comes_later_reaches_tables_that_are_there() {
    let client = Client::with(&devices());
    client.import("u_stage_device", &json!({ "u_serial": "C1" }));
    let more = Updates::new("More").column("cmdb_ci", "u_owner_code", "Owner code", "string", "40");
    client.instance.install_update_set(&more.xml()).expect("the update set is valid");
    assert_eq!(client.one("cmdb_ci_computer", "serial_number=C1")["u_owner_code"], "");
    assert_eq!(client.find("cmdb_ci", "u_owner_codeISEMPTY").len(), 1);
}
