//! Every endpoint tells every record exactly once, whichever way its pages are walked.

use super::client::{Served, fleet};
use super::walk;
use crate::tests::{records_in, text};
use crate::{Endpoint, Fleet, FleetConfig};
use serde_json::{Value, json};
use std::collections::HashSet;

const APPS: &str = "/api/v1/prism/apps?";

#[track_caller]
fn all_different(rows: &[Value], key: &str, expected: usize) {
    let ids: HashSet<&str> = rows.iter().map(|row| text(row, key)).collect();
    assert_eq!((rows.len(), ids.len()), (expected, expected), "records and their different ids");
}

/// The rows of an endpoint as the fleet's own pages tell them.
fn told(endpoint: Endpoint) -> Vec<Value> {
    let fleet = Fleet::new(fleet());
    let pages = fleet.pages().filter(|page| page.endpoint == endpoint);
    let bodies: Vec<Value> =
        pages.map(|page| serde_json::from_slice(&page.body).expect("every body is JSON")).collect();
    bodies.iter().flat_map(|body| records_in(body).into_iter().cloned()).collect()
}

#[test]
fn devices_by_offset() {
    let served = Served::usual();
    let rows = walk::by_offset(&served, "/api/v1/devices?ordering=serial_number&", 7);
    all_different(&rows, "device_id", served.tenant.fleet().account().listed_devices as usize);
    assert!(rows.iter().map(|row| text(row, "serial_number")).is_sorted());
    assert_eq!(walk::by_offset(&served, "/api/v1/devices?", 300), told(Endpoint::Devices));
}

#[test]
fn totals_of_devices_are_in_headers() {
    let served = Served::usual();
    let listed = served.tenant.fleet().account().listed_devices;
    let reply = served.get("/api/v1/devices?limit=7");
    assert_eq!(reply.header("x-total-count"), Some(listed.to_string().as_str()));
    assert_eq!(reply.header("x-total-pages"), Some(listed.div_ceil(7).to_string().as_str()));
    assert_eq!(reply.header("link"), Some("<None>; rel=\"next\", <None>; rel=\"prev\""));
}

#[test]
fn descending_order_is_the_other_one_turned_round() {
    let served = Served::usual();
    let mut up = walk::by_offset(&served, "/api/v1/devices?ordering=device_id&", 300);
    let down = walk::by_offset(&served, "/api/v1/devices?ordering=-device_id&", 11);
    up.reverse();
    assert_eq!(up, down);
}

#[test]
fn people_by_the_cursor_of_the_link() {
    let served = Served::usual();
    let rows = walk::by_cursors_of_links(&served, "/api/v1/users?sizePerPage=4");
    all_different(&rows, "id", served.tenant.fleet().users().len());
    assert_eq!(rows, told(Endpoint::Users));
    let page = served.json("/api/v1/users?sizePerPage=4");
    assert!(text(&page, "next").starts_with(crate::pages::TENANT_URL), "{page}");
    assert_eq!(served.get("/api/v1/users?cursor=x").json(), json!({ "detail": "Invalid cursor" }));
}

#[test]
fn blueprints_and_tags_by_link_and_by_offset() {
    let served = Served::usual();
    for (path, endpoint) in [("/api/v1/blueprints?", Endpoint::Blueprints), ("/api/v1/tags?", Endpoint::Tags)] {
        let expected = told(endpoint);
        assert_eq!(walk::by_links(&served, &format!("{path}limit=3")), expected);
        assert_eq!(walk::by_offset(&served, path, 4), expected);
        assert_eq!(served.json(&format!("{path}limit=3"))["count"], expected.len());
    }
}

#[test]
fn bought_devices_by_page() {
    // A page holds 300 whatever is asked for, so a second page takes a larger fleet.
    let served =
        Served::with(|config| config.fleet = FleetConfig { devices: 450, apps_per_mac: 0, ..config.fleet.clone() });
    let expected = served.tenant.fleet().account().ade_devices as usize;
    assert!((301..600).contains(&expected), "{expected}");
    let rows = walk::by_links(&served, "/api/v1/integrations/apple/ade/devices");
    all_different(&rows, "id", expected);
    all_different(&rows, "serial_number", expected);
    assert!(rows.iter().any(|row| row["mdm_device"].is_null()));
    assert_eq!(served.get("/api/v1/integrations/apple/ade/devices?page=3").status, 404);
}

#[test]
fn events_by_cursor() {
    let served = Served::usual();
    let rows = walk::by_links(&served, "/api/v1/audit/events?limit=7");
    let other_way = walk::by_links(&served, "/api/v1/audit/events?limit=11&sort_by=occurred_at");
    all_different(&rows, "id", other_way.len());
    assert!(other_way.iter().map(|row| text(row, "occurred_at")).is_sorted());
    assert_eq!(rows.iter().rev().collect::<Vec<_>>(), other_way.iter().collect::<Vec<_>>());
}

#[test]
fn applications_by_cursor_and_by_offset() {
    let served = Served::usual();
    let expected = told(Endpoint::PrismApps);
    assert!(expected.len() > 600, "{} rows are not three pages", expected.len());
    for limit in [25, 300] {
        assert_eq!(walk::by_cursor(&served, APPS, limit), expected, "by cursor, {limit} a page");
        assert_eq!(walk::by_offset(&served, APPS, limit), expected, "by offset, {limit} a page");
    }
}

#[test]
fn the_first_bytes_of_a_page_are_those_of_the_fleet() {
    let served = Served::usual();
    let page = served.tenant.fleet().app_pages().next().expect("there is always a page");
    assert_eq!(served.get(&format!("{APPS}limit=300&cursor=")).body, page.body);
}

#[test]
fn pages_made_beforehand_are_the_same() {
    let served = Served::with(|config| config.prepared = true);
    for page in served.tenant.fleet().app_pages() {
        assert_eq!(served.get(&page.path).body, page.body, "{}", page.path);
    }
}

#[test]
fn every_category_tells_as_many_rows_as_it_counts() {
    let served = Served::usual();
    for (category, rows) in served.tenant.fleet().account().prism_rows {
        let told = walk::by_cursor(&served, &format!("/api/v1/prism/{category}?"), 300);
        let count = served.json(&format!("/api/v1/prism/count?category={category}"));
        assert_eq!(count, json!({ "count": rows, "approximate": false }), "{category}");
        assert_eq!(told.len() as u64, rows, "{category}");
    }
}

#[test]
fn a_cursor_is_good_for_its_own_query_only() {
    let served = Served::usual();
    let page = served.json(&format!("{APPS}limit=25&device_families=Mac&cursor="));
    let cursor = walk::encoded(text(&page, "cursor"));
    let own = served.get(&format!("{APPS}limit=25&device_families=Mac&cursor={cursor}"));
    assert_eq!((own.status, records_in(&own.json()).len()), (200, 25));
    let other = served.get(&format!("{APPS}limit=25&device_families=iPhone&cursor={cursor}"));
    assert_eq!((other.status, other.json()), (400, json!({ "detail": "Invalid cursor" })));
    let sorted = served.get(&format!("{APPS}limit=25&device_families=Mac&sort_by=name&cursor={cursor}"));
    assert_eq!(sorted.status, 400);
}

#[test]
fn an_older_tenant_has_no_cursors() {
    let served = Served::with(|config| config.cursors = false);
    let page = served.json(&format!("{APPS}limit=25&cursor="));
    assert_eq!((page.get("cursor"), &page["offset"]), (None, &json!(0)));
    assert_eq!(walk::by_offset(&served, APPS, 300), told(Endpoint::PrismApps));
}

#[test]
fn licences_count_what_the_list_tells() {
    let served = Served::usual();
    let rows = walk::by_offset(&served, "/api/v1/devices?", 300);
    let on = |platform: &str| rows.iter().filter(|row| row["platform"] == platform).count();
    let counts = served.json("/api/v1/settings/licensing")["counts"].clone();
    assert_eq!(
        counts,
        json!({
            "computers_count": rows.len(),
            "ios_count": on("iPhone"),
            "ipados_count": on("iPad"),
            "macos_count": on("Mac"),
            "tvos_count": on("AppleTV"),
        })
    );
}

#[test]
fn details_are_those_of_the_fleet() {
    let served = Served::usual();
    let fleet = served.tenant.fleet();
    let mut read = 0;
    for page in fleet.pages().filter(|page| page.endpoint == Endpoint::DeviceDetails) {
        assert_eq!(served.get(&page.path).body, page.body, "{}", page.path);
        read += 1;
    }
    assert_eq!(read, fleet.account().device_details);
}

#[test]
fn a_device_tells_the_applications_that_prism_tells() {
    let served = Served::usual();
    let rows = walk::by_cursor(&served, APPS, 300);
    let mut compared = 0;
    for device in walk::by_offset(&served, "/api/v1/devices?", 300) {
        let id = text(&device, "device_id");
        let of_prism: Vec<[&str; 5]> = rows
            .iter()
            .filter(|row| row["device_id"] == id)
            .map(|row| ["name", "bundle_id", "version", "path", "signature"].map(|key| text(row, key)))
            .collect();
        if of_prism.is_empty() {
            // An Apple TV has none, and Prism has not seen every listed device.
            continue;
        }
        let list = served.json(&format!("/api/v1/devices/{id}/apps"));
        let of_device: Vec<[&str; 5]> = records_in(&list)
            .into_iter()
            .map(|app| ["app_name", "bundle_id", "version", "path", "signature"].map(|key| text(app, key)))
            .collect();
        assert_eq!(of_device, of_prism, "{id}");
        compared += 1;
    }
    assert!(compared > 25, "{compared}");
}
