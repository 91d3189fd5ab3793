//! What is decided about each device, once, from the seed: the machines in use, the former enrolments of some, and devices that
//! have left.
//!
//! ```text
//!  machine 0 … n-1 ──> current enrolment        listed, detailed, in Prism (each with exceptions)
//!                 └──> former enrolment         listed under the same serial number, for one in 47
//!  machine n …    ──> departed                  no longer listed; Prism rows, for half of them details
//! ```

use crate::config::FleetConfig;
use crate::device::{Device, Life, Platform, Presence};
use crate::group;
use crate::hazards;
use crate::model::{Model, VIRTUAL_MAC};
use crate::moment::{DAY, HOUR, MINUTE, Moment};
use crate::naming;
use crate::people::User;
use crate::seed::{Seed, Topic, characters, one_of, uuid};
use crate::system::System;
use rand::{Rng, RngExt};

const SERIAL_CHARACTERS: &str = "0123456789CDFGHJKLMNPQRTVWXY";
const AGENT_VERSIONS: [&str; 4] = ["4.5.9 (5160)", "5.1.2 (5877)", "5.4.0 (6012)", "5.4.3 (6040)"];

/// All device ids of a tenant, in the order in which the list tells them.
pub(crate) fn enrol(config: &FleetConfig, seed: &Seed, users: &[User]) -> Vec<Device> {
    let at = Moment::of(config.at);
    let mut former = Vec::new();
    let mut devices = Vec::new();
    for machine in 0..config.devices {
        let mut device = current(machine, at, seed, users);
        if hazards::IS_ENROLLED_AGAIN.hits(machine) && device.usable_serial().is_some() {
            former.push(former_enrolment(&mut device, seed));
        }
        devices.push(device);
    }
    devices.extend(former);
    let departed = (0..config.devices).filter(|machine| hazards::IS_DEPARTED.hits(*machine));
    devices.extend(
        (0..).zip(departed).map(|(number, _)| depart(number, current(config.devices + number, at, seed, users))),
    );
    devices
}

/// The enrolment that a machine has now.
fn current(machine: u32, at: Moment, seed: &Seed, users: &[User]) -> Device {
    let mut rng = seed.stream(Topic::Device, machine);
    let (platform, ordinal) = Platform::of(machine);
    let is_virtual = platform.is_mac() && hazards::IS_VIRTUAL.hits(ordinal);
    let model = if is_virtual { &VIRTUAL_MAC } else { Model::pick(platform, &mut rng) };
    let system = System::pick(platform, &mut rng);
    let user = assigned_user(machine, platform, users, &mut rng);
    let serial = produced_serial(is_virtual, &mut rng);
    let lags = hazards::PRISM_LAGS.hits(machine);
    let times = times(machine, at, &mut rng);
    Device {
        machine,
        id: uuid(&mut rng),
        name: naming::device_name(machine, model, user.map(|position| &users[position]), &serial, &mut rng),
        serial_number: told_serial(machine, serial),
        model,
        memory: if model.memory.is_empty() { "" } else { one_of(&mut rng, model.memory) },
        storage_gb: one_of(&mut rng, model.storage_gb),
        system,
        prism_system: if lags { system.before() } else { system },
        user,
        blueprint: group::blueprint_for(platform, &mut rng),
        tags: group::tags_for(&mut rng),
        asset_tag: asset_tag(machine),
        agent_version: if platform.is_mac() { one_of(&mut rng, &AGENT_VERSIONS) } else { "" },
        first_enrollment: times.first_enrollment,
        last_enrollment: times.last_enrollment,
        last_check_in: times.last_check_in,
        last_collected: times.last_collected,
        mac_address: mac_address(machine, &mut rng),
        presence: Presence {
            listed: true,
            detailed: !hazards::HAS_NO_DETAILS.hits(machine),
            in_prism: !hazards::IS_NOT_IN_PRISM.hits(machine),
        },
        is_missing: hazards::IS_MISSING.hits(machine),
        is_removed: hazards::IS_REMOVED.hits(machine),
        is_lost: platform.is_handheld() && hazards::IS_LOST.hits(ordinal),
        apps: Default::default(),
        life: Life::default(),
        app_changes: Vec::new(),
    }
}

/// A machine that enrols for the first time in a night.
pub(crate) fn newcomer(
    machine: u32,
    night: u16,
    config: &FleetConfig,
    seed: &Seed,
    users: &[User],
    rng: &mut impl Rng,
) -> Device {
    let now = config.moment_of(night);
    let mut device = current(machine, now, seed, users);
    begin(&mut device, night, now, rng);
    device
}

/// Lets a record begin in a night and answers when: enrolled within its day, in time for the applications to be collected as well,
/// and seen since.
pub(crate) fn begin(device: &mut Device, night: u16, now: Moment, rng: &mut impl Rng) -> Moment {
    let enrolled = now.before(rng.random_range(9 * HOUR..20 * HOUR)).after_microseconds(rng.random_range(0..1_000_000));
    device.first_enrollment = enrolled;
    device.last_enrollment = enrolled;
    device.last_check_in =
        now.before(rng.random_range(MINUTE..HOUR)).after_microseconds(rng.random_range(0..1_000_000));
    device.last_collected = device.last_check_in.before(rng.random_range(0..20 * MINUTE));
    device.prism_system = device.system;
    device.presence.listed = true;
    (device.is_missing, device.is_removed, device.is_lost) = (false, false, false);
    device.life = Life { enrolled: night, changed: night, ..Life::default() };
    enrolled
}

/// The enrolment that a machine had before: its own id, an old check-in, and at times the Prism rows of the machine.
fn former_enrolment(device: &mut Device, seed: &Seed) -> Device {
    let mut rng = seed.stream(Topic::FormerEnrolment, device.machine);
    let mut former = device.clone();
    former.id = uuid(&mut rng);
    former.system = device.system.before();
    former.prism_system = former.system;
    former.last_check_in = device.last_check_in.before(rng.random_range(40 * DAY..200 * DAY));
    former.last_collected = former.last_check_in;
    former.last_enrollment = former.last_check_in.before(rng.random_range(30 * DAY..90 * DAY));
    former.first_enrollment = former.last_enrollment;
    former.is_missing = true;
    former.presence.detailed = true;
    former.presence.in_prism = hazards::PRISM_KNOWS_FORMER_ID.hits(device.machine);
    device.presence.in_prism &= !former.presence.in_prism;
    former
}

/// A device that was deleted: no list tells of it any more.
fn depart(number: u32, device: Device) -> Device {
    let detailed = hazards::DEPARTED_HAS_DETAILS.hits(number);
    Device { presence: Presence { listed: false, detailed, in_prism: true }, is_removed: true, ..device }
}

struct Times {
    first_enrollment: Moment,
    last_enrollment: Moment,
    last_check_in: Moment,
    last_collected: Moment,
}

fn times(machine: u32, at: Moment, rng: &mut impl Rng) -> Times {
    let silence = match (hazards::IS_MISSING.hits(machine), rng.random_range(0..20)) {
        (true, _) => rng.random_range(35 * DAY..150 * DAY),
        (false, 0) => rng.random_range(DAY..14 * DAY),
        (false, 1..6) => rng.random_range(HOUR..DAY),
        (false, _) => rng.random_range(MINUTE..HOUR),
    };
    let last_check_in = at.before(silence).after_microseconds(rng.random_range(0..1_000_000));
    let last_enrollment =
        last_check_in.before(rng.random_range(DAY..700 * DAY)).after_microseconds(rng.random_range(0..1_000_000));
    let earlier = if rng.random_ratio(1, 4) { rng.random_range(DAY..500 * DAY) } else { 0 };
    let lag = if hazards::PRISM_LAGS.hits(machine) {
        rng.random_range(20 * DAY..80 * DAY)
    } else {
        rng.random_range(0..20 * HOUR)
    };
    Times {
        first_enrollment: last_enrollment.before(earlier),
        last_enrollment,
        last_check_in,
        last_collected: last_check_in.before(lag),
    }
}

fn assigned_user(machine: u32, platform: Platform, users: &[User], rng: &mut impl Rng) -> Option<usize> {
    let position = rng.random_range(0..users.len());
    let owned = platform != Platform::AppleTv && !hazards::HAS_NO_USER.hits(machine);
    owned.then_some(position)
}

fn produced_serial(is_virtual: bool, rng: &mut impl Rng) -> String {
    if is_virtual {
        return format!("Z{}", characters(rng, SERIAL_CHARACTERS, 9));
    }
    // Apple went from twelve structured characters to ten random ones in 2021; a fleet holds both.
    let length = if rng.random_ratio(2, 5) { 12 } else { 10 };
    characters(rng, SERIAL_CHARACTERS, length)
}

fn told_serial(machine: u32, serial: String) -> String {
    if hazards::SERIAL_IS_EMPTY.hits(machine) {
        String::new()
    } else if hazards::SERIAL_IS_ZERO.hits(machine) {
        "0".to_owned()
    } else if hazards::SERIAL_IS_PLACEHOLDER.hits(machine) {
        "System Serial#".to_owned()
    } else if hazards::SERIAL_IS_UNTIDY.hits(machine) {
        format!("  {} ", serial.to_lowercase())
    } else {
        serial
    }
}

fn asset_tag(machine: u32) -> Option<String> {
    if hazards::ASSET_TAG_IS_NULL.hits(machine) {
        None
    } else if hazards::ASSET_TAG_IS_EMPTY.hits(machine) {
        Some(String::new())
    } else {
        Some(format!("LKF-{:06}", 100_000 + machine))
    }
}

/// A hardware address in one of four spellings. Its second byte is below 16, so that leaving out a leading zero shows.
fn mac_address(machine: u32, rng: &mut impl Rng) -> String {
    let bits = rng.next_u64();
    let bytes =
        [0x3c, (bits as u8) & 0x0f, (bits >> 8) as u8, (bits >> 16) as u8, (bits >> 24) as u8, (bits >> 32) as u8];
    let joined = |between: &str, write: fn(&u8) -> String| bytes.iter().map(write).collect::<Vec<_>>().join(between);
    if hazards::MAC_ADDRESS_IS_UPPER_CASE.hits(machine) {
        joined(":", |byte| format!("{byte:02X}"))
    } else if hazards::MAC_ADDRESS_HAS_DASHES.hits(machine) {
        joined("-", |byte| format!("{byte:02x}"))
    } else if hazards::MAC_ADDRESS_IS_UNPADDED.hits(machine) {
        joined(":", |byte| format!("{byte:x}"))
    } else {
        joined(":", |byte| format!("{byte:02x}"))
    }
}
