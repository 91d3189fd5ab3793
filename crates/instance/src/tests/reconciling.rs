//! Identification and reconciliation (identifyreconcile API; the Hardware Rule; error names of the identification engine).

use serde_json::{Value, json};

use super::Client;
use crate::Config;

fn ask(client: &Client, path: &str, payload: &Value) -> Value {
    let reply = client.as_admin("POST", &format!("/api/now/{path}?sysparm_data_source=ServiceNow"), payload);
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["result"].clone()
}

fn item(values: &Value) -> Value {
    json!({ "items": [{ "className": "cmdb_ci_computer", "values": values }] })
}

fn attempts(item: &Value) -> Vec<&str> {
    let attempts = item["identificationAttempts"].as_array().map(Vec::as_slice).unwrap_or_default();
    attempts.iter().filter_map(|attempt| attempt["attemptResult"].as_str()).collect()
}

#[test]
fn the_hardware_rule_goes_from_serial_number_to_name_to_adapter() {
    let client = Client::open(Config::with_made_up_secrets());
    let lookup = json!([
        { "className": "cmdb_serial_number", "values": { "serial_number": "H1", "serial_number_type": "system" } },
        { "className": "cmdb_ci_network_adapter", "values": { "name": "en0", "ip_address": "10.0.0.1", "mac_address": "3c:00:00:00:00:01" } },
    ]);
    let first = json!({ "items": [{
        "className": "cmdb_ci_computer", "values": { "serial_number": "H1", "name": "One", "ram": 8192 }, "lookup": lookup,
    }] });
    let made = ask(&client, "identifyreconcile", &first)["items"][0].clone();
    assert_eq!((&made["operation"], attempts(&made)), (&json!("INSERT"), vec!["NO_MATCH"; 4]));
    let id = made["sysId"].as_str().expect("an id");
    let computer = client.one("cmdb_ci_computer", "serial_number=H1");
    assert_eq!((computer["sys_id"].as_str(), &computer["ram"]), (Some(id), &json!("8192")));
    assert_ne!(computer["asset"], "", "a new computer has its asset");

    let same = ask(&client, "v1/identifyreconcile", &first)["items"][0].clone();
    assert_eq!((&same["operation"], attempts(&same)), (&json!("NO_CHANGE"), vec!["MATCHED"]));
    let by_serial = ask(&client, "identifyreconcile", &item(&json!({ "serial_number": "h1", "name": "Renamed" })));
    assert_eq!(
        (&by_serial["items"][0]["operation"], attempts(&by_serial["items"][0])),
        (&json!("UPDATE"), vec!["SKIPPED", "MATCHED"])
    );
    let by_name = ask(&client, "identifyreconcile", &item(&json!({ "name": "Renamed", "os": "macOS" })));
    assert_eq!(
        (by_name["items"][0]["sysId"].as_str(), attempts(&by_name["items"][0])),
        (Some(id), vec!["SKIPPED", "SKIPPED", "MATCHED"])
    );
    let by_adapter = json!({ "items": [{
        "className": "cmdb_ci_computer", "values": { "name": "Another name" },
        "lookup": [{ "className": "cmdb_ci_network_adapter", "values": { "ip_address": "10.0.0.1", "mac_address": "3c:00:00:00:00:01" } }],
    }] });
    let found = ask(&client, "identifyreconcile", &by_adapter);
    assert_eq!(
        (found["items"][0]["sysId"].as_str(), attempts(&found["items"][0])),
        (Some(id), vec!["SKIPPED", "SKIPPED", "NO_MATCH", "MATCHED"])
    );
    assert_eq!(client.find("cmdb_serial_number", "serial_number=H1").len(), 1);
    // An empty value overwrites nothing.
    ask(&client, "identifyreconcile", &item(&json!({ "serial_number": "H1", "os": "" })));
    assert_eq!(client.one("cmdb_ci_computer", "serial_number=H1")["os"], "macOS");
}

#[test]
fn a_sources_own_key_comes_before_the_rule() {
    let client = Client::open(Config::with_made_up_secrets());
    let payload = |serial: &str| {
        json!({ "items": [{
            "className": "cmdb_ci_computer", "values": { "serial_number": serial },
            "sys_object_source_info": { "source_name": "ServiceNow", "source_native_key": "device 1" },
        }] })
    };
    let first = ask(&client, "identifyreconcile", &payload("S1"));
    let second = ask(&client, "identifyreconcile/enhanced", &payload("S2"));
    assert_eq!(first["items"][0]["sysId"], second["items"][0]["sysId"]);
    assert_eq!(client.one("cmdb_ci_computer", "")["serial_number"], "S2");
}

#[test]
fn relations_are_made_once_and_a_query_keeps_nothing() {
    let client = Client::open(Config::with_made_up_secrets());
    let payload = json!({
        "items": [
            { "className": "cmdb_ci_computer", "internal_id": "a", "values": { "serial_number": "A" } },
            { "className": "cmdb_ci_computer", "internal_id": "b", "values": { "serial_number": "B" } },
        ],
        "relations": [{ "parent": 0, "child": 1, "type": "Depends on::Used by" }],
    });
    let simulated = ask(&client, "identifyreconcile/query", &payload);
    assert_eq!(simulated["items"][0]["operation"], "INSERT");
    assert!(client.find("cmdb_ci_computer", "").is_empty());
    assert_eq!(ask(&client, "identifyreconcile", &payload)["relations"][0]["operation"], "INSERT");
    assert_eq!(ask(&client, "identifyreconcile", &payload)["relations"][0]["operation"], "NO_CHANGE");
    assert_eq!(client.find("cmdb_rel_ci", "").len(), 1);
}

#[test]
fn what_cannot_be_identified_is_refused_by_the_documented_name() {
    let client = Client::open(Config::with_made_up_secrets());
    let error = |payload: &Value, index: usize| {
        let result = ask(&client, "identifyreconcile", payload);
        result["items"][index]["errors"][0]["error"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(error(&item(&json!({ "os": "macOS" })), 0), "MISSING_MATCHING_ATTRIBUTES");
    let foreign = json!({ "items": [{ "className": "sys_user", "values": { "name": "x" } }] });
    assert_eq!(error(&foreign, 0), "IDENTIFICATION_RULE_MISSING");
    let twins = json!({ "items": [
        { "className": "cmdb_ci_computer", "values": { "serial_number": "T" } },
        { "className": "cmdb_ci_computer", "values": { "serial_number": "T" } },
    ] });
    assert_eq!(error(&twins, 1), "DUPLICATE_PAYLOAD_RECORDS");
    for number in 0..7 {
        let values = json!({ "serial_number": "many", "name": format!("Copy {number}") });
        assert_eq!(client.as_admin("POST", "/api/now/table/cmdb_ci_computer", &values).status, 201);
    }
    assert_eq!(error(&item(&json!({ "serial_number": "many" })), 0), "MULTIPLE_DUPLICATE_RECORDS");

    let computer = item(&json!({ "serial_number": "X" }));
    let unknown = client.as_admin("POST", "/api/now/identifyreconcile?sysparm_data_source=Nobody", &computer);
    assert!(unknown.status == 400 && unknown.body.contains("invalid data source [Nobody]"), "{}", unknown.body);
    let sourceless = client.as_admin("POST", "/api/now/identifyreconcile", &computer).json();
    assert_eq!(sourceless["result"]["items"][0]["operation"], "INSERT_AS_INCOMPLETE");
    assert_eq!(client.find("cmdb_ire_incomplete_payloads", "").len(), 1);
    let path = "/api/now/identifyreconcile?sysparm_data_source=ServiceNow";
    assert_eq!(client.post(path, &computer).status, 403, "the loader is neither itil nor asset");
}
