//! Every kind of body that the service's published samples show, by its shape.

use super::*;

fn check(file_name: &str, body: &str, expected: Result<DataSet, &str>) {
    let found = recognise(file_name, body.as_bytes());
    match (&found, expected) {
        (Recognised::DataSet(found), Ok(expected)) => assert_eq!(*found, expected, "{body}"),
        (Recognised::NotInventory(reason), Err(expected)) => assert!(reason.contains(expected), "{body}: {reason}"),
        (_, expected) => panic!("{body}: {found:?} and not {expected:?}"),
    }
}

#[test]
fn devices_and_their_details() {
    let device = r#"{"device_id": "a", "device_name": "n", "model": "m", "serial_number": "s", "platform": "Mac"}"#;
    check("x.json", device, Ok(DataSet::Devices));
    check("x.json", &format!("[{device}, {device}]"), Ok(DataSet::Devices));
    check("List_Devices.json", "[]", Ok(DataSet::Devices));
    check("x.json", "[]", Err("an empty list"));
    check("x.json", r#"{"general": {"device_id": "a"}, "mdm": {}}"#, Ok(DataSet::DeviceDetails));
    check("x.json", r#"{"device_id": "a", "apps": [{"app_id": "1"}]}"#, Ok(DataSet::Apps));
    check("x.json", r#"{"device_id": "a", "apps": []}"#, Ok(DataSet::Apps));
}

#[test]
fn prism_rows_tell_their_category() {
    let rows = |keys: &str| format!(r#"{{"offset": 0, "data": [{{"device_id": "a", "device__name": "n", {keys}}}]}}"#);
    check("x", &rows(r#""path": "/p", "bundle_id": "b", "name": "n""#), Ok(DataSet::Apps));
    check("x", &rows(r#""device_capacity": 49.0, "model_name": "m""#), Ok(DataSet::DeviceInformation));
    check("x", &rows(r#""identity_certificate": true"#), Ok(DataSet::Certificates));
    check("x", &rows(r#""key_escrowed": true"#), Ok(DataSet::Filevault));
    check("x", &rows(r#""novelty": 1"#), Err("prism rows of no known category"));
}

#[test]
fn a_name_that_says_another_category_wins_over_the_vendors_mistaken_rows() {
    let rows = r#"{"data": [{"device__name": "n", "device_capacity": 47.0, "marketing_name": "Sonoma"}]}"#;
    check("Prism_Device_information__0_200.json", rows, Ok(DataSet::DeviceInformation));
    check("Prism_Activation_lock__0_200.json", rows, Err("says prism category activation_lock"));
    check("prism desktop-and-screensaver.json", rows, Err("says prism category desktop_and_screensaver"));
}

#[test]
fn a_prism_page_without_rows_is_told_by_its_name() {
    let empty = r#"{"offset": null, "limit": 25, "total": 0, "data": [], "cursor": null}"#;
    check("Prism_Kernel_Extensions__0_200.json", empty, Ok(DataSet::KernelExtensions));
    check("prism_apps_9.json", empty, Ok(DataSet::Apps));
    check("Prism_Device_information.json", empty, Ok(DataSet::DeviceInformation));
    check("x.json", empty, Err("a prism page without rows"));
}

#[test]
fn the_lists_beside_the_devices() {
    let user = r#"{"active": true, "archived": false, "deprecated_user_id": "1", "email": "e", "id": "u"}"#;
    check("x", user, Ok(DataSet::Users));
    check("x", &format!(r#"{{"next": null, "results": [{user}]}}"#), Ok(DataSet::Users));
    let blueprint = r#"{"results": [{"id": "b", "name": "n", "computers_count": 0, "enrollment_code": {}}]}"#;
    check("x", blueprint, Ok(DataSet::Blueprints));
    check("Tags_Get_Tags.json", r#"{"results": [{"id": "t", "name": "n"}]}"#, Ok(DataSet::Tags));
    check("Tags_Create_Tag__0_201.json", r#"{"id": "t", "name": "n"}"#, Ok(DataSet::Tags));
    check("x", r#"{"id": "t", "name": "n"}"#, Err("does not say that they are tags"));
    check("Users_List.json", r#"{"results": []}"#, Ok(DataSet::Users));
}

#[test]
fn everything_else_is_not_inventory_and_says_why() {
    check("x", r#"{"detail": "Invalid category"}"#, Err("an error answer"));
    check("x", r#"{"device_id": "a", "activity": {"count": 1, "results": []}}"#, Err("activity"));
    check("x", r#"{"device_id": "a", "library_items": [], "parameters": []}"#, Err("library items"));
    check("x", r#"{"counts": {"computers_count": 8}, "limits": {}, "tenantOverLicenseLimit": false}"#, Err("licence"));
    check("x", r#"{"count": 82, "approximate": false}"#, Err("prism count"));
    check("x", r#"{"id": "e", "status": "pending", "category": "apps", "args": {}}"#, Err("export"));
    check("x", r#"{"results": [{"id": "1", "action": "update", "occurred_at": "t", "actor_id": "a"}]}"#, Err("audit"));
    check(
        "x",
        r#"{"results": [{"dep_account": {}, "serial_number": "s", "id": "1"}]}"#,
        Err("automated device enrolment"),
    );
    check("x", r#"{"dep_account": ["Enter a valid UUID."]}"#, Err("no known shape"));
    check("x", "[1, 2]", Err("no known shape: no keys at all"));
    check("README.md", "# Published", Err("text that is not JSON"));
    check("x", "", Err("an empty body"));
    check("x", "5", Err("a number"));
    check("x", "{\"a\"", Err("not JSON at byte"));
}
