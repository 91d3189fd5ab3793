//! Prism's exports: asked for, waited for, and fetched from a signed address without the token.

use super::client::{Reply, Served};
use super::walk;
use crate::tests::text;
use crate::{ExportSettings, Headings, Pending, ViolationKind};
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

const EXPORT: &str = "/api/v1/prism/export";

/// Asks for an export and answers the address at which it is polled.
fn ask(served: &Served, body: &Value) -> String {
    let reply = served.post(EXPORT, body);
    assert_eq!(reply.status, 200, "{}", reply.text());
    format!("{EXPORT}/{}", text(&reply.json(), "id"))
}

/// Waits for an export and answers its signed address, without the host.
fn finished(served: &Served, body: &Value) -> String {
    let job = ask(served, body);
    for _ in 0..10 {
        let told = served.json(&job);
        if told["status"] == "success" {
            let link = Url::parse(text(&told, "signed_url")).expect("a signed address is one");
            assert_eq!(link.port(), Some(served.address.port()), "{link}");
            return walk::path_of(&link);
        }
    }
    panic!("the export does not end");
}

/// The cells of a file, line by line, as RFC 4180 has them.
fn cells(file: &str) -> Vec<Vec<String>> {
    let (mut lines, mut line, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut is_quoted = false;
    let mut characters = file.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => cell.extend(characters.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => line.push(std::mem::take(&mut cell)),
            '\r' if !is_quoted => {}
            '\n' if !is_quoted => {
                line.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut line));
            }
            other => cell.push(other),
        }
    }
    assert!(cell.is_empty() && line.is_empty(), "the last line has no end");
    lines
}

/// The values of some columns, line by line.
fn columns(file: &str, names: &[&str]) -> Vec<Vec<String>> {
    let mut lines = cells(file).into_iter();
    let headings = lines.next().expect("a file has headings");
    let place = |name: &&str| headings.iter().position(|heading| heading == name).expect("the column is there");
    let places: Vec<usize> = names.iter().map(place).collect();
    lines.map(|line| places.iter().map(|place| line[*place].clone()).collect()).collect()
}

#[test]
fn pending_then_success() {
    let served = Served::usual();
    let asked = served.post(EXPORT, &json!({ "category": "apps", "device_families": ["Mac"] })).json();
    let job = format!("{EXPORT}/{}", text(&asked, "id"));
    let (pending, success) = (served.json(&job), served.json(&job));
    assert_eq!([text(&asked, "status"), text(&pending, "status")], ["pending", "pending"]);
    assert_eq!((&pending["signed_url"], &pending["path"]), (&Value::Null, &Value::Null));
    assert_eq!([text(&success, "status"), text(&success, "category")], ["success", "apps"]);
    assert_eq!(success["args"]["device_families"], json!(["Mac"]));
    assert!(text(&success, "path").ends_with(&format!("-apps-{}.csv", text(&asked, "id"))), "{success}");
}

#[test]
fn pending_for_a_time() {
    let export = ExportSettings { pending: Pending::Milliseconds(500), ..ExportSettings::default() };
    let served = Served::with(|config| config.export = export);
    let job = ask(&served, &json!({ "category": "apps" }));
    for _ in 0..3 {
        assert_eq!(served.json(&job)["status"], "pending");
    }
    served.clock.advance(Duration::from_millis(500));
    assert_eq!(served.json(&job)["status"], "success");
}

#[test]
fn lines_are_the_rows_of_pages() {
    let served = Served::usual();
    let names = ["device_id", "serial_number", "name", "bundle_id", "version", "short_version", "path", "signature"];
    let of_devices = ["device_id", "device__name", "model_name", "os_version"];
    for (category, names) in [("apps", names.as_slice()), ("device_information", of_devices.as_slice())] {
        let file = served.bare(&finished(&served, &json!({ "category": category })));
        assert_eq!((file.status, file.header("content-type")), (200, Some("text/csv")));
        let rows = walk::by_cursor(&served, &format!("/api/v1/prism/{category}?"), 300);
        let expected: Vec<Vec<String>> =
            rows.iter().map(|row| names.iter().map(|name| text(row, name).to_owned()).collect()).collect();
        assert!(!expected.is_empty());
        assert_eq!(columns(&file.text(), names), expected, "{category}");
    }
}

#[test]
fn an_export_can_be_narrowed() {
    let served = Served::usual();
    let asked = json!({ "category": "apps", "device_families": ["iPhone"], "filter": { "name": { "not_in": [""] } } });
    let file = served.bare(&finished(&served, &asked)).text();
    let rows = walk::by_cursor(&served, "/api/v1/prism/apps?device_families=iPhone&", 300);
    assert!(!rows.is_empty());
    assert_eq!(columns(&file, &["device__family"]), vec![vec!["iPhone".to_owned()]; rows.len()]);
}

#[test]
fn headings_for_people() {
    let export = ExportSettings { headings: Headings::Human, ..ExportSettings::default() };
    let served = Served::with(|config| config.export = export);
    let file = served.bare(&finished(&served, &json!({ "category": "apps" }))).text();
    let headings = cells(&file).remove(0);
    for heading in ["Device ID", "Device Name", "Serial Number", "Bundle ID", "Short Version"] {
        assert!(headings.iter().any(|told| told == heading), "{headings:?}");
    }
}

#[track_caller]
fn is_refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.header("content-type")), (status, Some("application/xml")));
    assert!(reply.text().contains(&format!("<Code>{code}</Code>")), "{}", reply.text());
}

#[test]
fn a_token_on_the_signed_address_is_refused_and_seen() {
    let served = Served::usual();
    let address = finished(&served, &json!({ "category": "apps" }));
    assert_eq!(served.bare(&address).status, 200);
    assert_eq!(served.tenant.witness().violations_count, 0);
    is_refused(&served.get(&address), 400, "InvalidArgument");
    let kinds: Vec<_> = served.tenant.witness().violations.iter().map(|violation| violation.kind).collect();
    assert_eq!(kinds, [ViolationKind::TokenOnDownload]);
}

#[test]
fn a_wrong_signature_is_refused() {
    let served = Served::usual();
    let address = finished(&served, &json!({ "category": "apps" }));
    let (before, signature) = address.split_once("X-Amz-Signature=").expect("the address is signed");
    is_refused(&served.bare(&format!("{before}X-Amz-Signature=0{signature}")), 403, "AccessDenied");
    is_refused(&served.bare(before), 403, "AccessDenied");
    is_refused(&served.bare("/visibility-export/none.csv"), 404, "NoSuchKey");
}

#[test]
fn an_address_is_good_for_its_time() {
    let export = ExportSettings { signed_seconds: 60, ..ExportSettings::default() };
    let served = Served::with(|config| config.export = export);
    let address = finished(&served, &json!({ "category": "apps" }));
    served.clock.advance(Duration::from_secs(59));
    assert_eq!(served.bare(&address).status, 200);
    served.clock.advance(Duration::from_secs(1));
    is_refused(&served.bare(&address), 403, "AccessDenied");
}

#[test]
fn an_export_keeps_the_fleet_it_was_asked_of() {
    let served = Served::with(|config| config.fleet.churn_per_mille = 500);
    let rows = walk::by_cursor(&served, "/api/v1/prism/apps?", 300);
    let job = ask(&served, &json!({ "category": "apps" }));
    served.tenant.advance(1);
    assert_eq!(served.json(&job)["status"], "pending");
    let link = Url::parse(text(&served.json(&job), "signed_url")).expect("a signed address is one");
    let file = served.bare(&walk::path_of(&link)).text();
    let names: Vec<Vec<String>> = rows.iter().map(|row| vec![text(row, "name").to_owned()]).collect();
    assert_eq!(columns(&file, &["name"]), names);
}
