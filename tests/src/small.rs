//! The smallest declaration that shows what a run does: one map, one reference that the instance may refuse.

use pipeline::{Body, Pipeline};

/// Devices to computers, each with the person that it is assigned to; an unknown person is refused.
pub const SMALL: &str = r#"
name = "small"
staging = { table = "u_small", label = "Small" }
key = ["u_serial"]

# A handful of devices changes as a whole in most tests.
[brakes]
change = 100
create = 100

[source]
data_set = "devices"
alias = "device"
newest = "utc_timestamp(device.last_check_in)"
who = ["device.device_id"]

[[column]]
name = "u_serial"
label = "Serial"
type = "string"
length = 40
value = "serial(device.serial_number)"
required = "it has no usable serial number"

[[column]]
name = "u_name"
label = "Device name"
type = "string"
length = 100
value = "text(device.device_name)"

[[column]]
name = "u_person"
label = "Person"
type = "string"
length = 100
value = '''email(device."user".email)'''

[[map]]
name = "Small to computer"
target = "cmdb_ci_computer"
field = [
    { from = "u_serial", to = "serial_number", coalesce = true },
    { from = "u_name", to = "name" },
    { from = "u_person", to = "assigned_to", reference = "email", unknown = "reject" },
]
"#;

/// [`SMALL`], with the first occurrence of each text replaced by another.
pub fn small(changes: &[(&str, &str)]) -> Pipeline {
    let mut text = SMALL.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "the declaration has no `{from}`");
        text = text.replacen(from, to, 1);
    }
    Pipeline::parse("small.toml", &text).expect("the declaration holds")
}

/// A page of the list of devices: the serial number, the name and the person's address of each; no person where that is
/// empty.
pub fn listed(devices: &[(&str, &str, &str)]) -> Body {
    let device = |(serial, name, person): &(&str, &str, &str)| {
        let person = match *person {
            "" => serde_json::json!(""),
            email => serde_json::json!({ "email": email, "name": email, "id": "1", "is_archived": false }),
        };
        serde_json::json!({
            "device_id": format!("id of {serial}"),
            "device_name": name,
            "serial_number": serial,
            "platform": "Mac",
            "user": person,
        })
    };
    let page: Vec<serde_json::Value> = devices.iter().map(device).collect();
    let bytes = serde_json::to_vec(&page).expect("texts are JSON");
    Body { data_set: extract::DataSet::Devices, name: "devices".to_owned(), bytes }
}
