//! What the tenant says of itself, to compare with what a load made of it. It walks the same devices as the pages do, and counts
//! the same rows.

use crate::category::Category;
use crate::device::{Device, Platform};
use crate::fleet::Fleet;
use crate::wire::purchases;
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};

/// How many of everything a tenant tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Account {
    /// Records of `/devices`; a machine enrolled twice has two.
    pub listed_devices: u32,
    /// Different serial numbers among them that identify a device: trimmed, without regard to case, without the placeholders.
    pub distinct_serials: u32,
    /// Listed Macs.
    pub macs: u32,
    /// Listed iPhones.
    pub iphones: u32,
    /// Listed iPads.
    pub ipads: u32,
    /// Listed Apple TVs.
    pub apple_tvs: u32,
    /// Listed Android devices, uncertain.
    pub androids: u32,
    /// Listed Windows machines, uncertain.
    pub windows: u32,
    /// Devices whose details are told, listed or not.
    pub device_details: u32,
    /// Of these, details of devices that are no longer listed.
    pub orphan_details: u32,
    /// Rows of Prism's device information.
    pub device_information_rows: u32,
    /// Rows of Prism's applications, of all kinds.
    pub app_rows: u64,
    /// Of these, rows of iPhones and iPads.
    pub mobile_app_rows: u64,
    /// Of these, helpers nested in an application.
    pub nested_apps: u64,
    /// Of these, rows that repeat another in every field.
    pub repeated_app_rows: u64,
    /// Of these, rows whose serial number identifies no listed device.
    pub app_rows_of_unlisted: u64,
    /// People of the directory.
    pub users: u32,
    /// Of these, archived.
    pub archived_users: u32,
    /// Of these, known to the CMDB of the demonstration.
    pub users_known_downstream: u32,
    /// Blueprints.
    pub blueprints: u32,
    /// Tags.
    pub tags: u32,
    /// The night that all this is told of.
    pub night: u32,
    /// Devices that were bought through Apple, enrolled or not.
    pub ade_devices: u32,
    /// Rows of every category of Prism, by its name.
    pub prism_rows: BTreeMap<&'static str, u64>,
}

impl Account {
    pub(crate) fn of(fleet: &Fleet) -> Self {
        let on = |platform: Platform| number(fleet.listed().filter(|device| device.platform() == platform));
        let serials: HashSet<String> = fleet.listed().filter_map(Device::usable_serial).collect();
        let is_unlisted = |device: &Device| device.usable_serial().is_none_or(|serial| !serials.contains(&serial));
        let apps = |chosen: &dyn Fn(&Device) -> bool, counted: fn(&Device) -> u32| -> u64 {
            fleet.in_prism().filter(|device| chosen(device)).map(|device| u64::from(counted(device))).sum()
        };
        let rows = |device: &Device| device.apps.rows;
        Self {
            listed_devices: number(fleet.listed()),
            distinct_serials: serials.len() as u32,
            macs: on(Platform::Mac),
            iphones: on(Platform::IPhone),
            ipads: on(Platform::IPad),
            apple_tvs: on(Platform::AppleTv),
            androids: on(Platform::Android),
            windows: on(Platform::Windows),
            device_details: number(fleet.detailed()),
            orphan_details: number(fleet.detailed().filter(|device| !device.presence.listed)),
            device_information_rows: number(fleet.in_prism()),
            app_rows: apps(&|_| true, rows),
            mobile_app_rows: apps(&|device| device.platform().is_handheld(), rows),
            nested_apps: apps(&|_| true, |device| device.apps.nested),
            repeated_app_rows: apps(&|_| true, |device| device.apps.repeated),
            app_rows_of_unlisted: apps(&is_unlisted, rows),
            users: fleet.users().len() as u32,
            archived_users: number(fleet.users().iter().filter(|user| user.archived)),
            users_known_downstream: number(fleet.users().iter().filter(|user| user.known_downstream)),
            blueprints: fleet.blueprints().len() as u32,
            tags: fleet.tags().len() as u32,
            night: u32::from(fleet.night()),
            ade_devices: purchases(fleet).len() as u32,
            prism_rows: Category::ALL
                .into_iter()
                .map(|category| (category.name(), fleet.prism_rows(category)))
                .collect(),
        }
    }
}

fn number<T>(records: impl Iterator<Item = T>) -> u32 {
    records.count() as u32
}
