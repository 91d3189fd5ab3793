//! Pages in, batches out: envelopes, drift, rejected records, refused pages.

use arrow::array::{Array, AsArray, StructArray};
use arrow::datatypes::UInt32Type;

use super::*;
use crate::JsonFlaw;

mod kinds;

const PAGE: PageRef<'static> = PageRef { name: "page 7", number: 7 };

fn read(data_set: DataSet, body: &str) -> Decoded {
    decode(data_set, PAGE, body.as_bytes()).expect("the page is sound")
}

fn refused(data_set: DataSet, body: &[u8]) -> DecodeError {
    decode(data_set, PAGE, body).expect_err("the page is not sound")
}

/// A column of texts, null as `-`.
fn texts<'a>(batch: &'a RecordBatch, name: &str) -> Vec<&'a str> {
    let column = batch.column_by_name(name).expect("the column is declared").as_string::<i32>();
    column.iter().map(|text| text.unwrap_or("-")).collect()
}

fn group<'a>(batch: &'a RecordBatch, name: &str) -> &'a StructArray {
    batch.column_by_name(name).expect("the column is declared").as_struct()
}

#[test]
fn a_page_of_devices_becomes_a_batch_with_the_place_of_every_row() {
    let body = r#"[{"device_id": "a", "device_name": "anna’s \"Mac\"", "asset_tag": "", "mdm_enabled": true,
        "tags": ["x", "y"]},
        {"device_id": "b", "asset_tag": null, "is_missing": false, "tags": []}]"#;
    let page = read(DataSet::Devices, body);
    assert_eq!((page.records, page.rejected.len()), (2, 0));
    assert_eq!(page.batch.schema(), DataSet::Devices.schema());
    assert_eq!(texts(&page.batch, "device_name"), ["anna’s \"Mac\"", "-"]);
    assert_eq!(texts(&page.batch, "asset_tag"), ["", "-"]);
    let tags = page.batch.column_by_name("tags").expect("declared").as_list::<i32>();
    assert_eq!((tags.value(0).len(), tags.value(1).len(), tags.is_null(1)), (2, 0, false));
    let numbers =
        |name| page.batch.column_by_name(name).expect("lineage").as_primitive::<UInt32Type>().values().to_vec();
    assert_eq!((numbers("_page"), numbers("_record")), (vec![7, 7], vec![0, 1]));
}

#[test]
fn the_order_of_keys_does_not_matter_and_may_change_within_a_page() {
    let body = r#"[{"id": "1", "name": "a"}, {"name": "b", "id": "2"}, {"x": 0, "name": "c", "id": "3"},
        {"id": "4", "name": "d"}]"#;
    let page = read(DataSet::Tags, body);
    assert_eq!(texts(&page.batch, "id"), ["1", "2", "3", "4"]);
    assert_eq!(texts(&page.batch, "name"), ["a", "b", "c", "d"]);
}

#[test]
fn every_envelope_is_opened_and_its_facts_are_told() {
    let prism =
        read(DataSet::Apps, r#"{"offset": null, "limit": 25, "total": 165, "data": [{"name": "A"}], "cursor": "x|7"}"#);
    let expected = Envelope { total: Some(165), cursor: Some("x|7".to_owned()), ..Envelope::default() };
    assert_eq!((prism.records, prism.envelope), (1, expected));

    let users =
        read(DataSet::Users, r#"{"next": "https://h/users?cursor=c", "previous": null, "results": [{"id": "u"}]}"#);
    assert_eq!(users.envelope.next.as_deref(), Some("https://h/users?cursor=c"));
    let tags = read(DataSet::Tags, r#"{"results": [], "count": 0, "next": null, "meta": {"a": 1}}"#);
    assert_eq!((tags.records, tags.envelope.count, tags.batch.num_rows()), (0, Some(0), 0));
    assert_eq!(tags.drift.unknown["(envelope).meta"], 1);

    let one = read(DataSet::Devices, r#" {"device_id": "a", "serial_number": "S"} "#);
    assert_eq!(texts(&one.batch, "serial_number"), ["S"]);
    let last = read(DataSet::Apps, r#"{"total": null, "data": [], "cursor": ""}"#);
    assert_eq!((last.envelope.total, last.envelope.cursor), (None, None));
}

#[test]
fn both_forms_of_an_application_land_in_one_schema() {
    let list = r#"{"device_id": "d1", "apps": [{"app_id": "83068", "app_name": "Zoom", "bundle_size": "1",
        "source": "Apple"}]}"#;
    let late = r#"{"apps": [{"app_name": "Zoom"}], "device_id": "d1"}"#;
    let prism = r#"{"data": [{"device_id": "d2", "name": "Zoom", "bundle_size": null,
        "tags": ["t", 1], "installing": false}]}"#;
    let android =
        r#"{"device_id": "d3", "apps": [{"package_name": "us.zoom", "version_name": "6", "sha1_hashes": ["ab"]}]}"#;

    let list = read(DataSet::Apps, list);
    assert_eq!((texts(&list.batch, "device_id"), texts(&list.batch, "app_name")), (vec!["d1"], vec!["Zoom"]));
    assert_eq!(list.drift.missing.get("device_id"), None);
    assert_eq!(texts(&read(DataSet::Apps, late).batch, "device_id"), ["d1"]);
    let prism = read(DataSet::Apps, prism).batch;
    assert_eq!((texts(&prism, "name"), texts(&prism, "installing")), (vec!["Zoom"], vec!["false"]));
    assert_eq!(texts(&prism, "tags"), [r#"["t", 1]"#]);
    let android = read(DataSet::Apps, android).batch;
    assert_eq!((texts(&android, "package_name"), texts(&android, "sha1_hashes")), (vec!["us.zoom"], vec![r#"["ab"]"#]));
    assert_eq!(android.schema(), prism.schema());
}

#[test]
fn drift_counts_what_is_unknown_missing_or_in_another_form() {
    let body =
        r#"[{"id": 7, "name": "a", "colour": {"r": [1]}, "shape": 1}, {"id": "8", "colour": null}, {"name": 5}]"#;
    let page = read(DataSet::Tags, body);
    let counts = |of: &std::collections::BTreeMap<String, u64>| of.clone().into_iter().collect::<Vec<_>>();
    assert_eq!(counts(&page.drift.unknown), [("colour".to_owned(), 2), ("shape".to_owned(), 1)]);
    assert_eq!(counts(&page.drift.missing), [("id".to_owned(), 1), ("name".to_owned(), 1)]);
    assert_eq!(counts(&page.drift.coerced), [("name".to_owned(), 1)]);
    assert_eq!(texts(&page.batch, "name"), ["a", "-", "5"]);
    let nested = read(DataSet::Devices, r#"[{"device_id": "a", "user": {"email": "e", "shoe": 42}}]"#).drift;
    assert_eq!((nested.unknown["user.shoe"], nested.missing["user.id"]), (1, 1));
}

#[test]
fn a_record_that_cannot_be_read_costs_itself_and_not_its_page() {
    let body = r#"[{"device_id": "a", "serial_number": "S1"},
        {"device_id": "b", "serial_number": {"a": [1, "}"]}, "user": {"name": ["x"]}},
        "rubbish", {"device_id": "c", "mdm_enabled": "maybe", "serial_number": "S3"}, {}, {"x": 1},
        {"device_id": "d", "serial_number": "S4"}]"#;
    let page = read(DataSet::Devices, body);
    assert_eq!((page.records, texts(&page.batch, "device_id")), (7, vec!["a", "d"]));
    let records = page.batch.column_by_name("_record").expect("lineage").as_primitive::<UInt32Type>();
    assert_eq!(records.values().to_vec(), [0, 6]);

    let told: Vec<String> =
        page.rejected.iter().map(|r| format!("{}|{}|{}|{}|{}", r.place, r.who, r.column, r.value, r.reason)).collect();
    assert_eq!(
        told,
        [
            r#"page 7, record 1|b|serial_number|{"a": [1, "}"]}|expected a string, found an object"#,
            r#"page 7, record 2|||"rubbish"|expected an object, found a string"#,
            r#"page 7, record 3|S3|mdm_enabled|"maybe"|expected true or false, found a string"#,
            "page 7, record 4|||{}|none of its keys is a field of devices",
            r#"page 7, record 5|||{"x": 1}|none of its keys is a field of devices"#,
        ]
    );
}

#[test]
fn a_fault_deep_in_a_list_is_told_by_its_path() {
    let body = r#"{"general": {"device_id": "g"}, "volumes": [{"name": "ok"}, {"name": []}, 5], "tags": [{}]}"#;
    let page = read(DataSet::DeviceDetails, body);
    assert_eq!(page.batch.num_rows(), 0);
    assert_eq!((page.rejected[0].column.as_str(), page.rejected[0].who.as_str()), ("volumes[].name", "g"));
}

#[test]
fn what_is_not_strict_json_is_refused_with_page_and_offset() {
    let check = |body: &str, at: usize, expected: JsonFlaw| match refused(DataSet::Tags, body.as_bytes()) {
        DecodeError::Unreadable { page, offset, flaw } => {
            assert_eq!((page.as_str(), offset, flaw), ("page 7", at, expected))
        }
        other => panic!("{body}: {other}"),
    };
    let twice = |key: &str| JsonFlaw::DuplicateKey(key.to_owned());
    check(r#"[{"id": 1, "id": 2}]"#, 11, twice("id"));
    check(r#"[{"id": 1, "x": 0, "i\u0064": 2}]"#, 19, twice("id"));
    check(r#"[{"x": 1, "x": 2}]"#, 10, twice("x"));
    check(r#"[{"x": {"y": 1, "y": 1}}]"#, 16, twice("y"));
    check(r#"{"results": [], "results": []}"#, 16, twice("results"));
    check(r#"{"results": null, "results": []}"#, 18, twice("results"));
    check(r#"[{"id": 1}] x"#, 12, JsonFlaw::TrailingText);
    check(r#"[{"id": 1},]"#, 11, JsonFlaw::ValueExpected);
    check(r#"[{"id": 1"#, 9, JsonFlaw::EndsEarly);
    check(r#"{"results": [{"id": 01}]}"#, 20, JsonFlaw::BadNumber);
    check(&format!("[{}{}]", "[".repeat(70), "]".repeat(70)), 64, JsonFlaw::TooDeep);
}

#[test]
fn what_is_not_json_is_named_for_what_it_looks_like() {
    let said = |body: &[u8]| refused(DataSet::Tags, body).to_string();
    assert_eq!(said(b"<html>\x1b[31m"), "page 7 is not JSON but a web page: `<html>\\u{1b}[31m`");
    assert_eq!(said(b" \n"), "page 7 is not JSON but an empty body: ` \\n`");
    assert_eq!(said(b"Not found"), "page 7 is not JSON but plain text: `Not found`");
    assert_eq!(said(b"\xef\xbb\xbf[]"), "page 7 is not JSON but text behind a byte order mark: `\u{feff}[]`");
    assert_eq!(said(b"[{\"id\": \"\xff\"}]"), "page 7 is not UTF-8 at byte 9");
    assert_eq!(said(b"null"), "page 7 holds no records of tags but null");
}

#[test]
fn a_sound_answer_of_another_kind_is_not_taken_for_a_record() {
    let said = |data_set, body: &str| refused(data_set, body.as_bytes()).to_string();
    assert_eq!(
        said(DataSet::Devices, r#"{"detail": "No."}"#),
        "page 7 holds no records of devices but an object with `detail`"
    );
    assert_eq!(said(DataSet::Devices, "{}"), "page 7 holds no records of devices but an empty object");
    let count = r#"{"count": 82, "approximate": false}"#;
    assert!(said(DataSet::DeviceInformation, count).ends_with("but an object with `count`, `approximate`"));
    let status = r#"{"device_id": "a", "library_items": [], "parameters": []}"#;
    assert!(said(DataSet::Devices, status).contains("`library_items`"));
    assert!(said(DataSet::Devices, r#"{"device_id": "a", "apps": []}"#).contains("`apps`"));
    assert!(said(DataSet::Users, r#"{"results": null}"#).contains("`results`"));
}

#[test]
fn a_page_has_no_more_records_than_its_limit() {
    let many = format!("[{}{{\"id\": 1}}]", "{\"id\": 1},".repeat(crate::limits::PAGE_RECORDS_MAX as usize));
    let error = refused(DataSet::Tags, many.as_bytes());
    assert!(matches!(error, DecodeError::Unreadable { flaw: JsonFlaw::TooManyRecords, .. }), "{error}");
}

#[test]
fn many_pages_are_read_in_order_and_a_bad_one_stands_in_its_place() {
    let bodies: Vec<String> = (0..50).map(|page| format!(r#"[{{"id": {page}, "name": "t"}}]"#)).collect();
    let mut pages: Vec<(PageRef<'_>, &[u8])> = Vec::new();
    for (number, body) in (0..).zip(&bodies) {
        pages.push((PageRef { name: "tags", number }, body.as_bytes()));
    }
    pages[20].1 = b"<html>";
    let read = decode_pages(DataSet::Tags, &pages);
    assert!(read[20].is_err());
    for (number, page) in read.iter().enumerate().filter(|(number, _)| *number != 20) {
        let page = page.as_ref().expect("the page is sound");
        assert_eq!(texts(&page.batch, "id"), [number.to_string()]);
    }
}
