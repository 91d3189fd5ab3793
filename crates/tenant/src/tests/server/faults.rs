//! What a client sees of each fault, one by one.

use super::client::Served;
use super::walk;
use crate::Faults;
use crate::pages::TENANT_URL;
use crate::tests::{records_in, text};
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use std::io;

const DEVICES: &str = "/api/v1/devices?";
const APPS: &str = "/api/v1/prism/apps?";
const MEBIBYTE: u64 = 1024 * 1024;

impl Served {
    /// Lets this one thing go wrong from now on.
    #[track_caller]
    fn breaks(&self, fault: &str) {
        self.tenant.set_faults(Faults::read([fault]).expect("the fault is known"));
    }
}

fn broken(fault: &str) -> Served {
    let served = Served::usual();
    served.breaks(fault);
    served
}

/// The rows of one page of Prism's applications, and its cursor.
fn page(served: &Served, cursor: &str) -> (Vec<Value>, String) {
    let page = served.json(&format!("{APPS}limit=25&cursor={}", walk::encoded(cursor)));
    (records_in(&page).into_iter().cloned().collect(), text(&page, "cursor").to_owned())
}

#[test]
fn truncate() {
    let reply = broken("truncate,times=1").get(DEVICES);
    assert_eq!(reply.status, 200);
    assert!(serde_json::from_slice::<Value>(&reply.body).is_err(), "half a body is no JSON");
}

#[test]
fn html() {
    let served = broken("html,times=1");
    let reply = served.get(DEVICES);
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(reply.text().starts_with("<!DOCTYPE html>"));
    served.breaks("html=502");
    assert_eq!(served.get(DEVICES).status, 502);
}

#[test]
fn reset() {
    let served = broken("reset,times=1");
    let outcome = served.try_send("GET", DEVICES, &served.bearer(), "");
    assert!(outcome.is_err(), "the answer is whole");
    assert_eq!(served.get(DEVICES).status, 200);
}

#[test]
fn a_bomb_that_is_compressed() {
    let served = broken("bomb=8");
    let headers = format!("{}Accept-Encoding: gzip\r\n", served.bearer());
    let reply = served.send("GET", DEVICES, &headers, "");
    assert_eq!(reply.header("content-encoding"), Some("gzip"));
    // It is counted and not held, as nobody should hold one.
    let inflated = io::copy(&mut GzDecoder::new(reply.body.as_slice()), &mut io::sink()).expect("it inflates");
    assert_eq!(inflated, 8 * MEBIBYTE + 2);
    assert!((reply.body.len() as u64) < inflated / 50, "{} bytes", reply.body.len());
}

#[test]
fn a_bomb_as_it_is() {
    let served = broken("bomb=8");
    let mut answer = served.open("GET", DEVICES, &served.bearer(), "").expect("the tenant listens");
    let read = io::copy(&mut answer, &mut io::sink()).expect("it comes to its end");
    assert!(read >= 8 * MEBIBYTE, "{read}");
}

#[test]
fn latency_and_slow_bodies() {
    let served = broken("latency=250");
    let (before, whole) = (served.now(), served.get(DEVICES).body);
    assert_eq!(served.now() - before, 250);
    served.breaks("slow=512:10");
    let before = served.now();
    assert_eq!(served.get(DEVICES).body, whole);
    assert_eq!(served.now() - before, 10 * whole.len().div_ceil(512) as i64);
}

#[test]
fn refusals_that_nothing_is_the_reason_for() {
    let check = |fault: &str, status: u16, retry_after: Option<&str>| {
        let reply = broken(fault).get(DEVICES);
        assert_eq!((reply.status, reply.header("retry-after")), (status, retry_after), "{fault}");
    };
    check("too-many-requests", 429, None);
    check("too-many-requests=2", 429, Some("2"));
    check("too-many-requests=date:2", 429, Some("Sun, 01 Nov 2026 02:00:02 GMT"));
    check("server-error", 503, None);
    check("server-error=500", 500, None);
    check("server-error=503:7", 503, Some("7"));
}

#[test]
fn repeat_page() {
    let served = broken("repeat-page,skip=1,times=1");
    let (first, cursor) = page(&served, "");
    let (second, after) = page(&served, &cursor);
    assert_eq!(first, second);
    assert_ne!(page(&served, &after).0, first, "the third page goes on");
}

#[test]
fn cursor_loop() {
    let served = broken("cursor-loop,skip=1");
    let (_, cursor) = page(&served, "");
    assert_eq!(page(&served, &cursor).1, cursor);
}

#[test]
fn short_page() {
    let served = Served::usual();
    let expected = walk::by_cursor(&served, APPS, 25);
    served.breaks("short-page=10");
    assert_eq!(page(&served, "").0.len(), 15);
    assert_eq!(walk::by_cursor(&served, APPS, 25), expected, "by cursor nothing is lost");
    assert!(walk::by_offset(&served, APPS, 25).len() < expected.len(), "by offset it is");
}

#[test]
fn lying_total() {
    let served = broken("lying-total=-3");
    let account = served.tenant.fleet().account();
    let listed = u64::from(account.listed_devices - 3).to_string();
    assert_eq!(served.get(DEVICES).header("x-total-count"), Some(listed.as_str()));
    assert_eq!(served.json(APPS)["total"], account.app_rows - 3);
    assert_eq!(served.json("/api/v1/prism/count?category=apps")["count"], account.app_rows - 3);
    assert_eq!(served.json("/api/v1/tags")["count"], account.tags - 3);
}

#[test]
fn reorder() {
    let served = Served::usual();
    let path = format!("{DEVICES}limit=10");
    let before = served.json(&path);
    served.breaks("reorder");
    let after = served.json(&path);
    assert_eq!(records_in(&after).len(), 10);
    assert_ne!(after, before);
    assert_ne!(served.json(&path), after, "it changes every time");
}

#[test]
fn vanish() {
    let served = broken("vanish,times=1");
    let before = served.json(DEVICES);
    let gone = text(records_in(&before)[0], "device_id").to_owned();
    let after = served.json(DEVICES);
    assert_eq!(records_in(&after), records_in(&before)[1..]);
    assert_eq!(served.get(&format!("/api/v1/devices/{gone}")).status, 404);
    let deleted = served.json("/api/v1/audit/events?limit=1");
    let event = &deleted["results"][0];
    assert_eq!((text(event, "action"), text(event, "target_id")), ("delete", gone.as_str()));
}

#[test]
fn enrol() {
    let served = broken("enrol,times=1");
    let before = served.json(DEVICES);
    let after = served.json(DEVICES);
    assert_eq!(records_in(&after)[1..], records_in(&before));
    let id = text(records_in(&after)[0], "device_id");
    for path in [format!("/api/v1/devices/{id}/details"), format!("/api/v1/devices/{id}/apps")] {
        assert_eq!(served.get(&path).status, 200, "{path}");
    }
}

#[test]
fn single_object() {
    let served = broken("single-object");
    let rows = walk::by_offset(&served, DEVICES, 300);
    let alike = |serial: &str| rows.iter().filter(|row| text(row, "serial_number").contains(serial)).count();
    let row = rows.iter().find(|row| alike(text(row, "serial_number")) == 1).expect("some serial number is unique");
    let query = format!("{DEVICES}serial_number={}", walk::encoded(text(row, "serial_number")));
    assert_eq!(served.json(&query), *row);
}

#[test]
fn foreign_links() {
    let served = broken("foreign-links");
    for path in ["/api/v1/blueprints?limit=3", "/api/v1/tags?limit=3", "/api/v1/audit/events?limit=3"] {
        let page = served.json(path);
        assert!(text(&page, "next").starts_with(TENANT_URL), "{page}");
    }
}

#[test]
fn export_failed() {
    let served = broken("export-failed=disk full");
    let asked = served.post("/api/v1/prism/export", &json!({ "category": "apps" })).json();
    let path = format!("/api/v1/prism/export/{}", text(&asked, "id"));
    assert_eq!(served.json(&path)["status"], "pending");
    let failed = served.json(&path);
    assert_eq!((&failed["status"], &failed["error_msg"]), (&json!("failed"), &json!("disk full")));
    assert_eq!(failed["signed_url"], Value::Null);
}

#[test]
fn faults_hit_only_what_they_are_for() {
    let served = broken("server-error,path=/api/v1/prism,every=2");
    let statuses = ["prism/apps", "devices", "prism/apps", "prism/apps", "users", "prism/apps"]
        .map(|path| served.get(&format!("/api/v1/{path}")).status);
    assert_eq!(statuses, [200, 200, 503, 200, 200, 503]);
}
