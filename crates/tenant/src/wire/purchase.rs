//! `GET /integrations/apple/ade/devices`: what was bought through Apple, enrolled or still in its box (`mdm_device` null).

use crate::device::{Device, Platform};
use crate::fleet::Fleet;
use crate::model::Model;
use crate::moment::{DAY, HOUR, Moment, Stamp};
use crate::seed::{Topic, characters, uuid};
use rand::RngExt;
use serde::Serialize;
use std::collections::HashSet;

/// The one account at Apple that devices are bought under.
pub(crate) const DEP_ACCOUNT_ID: &str = "2b6f0c58-93d4-4e0a-8a75-6d0f1f4f8f3e";
/// The topic of ids among the numbers that a machine decides.
const ID_ITEM: u32 = 0x00ad_e000;
/// Of so many machines in use, one more waits in its box.
const ENROLLED_PER_WAITING: u32 = 20;

/// A device that was bought.
#[derive(Clone, Copy)]
pub(crate) enum Purchase<'a> {
    Enrolled(&'a Device),
    /// By number; nobody has opened its box.
    Waiting(u32),
}

/// Everything that was bought: of every serial number one record, its active enrolment first, then what waits. Two Macs of three were
/// bought that way, and everything else.
pub(crate) fn purchases(fleet: &Fleet) -> Vec<Purchase<'_>> {
    let mut serials: HashSet<String> = HashSet::new();
    let is_bought = |device: &&Device| match device.platform() {
        Platform::Mac => device.model.identifier != "VirtualMac2,1" && !device.machine.is_multiple_of(3),
        Platform::IPhone | Platform::IPad | Platform::AppleTv => true,
        Platform::Android | Platform::Windows => false,
    };
    let active = fleet.listed().filter(|device| device.is_active());
    let silent = fleet.listed().filter(|device| !device.is_active());
    let enrolled = active
        .chain(silent)
        .filter(is_bought)
        .filter(|device| device.usable_serial().is_some_and(|serial| serials.insert(serial)))
        .map(Purchase::Enrolled);
    let machines = fleet.machines();
    let waiting = if machines == 0 { 0 } else { machines / ENROLLED_PER_WAITING + 1 };
    enrolled.chain((0..waiting).map(Purchase::Waiting)).collect()
}

/// A bought device as it is told.
#[derive(Serialize)]
pub(crate) struct WirePurchase<'a> {
    blueprint_id: &'a str,
    mdm_device: Option<MdmDevice<'a>>,
    user_id: Option<&'a str>,
    dep_account: DepAccount,
    asset_tag: &'a str,
    color: &'static str,
    description: String,
    device_assigned_by: &'static str,
    device_assigned_date: Stamp,
    device_family: &'static str,
    model: &'static str,
    os: &'static str,
    profile_assign_time: Stamp,
    profile_push_time: Option<Stamp>,
    profile_status: &'static str,
    serial_number: String,
    id: String,
    last_assignment_status: &'static str,
    failed_assignment_attempts: u32,
    assignment_status_received_at: Stamp,
    blueprint: &'a str,
    user: Option<&'a str>,
}

#[derive(Serialize)]
struct MdmDevice<'a> {
    id: &'a str,
    enrolled_at: Stamp,
    name: &'a str,
    enrollment_status: u32,
    deferred_install: bool,
    is_missing: bool,
    is_removed: bool,
}

#[derive(Serialize)]
struct DepAccount {
    id: &'static str,
    server_name: &'static str,
}

/// What differs between the enrolled and the waiting, before it is told.
struct Bought<'a> {
    device: Option<&'a Device>,
    model: &'static Model,
    storage_gb: u32,
    blueprint: &'a str,
    user: Option<&'a str>,
    serial_number: String,
    id: String,
    assigned: Moment,
}

impl<'a> WirePurchase<'a> {
    pub(crate) fn of(fleet: &'a Fleet, purchase: Purchase<'a>) -> Self {
        let bought = match purchase {
            Purchase::Enrolled(device) => enrolled(fleet, device),
            Purchase::Waiting(number) => waiting(fleet, number),
        };
        let (family, os) = family_and_os(bought.model.platform);
        let received = bought.assigned.after(HOUR);
        Self {
            blueprint_id: bought.blueprint,
            mdm_device: bought.device.map(MdmDevice::of),
            user_id: bought.user,
            dep_account: DepAccount { id: DEP_ACCOUNT_ID, server_name: "larkfield" },
            asset_tag: bought.device.and_then(|device| device.asset_tag.as_deref()).unwrap_or_default(),
            color: "SILVER",
            description: format!("{} {}GB SILVER-EUR", bought.model.family.to_uppercase(), bought.storage_gb),
            device_assigned_by: "it.admin@larkfield.example",
            device_assigned_date: bought.assigned.zulu_seconds(),
            device_family: family,
            model: bought.model.family,
            os,
            profile_assign_time: received.zulu_seconds(),
            profile_push_time: bought.device.map(|device| device.first_enrollment.before(60).zulu_seconds()),
            profile_status: if bought.device.is_some() { "pushed" } else { "assigned" },
            serial_number: bought.serial_number,
            id: bought.id,
            last_assignment_status: "SUCCESS",
            failed_assignment_attempts: 0,
            assignment_status_received_at: received.after_microseconds(609_328).zulu(),
            blueprint: bought.blueprint,
            user: bought.user,
        }
    }
}

impl<'a> MdmDevice<'a> {
    fn of(device: &'a Device) -> Self {
        Self {
            id: &device.id,
            enrolled_at: device.last_enrollment.zulu(),
            name: &device.name,
            enrollment_status: 4,
            deferred_install: false,
            is_missing: device.is_missing,
            is_removed: device.is_removed,
        }
    }
}

fn enrolled<'a>(fleet: &'a Fleet, device: &'a Device) -> Bought<'a> {
    Bought {
        device: Some(device),
        model: device.model,
        storage_gb: device.storage_gb,
        blueprint: &fleet.blueprint_of(device).id,
        user: fleet.user_of(device).map(|user| user.id.as_str()),
        serial_number: device.serial_number.trim().to_uppercase(),
        id: fleet.mixed_uuid(device.machine, ID_ITEM),
        assigned: device.first_enrollment.before(20 * DAY),
    }
}

fn waiting(fleet: &Fleet, number: u32) -> Bought<'_> {
    let mut rng = fleet.stream(Topic::Bought, number);
    let (platform, _) = Platform::of(number);
    let model = Model::pick(platform, &mut rng);
    Bought {
        device: None,
        model,
        storage_gb: 256,
        blueprint: &fleet.blueprints()[rng.random_range(0..fleet.blueprints().len())].id,
        user: None,
        serial_number: characters(&mut rng, "0123456789CDFGHJKLMNPQRTVWXY", 10),
        id: uuid(&mut rng),
        assigned: fleet.moment_of(0).before(rng.random_range(DAY..90 * DAY)),
    }
}

/// The words that Apple has for a platform.
fn family_and_os(platform: Platform) -> (&'static str, &'static str) {
    match platform {
        Platform::IPhone => ("iPhone", "iOS"),
        Platform::IPad => ("iPad", "iPadOS"),
        Platform::AppleTv => ("AppleTV", "tvOS"),
        Platform::Mac | Platform::Android | Platform::Windows => ("Mac", "OSX"),
    }
}
