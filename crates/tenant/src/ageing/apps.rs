//! What nights do to the applications of a machine. Only the sum of all nights is kept, a few bytes for each application that
//! differs from what was drawn in the beginning; the rows are made from that when they are asked for.

use crate::catalogue::{App, Catalogue};
use crate::config::FleetConfig;
use crate::device::Device;
use crate::install::{AppChange, Fate, Install, Part, installs_of};
use crate::seed::{Seed, Topic};
use rand::{Rng, RngExt};
use std::collections::BTreeMap;

/// How often an application that is not there is drawn before none is installed: the popular ones are taken more often.
const INSTALL_DRAWS: usize = 16;

/// Lets all nights pass over the applications of devices, which must not have been aged before. A night belongs to the machine, so
/// two ids of one machine agree about all nights that both have seen.
pub(crate) fn age_apps(devices: &mut [Device], catalogue: &Catalogue, seed: &Seed, config: &FleetConfig) {
    let now = config.last_night();
    if now == 0 {
        return;
    }
    let mut installs = Vec::new();
    for device in devices.iter_mut().filter(|device| device.is_known() || device.presence.in_prism) {
        installs_of(device, catalogue, seed, &mut installs);
        let mut shelf = Shelf::of(catalogue.for_device(device), &installs);
        for night in 1..=device.last_active_night(now) {
            let mut rng = seed.stream_of_night(Topic::AppChanges, device.machine, night);
            shelf.pass(night, config.churn_per_mille.min(1_000), &mut rng);
        }
        device.app_changes = shelf.changes.into_values().collect();
    }
}

/// What a machine has.
struct Shelf<'a> {
    apps: &'a [App],
    /// The release of each application that is there.
    releases: Vec<Option<u8>>,
    changes: BTreeMap<u16, AppChange>,
    rows: u32,
}

impl<'a> Shelf<'a> {
    fn of(apps: &'a [App], installs: &[Install]) -> Self {
        let mut releases = vec![None; apps.len()];
        for install in installs.iter().filter(|install| install.part == Part::Whole) {
            releases[usize::from(install.app)] = Some(install.release);
        }
        Self { apps, releases, changes: BTreeMap::new(), rows: installs.len() as u32 }
    }

    /// Changes about `churn` of 1,000 rows: an application changes with all its helpers.
    fn pass(&mut self, night: u16, churn: u32, rng: &mut impl Rng) {
        let wanted = u64::from(self.rows) * u64::from(churn);
        let mut rows_left = (wanted / 1_000) as i64 + i64::from(rng.random_ratio((wanted % 1_000) as u32, 1_000));
        while rows_left > 0 {
            let changed = match rng.random_range(0..10_u32) {
                0..6 => self.upgrade(night, rng),
                6..8 => self.install(night, rng),
                _ => self.remove(night, rng),
            };
            // Where nothing fits, the night is shorter.
            rows_left -= changed.map_or(1, |position| self.rows_of(position));
        }
    }

    fn rows_of(&self, position: usize) -> i64 {
        1 + self.apps[position].helpers.len() as i64
    }

    fn upgrade(&mut self, night: u16, rng: &mut impl Rng) -> Option<usize> {
        let position = self.find(rng, |release| release.is_some_and(|release| release > 0))?;
        let release = self.releases[position]? - 1;
        self.releases[position] = Some(release);
        self.record(position, night, Fate::At(release), false);
        Some(position)
    }

    fn install(&mut self, night: u16, rng: &mut impl Rng) -> Option<usize> {
        let position = (0..INSTALL_DRAWS).find_map(|_| {
            let position = rng.random_range(0..self.apps.len());
            let is_drawn = rng.next_u32() <= self.apps[position].chance;
            (is_drawn && self.releases[position].is_none() && !self.apps[position].preinstalled).then_some(position)
        })?;
        let count = self.apps[position].releases.len() as u32;
        let release = (rng.next_u32() % count).min(rng.next_u32() % count) as u8;
        self.releases[position] = Some(release);
        self.rows += self.rows_of(position) as u32;
        self.record(position, night, Fate::At(release), true);
        Some(position)
    }

    fn remove(&mut self, night: u16, rng: &mut impl Rng) -> Option<usize> {
        let position = self.find(rng, |release| release.is_some())?;
        self.releases[position] = None;
        self.rows = self.rows.saturating_sub(self.rows_of(position) as u32);
        self.record(position, night, Fate::Gone, false);
        Some(position)
    }

    /// The first application behind a drawn place whose release fits. Apple's own come and go with the system only.
    fn find(&self, rng: &mut impl Rng, fits: impl Fn(Option<u8>) -> bool) -> Option<usize> {
        let count = self.apps.len();
        let first = rng.random_range(0..count);
        (first..first + count)
            .map(|place| place % count)
            .find(|position| !self.apps[*position].preinstalled && fits(self.releases[*position]))
    }

    fn record(&mut self, position: usize, night: u16, fate: Fate, is_new: bool) {
        let app = position as u16;
        let before = self.changes.get(&app).map_or(0, |change| change.installed);
        let installed = if is_new { night } else { before };
        self.changes.insert(app, AppChange { app, fate, installed, changed: night });
    }
}
