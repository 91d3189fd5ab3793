//! The categories of Prism, by their rows and by a file's name. The vendor's published samples of two of them show rows of
//! `device_information` by mistake, so a name that says another category wins over the rows.

use super::{Found, Hint, has, shown};
use crate::DataSet;

/// A category: what a file's name says of it, and a key that only its rows have.
struct Other {
    data_set: DataSet,
    word: &'static str,
    key: &'static str,
}

const fn other(data_set: DataSet, word: &'static str, key: &'static str) -> Other {
    Other { data_set, word, key }
}

const OTHERS: &[Other] = &[
    other(DataSet::ActivationLock, "activation_lock", "activation_lock_supported"),
    other(DataSet::ApplicationFirewall, "firewall", "stealth_mode"),
    other(DataSet::Cellular, "cellular", "modem_firmware_version"),
    other(DataSet::Certificates, "certificate", "identity_certificate"),
    other(DataSet::DesktopAndScreensaver, "screensaver", "screensaver_idle_time"),
    other(DataSet::Filevault, "filevault", "key_escrowed"),
    other(DataSet::GatekeeperAndXprotect, "gatekeeper", "gatekeeper_status"),
    other(DataSet::InstalledProfiles, "installed_profile", "payload_identifier"),
    other(DataSet::KernelExtensions, "kernel_extension", "kernel_extension_name"),
    other(DataSet::LaunchAgentsAndDaemons, "launch_agent", "run_at_load"),
    other(DataSet::LocalUsers, "local_user", "home_directory"),
    other(DataSet::StartupSettings, "startup_setting", "bootstrap_token_auth"),
    other(DataSet::SystemExtensions, "system_extension", "is_mdm_managed"),
    other(DataSet::TransparencyDatabase, "transparency", "client_type"),
];

/// The data set of these rows.
pub(super) fn rows(record: &[String], hint: &Hint) -> Found {
    if let Some(category) = OTHERS.iter().find(|category| has(record, category.key)) {
        return Ok(category.data_set);
    }
    let data_set = if has(record, "bundle_id") {
        DataSet::Apps
    } else if ["device_capacity", "marketing_name", "model_name"].iter().any(|key| has(record, key)) {
        DataSet::DeviceInformation
    } else {
        return Err(format!("prism rows of no known category: {}", shown(record)));
    };
    match named_other(hint) {
        Some(name) => Err(format!("the file's name says prism category {name}, but its rows are those of {data_set}")),
        None => Ok(data_set),
    }
}

/// A page without rows has nothing but its file's name to tell what it is of.
pub(super) fn no_rows(hint: &Hint) -> Found {
    if let Some(data_set) = named_other(hint) {
        return Ok(data_set);
    }
    if hint.says("apps") || hint.says("application") {
        return Ok(DataSet::Apps);
    }
    if hint.says("device_information") {
        return Ok(DataSet::DeviceInformation);
    }
    Err("a prism page without rows, and the file's name does not say of which category".to_owned())
}

fn named_other(hint: &Hint) -> Option<DataSet> {
    OTHERS.iter().find(|category| hint.says(category.word)).map(|category| category.data_set)
}
