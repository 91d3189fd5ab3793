//! What clients for whole applications ask: joins, batches, attachments, and pages for people.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Client;
use crate::Config;

fn made(client: &Client, table: &str, values: &Value) -> String {
    let reply = client.as_admin("POST", &format!("/api/now/table/{table}"), values);
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.json()["result"]["sys_id"].as_str().expect("a record has an id").to_owned()
}

/// Three people, of whom the first has two computers and the second one.
fn people(client: &Client) -> Vec<String> {
    let people: Vec<String> = ["Ada", "Bea", "Cleo"]
        .iter()
        .map(|name| made(client, "sys_user", &json!({ "user_name": name, "name": name, "title": "Joined" })))
        .collect();
    for (serial, owner) in [("J1", 0), ("J2", 0), ("J3", 1)] {
        made(
            client,
            "cmdb_ci_computer",
            &json!({ "serial_number": serial, "name": serial, "assigned_to": people[owner] }),
        );
    }
    people
}

fn names(client: &Client, query: &str) -> Vec<String> {
    let found = client.find("sys_user", query);
    found.iter().map(|user| user["name"].as_str().unwrap_or_default().to_owned()).collect()
}

/// PySNC, `query.py`.
#[test]
fn queries_reach_over_two_tables() {
    let client = Client::open(Config::with_made_up_secrets());
    people(&client);
    let join = "title=Joined^JOINsys_user.sys_id=cmdb_ci_computer.assigned_to!serial_number";
    assert_eq!(names(&client, &format!("{join}=J3")), ["Bea"]);
    assert_eq!(names(&client, &format!("{join}STARTSWITHJ^ORDERBYDESCname")), ["Bea", "Ada"]);
    let related =
        |count: &str| format!("title=Joined^RLQUERYcmdb_ci_computer.assigned_to,{count}^ENDRLQUERY^ORDERBYname");
    assert_eq!(names(&client, &related(">=2")), ["Ada"]);
    assert_eq!(names(&client, &related("=0")), ["Cleo"]);
    assert_eq!(names(&client, &related(">0^serial_number!=J3")), ["Ada"]);
    // A table that is not there is a term that is none: it is ignored.
    assert_eq!(names(&client, "title=Joined^JOINsys_user.sys_id=no_table.x!a=1^ORDERBYname").len(), 3);
}

/// The loader may not look at a table through a join that it may not read.
#[test]
fn a_join_shows_nothing_that_is_kept() {
    let client = Client::open(Config::with_made_up_secrets());
    let query = "JOINcmdb_ci_computer.sys_id=oauth_entity.sys_id!nameISNOTEMPTY";
    let reply = client.get(&format!("/api/now/table/cmdb_ci_computer?sysparm_query={query}"));
    assert_eq!(reply.status, 403, "{}", reply.body);
}

/// REST Batch API; PySNC wants the id of the batch back as text.
#[test]
fn a_batch_serves_each_request_as_if_it_had_come_alone() {
    let client = Client::open(Config::with_made_up_secrets());
    let json_type = json!([{ "name": "Content-Type", "value": "application/json" }]);
    let user = STANDARD.encode(json!({ "user_name": "batched", "name": "Batched" }).to_string());
    let batch = json!({
        "batch_request_id": 7,
        "rest_requests": [
            { "id": "a", "method": "POST", "url": "/api/now/table/sys_user", "headers": json_type, "body": user },
            { "id": "b", "method": "GET", "url": "/api/now/table/sys_user?sysparm_query=user_name%3Dbatched" },
            { "id": "c", "method": "GET", "url": "/api/now/table/no_table", "exclude_response_headers": true },
            { "id": "d", "method": "POST", "url": "/api/now/batch", "headers": json_type, "body": "" },
        ],
    });
    let answer = client.as_admin("POST", "/api/now/v1/batch", &batch).json();
    assert_eq!(answer["batch_request_id"], "7");
    let statuses: Vec<u64> = answer["serviced_requests"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["status_code"].as_u64())
        .collect();
    assert_eq!(statuses, [201, 200, 400, 400], "{answer}");
    let found = STANDARD.decode(answer["serviced_requests"][1]["body"].as_str().expect("text")).expect("base64");
    let found: Value = serde_json::from_slice(&found).expect("JSON");
    assert_eq!(found["result"][0]["name"], "Batched");
    assert_eq!(answer["serviced_requests"][2]["headers"], json!([]));
    // Who asks is who sent the batch, whatever a request says.
    let forged =
        json!([{ "name": "Authorization", "value": client.admin().trim_start_matches("Authorization: ").trim() }]);
    let batch = json!({
        "batch_request_id": "8",
        "rest_requests": [{ "id": "a", "method": "GET", "url": "/api/now/table/oauth_entity", "headers": forged }],
    });
    let answer = client.post("/api/now/batch", &batch).json();
    assert_eq!(answer["serviced_requests"][0]["status_code"], 403, "{answer}");
    assert_eq!(client.post("/api/now/batch", &json!([])).status, 400);
}

/// Attachment API.
#[test]
fn what_is_attached_comes_back() {
    let client = Client::open(Config::with_made_up_secrets());
    let user = made(&client, "sys_user", &json!({ "user_name": "attached" }));
    let path = format!("/api/now/attachment/file?table_name=sys_user&table_sys_id={user}&file_name=note.txt");
    let headers = format!("{}Content-Type: text/plain\r\n", client.admin());
    let uploaded = client.send("POST", &path, &headers, "a note");
    assert_eq!(uploaded.status, 201, "{}", uploaded.body);
    let id = uploaded.json()["result"]["sys_id"].as_str().expect("an id").to_owned();
    assert!(uploaded.header("location").is_some_and(|location| location.ends_with(&id)));
    let file = client.see(&format!("/api/now/attachment/{id}/file"));
    assert_eq!((file.status, file.body.as_str(), file.header("content-type")), (200, "a note", Some("text/plain")));
    let listed =
        client.see(&format!("/api/now/v1/attachment?sysparm_query=table_sys_id={user}&sysparm_display_value=all"));
    assert_eq!((listed.header("x-total-count"), &listed.json()["result"][0]["size_bytes"]), (Some("1"), &json!("6")));
    assert_eq!(client.as_admin("DELETE", &format!("/api/now/attachment/{id}"), &json!({})).status, 204);
    assert_eq!(client.see(&format!("/api/now/attachment/{id}/file")).status, 404);
    let nobody = client.send("POST", &path.replace(&user, &"0".repeat(32)), &headers, "a note");
    assert_eq!(nobody.status, 404);
}

#[test]
fn pages_show_records_and_nothing_of_them_is_markup() {
    let client = Client::open(Config::with_made_up_secrets());
    let owner = people(&client).remove(0);
    made(
        &client,
        "cmdb_ci_computer",
        &json!({ "name": "<script>alert(1)</script>", "serial_number": "X&Y", "assigned_to": owner }),
    );
    let list = client.see("/cmdb_ci_computer_list.do?sysparm_query=serial_number=X%26Y");
    assert_eq!(list.status, 200);
    assert!(list.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
    assert!(list.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'none'")));
    assert!(list.body.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !list.body.contains("<script"));
    assert!(list.body.contains(": 1 record<") && list.body.contains(&format!("/sys_user.do?sys_id={owner}")));
    let form = client.see(&format!("/sys_user.do?sys_id={owner}"));
    assert!(form.status == 200 && form.body.contains("Ada"), "{}", form.body);
    assert_eq!(client.send("GET", "/sys_user_list.do", "", "").status, 401, "a browser asks who it is");
    assert_eq!(client.get("/oauth_entity_list.do").status, 403, "the loader sees what it may read");
    assert_eq!(client.see("/no_table_list.do").status, 400);
    assert_eq!(client.see("/sys_user.do?sys_id=none").status, 404);
}

/// Table API: values as people see them, a method in a header, and no body where none is wanted.
#[test]
fn a_request_may_say_how_it_is_to_be_read() {
    let client = Client::open(Config::with_made_up_secrets());
    let owner = people(&client).remove(2);
    let id = client.one("cmdb_ci_computer", "serial_number=J1")["sys_id"].as_str().expect("an id").to_owned();
    let path = format!("/api/now/table/cmdb_ci_computer/{id}?sysparm_input_display_value=true");
    let seen = json!({ "assigned_to": "Cleo", "install_status": "Retired" });
    assert_eq!(client.as_admin("PATCH", &path, &seen).status, 200);
    let computer = client.one("cmdb_ci_computer", "serial_number=J1");
    assert_eq!((&computer["assigned_to"], &computer["install_status"]), (&json!(owner), &json!("7")));

    let headers = format!(
        "{}Content-Type: application/json\r\nX-HTTP-Method-Override: PATCH\r\nX-no-response-body: true\r\n",
        client.admin()
    );
    let path = format!("/api/now/table/cmdb_ci_computer/{id}");
    let silent = client.send("POST", &path, &headers, &json!({ "name": "Overridden" }).to_string());
    assert_eq!((silent.status, silent.body.as_str()), (200, ""));
    assert_eq!(client.one("cmdb_ci_computer", "serial_number=J1")["name"], "Overridden");
}
