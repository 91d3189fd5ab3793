//! The robust transformer: one reading, several entities, and it beats a map on the same staging table (key concepts of
//! import sets; ETL definitions).

use serde_json::json;

use super::{Client, Updates};
use crate::sys_id;

/// Applications with the computer that they are installed on, as two entities; and a map that must not run.
fn updates() -> Updates {
    let transformer = sys_id::of(&["test transformer"]);
    let entity = |name: &str| sys_id::of(&["test entity", name]);
    let mut updates = Updates::new("Robust")
        .table("u_stage_app", "Stage application", Some("sys_import_set_row"))
        .column("u_stage_app", "u_serial", "Serial number", "string", "100")
        .column("u_stage_app", "u_computer", "Computer", "string", "100")
        .column("u_stage_app", "u_key", "Key", "string", "64")
        .column("u_stage_app", "u_app", "Application", "string", "100")
        .column("u_stage_app", "u_source", "Source", "string", "40")
        .map("unused", "u_stage_app", "cmdb_ci_computer", "100")
        .entry("unused", "u_app", "serial_number", &[("coalesce", "true")])
        .identified(
            "sys_robust_import_set_transformer",
            &transformer,
            &[("name", "Applications"), ("source_table", "u_stage_app")],
        );
    for (name, table, order) in [("computer", "cmdb_ci_computer", "1"), ("install", "cmdb_sam_sw_install", "2")] {
        let values = [("transformer", transformer.as_str()), ("name", name), ("target_table", table), ("order", order)];
        updates = updates.identified("sys_rte_entity", &entity(name), &values);
    }
    type Field = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);
    let fields: [Field; 6] = [
        ("computer", "u_serial", "serial_number", &[("coalesce", "true")]),
        ("computer", "u_computer", "name", &[]),
        ("install", "u_key", "instance_key", &[("coalesce", "true")]),
        ("install", "u_app", "display_name", &[]),
        (
            "install",
            "u_serial",
            "installed_on",
            &[("reference_value_field", "serial_number"), ("coercion_action", "reject")],
        ),
        ("install", "u_source", "discovery_source", &[("coercion_action", "reject")]),
    ];
    for (of, from, to, more) in fields {
        let entity = entity(of);
        let mut values = vec![("entity", entity.as_str()), ("source_field", from), ("target_field", to)];
        values.extend_from_slice(more);
        updates = updates.record("sys_rte_field", &values);
    }
    updates
}

#[test]
fn one_reading_writes_several_entities_and_beats_a_map() {
    let client = Client::with(&updates());
    let row = |key: &str, source: &str| json!({ "Serial number": "R1", "Computer": "Mac R1", "Key": key, "Application": "Pages", "Source": source });
    let set = client.load("u_stage_app", &[row("a", "ServiceNow"), row("b", "Nobody")]);
    let computer = client.one("cmdb_ci_computer", "serial_number=R1");
    assert_eq!(computer["name"], "Mac R1");
    assert!(client.find("cmdb_ci_computer", "serial_number=Pages").is_empty(), "the map did not run");
    let install = client.one("cmdb_sam_sw_install", "display_name=Pages");
    assert_eq!(install["installed_on"], computer["sys_id"]);

    // One staging row, one outcome, one run without a map; each entity's outcome beside.
    let rows = client.find("u_stage_app", &format!("sys_import_set={set}^ORDERBYsys_import_row"));
    let states: Vec<&str> = rows.iter().filter_map(|row| row["sys_import_state"].as_str()).collect();
    assert_eq!(states, ["inserted", "error"]);
    assert!(rows[1]["sys_import_state_comment"].as_str().is_some_and(|said| said.contains("Choice value rejected")));
    let run = client.one("sys_import_set_run", &format!("sys_import_set={set}"));
    assert_eq!((&run["sys_transform_map"], &run["processed"], &run["errors"]), (&json!(""), &json!("2"), &json!("1")));
    assert_ne!(run["robust_transformer"], "");
    let targets = client.find("sys_import_set_target_row", "ORDERBYsys_created_on");
    let mut states: Vec<String> = targets
        .iter()
        .map(|target| {
            format!(
                "{} {}",
                target["target_table"].as_str().unwrap_or_default(),
                target["state"].as_str().unwrap_or_default()
            )
        })
        .collect();
    states.sort();
    assert_eq!(
        states,
        [
            "cmdb_ci_computer ignored",
            "cmdb_ci_computer inserted",
            "cmdb_sam_sw_install error",
            "cmdb_sam_sw_install inserted"
        ]
    );
}

#[test]
fn operations_of_an_etl_definition_are_refused_by_name() {
    let client = Client::with(&updates());
    let script = Updates::new("Operations").record("sys_rte_eb_script_operation", &[("script", "source.x = 1")]);
    let refused = client.instance.install_update_set(&script.xml()).expect_err("nothing runs it");
    assert!(refused.to_string().contains("sys_rte_eb_script_operation"), "{refused}");
}
