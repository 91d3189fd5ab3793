//! What a fleet is made from. Two equal configurations give the same bytes, so nothing here may come from the clock or the
//! machine: the caller passes both.

use crate::limits::NIGHTS_MAX;
use crate::moment::{DAY, Moment};
use jiff::Timestamp;

/// What a fleet is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetConfig {
    /// Where every random choice begins.
    pub seed: u64,
    /// Machines in use. Former enrolments and departed devices are told on top of them.
    pub devices: u32,
    /// Applications on a Mac on average, without the helpers nested in them.
    pub apps_per_mac: u32,
    /// The moment of night 0. The tenant is looked at 24 hours later for every night; no check-in and no collection is later than
    /// that.
    pub at: Timestamp,
    /// How many nights the fleet has aged: each night some devices come, go and change, and all others check in again. At most 3,650;
    /// more counts as that.
    pub night: u32,
    /// How many of 1,000 devices, and of 1,000 application rows, change lastingly in one night. At most 1,000.
    pub churn_per_mille: u32,
    /// Android and Windows machines on top of the others, one of the one and one of the other in turn. Their shapes are **uncertain**:
    /// they were put together from third-party descriptions, and no recording of them was seen.
    pub uncertain_platforms: u32,
    /// The key under which Prism's application rows tell when a Mac last opened the application; `None` leaves it out. The vendor says
    /// that this is recorded and not under which key, so the key is **uncertain**.
    pub last_opened_key: Option<String>,
}

impl FleetConfig {
    /// The fleet of the demonstration and of most tests: 500 machines, 360 of them Macs with 165 applications each.
    pub fn demonstration() -> Self {
        Self {
            seed: 20_261_101,
            devices: 500,
            apps_per_mac: 165,
            // 2026-11-01T02:00:00Z, the hour of a nightly run.
            at: Timestamp::constant(1_793_498_400, 0),
            night: 0,
            churn_per_mille: 10,
            uncertain_platforms: 0,
            last_opened_key: None,
        }
    }

    /// The night that the fleet is told of.
    pub(crate) fn last_night(&self) -> u16 {
        self.night.min(NIGHTS_MAX) as u16
    }

    /// The moment at which the tenant is looked at in a night.
    pub(crate) fn moment_of(&self, night: u16) -> Moment {
        Moment::of(self.at).after(i64::from(night) * DAY)
    }
}
