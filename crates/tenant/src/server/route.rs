//! Which endpoint an address means. What is not here the gateway does not know.

use super::permission::Permission;
use crate::category::Category;
use axum::http::Method;

/// An endpoint with what its path says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Devices,
    Device(String),
    DeviceDetails(String),
    DeviceApps(String),
    Users,
    Blueprints,
    Tags,
    AuditEvents,
    Licensing,
    AdeDevices,
    Prism(Category),
    /// A category that there is not: the API's own refusal, not the gateway's.
    PrismUnknown(String),
    PrismCount,
    RequestExport,
    PollExport(String),
    /// The signed address of a finished export, by its path without the slash before it.
    Download(String),
}

/// Where finished exports are fetched.
pub(crate) const DOWNLOADS: &str = "visibility-export";

impl Route {
    pub(crate) fn of(method: &Method, path: &str) -> Option<Self> {
        let bare = path.trim_matches('/');
        if *method == Method::GET && bare.starts_with(DOWNLOADS) {
            return Some(Self::Download(bare.to_owned()));
        }
        let parts: Vec<&str> = bare.strip_prefix("api/v1/")?.split('/').collect();
        match (method.as_str(), parts.as_slice()) {
            ("POST", ["prism", "export"]) => Some(Self::RequestExport),
            ("GET", parts) => Self::read(parts),
            _ => None,
        }
    }

    fn read(parts: &[&str]) -> Option<Self> {
        let route = match parts {
            ["devices"] => Self::Devices,
            ["devices", id] => Self::Device((*id).to_owned()),
            ["devices", id, "details"] => Self::DeviceDetails((*id).to_owned()),
            ["devices", id, "apps"] => Self::DeviceApps((*id).to_owned()),
            ["users"] => Self::Users,
            ["blueprints"] => Self::Blueprints,
            ["tags"] => Self::Tags,
            ["audit", "events"] => Self::AuditEvents,
            ["settings", "licensing"] => Self::Licensing,
            ["integrations", "apple", "ade", "devices"] => Self::AdeDevices,
            ["prism", "count"] => Self::PrismCount,
            ["prism", "export", id] => Self::PollExport((*id).to_owned()),
            ["prism", name] => match Category::of_name(name) {
                Some(category) => Self::Prism(category),
                None => Self::PrismUnknown((*name).to_owned()),
            },
            _ => return None,
        };
        Some(route)
    }

    /// What it needs; the download's signature is its own permission.
    pub(crate) fn permission(&self) -> Option<Permission> {
        match self {
            Self::Devices => Some(Permission::Devices),
            Self::Device(_) => Some(Permission::Device),
            Self::DeviceDetails(_) => Some(Permission::DeviceDetails),
            Self::DeviceApps(_) => Some(Permission::DeviceApps),
            Self::Users => Some(Permission::Users),
            Self::Blueprints => Some(Permission::Blueprints),
            Self::Tags => Some(Permission::Tags),
            Self::AuditEvents => Some(Permission::AuditEvents),
            Self::Licensing => Some(Permission::Licensing),
            Self::AdeDevices => Some(Permission::AdeDevices),
            Self::Prism(category) => Some(Permission::PrismCategory(*category)),
            Self::PrismUnknown(_) => Some(Permission::Prism),
            Self::PrismCount => Some(Permission::PrismCount),
            Self::RequestExport | Self::PollExport(_) => Some(Permission::PrismExport),
            Self::Download(_) => None,
        }
    }

    /// The name under which it is counted.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::PollExport(_) => "prism/export/{id}".to_owned(),
            Self::Download(_) => "download".to_owned(),
            other => other.permission().map_or_else(String::new, Permission::name),
        }
    }

    pub(crate) fn is_download(&self) -> bool {
        matches!(self, Self::Download(_))
    }

    /// Whether its answer is one page of many rows.
    pub(crate) fn is_paged(&self) -> bool {
        matches!(
            self,
            Self::Devices
                | Self::Users
                | Self::Blueprints
                | Self::Tags
                | Self::AuditEvents
                | Self::AdeDevices
                | Self::Prism(_)
        )
    }

    /// Whether its pages lead to each other by a cursor.
    pub(crate) fn has_cursor(&self) -> bool {
        matches!(self, Self::Users | Self::AuditEvents | Self::Prism(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, route: Option<Route>) {
        assert_eq!(Route::of(&Method::GET, path), route);
    }

    #[test]
    fn addresses() {
        check("/api/v1/devices", Some(Route::Devices));
        check("/api/v1/devices/", Some(Route::Devices));
        check("/api/v1/devices/abc/details", Some(Route::DeviceDetails("abc".to_owned())));
        check("/api/v1/prism/apps", Some(Route::Prism(Category::Apps)));
        check("/api/v1/prism/count", Some(Route::PrismCount));
        check("/api/v1/prism/application_firewal", Some(Route::PrismUnknown("application_firewal".to_owned())));
        check("/visibility-export/x/y.csv", Some(Route::Download("visibility-export/x/y.csv".to_owned())));
        check("/api/v1/settings", None);
        check("/api/v2/devices", None);
        check("/", None);
        assert_eq!(Route::of(&Method::POST, "/api/v1/prism/export"), Some(Route::RequestExport));
        assert_eq!(Route::of(&Method::POST, "/api/v1/devices"), None);
    }

    #[test]
    fn names_are_those_of_permissions() {
        assert_eq!(Route::Prism(Category::LocalUsers).name(), "prism/local_users");
        assert_eq!(Route::DeviceApps("x".to_owned()).name(), "devices/{id}/apps");
    }
}
