//! Every kind of field and the forms it takes.

use arrow::datatypes::Float64Type;

use super::*;

#[test]
fn a_person_is_a_group_or_nobody_or_a_bare_text() {
    let body = r#"[{"device_id": "0", "user": {"email": "e", "name": "n", "id": "u-1", "is_archived": false}},
        {"device_id": "1", "user": ""}, {"device_id": "2", "user": null}, {"device_id": "3"},
        {"device_id": "4", "user": "anna@example.com"}, {"device_id": "5", "user": "Anna"},
        {"device_id": "6", "user": {"id": 36600, "is_archived": "True"}}]"#;
    let page = read(DataSet::Devices, body);
    let user = group(&page.batch, "user");
    let column = |name: &str| -> Vec<String> {
        let texts = user.column_by_name(name).expect("declared").as_string::<i32>();
        texts.iter().map(|text| text.unwrap_or("-").to_owned()).collect()
    };
    let null: Vec<bool> = (0..7).map(|row| user.is_null(row)).collect();
    assert_eq!(null, [false, true, true, true, false, false, false]);
    assert_eq!(column("email"), ["e", "-", "-", "-", "anna@example.com", "-", "-"]);
    assert_eq!(column("name"), ["n", "-", "-", "-", "-", "Anna", "-"]);
    assert_eq!(column("id"), ["u-1", "-", "-", "-", "-", "-", "36600"]);
    assert_eq!((page.drift.coerced["user"], page.drift.coerced["user.is_archived"]), (2, 1));
    assert_eq!(page.drift.missing["user"], 1);
}

#[test]
fn a_truth_value_may_come_as_a_text() {
    let body = r#"[{"active": true}, {"active": "False"}, {"active": "true"}, {"active": ""}, {"active": null}]"#;
    let page = read(DataSet::Users, body);
    let active = page.batch.column_by_name("active").expect("declared").as_boolean();
    let values: Vec<Option<bool>> = active.iter().collect();
    assert_eq!(values, [Some(true), Some(false), Some(true), None, None]);
    assert_eq!(page.drift.coerced["active"], 3);
}

#[test]
fn a_number_may_come_as_a_text_and_must_be_finite() {
    let body = r#"{"data": [{"device_capacity": 49.0}, {"device_capacity": "128"}, {"device_capacity": ""},
        {"device_capacity": -1e2}, {"device_capacity": 1e400}, {"device_capacity": "NaN"}]}"#;
    let page = read(DataSet::DeviceInformation, body);
    let capacity = page.batch.column_by_name("device_capacity").expect("declared").as_primitive::<Float64Type>();
    let values: Vec<Option<f64>> = capacity.iter().collect();
    assert_eq!(values, [Some(49.0), Some(128.0), None, Some(-100.0)]);
    assert_eq!(page.rejected.len(), 2);
    assert_eq!((page.rejected[0].value.as_str(), page.drift.coerced["device_capacity"]), ("1e400", 2));
}

#[test]
fn a_scalar_is_kept_as_it_was_written() {
    let body = r#"[{"id": 12345678901234567890123}, {"id": 1.0}, {"id": "a"}, {"id": true}, {"id": -0}, {"id": null},
        {"id": []}]"#;
    let page = read(DataSet::Tags, body);
    assert_eq!(texts(&page.batch, "id"), ["12345678901234567890123", "1.0", "a", "true", "-0", "-"]);
    assert!(page.drift.coerced.is_empty());
    assert_eq!(page.rejected[0].reason, "expected a string, a number or a truth value, found a list");
}

#[test]
fn a_literal_takes_whatever_comes() {
    let body =
        r#"[{"name": "a", "params": {}}, {"name": "b", "params": "x"}, {"name": "c", "params": [1, {"k": null}]}]"#;
    let page = read(DataSet::Blueprints, body);
    assert_eq!(texts(&page.batch, "params"), ["{}", "x", r#"[1, {"k": null}]"#]);
}

#[test]
fn a_group_is_null_when_absent_and_full_of_nulls_when_empty() {
    let body = r#"[{"general": {"device_id": "a"}, "network": {}}, {"general": {"device_id": "b"}},
        {"general": {"device_id": "c"}, "network": {"ip_address": "10.0.0.1"}},
        {"general": {"device_id": "d"}, "network": ""}]"#;
    let page = read(DataSet::DeviceDetails, body);
    let network = group(&page.batch, "network");
    let null: Vec<bool> = (0..4).map(|row| network.is_null(row)).collect();
    assert_eq!(null, [false, true, false, true]);
    let address = network.column_by_name("ip_address").expect("declared").as_string::<i32>();
    assert_eq!(address.iter().collect::<Vec<_>>(), [None, None, Some("10.0.0.1"), None]);
    assert_eq!((page.drift.missing.get("network"), page.drift.coerced["network"]), (None, 1));
}

#[test]
fn details_of_every_platform_share_one_schema() {
    let mac = r#"{"general": {"device_id": "m"}, "mdm": {"mdm_enabled": "True", "mdm_enabled_user": ["anna"]},
        "filevault": {"filevault_enabled": false}, "volumes": [{"name": "Macintosh HD"}, {"name": "Data"}],
        "users": {"regular_users": [{"username": "anna", "uid": "501"}], "system_users": []},
        "installed_profiles": [{"name": "p", "payload_types": ["x", "y"]}], "tags": []}"#;
    let mac = read(DataSet::DeviceDetails, mac).batch;
    let truth = |of: &str, name: &str| {
        let texts = group(&mac, of).column_by_name(name).expect("declared").as_string::<i32>();
        texts.value(0).to_owned()
    };
    assert_eq!((truth("mdm", "mdm_enabled"), truth("filevault", "filevault_enabled")), ("True".into(), "false".into()));
    let volumes = mac.column_by_name("volumes").expect("declared").as_list::<i32>();
    assert_eq!(volumes.value_length(0), 2);
    let regular = group(&mac, "users").column_by_name("regular_users").expect("declared").as_list::<i32>().value(0);
    let uid = regular.as_struct().column_by_name("uid").expect("declared").as_string::<i32>();
    assert_eq!(uid.value(0), "501");

    let android = r#"{"general": {"device_id": "a", "api_level": 34}, "hardware": {"total_ram": "7.5"},
        "security": {"has_passcode": true}, "cellular": {"imei": "35 673008 397160 8"}, "tags": ["t"]}"#;
    let android = read(DataSet::DeviceDetails, android).batch;
    assert_eq!(android.schema(), mac.schema());
    assert!(group(&android, "mdm").is_null(0));
    let imei = group(&android, "cellular").column_by_name("imei").expect("declared").as_string::<i32>();
    assert_eq!(imei.value(0), "35 673008 397160 8");
}
