//! What a reading is told: which data sets, of which devices, which ways are forced, what is known already, and where an
//! earlier reading stopped.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use jiff::Timestamp;

use crate::scope::Scope;
use crate::strategy::{AppsStrategy, DetailsStrategy};
use crate::{DataSet, limits};

/// One device of the list, as far as other endpoints need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub device_id: String,
    /// Its serial number, as it was written.
    pub serial_number: String,
    /// Its platform, as it was written: `Mac`, `iPhone`, `iPad`, `AppleTV`, `Android`, `Windows`.
    pub platform: String,
}

/// What an earlier snapshot holds of one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownDevice {
    /// When its details were read.
    pub details_at: Timestamp,
}

/// What an earlier snapshot holds of a data set of Prism.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// When that reading began: what changed since is asked for.
    pub since: Timestamp,
    /// When it was last read as a whole.
    pub whole_at: Timestamp,
}

/// What is known already, so that it need not be asked for again.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Devices whose details are held, by device id.
    pub devices: HashMap<String, KnownDevice>,
    /// Data sets of Prism that are held.
    pub windows: BTreeMap<DataSet, Window>,
    /// When the newest snapshot was begun; audit events since then are looked at.
    pub since: Option<Timestamp>,
}

/// What a reading is told.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The data sets that are wanted.
    pub data_sets: BTreeSet<DataSet>,
    /// The devices that are wanted.
    pub scope: Scope,
    /// The way to details; chosen by cost where absent.
    pub details: Option<DetailsStrategy>,
    /// The way to applications; chosen by cost where absent.
    pub apps: Option<AppsStrategy>,
    /// True where applications of iPhones and iPads are wanted as well, a device at a time.
    pub mobile_apps: bool,
    /// What is known already; nothing for a whole reading.
    pub known: Known,
    /// Details are read again when they are older than this.
    pub details_age_max: Duration,
    /// Prism is read as a whole again when the last whole reading is older than this.
    pub whole_every: Duration,
    /// Where an earlier reading stopped, by data set; an ended one is not here but in `ended`.
    pub positions: BTreeMap<DataSet, String>,
    /// Data sets that an earlier reading ended.
    pub ended: BTreeSet<DataSet>,
    /// Devices that an earlier reading has listed, in its order.
    pub listed: Vec<Listed>,
    /// The number of the first page.
    pub next_page: u32,
    /// The moment of the reading.
    pub now: Timestamp,
}

impl ReadOptions {
    /// A whole reading of these data sets, from the beginning.
    pub fn whole(data_sets: BTreeSet<DataSet>) -> Self {
        Self {
            data_sets,
            scope: Scope::default(),
            details: None,
            apps: None,
            mobile_apps: false,
            known: Known::default(),
            details_age_max: limits::DETAILS_AGE_MAX,
            whole_every: limits::WHOLE_EVERY,
            positions: BTreeMap::new(),
            ended: BTreeSet::new(),
            listed: Vec::new(),
            next_page: 1,
            now: Timestamp::now(),
        }
    }
}
