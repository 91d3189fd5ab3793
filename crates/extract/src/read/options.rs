//! What a reading starts from: what it is to bring, what is known already, and where an earlier reading stopped.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use crate::DataSet;
use crate::read::settings::ReadSettings;

/// One device of the list, as far as other endpoints need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub device_id: String,
    /// Its serial number, as it was written.
    pub serial_number: String,
    /// Its platform, as it was written: `Mac`, `iPhone`, `iPad`, `AppleTV`, `Android`, `Windows`.
    pub platform: String,
    /// When it was last enrolled; `None` where the list does not say so in a way that can be read.
    pub last_enrollment: Option<Timestamp>,
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
    /// When that reading began, by the tenant's clock: what changed since is asked for.
    pub since: Timestamp,
    /// When it was last read as a whole.
    pub whole_at: Timestamp,
}

/// What is known already, so that it need not be asked for again.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Devices whose details are held, by device id.
    pub devices: HashMap<String, KnownDevice>,
    /// Devices that were listed, by device id.
    pub listed: HashSet<String>,
    /// Data sets of Prism that are held.
    pub windows: BTreeMap<DataSet, Window>,
    /// When the reading of all that began, by the tenant's clock; audit events since then are looked at. `None` where
    /// nothing is known.
    pub since: Option<Timestamp>,
}

/// What a reading starts from.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// What it is to bring.
    pub settings: ReadSettings,
    /// What is known already; nothing for a whole reading.
    pub known: Known,
    /// Where an earlier reading stopped, by data set; an ended one is not here but in `ended`.
    pub positions: BTreeMap<DataSet, String>,
    /// Data sets that an earlier reading ended.
    pub ended: BTreeSet<DataSet>,
    /// Devices that an earlier reading has listed, in its order.
    pub listed: Vec<Listed>,
    /// Devices that audit events speak of which an earlier reading has read.
    pub touched: HashSet<String>,
    /// The number of the first page.
    pub next_page: u32,
    /// The moment of the reading.
    pub now: Timestamp,
}

impl ReadOptions {
    /// From the beginning, with nothing known.
    pub fn new(settings: ReadSettings) -> Self {
        Self {
            settings,
            known: Known::default(),
            positions: BTreeMap::new(),
            ended: BTreeSet::new(),
            listed: Vec::new(),
            touched: HashSet::new(),
            next_page: 1,
            now: Timestamp::now(),
        }
    }

    /// True for a data set that is still to be read.
    pub(crate) fn wants(&self, data_set: DataSet) -> bool {
        self.settings.data_sets.contains(&data_set) && !self.ended.contains(&data_set)
    }
}
