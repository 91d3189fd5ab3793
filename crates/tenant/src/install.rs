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
    /// The night in which it was installed; 0 for what was there from the beginning.
    pub(crate) installed: u16,
    /// The last night that changed it.
    pub(crate) changed: u16,
}

/// What became of an application on a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is not there any more.
    Gone,
    /// It is there at this release, whatever was drawn in the beginning.
    At(u8),
}

/// What nights changed of an application of a machine: the sum of them, not each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AppChange {
    /// Position in the catalogue of the device's platform.
    pub(crate) app: u16,
    pub(crate) fate: Fate,
    /// The night in which it was installed; 0 where it was there from the beginning.
    pub(crate) installed: u16,
    /// The last night that changed it.
    pub(crate) changed: u16,
}

/// Puts the installs of a device into an emptied list. They belong to the machine, so both device ids of one enrolled twice have
/// the same, but for what nights changed after the first was left.
pub(crate) fn installs_of(device: &Device, catalogue: &Catalogue, seed: &Seed, installs: &mut Vec<Install>) {
    installs.clear();
    let mut rng = seed.stream(Topic::Installs, device.machine);
    let mut changes = device.app_changes.iter().peekable();
    for (position, app) in (0..).zip(catalogue.for_device(device)) {
        let first = installs.len();
        if rng.next_u32() <= app.chance && app.chance > 0 {
            install(position, app, device, &mut rng, installs);
        }
        // The draws above are made whatever became of the application: those of the next one must not move.
        if let Some(change) = changes.next_if(|change| change.app == position) {
            apply(change, app, first, installs);
        }
    }
}

/// Makes the rows of one application, which begin at `first`, what nights made of them.
fn apply(change: &AppChange, app: &App, first: usize, installs: &mut Vec<Install>) {
    let AppChange { app: position, fate, installed, changed } = *change;
    let Fate::At(release) = fate else {
        installs.truncate(first);
        return;
    };
    if installed > 0 {
        installs.truncate(first);
        push_whole(position, app, release, installs);
    }
    for install in installs[first..].iter_mut().filter(|install| install.part != Part::Elsewhere) {
        *install = Install { release, installed, changed, ..*install };
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
    // Apple's own change with the system, everything else by a night's change of its own.
    let changed = if app.preinstalled { device.life.generation_changed } else { 0 };
    let mut push = |release, part, repeats| {
        installs.push(Install { app: position, release, part, repeats, installed: 0, changed })
    };
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

/// An application as a night installs it: with its helpers, once.
fn push_whole(position: u16, app: &App, release: u8, installs: &mut Vec<Install>) {
    let helpers = (0..app.helpers.len() as u8).map(Part::Helper);
    installs.extend(std::iter::once(Part::Whole).chain(helpers).map(|part| Install {
        app: position,
        release,
        part,
        repeats: false,
        installed: 0,
        changed: 0,
    }));
}

/// Apple's own come with the system; of others the newer of two draws, as most people keep them fairly new.
fn release(app: &App, device: &Device, rng: &mut impl Rng) -> u8 {
    let count = app.releases.len() as u32;
    if app.preinstalled {
        return device.prism_system.generation.min(app.releases.len() - 1) as u8;
    }
    (rng.next_u32() % count).min(rng.next_u32() % count) as u8
}
