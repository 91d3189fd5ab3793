//! What nights do to a fleet. Apart from the enrolment, which decides what there is in the beginning: ageing only ever starts from
//! that, so the fleet of a night is the same whether it was reached night by night or at once.
//!
//! ```text
//!  every night, of the devices that check in, about `churn_per_mille` of 1,000:
//!    leave      deleted from the list, or removed and still listed       12 %
//!    come       another machine enrols                                   12 %
//!    come back  the same serial number under another device id           10 %
//!    change     renamed 20 %, a newer system 26 %, another user 20 %
//!  all others check in and are collected 24 hours later than the night before; those that were silent, or behind, for
//!  more than a day when they were met first stay so, as no night changes what was before it
//! ```
//!
//! Nights begin with the first; in night 0 nothing has happened.

mod apps;

pub(crate) use apps::age_apps;

use crate::config::FleetConfig;
use crate::device::{Device, Platform};
use crate::enrolment::{begin, newcomer};
use crate::hazards;
use crate::limits::PRISM_KEEPS_NIGHTS;
use crate::moment::{DAY, HOUR, Moment};
use crate::naming;
use crate::people::User;
use crate::seed::{Seed, Topic, uuid};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Something that a night did to a device, for the audit log.
#[derive(Clone, Debug)]
pub(crate) struct Happening {
    pub(crate) at: Moment,
    pub(crate) kind: HappeningKind,
    pub(crate) device_id: String,
    pub(crate) device_name: String,
    pub(crate) serial_number: String,
}

/// What it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HappeningKind {
    Enrolled,
    Deleted,
    /// Management was removed; the record is still there.
    Removed,
    Renamed,
    Reassigned,
}

/// Lets all nights of a configuration pass over its enrolled devices, and answers what happened.
pub(crate) fn age(config: &FleetConfig, seed: &Seed, users: &[User], devices: &mut Vec<Device>) -> Vec<Happening> {
    for device in devices.iter_mut().filter(|device| !device.is_active()) {
        device.life.ended = Some(0);
    }
    let next_machine = devices.iter().map(|device| device.machine + 1).max().unwrap_or(0);
    let mut ageing = Ageing { config, seed, users, devices, happenings: Vec::new(), next_machine };
    for night in 1..=config.last_night() {
        ageing.pass(night);
    }
    settle(ageing.devices, config);
    ageing.happenings
}

/// Moves what moves every night to the last one, and ends what Prism still told of devices that are long gone.
fn settle(devices: &mut [Device], config: &FleetConfig) {
    let now = config.last_night();
    for device in devices {
        let active = device.last_active_night(now);
        let met = config.moment_of(device.life.enrolled);
        let later = |moment: Moment| {
            let is_daily = moment >= met.before(DAY);
            if is_daily { i64::from(active.saturating_sub(device.life.enrolled)) * DAY } else { 0 }
        };
        device.last_check_in = device.last_check_in.after(later(device.last_check_in));
        device.life.collected_later = later(device.last_collected);
        device.last_collected = device.last_collected.after(device.life.collected_later);
        if !device.presence.listed && now - active > PRISM_KEEPS_NIGHTS {
            device.presence.in_prism = false;
            device.presence.detailed = false;
        }
    }
}

struct Ageing<'a> {
    config: &'a FleetConfig,
    seed: &'a Seed,
    users: &'a [User],
    devices: &'a mut Vec<Device>,
    happenings: Vec<Happening>,
    next_machine: u32,
}

impl Ageing<'_> {
    fn pass(&mut self, night: u16) {
        let mut rng = self.seed.stream_of_night(Topic::Ageing, 0, night);
        let churn = self.config.churn_per_mille.min(1_000);
        // Who comes in this night is not changed in it.
        for position in 0..self.devices.len() {
            if self.devices[position].is_active() && rng.random_ratio(churn, 1_000) {
                self.change(position, night, &mut rng);
            }
        }
    }

    fn change(&mut self, position: usize, night: u16, rng: &mut ChaCha8Rng) {
        let at = self.config.moment_of(night).before(rng.random_range(9 * HOUR..20 * HOUR));
        match rng.random_range(0..100_u32) {
            0..12 => self.leave(position, night, at, rng),
            12..24 => self.come(night, rng),
            24..34 => self.come_back(position, night, at, rng),
            34..54 => self.rename(position, night, at, rng),
            54..80 => self.upgrade(position, night, at, rng),
            _ => self.reassign(position, night, at, rng),
        }
    }

    fn leave(&mut self, position: usize, night: u16, at: Moment, rng: &mut ChaCha8Rng) {
        let is_deleted = rng.random_ratio(2, 3);
        let device = &mut self.devices[position];
        device.life.ended = Some(night - 1);
        device.life.changed = night;
        if is_deleted {
            device.presence.listed = false;
            device.presence.detailed = false;
        } else {
            device.is_removed = true;
        }
        self.tell(position, at, if is_deleted { HappeningKind::Deleted } else { HappeningKind::Removed });
    }

    fn come(&mut self, night: u16, rng: &mut ChaCha8Rng) {
        let device = newcomer(self.next_machine, night, self.config, self.seed, self.users, rng);
        self.next_machine += 1;
        self.enrol(device);
    }

    /// The machine enrols under another id. Of the former one the list keeps a third, as missing; Prism tells the new one only.
    fn come_back(&mut self, position: usize, night: u16, at: Moment, rng: &mut ChaCha8Rng) {
        if self.devices[position].usable_serial().is_none() {
            return self.rename(position, night, at, rng);
        }
        let mut device = self.devices[position].clone();
        device.id = uuid(rng);
        let enrolled = begin(&mut device, night, self.config.moment_of(night), rng);
        device.presence.in_prism = true;
        let is_kept = rng.random_ratio(1, 3);
        let former = &mut self.devices[position];
        former.life.ended = Some(night - 1);
        former.life.changed = night;
        former.is_missing = is_kept;
        former.presence.listed = is_kept;
        former.presence.detailed &= is_kept;
        former.presence.in_prism = false;
        if !is_kept {
            self.tell(position, enrolled, HappeningKind::Deleted);
        }
        self.enrol(device);
    }

    fn enrol(&mut self, device: Device) {
        let (position, at) = (self.devices.len(), device.last_enrollment);
        self.devices.push(device);
        self.tell(position, at, HappeningKind::Enrolled);
    }

    fn rename(&mut self, position: usize, night: u16, at: Moment, rng: &mut ChaCha8Rng) {
        let device = &self.devices[position];
        let user = device.user.map(|position| &self.users[position]);
        let drawn = naming::device_name(device.machine, device.model, user, device.serial_number.trim(), rng);
        let name = if drawn == device.name { format!("{drawn} ({night})") } else { drawn };
        let device = &mut self.devices[position];
        device.name = name;
        device.life.changed = night;
        self.tell(position, at, HappeningKind::Renamed);
    }

    /// The next release of the system; a device that has the newest is renamed instead. No event tells of it.
    fn upgrade(&mut self, position: usize, night: u16, at: Moment, rng: &mut ChaCha8Rng) {
        let Some(next) = self.devices[position].system.after() else {
            return self.rename(position, night, at, rng);
        };
        let device = &mut self.devices[position];
        let lags = hazards::PRISM_LAGS.hits(device.machine);
        let seen = if lags { device.prism_system.after().unwrap_or(device.prism_system) } else { next };
        if seen.generation != device.prism_system.generation {
            device.life.generation_changed = night;
        }
        device.system = next;
        device.prism_system = seen;
        device.life.changed = night;
    }

    fn reassign(&mut self, position: usize, night: u16, at: Moment, rng: &mut ChaCha8Rng) {
        if self.devices[position].platform() == Platform::AppleTv {
            return self.rename(position, night, at, rng);
        }
        let drawn = rng.random_range(0..self.users.len());
        let to_nobody = rng.random_ratio(1, 6);
        let device = &mut self.devices[position];
        device.user = match device.user {
            Some(_) if to_nobody => None,
            Some(user) if user == drawn => Some((drawn + 1) % self.users.len()),
            _ => Some(drawn),
        };
        device.life.changed = night;
        self.tell(position, at, HappeningKind::Reassigned);
    }

    fn tell(&mut self, position: usize, at: Moment, kind: HappeningKind) {
        let device = &self.devices[position];
        self.happenings.push(Happening {
            at,
            kind,
            device_id: device.id.clone(),
            device_name: device.name.clone(),
            serial_number: device.serial_number.clone(),
        });
    }
}
