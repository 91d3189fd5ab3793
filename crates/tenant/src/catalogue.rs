//! The applications that exist and how popular they are. Made once a fleet; installing one on a device is a comparison with its
//! chance and writing its row borrows every text from here, which is what makes hundreds of thousands of rows a second possible.

mod apple;
mod invented;

use crate::device::{Device, Platform};
use crate::seed::{Seed, Topic};

/// Applications of the catalogue of iPhones and iPads that a device has on average.
const APPS_PER_HANDHELD: u32 = 12;
const HANDHELD_APPS: u32 = 36;
/// How Apple's own weigh against an application of the first rank: with the system, so on every Mac before anything else.
const PREINSTALLED_WEIGHT: f64 = 10.0;

/// Who makes an application, and what their rows say of it.
#[derive(Clone, Debug)]
pub(crate) struct Publisher {
    pub(crate) developer_name: String,
    pub(crate) team_id: String,
    pub(crate) copyright: String,
}

/// One version of an application.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    /// The marketing version, which Prism calls `version`.
    pub(crate) version: String,
    /// The build, which Prism calls `short_version`.
    pub(crate) build: String,
    pub(crate) minimum_system: &'static str,
}

/// What lies on the disk: an application, or a helper nested in one.
#[derive(Clone, Debug)]
pub(crate) struct Bundle {
    pub(crate) name: String,
    pub(crate) bundle_id: String,
    /// Where it is; empty on iPhones and iPads, which do not tell.
    pub(crate) path: String,
    pub(crate) executable: String,
    pub(crate) category: &'static str,
}

/// An application with all that may be installed of it.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) bundle: Bundle,
    pub(crate) helpers: Vec<Bundle>,
    pub(crate) publisher: Publisher,
    pub(crate) signature: String,
    pub(crate) obtained_from: &'static str,
    /// Newest first; of Apple's own, one for each generation of the system instead.
    pub(crate) releases: Vec<Release>,
    pub(crate) preinstalled: bool,
    /// A draw of 32 bits up to this installs it.
    pub(crate) chance: u32,
}

/// All applications, for Macs and for iPhones and iPads.
#[derive(Clone, Debug)]
pub(crate) struct Catalogue {
    mac: Vec<App>,
    handheld: Vec<App>,
}

impl Catalogue {
    pub(crate) fn new(seed: &Seed, apps_per_mac: u32) -> Self {
        let mut mac = apple::apps();
        let preinstalled = mac.len();
        mac.extend(invented::mac_apps(&mut seed.stream(Topic::Catalogue, 0)));
        let mut handheld = invented::handheld_apps(&mut seed.stream(Topic::Catalogue, 1), HANDHELD_APPS);

        let weights = (0..mac.len()).map(|position| match position.checked_sub(preinstalled) {
            Some(rank) => zipf(rank),
            None => PREINSTALLED_WEIGHT,
        });
        give_chances(&mut mac, weights.collect(), apps_per_mac);
        let weights = (0..handheld.len()).map(zipf).collect();
        give_chances(&mut handheld, weights, APPS_PER_HANDHELD);
        Self { mac, handheld }
    }

    /// What may be installed on a device. Apple TVs tell no applications, and what Android and Windows tell is not known.
    pub(crate) fn for_device(&self, device: &Device) -> &[App] {
        match device.platform() {
            Platform::Mac => &self.mac,
            Platform::IPhone | Platform::IPad => &self.handheld,
            Platform::AppleTv | Platform::Android | Platform::Windows => &[],
        }
    }
}

/// Popularity falls as one over the rank.
fn zipf(rank: usize) -> f64 {
    1.0 / (rank as f64 + 1.0)
}

/// Scales weights to chances that sum up to the number of applications wanted. A chance ends at 1, so the scale is searched for: by
/// halving, because the sum only rises with it.
fn give_chances(apps: &mut [App], weights: Vec<f64>, wanted: u32) {
    let expected = |scale: f64| weights.iter().map(|weight| (scale * weight).min(1.0)).sum::<f64>();
    let (mut low, mut high) = (0.0, apps.len() as f64);
    for _ in 0..64 {
        let middle = f64::midpoint(low, high);
        if expected(middle) < f64::from(wanted) {
            low = middle;
        } else {
            high = middle;
        }
    }
    for (app, weight) in apps.iter_mut().zip(weights) {
        app.chance = ((high * weight).min(1.0) * f64::from(u32::MAX)) as u32;
    }
}
