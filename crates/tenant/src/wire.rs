//! The response bodies, one struct a shape, with all fields of the vendor's published samples in their order and types. They borrow
//! every text, because a body is written and forgotten.

mod android;
mod app_list;
mod application;
mod category_row;
mod details;
mod directory;
mod hardware;
mod information;
mod licensing;
mod list;
mod purchase;
mod row;
mod security;

pub(crate) use android::{AndroidDetails, imei};
pub(crate) use app_list::AppList;
pub(crate) use application::ApplicationRow;
pub(crate) use category_row::{CategoryRow, Fields, RowDates};
pub(crate) use details::Details;
pub(crate) use directory::{Counted, Directory, WireBlueprint, WireTag, WireUser};
pub(crate) use information::InformationRow;
pub(crate) use licensing::Licensing;
pub(crate) use list::ListedDevice;
pub(crate) use purchase::{DEP_ACCOUNT_ID, WirePurchase, purchases};
pub(crate) use row::{FieldVisitor, PrismRow, write_value};

use crate::device::Device;
use crate::fleet::Fleet;
use crate::people::User;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// A field that no device of the fleet fills: null in every row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Null;

impl Serialize for Null {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// A group of fields, or one of the two ways in which the API leaves a group out.
#[derive(Debug)]
pub(crate) enum Group<T> {
    Filled(T),
    EmptyObject,
    EmptyText,
}

impl<T: Serialize> Serialize for Group<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Filled(group) => group.serialize(serializer),
            Self::EmptyObject => serializer.serialize_map(Some(0))?.end(),
            Self::EmptyText => serializer.serialize_str(""),
        }
    }
}

/// A person as the list and the details refer to them.
#[derive(Debug, Serialize)]
pub(crate) struct AssignedUser<'a> {
    email: &'a str,
    name: &'a str,
    id: &'a str,
    is_archived: bool,
}

impl<'a> AssignedUser<'a> {
    /// The user of a device, `""` where there is none.
    fn of(user: Option<&'a User>) -> Group<Self> {
        user.map_or(Group::EmptyText, |user| {
            let User { email, name, id, archived, .. } = user;
            Group::Filled(Self { email, name, id, is_archived: *archived })
        })
    }
}

/// The fields that every Prism row begins with, looked up once a device.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner<'a> {
    device_id: &'a str,
    device_name: &'a str,
    family: &'static str,
    user_id: &'a str,
    user_name: &'a str,
    user_email: &'a str,
    home: &'a str,
    blueprint_id: &'a str,
    blueprint_name: &'static str,
    asset_tag: Option<&'a str>,
    serial_number: &'a str,
    model_id: &'static str,
}

impl<'a> Owner<'a> {
    pub(crate) fn of(fleet: &'a Fleet, device: &'a Device) -> Self {
        let user = fleet.user_of(device);
        let blueprint = fleet.blueprint_of(device);
        Self {
            device_id: &device.id,
            device_name: &device.name,
            family: device.platform().prism_name(),
            user_id: user.map_or("", |user| &user.deprecated_user_id),
            user_name: user.map_or("", |user| &user.name),
            user_email: user.map_or("", |user| &user.email),
            home: user.map_or("shared", |user| &user.user_name),
            blueprint_id: &blueprint.id,
            blueprint_name: blueprint.kind.name,
            asset_tag: device.asset_tag.as_deref(),
            serial_number: &device.serial_number,
            model_id: device.model.identifier,
        }
    }

    /// The name of the account on the device itself.
    pub(crate) fn account(&self) -> &'a str {
        self.home
    }

    /// Shows the fields that say whose a row is.
    pub(crate) fn visit(&self, visitor: &mut impl FieldVisitor) {
        visitor.field("device_id", self.device_id);
        visitor.field("device__name", self.device_name);
        visitor.field("device__family", self.family);
        visitor.field("device__user_id", self.user_id);
        visitor.field("device__user_name", self.user_name);
        visitor.field("device__user_email", self.user_email);
        visitor.field("blueprint_id", self.blueprint_id);
        visitor.field("blueprint_name", self.blueprint_name);
        visitor.field("tags", &Null);
        visitor.field("asset_tag", &self.asset_tag);
        visitor.field("serial_number", self.serial_number);
        visitor.field("model_id", self.model_id);
        visitor.field("count", &Null);
    }
}
