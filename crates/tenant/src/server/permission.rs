//! What a token may ask for. Permissions are granted endpoint by endpoint, and Prism's category by category; how a missing one is
//! refused is told in three ways by those who met it, so all three can be played.

use super::error_shape::{Complaint, ErrorShape};
use super::route::Route;
use crate::category::Category;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

/// What a token may ask for: everything but what is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Permissions {
    /// What is refused.
    pub refused: Vec<Permission>,
    /// With which status.
    pub status: RefusalStatus,
    /// In which shape.
    pub shape: ErrorShape,
}

/// The status by which a missing permission is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum RefusalStatus {
    /// 401, as if the token were wrong.
    Unauthorized,
    /// 403, as it is documented.
    #[default]
    Forbidden,
    /// 404, as if there were no such address.
    NotFound,
}

/// One permission, by the name that the endpoint has in the witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Permission {
    /// `devices`: the list.
    Devices,
    /// `devices/{id}`.
    Device,
    /// `devices/{id}/details`.
    DeviceDetails,
    /// `devices/{id}/apps`.
    DeviceApps,
    /// `users`.
    Users,
    /// `blueprints`.
    Blueprints,
    /// `tags`.
    Tags,
    /// `audit/events`.
    AuditEvents,
    /// `settings/licensing`.
    Licensing,
    /// `integrations/apple/ade/devices`.
    AdeDevices,
    /// `prism`: all categories, the count and exports, where it is not part of the subscription.
    Prism,
    /// `prism/apps` and so on: reading one category. An export of it is a permission of its own.
    PrismCategory(Category),
    /// `prism/count`.
    PrismCount,
    /// `prism/export`: asking for exports and polling them.
    PrismExport,
}

/// A name that no permission has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no permission `{0}`")]
pub struct UnknownPermission(pub String);

/// Permissions with a fixed name.
const NAMED: [(&str, Permission); 13] = [
    ("devices", Permission::Devices),
    ("devices/{id}", Permission::Device),
    ("devices/{id}/details", Permission::DeviceDetails),
    ("devices/{id}/apps", Permission::DeviceApps),
    ("users", Permission::Users),
    ("blueprints", Permission::Blueprints),
    ("tags", Permission::Tags),
    ("audit/events", Permission::AuditEvents),
    ("settings/licensing", Permission::Licensing),
    ("integrations/apple/ade/devices", Permission::AdeDevices),
    ("prism", Permission::Prism),
    ("prism/count", Permission::PrismCount),
    ("prism/export", Permission::PrismExport),
];

impl Permission {
    /// The name, `devices/{id}/details`.
    pub fn name(self) -> String {
        if let Self::PrismCategory(category) = self {
            return format!("prism/{}", category.name());
        }
        let (name, _) = NAMED.iter().find(|(_, named)| *named == self).expect("every other permission is in the table");
        (*name).to_owned()
    }

    /// The permission of a name.
    pub fn of_name(name: &str) -> Result<Self, UnknownPermission> {
        let named = NAMED.iter().find(|(known, _)| *known == name).map(|(_, permission)| *permission);
        let category = || name.strip_prefix("prism/").and_then(Category::of_name).map(Self::PrismCategory);
        named.or_else(category).ok_or_else(|| UnknownPermission(name.to_owned()))
    }

    fn is_of_prism(self) -> bool {
        matches!(self, Self::Prism | Self::PrismCategory(_) | Self::PrismCount | Self::PrismExport)
    }
}

impl TryFrom<String> for Permission {
    type Error = UnknownPermission;

    fn try_from(name: String) -> Result<Self, UnknownPermission> {
        Self::of_name(&name)
    }
}

impl From<Permission> for String {
    fn from(permission: Permission) -> Self {
        permission.name()
    }
}

impl TryFrom<u16> for RefusalStatus {
    type Error = String;

    fn try_from(status: u16) -> Result<Self, String> {
        match status {
            401 => Ok(Self::Unauthorized),
            403 => Ok(Self::Forbidden),
            404 => Ok(Self::NotFound),
            other => Err(format!("a permission is refused with 401, 403 or 404, not with {other}")),
        }
    }
}

impl From<RefusalStatus> for u16 {
    fn from(status: RefusalStatus) -> Self {
        status.code().as_u16()
    }
}

impl RefusalStatus {
    fn code(self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Unauthorized => "Authentication credentials were not provided.",
            Self::Forbidden => "You do not have permission to perform this action.",
            Self::NotFound => "Not found.",
        }
    }
}

impl Permissions {
    /// All permissions but these, refused as documented.
    pub fn without(refused: impl IntoIterator<Item = Permission>) -> Self {
        Self { refused: refused.into_iter().collect(), ..Self::default() }
    }

    /// Whether a route may be asked for.
    pub(crate) fn check(&self, route: &Route) -> Result<(), Complaint> {
        let Some(needed) = route.permission() else { return Ok(()) };
        let refuses =
            |refused: &Permission| *refused == needed || (*refused == Permission::Prism && needed.is_of_prism());
        if self.refused.iter().any(refuses) {
            return Err(Complaint::new(self.status.code(), self.shape, self.status.words()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        let categories = Category::ALL.map(Permission::PrismCategory);
        for permission in NAMED.into_iter().map(|(_, permission)| permission).chain(categories) {
            assert_eq!(Permission::of_name(&permission.name()), Ok(permission));
        }
        assert_eq!(Permission::of_name("prism/everything"), Err(UnknownPermission("prism/everything".to_owned())));
    }

    #[test]
    fn they_are_read_from_json() {
        let read = |text| serde_json::from_str::<Permissions>(text);
        let permissions = read(r#"{"refused":["prism/apps","users"],"status":404}"#).expect("it is read");
        assert_eq!(permissions.refused, [Permission::PrismCategory(Category::Apps), Permission::Users]);
        assert_eq!((permissions.status, permissions.shape), (RefusalStatus::NotFound, ErrorShape::Detail));
        assert!(read(r#"{"refused":["prisms"]}"#).is_err());
        assert!(read(r#"{"status":500}"#).is_err());
        assert!(read(r#"{"deny":[]}"#).is_err());
    }
}
