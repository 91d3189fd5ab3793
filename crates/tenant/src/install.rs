//! What is installed on a device, drawn anew whenever it is asked for. Counting and writing both come here, so an account can not
//! differ from the pages.

use crate::catalogue::{App, Catalogue};
use crate::device::{AppCounts, Device};
use crate::hazards;
use crate::seed::{Seed, Topic};
use rand::Rng;

/// Which part of an application a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The application, where its installer puts it.
    Whole,
    /// A helper nested in it, by position.
    Helper(u8),
    /// The application a second time, in its user's own folder.
    Elsewhere,
}

/// One application row to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Install {
    /// Position in the catalogue of the device's platform.
    pub(crate) app: u16,
    pub(crate) release: u8,
    pub(crate) part: Part,
    /// Whether this row repeats the one before it.
    pub(crate) repeats: bool,
}

/// Puts the installs of a device into an emptied list. They belong to the machine, so both device ids of one enrolled twice have
/// the same.
pub(crate) fn installs_of(device: &Device, catalogue: &Catalogue, seed: &Seed, installs: &mut Vec<Install>) {
    installs.clear();
    let mut rng = seed.stream(Topic::Installs, device.machine);
    for (position, app) in (0..).zip(catalogue.for_device(device)) {
        if rng.next_u32() <= app.chance && app.chance > 0 {
            install(position, app, device, &mut rng, installs);
        }
    }
}

/// The counts of a device's rows by kind.
pub(crate) fn count(installs: &[Install]) -> AppCounts {
    let among = |wanted: fn(&Install) -> bool| installs.iter().filter(|install| wanted(install)).count() as u32;
    AppCounts {
        rows: installs.len() as u32,
        nested: among(|install| matches!(install.part, Part::Helper(_))),
        repeated: among(|install| install.repeats),
    }
}

fn install(position: u16, app: &App, device: &Device, rng: &mut impl Rng, installs: &mut Vec<Install>) {
    let release = release(app, device, rng);
    let mut push = |release, part, repeats| installs.push(Install { app: position, release, part, repeats });
    push(release, Part::Whole, false);
    if hazards::ROW_IS_REPEATED.chances(rng) {
        push(release, Part::Whole, true);
    }
    for helper in 0..app.helpers.len() as u8 {
        push(release, Part::Helper(helper), false);
    }
    let can_be_copied = device.platform().is_mac() && !app.preinstalled;
    if can_be_copied && hazards::BUNDLE_IS_ELSEWHERE_TOO.chances(rng) {
        push(app.releases.len() as u8 - 1, Part::Elsewhere, false);
    }
}

/// Apple's own come with the system; of others the newer of two draws, as most people keep them fairly new.
fn release(app: &App, device: &Device, rng: &mut impl Rng) -> u8 {
    let count = app.releases.len() as u32;
    if app.preinstalled {
        return device.prism_system.generation.min(app.releases.len() - 1) as u8;
    }
    (rng.next_u32() % count).min(rng.next_u32() % count) as u8
}
