//! Envelopes, page sizes and keys.

use super::{DEMONSTRATION, SMALL, records_in};
use crate::Endpoint;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn keys(record: &Value) -> Vec<&str> {
    record.as_object().expect("a record is an object").keys().map(String::as_str).collect()
}

fn fixture(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tenant").join(name);
    let body = fs::read(&path).expect("the fixture is there");
    serde_json::from_slice(&body).expect("the fixture is JSON")
}

/// The records of an endpoint must have a fixture's keys in its order, but for those that are known to be told by some only.
fn check(endpoint: Endpoint, name: &str, chosen: fn(&Value) -> bool, drifting: &[&str]) {
    let fixture = fixture(name);
    let expected = keys(records_in(&fixture)[0]);
    let records = SMALL.records(endpoint);
    let mut compared = 0;
    for record in records.into_iter().filter(|record| chosen(record)) {
        let told: Vec<&str> = keys(record).into_iter().filter(|key| !drifting.contains(key)).collect();
        assert_eq!(told, expected);
        compared += 1;
    }
    assert!(compared > 0, "no record to compare with {name}");
}

fn is_details_of(record: &Value, platform: &str) -> bool {
    record["general"]["platform"] == platform
}

#[test]
fn records_have_the_keys_of_the_fixtures() {
    let any = |_: &Value| true;
    check(
        Endpoint::Devices,
        "devices/two-macs.json",
        any,
        &["api_level", "security_patch_level", "full_software_version"],
    );
    check(Endpoint::DeviceDetails, "device_details/mac.json", |record| is_details_of(record, "Mac"), &[]);
    check(Endpoint::DeviceDetails, "device_details/ipad.json", |record| is_details_of(record, "iPad"), &[]);
    check(
        Endpoint::DeviceDetails,
        "device_details/apple-tv-not-listed.json",
        |record| is_details_of(record, "AppleTV"),
        &[],
    );
    check(Endpoint::PrismDeviceInformation, "device_information/two-rows.json", any, &["full_software_version"]);
    check(Endpoint::PrismApps, "apps/prism-with-nested-helper.json", any, &[]);
    check(Endpoint::Users, "users/one-page.json", any, &[]);
    check(Endpoint::Blueprints, "blueprints/one-page.json", any, &[]);
    check(Endpoint::Tags, "tags/one-page.json", any, &[]);
}

#[test]
fn groups_of_the_details_have_the_keys_of_the_fixture() {
    let fixture = fixture("device_details/mac.json");
    let details = SMALL.records(Endpoint::DeviceDetails);
    for mac in details.into_iter().filter(|record| is_details_of(record, "Mac")) {
        for group in ["general", "mdm", "activation_lock", "filevault", "kandji_agent", "hardware_overview", "network"]
        {
            assert_eq!(keys(&mac[group]), keys(&fixture[group]), "{group}");
        }
        assert_eq!(keys(&mac["volumes"][0]), keys(&fixture["volumes"][0]));
        assert_eq!(keys(&mac["installed_profiles"][0]), keys(&fixture["installed_profiles"][0]));
        assert_eq!(keys(&mac["recovery_information"]), keys(&fixture["recovery_information"]));
    }
}

#[test]
fn devices_come_in_pages_of_300_and_end_with_an_empty_one() {
    let sizes: Vec<usize> =
        DEMONSTRATION.bodies(Endpoint::Devices).map(|body| body.as_array().map_or(0, Vec::len)).collect();
    let rest = DEMONSTRATION.account.listed_devices as usize - 300;
    assert_eq!(sizes, [300, rest, 0]);
}

#[test]
fn prism_pages_follow_their_cursors() {
    for endpoint in [Endpoint::PrismApps, Endpoint::PrismDeviceInformation] {
        let pages: Vec<_> = DEMONSTRATION.pages.iter().filter(|(page, _)| page.endpoint == endpoint).collect();
        let total = DEMONSTRATION.records(endpoint).len();
        assert_eq!(pages.len(), total.div_ceil(300));
        let mut expected = String::new();
        for (page, body) in &pages {
            assert_eq!(keys(body), ["offset", "limit", "total", "data", "cursor"]);
            assert_eq!(page.path, format!("/api/v1/prism/{}?limit=300&cursor={expected}", endpoint.name()));
            assert_eq!((&body["limit"], &body["total"]), (&Value::from(300), &Value::from(total)));
            let cursor = body["cursor"].as_str().unwrap_or_default();
            expected = cursor.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        }
        assert_eq!(expected, "", "the last page has no cursor");
        assert!(pages[..pages.len() - 1].iter().all(|(_, body)| records_in(body).len() == 300));
    }
}

#[test]
fn user_pages_link_to_the_next_on_another_host() {
    let pages: Vec<_> = DEMONSTRATION.pages.iter().filter(|(page, _)| page.endpoint == Endpoint::Users).collect();
    for pair in pages.windows(2) {
        let next = pair[0].1["next"].as_str().expect("every page but the last has a next one");
        assert_eq!(next, format!("https://larkfield.tenant.example{}", pair[1].0.path));
        assert_eq!(records_in(&pair[0].1).len(), 25);
        assert!(pair[1].1["previous"].is_string());
    }
    let (first, last) = (pages.first().expect("there are people"), pages.last().expect("there are people"));
    assert_eq!(
        (first.0.path.as_str(), &first.1["previous"], &last.1["next"]),
        ("/api/v1/users", &Value::Null, &Value::Null)
    );
}

#[test]
fn file_names_count_within_their_endpoint() {
    let names: Vec<&str> = DEMONSTRATION.pages.iter().map(|(page, _)| page.file_name.as_str()).collect();
    for expected in [
        "blueprints-0001.json",
        "tags-0001.json",
        "users-0002.json",
        "devices-0003.json",
        "device_details-0100.json",
        "apps-0042.json",
    ] {
        assert!(names.contains(&expected), "{expected}");
    }
}
