//! What a reading is to bring, as it is kept in the snapshot's journal, so that whoever goes on reads the same.

use std::collections::BTreeSet;
use std::time::Duration;

use extract::{AppsStrategy, DataSet, DetailsStrategy, ReadOptions, Scope};
use serde::{Deserialize, Serialize};

/// What a reading is to bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadSettings {
    /// The data sets.
    pub data_sets: BTreeSet<DataSet>,
    /// The devices.
    pub scope: Scope,
    /// The way to details; chosen by cost where absent.
    pub details: Option<DetailsStrategy>,
    /// The way to applications; chosen by cost where absent.
    pub apps: Option<AppsStrategy>,
    /// Applications of iPhones and iPads too, where each device is asked.
    pub mobile_apps: bool,
    /// Everything afresh; nothing is carried over.
    pub whole: bool,
    /// Details are read again when they are older than this.
    pub details_age_max: Duration,
    /// Prism is read as a whole again when the last whole reading is older than this.
    pub whole_every: Duration,
}

/// The same as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    data_sets: Vec<String>,
    scope: Scope,
    details: Option<String>,
    apps: Option<String>,
    mobile_apps: bool,
    whole: bool,
    details_age_max_seconds: u64,
    whole_every_seconds: u64,
}

impl ReadSettings {
    /// These data sets of every device, with the limits' own ages.
    pub fn of(data_sets: BTreeSet<DataSet>) -> Self {
        Self {
            data_sets,
            scope: Scope::default(),
            details: None,
            apps: None,
            mobile_apps: false,
            whole: false,
            details_age_max: extract::limits::DETAILS_AGE_MAX,
            whole_every: extract::limits::WHOLE_EVERY,
        }
    }

    pub(super) fn options(&self) -> ReadOptions {
        ReadOptions {
            scope: self.scope.clone(),
            details: self.details,
            apps: self.apps,
            mobile_apps: self.mobile_apps,
            details_age_max: self.details_age_max,
            whole_every: self.whole_every,
            ..ReadOptions::whole(self.data_sets.clone())
        }
    }

    pub(super) fn text(&self) -> String {
        let written = Written {
            data_sets: self.data_sets.iter().map(|data_set| data_set.name().to_owned()).collect(),
            scope: self.scope.clone(),
            details: self.details.map(|way| way.as_str().to_owned()),
            apps: self.apps.map(|way| way.as_str().to_owned()),
            mobile_apps: self.mobile_apps,
            whole: self.whole,
            details_age_max_seconds: self.details_age_max.as_secs(),
            whole_every_seconds: self.whole_every.as_secs(),
        };
        serde_json::to_string(&written).expect("texts and numbers are always JSON")
    }

    /// `None` for what another program wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let written: Written = serde_json::from_str(text).ok()?;
        let details = written.details.map(|way| DetailsStrategy::parse(&way).ok_or(())).transpose().ok()?;
        let apps = written.apps.map(|way| AppsStrategy::parse(&way).ok_or(())).transpose().ok()?;
        Some(Self {
            data_sets: written.data_sets.iter().map(|name| DataSet::parse(name)).collect::<Option<_>>()?,
            scope: written.scope,
            details,
            apps,
            mobile_apps: written.mobile_apps,
            whole: written.whole,
            details_age_max: Duration::from_secs(written.details_age_max_seconds),
            whole_every: Duration::from_secs(written.whole_every_seconds),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let settings = ReadSettings {
            scope: Scope { serials: BTreeSet::from(["A".to_owned()]), ..Scope::default() },
            apps: Some(AppsStrategy::Export),
            details: Some(DetailsStrategy::Device),
            ..ReadSettings::of(BTreeSet::from([DataSet::Devices, DataSet::Apps]))
        };
        assert_eq!(ReadSettings::parse(&settings.text()), Some(settings));
        assert_eq!(ReadSettings::parse("{}"), None);
    }
}
