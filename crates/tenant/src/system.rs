//! The operating systems that exist, oldest first for each platform.

use crate::device::Platform;
use rand::{Rng, RngExt};

/// One release of an operating system.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct System {
    platform: Platform,
    pub(crate) version: &'static str,
    pub(crate) build: &'static str,
    pub(crate) marketing_name: &'static str,
    /// Which of the major releases it belongs to, from 0; Apple's own applications come with it.
    pub(crate) generation: usize,
}

const fn system(
    platform: Platform,
    version: &'static str,
    build: &'static str,
    marketing_name: &'static str,
    generation: usize,
) -> System {
    System { platform, version, build, marketing_name, generation }
}

use Platform::{Android, AppleTv, IPad, IPhone, Mac, Windows};

static SYSTEMS: [System; 28] = [
    system(Mac, "13.7.8", "22H730", "Ventura", 0),
    system(Mac, "14.4.1", "23E224", "Sonoma", 1),
    system(Mac, "14.8.1", "23J30", "Sonoma", 1),
    system(Mac, "15.6.1", "24G90", "Sequoia", 2),
    system(Mac, "15.7.1", "24G231", "Sequoia", 2),
    system(Mac, "26.0.1", "25A362", "Tahoe", 3),
    system(Mac, "26.1", "25B78", "Tahoe", 3),
    system(Mac, "26.2", "25C56", "Tahoe", 3),
    system(IPhone, "17.7.2", "21H221", "iOS 17", 0),
    system(IPhone, "18.6.2", "22G100", "iOS 18", 1),
    system(IPhone, "18.7.1", "22H31", "iOS 18", 1),
    system(IPhone, "26.0.1", "23A355", "iOS 26", 2),
    system(IPhone, "26.1", "23B85", "iOS 26", 2),
    system(IPad, "17.7.10", "21H450", "iPadOS 17", 0),
    system(IPad, "18.6.2", "22G100", "iPadOS 18", 1),
    system(IPad, "18.7.1", "22H31", "iPadOS 18", 1),
    system(IPad, "26.0.1", "23A355", "iPadOS 26", 2),
    system(IPad, "26.1", "23B85", "iPadOS 26", 2),
    system(AppleTv, "17.6.1", "21M80", "tvOS 17", 0),
    system(AppleTv, "18.5", "22L572", "tvOS 18", 1),
    system(AppleTv, "18.6", "22M84", "tvOS 18", 1),
    system(AppleTv, "26.0.1", "23J362", "tvOS 26", 2),
    system(AppleTv, "26.1", "23J582", "tvOS 26", 2),
    system(Android, "13", "TQ3A.230901.001", "Android 13", 0),
    system(Android, "14", "AP2A.240905.003", "Android 14", 1),
    system(Android, "15", "AP4A.250105.002", "Android 15", 2),
    system(Windows, "10.0.22631", "22631.4317", "Windows 11 23H2", 0),
    system(Windows, "10.0.26100", "26100.2033", "Windows 11 24H2", 1),
];

impl System {
    /// The release that a device runs: the newer of two draws, as most fleets are kept fairly new.
    pub(crate) fn pick(platform: Platform, rng: &mut impl Rng) -> &'static System {
        let releases = Self::of(platform);
        let newer = rng.random_range(0..releases.len()).max(rng.random_range(0..releases.len()));
        &releases[newer]
    }

    /// The release before this one; the oldest has none and stays.
    pub(crate) fn before(&'static self) -> &'static System {
        let releases = Self::of(self.platform);
        &releases[self.position(releases).saturating_sub(1)]
    }

    /// The release after this one; the newest has none.
    pub(crate) fn after(&'static self) -> Option<&'static System> {
        let releases = Self::of(self.platform);
        releases.get(self.position(releases) + 1)
    }

    fn position(&self, releases: &[System]) -> usize {
        releases.iter().position(|release| release == self).expect("a release stands in its own platform's table")
    }

    fn of(platform: Platform) -> &'static [System] {
        let first = SYSTEMS.partition_point(|release| (release.platform as u8) < platform as u8);
        let end = SYSTEMS.partition_point(|release| release.platform as u8 <= platform as u8);
        &SYSTEMS[first..end]
    }
}
