//! The instance as its users meet it: over a socket, with an update set that a test writes.

mod access;
mod client;
mod clients;
mod durable;
mod loading;
mod mapping;
mod promoting;
mod reading;
mod reads;
mod reconciling;
mod robust;
mod rules;
mod seeds;
mod standing;
mod traffic;
mod update_sets;
mod updates;

pub(crate) use client::{Client, Reply};
pub(crate) use updates::Updates;

/// The devices of these tests: a staging table, a map to computers and, when asked, one to a table of its own.
pub(crate) fn devices() -> Updates {
    Updates::new("Devices")
        .table("u_stage_device", "Stage device", Some("sys_import_set_row"))
        .column("u_stage_device", "u_serial", "Serial number", "string", "100")
        .column("u_stage_device", "u_name", "Name", "string", "255")
        .column("u_stage_device", "u_tag", "Asset tag", "string", "")
        .column("u_stage_device", "u_user", "Assigned user", "string", "100")
        .column("u_stage_device", "u_virtual", "Virtual", "string", "10")
        .column("u_stage_device", "u_discovered", "Last discovered", "string", "40")
        .column("u_stage_device", "u_source", "Discovery source", "string", "40")
        .column("u_stage_device", "u_manufacturer", "Manufacturer", "string", "40")
        .column("u_stage_device", "u_model", "Model", "string", "255")
        .column("u_stage_device", "u_model_number", "Model identifier", "string", "40")
        .column("u_stage_device", "u_retire", "Retire", "string", "10")
        .column("u_stage_device", "u_run", "Run", "integer", "40")
        .column("u_stage_device", "u_note", "Note", "string", "9000")
        .map("computer", "u_stage_device", "cmdb_ci_computer", "100")
        .entry("computer", "u_serial", "serial_number", &[("coalesce", "true")])
        .entry("computer", "u_name", "name", &[])
        .entry("computer", "u_tag", "asset_tag", &[])
        .entry("computer", "u_virtual", "virtual", &[])
        .entry("computer", "u_discovered", "last_discovered", &[])
        .entry("computer", "u_source", "discovery_source", &[("choice_action", "ignore")])
        .entry("computer", "u_manufacturer", "manufacturer", &[])
        .entry("computer", "u_user", "assigned_to", &[("choice_action", "ignore"), ("reference_value_field", "email")])
}

/// The second map of the devices, as a MDM record that refers to the computer.
pub(crate) fn with_records(devices: Updates) -> Updates {
    devices
        .table("u_mdm_record", "MDM record", None)
        .column("u_mdm_record", "serial_number", "Serial number", "string", "100")
        .column("u_mdm_record", "run", "Run", "integer", "40")
        .reference("u_mdm_record", "configuration_item", "cmdb_ci")
        .map("record", "u_stage_device", "u_mdm_record", "200")
        .entry("record", "u_serial", "serial_number", &[("coalesce", "true")])
        .entry("record", "u_run", "run", &[])
        .entry(
            "record",
            "u_serial",
            "configuration_item",
            &[("choice_action", "reject"), ("reference_value_field", "serial_number")],
        )
}
