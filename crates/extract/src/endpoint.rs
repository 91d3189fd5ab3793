//! The endpoints that are read: path, what its permission is called, and how it is paged. Apart because every fact about
//! the API's outside stands here once, with its source: the vendor's Postman collection, <https://api-docs.kandji.io>.

use crate::DataSet;

/// One endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `GET /devices`.
    Devices,
    /// `GET /devices/{id}/details`.
    DeviceDetails,
    /// `GET /devices/{id}/apps`.
    DeviceApps,
    /// `GET /prism/{category}`.
    Prism(DataSet),
    /// `GET /prism/count`.
    PrismCount,
    /// `POST /prism/export` and `GET /prism/export/{id}`.
    PrismExport,
    /// `GET /users`.
    Users,
    /// `GET /blueprints`.
    Blueprints,
    /// `GET /tags`.
    Tags,
    /// `GET /integrations/apple/ade/devices`.
    AdeDevices,
    /// `GET /audit/events`.
    AuditEvents,
    /// `GET /settings/licensing`.
    Licensing,
}

impl Endpoint {
    /// The path; `id` is a device's or an export's where the endpoint has one.
    pub fn path(self, id: &str) -> String {
        match self {
            Self::Devices => "/api/v1/devices".to_owned(),
            Self::DeviceDetails => format!("/api/v1/devices/{id}/details"),
            Self::DeviceApps => format!("/api/v1/devices/{id}/apps"),
            Self::Prism(data_set) => format!("/api/v1/prism/{}", data_set.name()),
            Self::PrismCount => "/api/v1/prism/count".to_owned(),
            Self::PrismExport if id.is_empty() => "/api/v1/prism/export".to_owned(),
            Self::PrismExport => format!("/api/v1/prism/export/{id}"),
            Self::Users => "/api/v1/users".to_owned(),
            Self::Blueprints => "/api/v1/blueprints".to_owned(),
            Self::Tags => "/api/v1/tags".to_owned(),
            Self::AdeDevices => "/api/v1/integrations/apple/ade/devices".to_owned(),
            Self::AuditEvents => "/api/v1/audit/events".to_owned(),
            Self::Licensing => "/api/v1/settings/licensing".to_owned(),
        }
    }

    /// The permission as the vendor's settings name it, as far as that is public.
    pub fn permission(self) -> &'static str {
        match self {
            Self::Devices => "Device list",
            Self::DeviceDetails => "Device details",
            Self::DeviceApps => "Application list",
            Self::Prism(_) | Self::PrismCount | Self::PrismExport => "Prism",
            Self::Users => "Users",
            Self::Blueprints => "Blueprints",
            Self::Tags => "Tags",
            Self::AdeDevices => "ADE device list",
            Self::AuditEvents => "Audit events",
            Self::Licensing => "Licensing",
        }
    }
}

/// Categories of which Prism makes an export; any other is refused with 400.
pub(crate) fn is_exportable(data_set: DataSet) -> bool {
    matches!(
        data_set,
        DataSet::Apps
            | DataSet::ActivationLock
            | DataSet::DesktopAndScreensaver
            | DataSet::DeviceInformation
            | DataSet::GatekeeperAndXprotect
            | DataSet::InstalledProfiles
            | DataSet::KernelExtensions
            | DataSet::LocalUsers
            | DataSet::LaunchAgentsAndDaemons
            | DataSet::SystemExtensions
            | DataSet::StartupSettings
            | DataSet::TransparencyDatabase
    )
}
