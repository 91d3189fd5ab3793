//! What is asked for is what is told, no more and no less, and whatever counts it agrees.

use super::client::Served;
use super::walk::{self, encoded};
use crate::tests::{text, usable};
use serde_json::{Value, json};
use std::collections::HashMap;

const DEVICES: &str = "/api/v1/devices?";
const APPS: &str = "/api/v1/prism/apps?";

/// Asks for some devices and compares with those of the whole list that should be among them, at least one.
#[track_caller]
fn check_devices(served: &Served, query: &str, is_wanted: impl Fn(&Value) -> bool) {
    let expected: Vec<Value> = walk::by_offset(served, DEVICES, 300).into_iter().filter(is_wanted).collect();
    assert!(!expected.is_empty(), "nothing is wanted by {query}");
    let reply = served.get(&format!("{DEVICES}{query}"));
    assert_eq!(reply.json(), Value::Array(expected.clone()), "{query}");
    assert_eq!(reply.header("x-total-count"), Some(expected.len().to_string().as_str()), "{query}");
}

/// The same of Prism's applications, by cursor, by offset and by count.
#[track_caller]
fn check_apps(served: &Served, query: &str, is_wanted: impl Fn(&Value) -> bool) {
    let expected: Vec<Value> = walk::by_cursor(served, APPS, 300).into_iter().filter(is_wanted).collect();
    assert!(!expected.is_empty(), "nothing is wanted by {query}");
    let address = format!("{APPS}{query}&");
    assert_eq!(walk::by_cursor(served, &address, 50), expected, "{query}");
    assert_eq!(walk::by_offset(served, &address, 300), expected, "{query}");
    let count = served.json(&format!("/api/v1/prism/count?category=apps&{query}"));
    assert_eq!(count["count"], expected.len(), "{query}");
}

fn filter(filter: &Value) -> String {
    format!("filter={}", encoded(&filter.to_string()))
}

/// Some serial numbers that identify a device.
fn serials(served: &Served, number: usize) -> Vec<String> {
    let rows = walk::by_offset(served, DEVICES, 300);
    rows.iter().filter_map(|row| usable(text(row, "serial_number"))).take(number).collect()
}

#[test]
fn a_part_of_a_serial_number() {
    let served = Served::usual();
    let serial = serials(&served, 1).remove(0);
    let part = serial[2..6].to_lowercase();
    let has_it = |row: &Value| text(row, "serial_number").to_lowercase().contains(&part);
    check_devices(&served, &format!("serial_number={part}"), has_it);
}

#[test]
fn nothing_is_an_empty_list() {
    let served = Served::usual();
    let reply = served.get(&format!("{DEVICES}serial_number=there-is-none"));
    assert_eq!((reply.status, reply.json(), reply.header("x-total-count")), (200, json!([]), Some("0")));
}

#[test]
fn a_platform_a_tag_a_blueprint_and_an_id() {
    let served = Served::usual();
    let rows = walk::by_offset(&served, DEVICES, 300);
    check_devices(&served, "platform=iPhone", |row| row["platform"] == "iPhone");
    let tags = |row: &Value| row["tags"].as_array().cloned().unwrap_or_default();
    let tag = rows.iter().flat_map(tags).next().expect("some device has a tag");
    let name = tag.as_str().expect("a tag is a text");
    check_devices(&served, &format!("tag_name={}", encoded(name)), |row| tags(row).contains(&tag));
    let known = served.json("/api/v1/tags")["results"].as_array().cloned().unwrap_or_default();
    let id = known.iter().find(|known| known["name"] == tag).map(|known| text(known, "id")).expect("the tag is known");
    check_devices(&served, &format!("tag_id={id}"), |row| tags(row).contains(&tag));
    let blueprint = text(&rows[0], "blueprint_id");
    check_devices(&served, &format!("blueprint_id={blueprint}"), |row| row["blueprint_id"] == blueprint);
    let id = text(&rows[3], "device_id");
    check_devices(&served, &format!("device_id={id}"), |row| row["device_id"] == id);
    assert_eq!(served.json(&format!("/api/v1/devices/{id}")), rows[3]);
}

#[test]
fn filters_of_devices_narrow_each_other() {
    let served = Served::usual();
    let rows = walk::by_offset(&served, DEVICES, 300);
    let mac = rows.iter().find(|row| row["platform"] == "Mac").expect("some device is a Mac");
    let blueprint = text(mac, "blueprint_id");
    let is_both = |row: &Value| row["platform"] == "Mac" && row["blueprint_id"] == blueprint;
    check_devices(&served, &format!("platform=Mac&blueprint_id={blueprint}"), is_both);
    let none = served.json(&format!("{DEVICES}platform=AppleTV&blueprint_id={blueprint}"));
    assert_eq!(none, json!([]));
}

#[test]
fn people_and_blueprints_by_id_and_name() {
    let served = Served::usual();
    let people = walk::by_cursors_of_links(&served, "/api/v1/users?sizePerPage=50");
    let id = text(&people[5], "id");
    assert_eq!(served.json(&format!("/api/v1/users?id={id}"))["results"], json!([people[5]]));
    let archived = walk::by_cursors_of_links(&served, "/api/v1/users?archived=true");
    let expected: Vec<&Value> = people.iter().filter(|person| person["archived"] == true).collect();
    assert_eq!(archived.iter().collect::<Vec<_>>(), expected);
    let named = served.json("/api/v1/blueprints?name=Meeting+Rooms");
    assert_eq!((&named["count"], &named["results"][0]["name"]), (&json!(1), &json!("Meeting Rooms")));
}

#[test]
fn rows_that_changed_since() {
    let served = Served::with(|config| config.fleet.night = 2);
    let rows = walk::by_cursor(&served, APPS, 300);
    let mut times: Vec<&str> = rows.iter().map(|row| text(row, "updated_at")).collect();
    times.sort_unstable();
    let since = times[times.len() / 2].to_owned();
    // All times of rows have one form, so they compare as texts.
    let is_later = |row: &Value| text(row, "updated_at") >= since.as_str();
    check_apps(&served, &filter(&json!({ "updated_at": { "gte": since } })), is_later);
}

#[test]
fn rows_of_some_serial_numbers() {
    let served = Served::usual();
    let wanted = serials(&served, 2);
    let is_theirs = |row: &Value| wanted.iter().any(|serial| row["serial_number"] == *serial);
    check_apps(&served, &filter(&json!({ "serial_number": { "in": wanted } })), is_theirs);
}

#[test]
fn rows_of_a_family_and_of_a_blueprint() {
    let served = Served::usual();
    check_apps(&served, "device_families=iPhone", |row| row["device__family"] == "iPhone");
    let rows = walk::by_cursor(&served, APPS, 300);
    let blueprint = text(&rows[0], "blueprint_id");
    check_apps(&served, &format!("blueprint_ids={blueprint}"), |row| row["blueprint_id"] == blueprint);
    let refused = served.get(&format!("{APPS}{}", filter(&json!({ "device__family": { "in": ["Mac"] } }))));
    assert_eq!(refused.json(), json!({ "detail": "Invalid filter key: device__family" }));
}

#[test]
fn rows_in_an_order() {
    let served = Served::usual();
    let mut expected = walk::by_cursor(&served, APPS, 300);
    expected.sort_by(|one, other| text(one, "device_id").cmp(text(other, "device_id")));
    assert_eq!(walk::by_offset(&served, &format!("{APPS}sort_by=device_id&"), 100), expected);
    let mut expected = walk::by_cursor(&served, APPS, 300);
    expected.sort_by(|one, other| text(other, "updated_at").cmp(text(one, "updated_at")));
    assert_eq!(walk::by_offset(&served, &format!("{APPS}sort_by=-updated_at&"), 100), expected);
}

#[test]
fn one_category_has_a_row_a_device() {
    let served = Served::usual();
    let rows = walk::by_cursor(&served, "/api/v1/prism/device_information?", 10);
    let mut of_device: HashMap<&str, u32> = HashMap::new();
    for row in &rows {
        *of_device.entry(text(row, "device_id")).or_default() += 1;
    }
    assert!(!rows.is_empty() && of_device.values().all(|number| *number == 1));
}
