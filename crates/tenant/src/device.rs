//! The record that the fleet holds of a device: what was decided about it, small enough to hold for every one. What can be drawn
//! again while a page is written (volumes, addresses, applications) is not in it.

use crate::hazards::Rate;
use crate::install::AppChange;
use crate::model::Model;
use crate::moment::Moment;
use crate::system::System;

/// The platforms of the fleet. Their order is that of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Platform {
    Mac = 0,
    IPhone = 1,
    IPad = 2,
    AppleTv = 3,
    /// Uncertain: only in fleets that ask for it.
    Android = 4,
    /// Uncertain: only in fleets that ask for it.
    Windows = 5,
}

use Platform::{Android, AppleTv, IPad, IPhone, Mac, Windows};

/// Which platform each machine of 25 is: 72 % Macs.
const CYCLE: [Platform; 25] = [
    Mac, Mac, Mac, IPhone, Mac, Mac, Mac, IPad, Mac, Mac, IPhone, Mac, Mac, Mac, IPhone, Mac, Mac, Mac, Mac, AppleTv,
    Mac, Mac, IPhone, Mac, IPad,
];

impl Platform {
    /// The platform of a machine, and how many machines of that platform come before it.
    pub(crate) fn of(machine: u32) -> (Platform, u32) {
        let position = machine as usize % CYCLE.len();
        let platform = CYCLE[position];
        let among = |cycle: &[Platform]| cycle.iter().filter(|other| **other == platform).count() as u32;
        (platform, machine / CYCLE.len() as u32 * among(&CYCLE) + among(&CYCLE[..position]))
    }

    /// What the list and the details call it.
    pub(crate) fn listed_name(self) -> &'static str {
        match self {
            Mac => "Mac",
            IPhone => "iPhone",
            IPad => "iPad",
            AppleTv => "AppleTV",
            Android => "Android",
            Windows => "Windows",
        }
    }

    /// What Prism calls it: only the Apple TV differs.
    pub(crate) fn prism_name(self) -> &'static str {
        match self {
            AppleTv => "tvOS",
            other => other.listed_name(),
        }
    }

    pub(crate) fn is_mac(self) -> bool {
        self == Mac
    }

    /// Whether it can be carried, lost, and asked for its applications.
    pub(crate) fn is_handheld(self) -> bool {
        matches!(self, IPhone | IPad)
    }
}

/// Which endpoints tell of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Presence {
    pub(crate) listed: bool,
    pub(crate) detailed: bool,
    pub(crate) in_prism: bool,
}

/// How many application rows a device has in Prism, and how many of them are of a certain kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AppCounts {
    pub(crate) rows: u32,
    pub(crate) nested: u32,
    pub(crate) repeated: u32,
}

/// When a device's record came, changed and went, in nights; 0 is the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Life {
    /// The night in which it enrolled.
    pub(crate) enrolled: u16,
    /// The last night that changed it lastingly.
    pub(crate) changed: u16,
    /// The last night in which Prism saw another major release on it, which brings Apple's own applications anew.
    pub(crate) generation_changed: u16,
    /// The last night in which it checked in, where that is over: deleted, removed, missing, or enrolled under another id.
    pub(crate) ended: Option<u16>,
    /// Seconds by which nights made the moment later at which Prism collected it last.
    pub(crate) collected_later: i64,
}

/// One device id and what is known under it.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    /// The machine behind the id. A machine enrolled twice has two device ids, and one set of volumes and applications.
    pub(crate) machine: u32,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) serial_number: String,
    pub(crate) model: &'static Model,
    pub(crate) memory: &'static str,
    pub(crate) storage_gb: u32,
    pub(crate) system: &'static System,
    /// The release that Prism tells, which may be an older one.
    pub(crate) prism_system: &'static System,
    /// Position among the people.
    pub(crate) user: Option<usize>,
    /// Position among the blueprints.
    pub(crate) blueprint: usize,
    /// Positions among the tags.
    pub(crate) tags: Vec<usize>,
    pub(crate) asset_tag: Option<String>,
    pub(crate) agent_version: &'static str,
    pub(crate) first_enrollment: Moment,
    pub(crate) last_enrollment: Moment,
    pub(crate) last_check_in: Moment,
    /// When Prism last collected its rows.
    pub(crate) last_collected: Moment,
    pub(crate) mac_address: String,
    pub(crate) presence: Presence,
    pub(crate) is_missing: bool,
    pub(crate) is_removed: bool,
    pub(crate) is_lost: bool,
    pub(crate) apps: AppCounts,
    pub(crate) life: Life,
    /// What nights changed of its applications, by their position in the catalogue.
    pub(crate) app_changes: Vec<AppChange>,
}

impl Device {
    pub(crate) fn platform(&self) -> Platform {
        self.model.platform
    }

    /// Whether the device still checks in: only then can a night change it.
    pub(crate) fn is_active(&self) -> bool {
        self.presence.listed && !self.is_missing && !self.is_removed && self.life.ended.is_none()
    }

    /// Whether the API knows its id at all, so that a question about it has an answer.
    pub(crate) fn is_known(&self) -> bool {
        self.presence.listed || self.presence.detailed
    }

    /// The last night in which the device did anything.
    pub(crate) fn last_active_night(&self, now: u16) -> u16 {
        self.life.ended.unwrap_or(now)
    }

    /// Whether the device is among those of a rate that counts machines.
    pub(crate) fn is_one_of(&self, rate: Rate) -> bool {
        rate.hits(self.machine)
    }

    /// The serial number as one would compare it, if it identifies anything.
    pub(crate) fn usable_serial(&self) -> Option<String> {
        let serial = self.serial_number.trim().to_uppercase();
        let identifies = !matches!(serial.as_str(), "" | "0" | "NONE" | "SYSTEM SERIAL#");
        identifies.then_some(serial)
    }
}
