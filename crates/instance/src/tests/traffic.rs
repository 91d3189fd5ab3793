//! How much the instance takes: rules, semaphores, sessions, quota, and what the nightly job deletes.

use std::io::Read as _;
use std::time::Duration;

use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use super::{Client, devices};
use crate::Config;

fn rule(client: &Client, values: &Value) -> String {
    let made = client.as_admin("POST", "/api/now/table/sys_rate_limit_rules", values);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["result"]["sys_id"].as_str().expect("an id").to_owned()
}

/// Inbound REST rate limiting: "a default instance has no rule"; user before role before all.
#[test]
fn a_rule_counts_and_refuses() {
    let client = Client::with(&devices());
    let path = "/api/now/table/cmdb_ci_computer?sysparm_limit=1";
    assert_eq!(client.get(path).header("X-RateLimit-Limit"), None);
    let account = client.one("sys_user", &format!("user_name={}", client.config.service_account));
    rule(&client, &json!({ "name": "all", "request_limit": "1", "resource": "/table/cmdb_ci_computer" }));
    let own = rule(
        &client,
        &json!({ "name": "loader", "request_limit": "2", "resource": "/table/", "user": account["sys_id"] }),
    );
    for _ in 0..2 {
        let reply = client.get(path);
        assert_eq!(
            (reply.status, reply.header("X-RateLimit-Limit"), reply.header("X-RateLimit-Rule")),
            (200, Some("2"), Some(own.as_str()))
        );
    }
    let refused = client.get(path);
    let body = json!({
        "error": {
            "message": "Rate limit exceeded",
            "detail": "Rate limit of 2 requests per hour for Table API exceeded",
        },
        "status": "failure",
    });
    assert_eq!((refused.status, refused.json()), (429, body));
    let wait: u64 = refused.header("Retry-After").and_then(|wait| wait.parse().ok()).expect("seconds");
    assert!(wait <= 3_600);
    assert_eq!(client.see(path).status, 200, "the other rule counts admin apart");
    assert_eq!(client.see(path).status, 429);
    let single = client.post("/api/now/import/u_stage_device", &json!({ "u_serial": "R1" }));
    assert_eq!(single.status, 201, "another resource");
}

/// Reports on sessions: requests with one cookie are worked on in turn.
#[test]
fn a_session_is_given_and_heard() {
    let client = Client::open(Config::with_made_up_secrets());
    let first = client.see("/api/now/table/sys_user?sysparm_limit=1");
    let cookie = first.header("Set-Cookie").expect("a session").split(';').next().expect("a pair").to_owned();
    assert!(cookie.starts_with("JSESSIONID="));
    let headers = format!("{}Cookie: {cookie}\r\n", client.admin());
    let again = client.send("GET", "/api/now/table/sys_user?sysparm_limit=1", &headers, "");
    assert_eq!((again.status, again.header("Set-Cookie")), (200, None), "{}", again.head);
}

/// Begins requests that do not end until one more is answered at once, with this status; how many were begun by then.
fn crowd(client: &Client, headers: &str, most: usize, status: u16) -> usize {
    let mut begun = Vec::new();
    while begun.len() <= most {
        let mut waiting = client.begin("/api/now/import/u_stage_device", headers);
        waiting.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout");
        let mut first = [0; 12];
        if waiting.read_exact(&mut first).is_ok() {
            assert_eq!(String::from_utf8_lossy(&first), format!("HTTP/1.1 {status}"));
            return begun.len();
        }
        begun.push(waiting);
    }
    panic!("{} requests wait, and none was turned away", begun.len());
}

/// KB0635398, KB3046852: four at once and fifty in the queue; the next is told so.
#[test]
fn more_than_the_semaphores_and_their_queue_is_too_many() {
    let client = Client::with(&devices());
    assert_eq!(crowd(&client, &client.loader(), 60, 429), 54);
}

/// Reports on sessions that share a cookie: one is worked on and ten wait; the next is dropped, with a success.
#[test]
fn what_waits_behind_too_many_of_its_session_is_dropped() {
    let client = Client::with(&devices());
    let headers = format!("{}Cookie: JSESSIONID=shared\r\n", client.loader());
    assert_eq!(crowd(&client, &headers, 20, 202), 11);
    assert_eq!(client.get("/api/now/table/cmdb_ci?sysparm_limit=1").status, 200, "other sessions are not held up");
}

/// Default quota rules: an import that takes too long is cancelled, and nothing of it stays.
#[test]
fn an_import_that_takes_longer_than_its_quota_is_undone() {
    let client = Client::open(Config { import_quota: Duration::ZERO, ..Config::with_made_up_secrets() });
    client.instance.install_update_set(&devices().xml()).expect("the test's update set is valid");
    for (path, body) in [
        ("/api/now/import/u_stage_device/insertMultiple", json!({ "records": [{ "Serial number": "Q1" }] })),
        ("/api/now/import/u_stage_device", json!({ "u_serial": "Q1" })),
    ] {
        let reply = client.post(path, &body);
        assert!(reply.status == 500 && reply.body.contains("maximum execution time exceeded"), "{}", reply.body);
    }
    assert!(client.find("u_stage_device", "").is_empty() && client.find("sys_import_set", "").is_empty());
}

/// Key concepts of import sets: daily at midnight, older than seven days.
#[test]
fn import_sets_are_deleted_after_seven_days() {
    let client = Client::with(&devices());
    let set = client.load("u_stage_device", &[json!({ "Serial number": "D1", "Discovery source": "none" })]);
    let days = |days: i64| Timestamp::now() + (24 * days).hours();
    assert_eq!(client.instance.delete_import_sets(days(6)).expect("deleted"), 0);
    assert_eq!(client.find("u_stage_device", &format!("sys_import_set={set}")).len(), 1);
    assert_eq!(client.instance.delete_import_sets(days(8)).expect("deleted"), 1);
    for table in ["u_stage_device", "sys_import_set", "sys_import_set_run", "sys_import_set_row_error"] {
        assert!(client.find(table, "").is_empty(), "{table}");
    }
    assert_eq!(client.find("cmdb_ci_computer", "serial_number=D1").len(), 1, "what was made of it stays");
}
