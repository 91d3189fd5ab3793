//! The Table API and counts: queries, fields, forms of a value, pages.

use serde_json::json;

use super::Client;
use crate::Config;

const SEED: &str = r#"
[[record]]
table = "sys_user"
values = { user_name = "ada", name = "Ada Lovelace", email = "ada@example.com" }
[[record]]
table = "core_company"
values = { name = "Apple" }
[[record]]
table = "cmdb_ci_computer"
values = { name = "alpha", serial_number = "S1", ram = "8192", assigned_to = "Ada Lovelace", manufacturer = "Apple" }
[[record]]
table = "cmdb_ci_computer"
values = { name = "Beta_1", serial_number = "S2", ram = "16384" }
[[record]]
table = "cmdb_ci_computer"
values = { name = "gamma", serial_number = "S3", ram = "900", install_status = "7" }
[[record]]
table = "cmdb_ci_spkg"
values = { name = "alpha package", key = "k" }
"#;

fn client() -> Client {
    let client = Client::open(Config::with_made_up_secrets());
    assert_eq!(client.instance.seed(SEED).expect("the seed is valid"), 6);
    client
}

#[test]
fn every_operator_finds_what_it_should() {
    let client = client();
    let check = |query: &str, expected: &[&str]| {
        let found = client.find("cmdb_ci_computer", &format!("{query}^ORDERBYserial_number"));
        let serials: Vec<_> = found.iter().map(|record| record["serial_number"].as_str().unwrap_or_default()).collect();
        assert_eq!(serials, expected, "{query}");
    };
    check("name=ALPHA", &["S1"]);
    check("name!=alpha", &["S2", "S3"]);
    check("nameLIKEa_1", &["S2"]);
    check("nameNOT LIKEam", &["S1", "S2"]);
    check("nameSTARTSWITHb", &["S2"]);
    check("nameENDSWITHMA", &["S3"]);
    check("serial_numberINs1,S3", &["S1", "S3"]);
    check("serial_numberNOT INS1,S3", &["S2"]);
    check("assigned_toISEMPTY", &["S2", "S3"]);
    check("assigned_toISNOTEMPTY", &["S1"]);
    check("ram<1000", &["S3"]);
    check("ram>=8192", &["S1", "S2"]);
    check("ramBETWEEN900@8192", &["S1", "S3"]);
    check("name=alpha^ORname=gamma^install_status=7", &["S3"]);
    check("name=alpha^NQname=gamma", &["S1", "S3"]);
    check("assigned_to.email=ada@example.com", &["S1"]);
    check("asset.ci.name=gamma", &["S3"]);
    check("no_such_field=x^name=alpha", &["S1"]);
    check("name=x' OR '1'='1", &[]);
}

#[test]
fn an_unknown_field_is_ignored_unless_a_property_forbids_it() {
    let client = client();
    assert_eq!(client.find("cmdb_ci_computer", "no_such_field=x").len(), 3);
    let property = client.one("sys_properties", "name=glide.invalid_query.returns_no_rows");
    let path = format!("/api/now/table/sys_properties/{}", property["sys_id"].as_str().expect("an id"));
    assert_eq!(client.as_admin("PATCH", &path, &json!({ "value": "true" })).status, 200);
    assert!(client.find("cmdb_ci_computer", "no_such_field=x").is_empty());
}

#[test]
fn a_parent_shows_the_records_of_its_children() {
    let client = client();
    assert_eq!(client.find("cmdb_ci", "nameSTARTSWITHalpha").len(), 2);
    assert_eq!(client.find("cmdb_ci_hardware", "nameSTARTSWITHalpha").len(), 1);
    let stats = client.see("/api/now/stats/cmdb_ci?sysparm_count=true&sysparm_query=nameSTARTSWITHalpha").json();
    assert_eq!(stats, json!({ "result": { "stats": { "count": "2" } } }));
}

#[test]
fn values_come_in_the_form_that_was_asked_for() {
    let client = client();
    let read = |more: &str| {
        let fields = "sysparm_fields=install_status,manufacturer,assigned_to.email&sysparm_query=name=alpha";
        client.see(&format!("/api/now/v2/table/cmdb_ci_computer?{fields}{more}")).json()["result"][0].clone()
    };
    let plain = read("");
    let link = plain["manufacturer"]["link"].as_str().expect("a reference has a link");
    let id = plain["manufacturer"]["value"].as_str().expect("a reference has a value");
    assert!(link.starts_with("http://127.0.0.1:") && link.ends_with(&format!("/api/now/table/core_company/{id}")));
    assert_eq!(plain["install_status"], "1");
    assert_eq!(plain["assigned_to.email"], "ada@example.com");
    let shown = read("&sysparm_display_value=true");
    assert_eq!(shown["manufacturer"], json!({ "display_value": "Apple", "link": link }));
    assert_eq!(shown["install_status"], "Installed");
    let both = read("&sysparm_display_value=all&sysparm_exclude_reference_link=true");
    assert_eq!(both["manufacturer"], json!({ "display_value": "Apple", "value": id }));
    assert_eq!(both["install_status"], json!({ "display_value": "Installed", "value": "1" }));
    assert_eq!(read("&sysparm_exclude_reference_link=true")["manufacturer"], id);
}

#[test]
fn pages_are_counted_and_linked() {
    let client = client();
    let reply =
        client.see("/api/now/table/cmdb_ci_computer?sysparm_limit=1&sysparm_offset=1&sysparm_query=ORDERBYname");
    assert_eq!(reply.header("X-Total-Count"), Some("3"));
    assert_eq!(reply.json()["result"][0]["name"], "Beta_1");
    let link = reply.header("Link").expect("there are pages");
    let relations: Vec<&str> =
        link.split(',').filter_map(|part| part.split_once(">;rel=")).map(|(_, name)| name).collect();
    assert_eq!(relations, ["\"first\"", "\"prev\"", "\"next\"", "\"last\""]);
    assert!(link.contains("sysparm_offset=2>;rel=\"next\""), "{link}");
    let reply = client.see("/api/now/table/cmdb_ci_computer?sysparm_no_count=true");
    assert_eq!(reply.header("X-Total-Count"), None);
}

#[test]
fn the_identity_is_a_property_and_secrets_are_hidden() {
    let client = client();
    let property = client.one("sys_properties", "name=instance_id");
    assert_eq!(property["value"], client.instance.identity());
    assert_eq!(client.one("oauth_entity", "")["client_secret"], "********");
}
