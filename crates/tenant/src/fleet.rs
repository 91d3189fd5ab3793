//! The fleet: what was decided about every device, and the ways to look at it. Rows of applications are not held; how many there
//! are of each device is, because the envelopes tell the total before the rows.

use crate::account::Account;
use crate::catalogue::Catalogue;
use crate::config::FleetConfig;
use crate::device::Device;
use crate::enrolment::enrol;
use crate::group::{self, Blueprint, Tag};
use crate::install::{Install, count, installs_of};
use crate::moment::Moment;
use crate::pages::{self, Page};
use crate::people::{User, people};
use crate::seed::{Seed, Topic};
use rand_chacha::ChaCha8Rng;

/// A tenant's fleet, made from a seed.
#[derive(Clone, Debug)]
pub struct Fleet {
    seed: Seed,
    catalogue: Catalogue,
    users: Vec<User>,
    blueprints: Vec<Blueprint>,
    tags: Vec<Tag>,
    devices: Vec<Device>,
}

impl Fleet {
    /// Decides everything about a fleet. It takes some microseconds a device and holds no application rows.
    pub fn new(config: FleetConfig) -> Self {
        let seed = Seed::new(config.seed);
        let catalogue = Catalogue::new(&seed, config.apps_per_mac);
        let mut users = people(&seed, config.devices, Moment::of(config.at));
        let mut devices = enrol(&config, &seed, &users);
        count_apps(&mut devices, &catalogue, &seed);
        for position in devices.iter().filter(|device| device.presence.listed).filter_map(|device| device.user) {
            users[position].device_count += 1;
        }
        let (blueprints, tags) = (group::blueprints(&seed), group::tags(&seed));
        Self { seed, catalogue, users, blueprints, tags, devices }
    }

    /// All pages of all endpoints: blueprints, tags, users, devices, device details (one a device), then Prism's device information
    /// and applications.
    pub fn pages(&self) -> impl Iterator<Item = Page> + '_ {
        pages::directory_pages(self)
            .chain(pages::device_pages(self))
            .chain(pages::detail_pages(self))
            .chain(pages::information_pages(self))
            .chain(pages::app_pages(self))
    }

    /// The pages of Prism's applications only. The rows of a device follow each other.
    pub fn app_pages(&self) -> impl Iterator<Item = Page> + '_ {
        pages::app_pages(self)
    }

    /// The people of the directory, in the order in which it tells them.
    pub fn users(&self) -> &[User] {
        &self.users
    }

    /// What the tenant says of itself.
    pub fn account(&self) -> Account {
        Account::of(self)
    }

    /// Devices that `/devices` tells.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &Device> {
        self.devices.iter().filter(|device| device.presence.listed)
    }

    /// Devices whose details are told.
    pub(crate) fn detailed(&self) -> impl Iterator<Item = &Device> {
        self.devices.iter().filter(|device| device.presence.detailed)
    }

    /// Devices that Prism tells, in both of its categories.
    pub(crate) fn in_prism(&self) -> impl Iterator<Item = &Device> {
        self.devices.iter().filter(|device| device.presence.in_prism)
    }

    pub(crate) fn blueprints(&self) -> &[Blueprint] {
        &self.blueprints
    }

    pub(crate) fn tags(&self) -> &[Tag] {
        &self.tags
    }

    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    pub(crate) fn user_of(&self, device: &Device) -> Option<&User> {
        device.user.map(|position| &self.users[position])
    }

    pub(crate) fn blueprint_of(&self, device: &Device) -> &Blueprint {
        &self.blueprints[device.blueprint]
    }

    pub(crate) fn tags_of(&self, device: &Device) -> Vec<&'static str> {
        device.tags.iter().map(|position| self.tags[*position].name).collect()
    }

    /// Listed devices under the blueprint at a position.
    pub(crate) fn devices_under(&self, blueprint: usize) -> u32 {
        self.listed().filter(|device| device.blueprint == blueprint).count() as u32
    }

    pub(crate) fn stream(&self, topic: Topic, machine: u32) -> ChaCha8Rng {
        self.seed.stream(topic, machine)
    }

    /// Puts the installs of a device into an emptied list.
    pub(crate) fn installs_of(&self, device: &Device, installs: &mut Vec<Install>) {
        installs_of(device, &self.catalogue, &self.seed, installs);
    }
}

fn count_apps(devices: &mut [Device], catalogue: &Catalogue, seed: &Seed) {
    let mut installs = Vec::new();
    for device in devices.iter_mut().filter(|device| device.presence.in_prism) {
        installs_of(device, catalogue, seed, &mut installs);
        device.apps = count(&installs);
    }
}
