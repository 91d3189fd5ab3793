//! What a reading is to bring. Apart, and serializable, because a snapshot keeps it: whoever goes on with a reading reads
//! the same, and whoever builds on one knows what it was.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::scope::Scope;
use crate::strategy::Strategy;
use crate::{DataSet, limits};

/// What a reading is to bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadSettings {
    /// The data sets.
    pub data_sets: BTreeSet<DataSet>,
    /// Those of them that are read for what they hint at, and only where that is of use: where one cannot be read, nothing
    /// is missing.
    pub hints: BTreeSet<DataSet>,
    /// The devices.
    pub scope: Scope,
    /// The way to details; chosen by cost where absent.
    pub details: Option<Strategy>,
    /// The way to applications; chosen by cost where absent.
    pub apps: Option<Strategy>,
    /// Applications of iPhones and iPads too, where each device is asked.
    pub mobile_apps: bool,
    /// Everything afresh; nothing is carried over.
    pub whole: bool,
    /// Details are read again when they are older than this.
    pub details_age_max: Duration,
    /// Prism is read as a whole again when the last whole reading is older than this.
    pub whole_every: Duration,
}

impl ReadSettings {
    /// These data sets of every device, with the limits' own ages.
    pub fn of(data_sets: BTreeSet<DataSet>) -> Self {
        Self {
            data_sets,
            hints: BTreeSet::new(),
            scope: Scope::default(),
            details: None,
            apps: None,
            mobile_apps: false,
            whole: false,
            details_age_max: limits::DETAILS_AGE_MAX,
            whole_every: limits::WHOLE_EVERY,
        }
    }

    /// As a snapshot keeps it.
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("names and numbers are always JSON")
    }

    /// Reads what [`ReadSettings::text`] wrote; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let settings = ReadSettings {
            scope: Scope { serials: BTreeSet::from(["A".to_owned()]), ..Scope::default() },
            hints: BTreeSet::from([DataSet::AuditEvents]),
            apps: Some(Strategy::Export),
            details: Some(Strategy::Device),
            ..ReadSettings::of(DataSet::ALL.into())
        };
        let text = settings.text();
        assert_eq!(ReadSettings::parse(&text), Some(settings));
        assert_eq!(ReadSettings::parse("{}"), None);
        for data_set in DataSet::ALL {
            assert!(text.contains(&format!("\"{}\"", data_set.name())), "{data_set}");
        }
    }
}
