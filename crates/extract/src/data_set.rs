//! The data sets, their names and their schemas.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field as Column, Schema, SchemaRef};

use serde::{Deserialize, Serialize};

use crate::declared;
use crate::field::{Field, columns};

/// How many there are.
const DATA_SETS: usize = 23;

/// One kind of record that the service gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataSet {
    /// `GET /devices`: one row a device.
    Devices,
    /// `GET /devices/{id}/details`: one row a device, in groups that depend on its platform.
    DeviceDetails,
    /// `GET /prism/device_information`: one row a device.
    DeviceInformation,
    /// `GET /prism/apps` and `GET /devices/{id}/apps`: one row an installed application, in either form.
    Apps,
    /// `GET /users`: one row a person.
    Users,
    /// `GET /blueprints`.
    Blueprints,
    /// `GET /tags`.
    Tags,
    /// `GET /prism/activation_lock`.
    ActivationLock,
    /// `GET /prism/application_firewall`.
    ApplicationFirewall,
    /// `GET /prism/cellular`.
    Cellular,
    /// `GET /prism/certificates`.
    Certificates,
    /// `GET /prism/desktop_and_screensaver`.
    DesktopAndScreensaver,
    /// `GET /prism/filevault`.
    Filevault,
    /// `GET /prism/gatekeeper_and_xprotect`.
    GatekeeperAndXprotect,
    /// `GET /prism/installed_profiles`.
    InstalledProfiles,
    /// `GET /prism/kernel_extensions`.
    KernelExtensions,
    /// `GET /prism/launch_agents_and_daemons`.
    LaunchAgentsAndDaemons,
    /// `GET /prism/local_users`.
    LocalUsers,
    /// `GET /prism/startup_settings`.
    StartupSettings,
    /// `GET /prism/system_extensions`.
    SystemExtensions,
    /// `GET /prism/transparency_database`.
    TransparencyDatabase,
    /// `GET /integrations/apple/ade/devices`: one row a device that was bought for the tenant.
    AdeDevices,
    /// `GET /audit/events`: one row an event.
    AuditEvents,
}

impl DataSet {
    /// Every data set, in the order in which they are read.
    pub const ALL: [Self; DATA_SETS] = [
        Self::Devices,
        Self::DeviceDetails,
        Self::DeviceInformation,
        Self::Apps,
        Self::Users,
        Self::Blueprints,
        Self::Tags,
        Self::ActivationLock,
        Self::ApplicationFirewall,
        Self::Cellular,
        Self::Certificates,
        Self::DesktopAndScreensaver,
        Self::Filevault,
        Self::GatekeeperAndXprotect,
        Self::InstalledProfiles,
        Self::KernelExtensions,
        Self::LaunchAgentsAndDaemons,
        Self::LocalUsers,
        Self::StartupSettings,
        Self::SystemExtensions,
        Self::TransparencyDatabase,
        Self::AdeDevices,
        Self::AuditEvents,
    ];

    /// The lineage column that holds the page's number.
    pub const PAGE_COLUMN: &'static str = "_page";

    /// The lineage column that holds the record's place in its page, from 0.
    pub const RECORD_COLUMN: &'static str = "_record";

    /// The name, in snake case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Devices => "devices",
            Self::DeviceDetails => "device_details",
            Self::DeviceInformation => "device_information",
            Self::Apps => "apps",
            Self::Users => "users",
            Self::Blueprints => "blueprints",
            Self::Tags => "tags",
            Self::ActivationLock => "activation_lock",
            Self::ApplicationFirewall => "application_firewall",
            Self::Cellular => "cellular",
            Self::Certificates => "certificates",
            Self::DesktopAndScreensaver => "desktop_and_screensaver",
            Self::Filevault => "filevault",
            Self::GatekeeperAndXprotect => "gatekeeper_and_xprotect",
            Self::InstalledProfiles => "installed_profiles",
            Self::KernelExtensions => "kernel_extensions",
            Self::LaunchAgentsAndDaemons => "launch_agents_and_daemons",
            Self::LocalUsers => "local_users",
            Self::StartupSettings => "startup_settings",
            Self::SystemExtensions => "system_extensions",
            Self::TransparencyDatabase => "transparency_database",
            Self::AdeDevices => "ade_devices",
            Self::AuditEvents => "audit_events",
        }
    }

    /// The data set of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|data_set| data_set.name() == name)
    }

    /// The category of Prism that it is; `None` for what Prism does not have.
    pub fn prism_category(self) -> Option<&'static str> {
        match self {
            Self::Devices
            | Self::DeviceDetails
            | Self::Users
            | Self::Blueprints
            | Self::Tags
            | Self::AdeDevices
            | Self::AuditEvents => None,
            _ => Some(self.name()),
        }
    }

    /// The declared fields of its records.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Devices => declared::DEVICES,
            Self::DeviceDetails => declared::DEVICE_DETAILS,
            Self::DeviceInformation => declared::DEVICE_INFORMATION,
            Self::Apps => declared::APPS,
            Self::Users => declared::USERS,
            Self::Blueprints => declared::BLUEPRINTS,
            Self::Tags => declared::TAGS,
            Self::ActivationLock => declared::ACTIVATION_LOCK,
            Self::ApplicationFirewall => declared::APPLICATION_FIREWALL,
            Self::Cellular => declared::CELLULAR,
            Self::Certificates => declared::CERTIFICATES,
            Self::DesktopAndScreensaver => declared::DESKTOP_AND_SCREENSAVER,
            Self::Filevault => declared::FILEVAULT,
            Self::GatekeeperAndXprotect => declared::GATEKEEPER_AND_XPROTECT,
            Self::InstalledProfiles => declared::INSTALLED_PROFILES,
            Self::KernelExtensions => declared::KERNEL_EXTENSIONS,
            Self::LaunchAgentsAndDaemons => declared::LAUNCH_AGENTS_AND_DAEMONS,
            Self::LocalUsers => declared::LOCAL_USERS,
            Self::StartupSettings => declared::STARTUP_SETTINGS,
            Self::SystemExtensions => declared::SYSTEM_EXTENSIONS,
            Self::TransparencyDatabase => declared::TRANSPARENCY_DATABASE,
            Self::AdeDevices => declared::ADE_DEVICES,
            Self::AuditEvents => declared::AUDIT_EVENTS,
        }
    }

    /// The schema of its batches: the declared fields, then `_page` and `_record`, which say where a row was read.
    pub fn schema(self) -> SchemaRef {
        static SCHEMAS: LazyLock<[SchemaRef; DATA_SETS]> = LazyLock::new(|| DataSet::ALL.map(DataSet::build_schema));
        Arc::clone(&SCHEMAS[self as usize])
    }

    fn build_schema(self) -> SchemaRef {
        let mut all = columns(self.fields());
        all.push(Column::new(Self::PAGE_COLUMN, DataType::UInt32, false));
        all.push(Column::new(Self::RECORD_COLUMN, DataType::UInt32, false));
        Arc::new(Schema::new(all))
    }
}

impl std::fmt::Display for DataSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::DECLARED_FIELDS_MAX;

    #[test]
    fn a_data_set_is_found_by_its_name_and_its_schema_is_its_own() {
        for data_set in DataSet::ALL {
            assert_eq!(DataSet::parse(data_set.name()), Some(data_set));
            assert_eq!(data_set.schema().field(0).name(), data_set.fields()[0].name);
            assert_eq!(data_set.schema().fields().len(), data_set.fields().len() + 2);
        }
        assert_eq!(DataSet::parse("Devices"), None);
    }

    #[test]
    fn no_declared_name_stands_twice_and_none_is_beyond_the_mask() {
        for data_set in DataSet::ALL {
            let mut names: Vec<_> = data_set.fields().iter().map(|field| field.name).collect();
            assert!(names.len() < DECLARED_FIELDS_MAX, "{data_set}");
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), data_set.fields().len(), "{data_set}");
        }
    }
}
