//! Who reads what over the Table API and the Aggregate API: access rules by role, in the order and with the effect of
//! ServiceNow's documentation (access management: ACL rule types). The bodies of refusals are those of `servicenow.md` §6.2
//! and KB0744425.

use serde_json::{Value, json};

use super::{Client, Reply, Updates, devices, with_records};
use crate::{Config, sys_id};

/// What a loader reads before it sends and to learn what became of its rows, where the roles of the vendor's guide do
/// not let it.
const CONFIRMATION: [&str; 11] = [
    "sys_properties",
    "sys_db_object",
    "sys_dictionary",
    "sys_documentation",
    "sys_choice",
    "sys_import_set",
    "sys_import_set_run",
    "sys_import_set_row_error",
    "u_stage_device",
    "u_mdm_record",
    "cmdb_sam_sw_install",
];

fn list(client: &Client, table: &str, query: &str) -> Reply {
    client.get(&format!("/api/now/table/{table}?sysparm_query={query}"))
}

fn records(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["result"].as_array().cloned().unwrap_or_default()
}

fn refused(detail: &str) -> Value {
    json!({ "error": { "message": "Insufficient rights to query records", "detail": detail }, "status": "failure" })
}

#[test]
fn without_its_role_the_loader_cannot_confirm_and_with_it_it_can() {
    let client = Client::with(&with_records(devices()));
    let set = client.load("u_stage_device", &[json!({ "Serial number": "C1", "Name": "one", "Run": "1" })]);
    let record = format!("/api/now/table/sys_import_set/{set}");
    for table in CONFIRMATION {
        let expected = refused(&format!("No permission to read table '{table}'"));
        for path in [format!("/api/now/table/{table}"), format!("/api/now/stats/{table}?sysparm_count=true")] {
            let reply = client.get(&path);
            assert_eq!((reply.status, reply.json()), (403, expected.clone()), "{path}");
        }
    }
    let missing = client.get(&record);
    assert_eq!((missing.status, &missing.json()["error"]["message"]), (404, &json!("No Record found")));

    let role = Updates::new("Role").role("snowhaul_loader", &CONFIRMATION);
    client.instance.install_update_set(&role.xml()).expect("the update set is valid");
    for table in CONFIRMATION {
        assert_eq!(list(&client, table, "").status, 200, "{table}");
        assert_eq!(client.get(&format!("/api/now/stats/{table}?sysparm_count=true")).status, 200, "{table}");
    }
    assert_eq!(client.get(&record).json()["result"]["state"], "processed");
    let rows = records(&list(&client, "u_stage_device", &format!("sys_import_set={set}")));
    assert_eq!(rows.len(), 2, "a row for each map");
    assert!(rows.iter().all(|row| row["u_serial"] == "C1" && row["sys_import_state"] == "inserted"));
    assert_eq!(records(&list(&client, "sys_properties", "name=instance_id"))[0]["value"], client.instance.identity());
}

#[test]
fn a_rule_for_a_parent_counts_for_its_children_and_one_that_is_passed_is_enough() {
    let client = Client::open(Config::with_made_up_secrets());
    for table in ["cmdb_ci", "cmdb_ci_computer", "cmdb_ci_spkg"] {
        assert_eq!(list(&client, table, "").status, 200, "cmdb_read reads {table}");
    }
    assert_eq!(list(&client, "alm_hardware", "").status, 403);
    let others = Updates::new("Others").role("others", &["cmdb_ci_computer"]);
    client.instance.install_update_set(&others.xml()).expect("the update set is valid");
    assert_eq!(list(&client, "cmdb_ci_computer", "").status, 200, "the rule for cmdb_ci is passed still");
}

#[test]
fn a_column_that_is_kept_is_left_out_and_cannot_be_asked_for() {
    let client = Client::open(Config::with_made_up_secrets());
    let seed = "[[record]]\ntable = \"cmdb_ci_computer\"\nvalues = { name = \"one\", serial_number = \"C1\" }";
    client.instance.seed(seed).expect("the seed is valid");
    let kept = Updates::new("Kept").rule("cmdb_ci.serial_number", &sys_id::of(&["sys_user_role", "import_admin"]));
    client.instance.install_update_set(&kept.xml()).expect("the update set is valid");
    let read = records(&list(&client, "cmdb_ci_computer", "name=one")).remove(0);
    assert_eq!((&read["name"], read.get("serial_number")), (&json!("one"), None));
    let expected = refused("Field(s) present in the query do not have permission to be read");
    for query in ["serial_number=C1", "name=one^ORserial_number=C1", "ORDERBYserial_number"] {
        let reply = list(&client, "cmdb_ci_computer", query);
        assert_eq!((reply.status, reply.json()), (403, expected.clone()), "{query}");
    }
    assert_eq!(client.one("cmdb_ci_computer", "serial_number=C1")["serial_number"], "C1", "admin reads everything");
    let wider = Updates::new("Wider").rule("cmdb_ci.*", &sys_id::of(&["sys_user_role", "cmdb_read"]));
    client.instance.install_update_set(&wider.xml()).expect("the update set is valid");
    let read = records(&list(&client, "cmdb_ci_computer", "serial_number=C1")).remove(0);
    assert_eq!(read["serial_number"], "C1", "the first rule that is passed ends the search");
}

#[test]
fn a_walk_into_a_table_that_is_kept_leads_nowhere() {
    let client = Client::open(Config::with_made_up_secrets());
    let seed = "[[record]]\ntable = \"sys_user\"\nvalues = { name = \"Ada\", email = \"ada@example.com\" }\n\
                [[record]]\ntable = \"cmdb_ci_computer\"\nvalues = { name = \"one\", assigned_to = \"Ada\" }";
    client.instance.seed(seed).expect("the seed is valid");
    let path = "/api/now/table/cmdb_ci_computer?sysparm_fields=name,assigned_to.email";
    assert_eq!(client.get(path).json()["result"], json!([{ "name": "one" }]));
    assert_eq!(client.see(path).json()["result"][0]["assigned_to.email"], "ada@example.com");
    assert_eq!(list(&client, "cmdb_ci_computer", "assigned_to.email=ada@example.com").status, 403);
    assert_eq!(client.find("cmdb_ci_computer", "assigned_to.email=ada@example.com").len(), 1);
}

#[test]
fn a_role_is_held_through_another() {
    let client = Client::open(Config::with_made_up_secrets());
    assert_eq!(list(&client, "sys_import_set", "").status, 403);
    let user = client.one("sys_user", &format!("user_name={}", client.config.service_account));
    let role = client.one("sys_user_role", "name=import_admin");
    let grant = json!({ "user": user["sys_id"], "role": role["sys_id"] });
    assert_eq!(client.as_admin("POST", "/api/now/table/sys_user_has_role", &grant).status, 201);
    assert_eq!(list(&client, "sys_import_set", "").status, 200);
    let loaders = Updates::new("Loaders").rule("sys_user", &sys_id::of(&["sys_user_role", "import_set_loader"]));
    client.instance.install_update_set(&loaders.xml()).expect("the update set is valid");
    assert_eq!(list(&client, "sys_user", "").status, 200, "import_admin contains import_set_loader");
}

#[test]
fn a_rule_with_a_condition_lets_nobody_in_and_one_without_roles_everybody() {
    let rule = |more: &[(&str, &str)]| {
        let mut values = vec![("name", "sys_user"), ("operation", "read"), ("type", "record"), ("active", "true")];
        values.extend_from_slice(more);
        Updates::new("Rule").record("sys_security_acl", &values).xml()
    };
    let status = |xml: &str| {
        let client = Client::open(Config::with_made_up_secrets());
        client.instance.install_update_set(xml).expect("the update set is valid");
        list(&client, "sys_user", "").status
    };
    assert_eq!(status(&rule(&[])), 200);
    assert_eq!(status(&rule(&[("condition", "active=true")])), 403);
    assert_eq!(status(&rule(&[("active", "false")])), 403);
}

/// The roles are those of the vendor's guide (`servicenow.md` §0), and ours.
#[test]
fn the_service_account_has_the_documented_roles_and_ours_once_it_is_there() {
    let client = Client::open(Config::with_made_up_secrets());
    let of_account = format!("user.user_name={}", client.config.service_account);
    let has = |role: &str| client.find("sys_user_has_role", &format!("{of_account}^role.name={role}")).len();
    let documented = ["cmdb_read", "import_transformer", "rest_api_explorer"];
    assert!(documented.iter().all(|role| has(role) == 1));
    assert_eq!(client.find("sys_user_has_role", &of_account).len(), documented.len());
    let role = Updates::new("Role").role("snowhaul_loader", &["sys_properties"]);
    client.instance.install_update_set(&role.xml()).expect("the update set is valid");
    assert_eq!(
        (has("snowhaul_loader"), client.find("sys_user_has_role", &of_account).len()),
        (1, documented.len() + 1)
    );
}
