//! The groups of the details that tell what a device is made of: hardware, volumes, network, cellular, and how it was bought. All of
//! a Mac's numbers are texts.

use super::Group;
use crate::device::{Device, Platform};
use crate::fleet::Fleet;
use crate::moment::{DAY, Stamp};
use crate::people::plain;
use crate::seed::{Topic, uuid};
use rand::{Rng, RngExt};
use serde::{Serialize, Serializer};

/// Macs tell more of their hardware than others.
pub(super) enum HardwareOverview<'a> {
    Mac(MacHardware<'a>),
    Other(OtherHardware<'a>),
}

#[derive(Serialize)]
pub(super) struct MacHardware<'a> {
    model_name: &'static str,
    model_identifier: &'static str,
    processor_name: &'static str,
    processor_speed: &'static str,
    number_of_processors: &'static str,
    total_number_of_cores: &'static str,
    memory: &'static str,
    udid: String,
    serial_number: &'a str,
}

#[derive(Serialize)]
pub(super) struct OtherHardware<'a> {
    uuid: String,
    serial_number: &'a str,
    model_identifier: &'static str,
}

impl<'a> HardwareOverview<'a> {
    pub(super) fn of(device: &'a Device, rng: &mut impl Rng) -> Self {
        let model = device.model;
        let serial_number = &device.serial_number;
        match &model.processor {
            Some(processor) => Self::Mac(MacHardware {
                model_name: model.family,
                model_identifier: model.identifier,
                processor_name: processor.name,
                processor_speed: processor.speed,
                number_of_processors: processor.processors,
                total_number_of_cores: processor.cores,
                memory: device.memory,
                udid: uuid(rng),
                serial_number,
            }),
            None => Self::Other(OtherHardware {
                uuid: format!("{:08x}-{:016x}", 0x8020 + device.machine % 64, rng.next_u64() >> 8),
                serial_number,
                model_identifier: model.identifier,
            }),
        }
    }
}

impl Serialize for HardwareOverview<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Mac(hardware) => hardware.serialize(serializer),
            Self::Other(hardware) => hardware.serialize(serializer),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Volume {
    name: &'static str,
    format: &'static str,
    percent_used: String,
    identifier: &'static str,
    capacity: String,
    available: String,
    encrypted: &'static str,
}

impl Volume {
    pub(super) fn of(device: &Device, encrypted: bool, rng: &mut impl Rng) -> Vec<Self> {
        let used = rng.random_range(8..93_u32);
        let capacity = capacity_gb(device);
        let volume = |name, format, identifier, encrypted| Self {
            name,
            format,
            percent_used: format!("{used}%"),
            identifier,
            capacity: gigabytes(device.platform(), capacity),
            available: format!("{:.2} GB", capacity * f64::from(100 - used) / 100.0),
            encrypted,
        };
        match device.platform() {
            Platform::Mac => vec![
                volume("Macintosh HD", "APFS", "disk3s3s1", "No"),
                volume("Macintosh HD - Data", "APFS", "disk3s1", if encrypted { "Yes" } else { "No" }),
            ],
            Platform::IPhone | Platform::IPad => vec![volume("", "", "", "")],
            Platform::AppleTv | Platform::Android | Platform::Windows => Vec::new(),
        }
    }
}

/// What a volume holds of the size that was sold: a Mac counts in powers of two and keeps some for itself.
fn capacity_gb(device: &Device) -> f64 {
    let sold = f64::from(device.storage_gb);
    match device.platform() {
        Platform::Mac => (sold * 0.8917 * 100.0).round() / 100.0,
        _ => sold,
    }
}

fn gigabytes(platform: Platform, size: f64) -> String {
    if platform.is_mac() { format!("{size:.2} GB") } else { format!("{size:.1} GB") }
}

#[derive(Serialize)]
pub(super) struct Network<'a> {
    local_hostname: String,
    mac_address: &'a str,
    ip_address: String,
    public_ip: String,
}

impl<'a> Network<'a> {
    pub(super) fn of(fleet: &Fleet, device: &'a Device, account: Option<&str>, rng: &mut impl Rng) -> Group<Self> {
        // What was drawn for night 0 is drawn in every night, so that the draws behind it do not move.
        let first = addresses(rng);
        let (ip_address, public_ip) = match device.last_active_night(fleet.night()) {
            0 => first,
            night => addresses(&mut fleet.stream_of_night(Topic::Network, device.machine, night)),
        };
        let local_hostname = local_hostname(device, account);
        match device.platform() {
            Platform::Mac => {
                Group::Filled(Self { local_hostname, mac_address: &device.mac_address, ip_address, public_ip })
            }
            Platform::AppleTv => Group::EmptyObject,
            _ => Group::Filled(Self {
                local_hostname: String::new(),
                mac_address: &device.mac_address,
                ip_address: String::new(),
                public_ip: String::new(),
            }),
        }
    }
}

/// The address within and the one outside, which a device gets anew every night.
fn addresses(rng: &mut impl Rng) -> (String, String) {
    let ip_address =
        format!("10.{}.{}.{}", rng.random_range(20..24), rng.random_range(0..256), rng.random_range(2..255));
    // Addresses for documentation (RFC 5737); older agents do not tell a public address.
    let public_ip =
        if rng.random_ratio(2, 3) { format!("203.0.113.{}", rng.random_range(1..255)) } else { String::new() };
    (ip_address, public_ip)
}

/// The name that a Mac has on its network.
pub(super) fn local_hostname(device: &Device, account: Option<&str>) -> String {
    format!("{}-{}", account.map_or_else(|| "shared".to_owned(), plain), device.model.family.replace(' ', "-"))
}

#[derive(Serialize)]
pub(super) struct Cellular {
    voice_roaming: bool,
    data_roaming: bool,
    cellular_technology: u32,
    subscriptions: Option<Vec<String>>,
}

impl Cellular {
    pub(super) fn of(platform: Platform) -> Group<Self> {
        if !platform.is_handheld() {
            return Group::EmptyObject;
        }
        let cellular_technology = if platform == Platform::IPhone { 1 } else { 0 };
        Group::Filled(Self { voice_roaming: false, data_roaming: false, cellular_technology, subscriptions: None })
    }
}

#[derive(Serialize)]
pub(super) struct AppleBusinessManager<'a> {
    model: &'static str,
    color: &'static str,
    description: String,
    serial_number: &'a str,
    device_family: &'static str,
    os: &'static str,
    device_assigned_date: Stamp,
    device_assigned_by: &'static str,
}

impl<'a> AppleBusinessManager<'a> {
    /// What Apple knows of a bought device: of those that enrolled by themselves.
    pub(super) fn of(device: &'a Device) -> Group<Self> {
        let platform = device.platform();
        if !platform.is_handheld() {
            return Group::EmptyObject;
        }
        Group::Filled(Self {
            model: device.model.name,
            color: "SILVER",
            description: format!("{} {}GB SILVER-EUR", device.model.family.to_uppercase(), device.storage_gb),
            serial_number: &device.serial_number,
            device_family: platform.listed_name(),
            os: if platform == Platform::IPad { "iPadOS" } else { "iOS" },
            device_assigned_date: device.first_enrollment.before(20 * DAY).spaced_seconds(),
            device_assigned_by: "it.admin@larkfield.example",
        })
    }
}
