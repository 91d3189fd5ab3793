//! The fleet: what was decided about every device, and the ways to look at it. Rows of applications are not held; how many there
//! are of each device is, because the envelopes tell the total before the rows.

mod drift;

use crate::account::Account;
use crate::ageing::{Happening, age, age_apps};
use crate::catalogue::Catalogue;
use crate::category::Category;
use crate::config::FleetConfig;
use crate::device::Device;
use crate::enrolment::enrol;
use crate::group::{self, Blueprint, Tag};
use crate::install::{Install, count, installs_of};
use crate::inventory;
use crate::moment::{HOUR, Moment};
use crate::pages::{self, Page};
use crate::people::{User, people};
use crate::seed::{Seed, Topic};
use crate::uncertain::enrol_uncertain;
use rand_chacha::ChaCha8Rng;

/// A tenant's fleet, made from a seed.
#[derive(Clone, Debug)]
pub struct Fleet {
    config: FleetConfig,
    seed: Seed,
    catalogue: Catalogue,
    users: Vec<User>,
    blueprints: Vec<Blueprint>,
    tags: Vec<Tag>,
    devices: Vec<Device>,
    /// Positions among the devices, in the order of their ids.
    by_id: Vec<u32>,
    /// What nights did, oldest first.
    happenings: Vec<Happening>,
}

impl Fleet {
    /// Decides everything about a fleet, from its first night to its last. It takes some microseconds a device, for a night some
    /// microseconds more, and holds no application rows.
    pub fn new(config: FleetConfig) -> Self {
        let seed = Seed::new(config.seed);
        let catalogue = Catalogue::new(&seed, config.apps_per_mac);
        let users = people(&seed, config.devices, Moment::of(config.at));
        let mut devices = enrol(&config, &seed, &users);
        let happenings = age(&config, &seed, &users, &mut devices);
        age_apps(&mut devices, &catalogue, &seed, &config);
        devices.extend(enrol_uncertain(&config, &seed, &users));
        count_apps(&mut devices, &catalogue, &seed);
        let (blueprints, tags) = (group::blueprints(&seed), group::tags(&seed));
        let by_id = Vec::new();
        let mut fleet = Self { config, seed, catalogue, users, blueprints, tags, devices, by_id, happenings };
        fleet.index();
        fleet
    }

    /// What it was made from.
    pub fn config(&self) -> &FleetConfig {
        &self.config
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

    /// How many rows Prism has in a category.
    pub fn prism_rows(&self, category: Category) -> u64 {
        self.in_prism().map(|device| u64::from(inventory::count(self, category, device))).sum()
    }

    /// The night that it is told of.
    pub(crate) fn night(&self) -> u16 {
        self.config.last_night()
    }

    /// The moment at which the tenant was looked at in a night.
    pub(crate) fn moment_of(&self, night: u16) -> Moment {
        self.config.moment_of(night)
    }

    /// The moment at which a night's change of an application (or of the device, as 0) reached Prism: behind the night before, in
    /// front of this one.
    pub(crate) fn changed_in(&self, night: u16, app: u16) -> Moment {
        self.moment_of(night).before(HOUR + i64::from(app) * 37)
    }

    pub(crate) fn last_opened_key(&self) -> Option<&str> {
        self.config.last_opened_key.as_deref()
    }

    pub(crate) fn manages_uncertain_platforms(&self) -> bool {
        self.config.uncertain_platforms > 0
    }

    /// Machines that the fleet began with.
    pub(crate) fn machines(&self) -> u32 {
        self.config.devices
    }

    pub(crate) fn happenings(&self) -> &[Happening] {
        &self.happenings
    }

    pub(crate) fn devices(&self) -> &[Device] {
        &self.devices
    }

    /// The device of an id, whoever still tells of it.
    pub(crate) fn device(&self, id: &str) -> Option<&Device> {
        let found =
            self.by_id.binary_search_by(|position| self.devices[*position as usize].id.as_str().cmp(id)).ok()?;
        Some(&self.devices[self.by_id[found] as usize])
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

    pub(crate) fn stream_of_night(&self, topic: Topic, machine: u32, night: u16) -> ChaCha8Rng {
        self.seed.stream_of_night(topic, machine, night)
    }

    pub(crate) fn mix(&self, machine: u32, item: u32) -> u64 {
        self.seed.mix(machine, item)
    }

    pub(crate) fn mixed_uuid(&self, machine: u32, item: u32) -> String {
        self.seed.mixed_uuid(machine, item)
    }

    /// Counts who has which devices, and sorts the ids: whenever devices came or went.
    fn index(&mut self) {
        self.users.iter_mut().for_each(|user| user.device_count = 0);
        for position in self.devices.iter().filter(|device| device.presence.listed).filter_map(|device| device.user) {
            self.users[position].device_count += 1;
        }
        let devices = &self.devices;
        self.by_id = (0..devices.len() as u32).collect();
        self.by_id.sort_unstable_by_key(|position| &devices[*position as usize].id);
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
