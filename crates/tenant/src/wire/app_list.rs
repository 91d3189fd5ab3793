//! The applications of one device as `GET /devices/{id}/apps` tells them: every value a text, even numbers, truths and nothing.
//!
//! What this and Prism's rows both tell (name, bundle id, version, path, signature, source) is the same text in both, because both are
//! made from the same installs.

use super::Owner;
use super::application::{bundle, path};
use crate::device::Device;
use crate::fleet::Fleet;
use crate::install::{Install, Part};
use crate::moment::Stamp;
use serde::Serialize;
use std::borrow::Cow;

/// Numbers of applications begin here.
const FIRST_APP_ID: u32 = 80_000;
/// Numbers of one application, for what is nested in it and for a copy.
const APP_ID_STEP: u32 = 16;

/// The answer: the device and everything on it.
#[derive(Serialize)]
pub(crate) struct AppList<'a> {
    device_id: &'a str,
    apps: Vec<ListedApp<'a>>,
}

#[derive(Serialize)]
struct ListedApp<'a> {
    app_id: String,
    app_name: &'a str,
    bundle_id: &'a str,
    bundle_size: String,
    app_store_vendable: &'static str,
    device_based_vpp: &'static str,
    source: &'static str,
    process: &'a str,
    signature: &'a str,
    creation_date: Stamp,
    modification_date: Stamp,
    path: Cow<'a, str>,
    version: &'a str,
}

impl<'a> AppList<'a> {
    pub(crate) fn of(fleet: &'a Fleet, device: &'a Device) -> Self {
        let mut installs = Vec::new();
        fleet.installs_of(device, &mut installs);
        let owner = Owner::of(fleet, device);
        let apps = installs.into_iter().map(|install| ListedApp::of(fleet, device, &owner, install)).collect();
        Self { device_id: &device.id, apps }
    }
}

impl<'a> ListedApp<'a> {
    fn of(fleet: &'a Fleet, device: &'a Device, owner: &Owner<'a>, install: Install) -> Self {
        let app = &fleet.catalogue().for_device(device)[usize::from(install.app)];
        let bundle = bundle(app, install.part);
        let is_mac = device.platform().is_mac();
        let collected = device.last_collected.after_microseconds(i64::from(install.app) * 44);
        Self {
            app_id: app_id(fleet, device, install),
            app_name: &bundle.name,
            bundle_id: &bundle.bundle_id,
            // A Mac's sizes are meaningless in every published answer.
            bundle_size: if is_mac { "1".to_owned() } else { bundle_size(install).to_string() },
            app_store_vendable: told(is_mac, true),
            device_based_vpp: told(is_mac, is_device_based(install)),
            source: app.obtained_from,
            process: &bundle.executable,
            signature: &app.signature,
            creation_date: if is_mac { collected.zulu() } else { Stamp::default() },
            modification_date: if is_mac { collected.after_microseconds(18).zulu() } else { Stamp::default() },
            path: path(bundle, install.part, owner),
            version: &app.releases[usize::from(install.release)].version,
        }
    }
}

/// The size of an application of an iPhone, in bytes.
pub(super) fn bundle_size(install: Install) -> u32 {
    68_390_912 + 4_096 * u32::from(install.app)
}

/// Whether an application of an iPhone was bought for the device and not for its user.
pub(super) fn is_device_based(install: Install) -> bool {
    !install.app.is_multiple_of(3)
}

/// A truth that only iPhones and iPads tell.
fn told(is_mac: bool, truth: bool) -> &'static str {
    match (is_mac, truth) {
        (true, _) => "",
        (false, true) => "True",
        (false, false) => "False",
    }
}

/// Numbers on Macs, UUIDs elsewhere.
fn app_id(fleet: &Fleet, device: &Device, install: Install) -> String {
    if !device.platform().is_mac() {
        return fleet.mixed_uuid(device.machine, u32::from(install.app));
    }
    let part = match install.part {
        Part::Whole => 0,
        Part::Helper(helper) => 1 + u32::from(helper),
        Part::Elsewhere => APP_ID_STEP - 1,
    };
    (FIRST_APP_ID + u32::from(install.app) * APP_ID_STEP + part).to_string()
}
