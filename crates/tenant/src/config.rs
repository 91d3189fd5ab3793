//! What a fleet is made from. Two equal configurations give the same bytes, so nothing here may come from the clock or the
//! machine: the caller passes both.

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
    /// The moment at which the tenant is looked at; no check-in and no collection is later.
    pub at: Timestamp,
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
        }
    }
}
