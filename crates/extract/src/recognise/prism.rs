//! The categories of Prism, by their rows and by a file's name. Two are read; the vendor's published samples of two
//! others show rows of `device_information` by mistake, so a name that says another category wins over the rows.

use super::{Found, Hint, has, shown};
use crate::DataSet;

/// A category that is not read: its name, what a file's name says of it, and a key that only its rows have.
struct Other {
    name: &'static str,
    word: &'static str,
    key: &'static str,
}

const fn other(name: &'static str, word: &'static str, key: &'static str) -> Other {
    Other { name, word, key }
}

const OTHERS: &[Other] = &[
    other("activation_lock", "activation_lock", "activation_lock_supported"),
    other("application_firewall", "firewall", "stealth_mode"),
    other("cellular", "cellular", "modem_firmware_version"),
    other("certificates", "certificate", "identity_certificate"),
    other("desktop_and_screensaver", "screensaver", "screensaver_idle_time"),
    other("filevault", "filevault", "key_escrowed"),
    other("gatekeeper_and_xprotect", "gatekeeper", "gatekeeper_status"),
    other("installed_profiles", "installed_profile", "payload_identifier"),
    other("kernel_extensions", "kernel_extension", "kernel_extension_name"),
    other("launch_agents_and_daemons", "launch_agent", "run_at_load"),
    other("local_users", "local_user", "home_directory"),
    other("startup_settings", "startup_setting", "bootstrap_token_auth"),
    other("system_extensions", "system_extension", "is_mdm_managed"),
    other("transparency_database", "transparency", "client_type"),
];

/// The data set of these rows.
pub(super) fn rows(record: &[String], hint: &Hint) -> Found {
    if let Some(category) = OTHERS.iter().find(|category| has(record, category.key)) {
        return Err(not_read(category.name));
    }
    let data_set = if has(record, "bundle_id") {
        DataSet::Apps
    } else if ["device_capacity", "marketing_name", "model_name"].iter().any(|key| has(record, key)) {
        DataSet::DeviceInformation
    } else {
        return Err(format!("prism rows of no known category: {}", shown(record)));
    };
    match named_other(hint) {
        Some(name) => Err(format!(
            "the file's name says prism category {name}, which is not read, but its rows are those of {data_set}"
        )),
        None => Ok(data_set),
    }
}

/// A page without rows has nothing but its file's name to tell what it is of.
pub(super) fn no_rows(hint: &Hint) -> Found {
    if let Some(name) = named_other(hint) {
        return Err(not_read(name));
    }
    if hint.says("apps") || hint.says("application") {
        return Ok(DataSet::Apps);
    }
    if hint.says("device_information") {
        return Ok(DataSet::DeviceInformation);
    }
    Err("a prism page without rows, and the file's name does not say of which category".to_owned())
}

fn named_other(hint: &Hint) -> Option<&'static str> {
    OTHERS.iter().find(|category| hint.says(category.word)).map(|category| category.name)
}

fn not_read(category: &str) -> String {
    format!("prism category {category} is not read")
}
