//! How far a reading is, as the caller is told who goes on with it, and what it cost in the end.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::limits::ACCOUNT_SECONDS_MAX;
use crate::manifest::Source;

/// What the reading of one data set was: how, at what cost, and whether all of it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSetAccount {
    /// How it was read, e.g. `prism pages`.
    pub strategy: String,
    /// Requests that it took, those of interrupted readings included.
    pub requests: u64,
    /// Seconds that the reading took which ended it, to the millisecond.
    pub seconds: f64,
    /// Whether it was read to its end, nothing missing.
    pub complete: bool,
    /// Rows that were read anew.
    pub fresh: u64,
    /// Rows that were carried over from an earlier snapshot.
    pub carried: u64,
    /// When all of it was last read anew, in seconds since 1970; `None` where it never was.
    pub whole_at: Option<i64>,
    /// When its reading began by the source's own clock, in seconds since 1970: what changed since is not in it. `None`
    /// where that is not known.
    pub as_of: Option<i64>,
    /// What a person should know about it, whole sentences.
    pub notes: Vec<String>,
}

impl DataSetAccount {
    /// The account that says nothing: recorded bodies do not tell what is missing.
    pub fn recorded() -> Self {
        Self {
            strategy: "recorded".to_owned(),
            requests: 0,
            seconds: 0.0,
            complete: false,
            fresh: 0,
            carried: 0,
            whole_at: None,
            as_of: None,
            notes: Vec::new(),
        }
    }

    /// Seconds as whole milliseconds within the limit, so that the number read back is the number written.
    pub(crate) fn storable(mut self) -> Self {
        let seconds = if self.seconds.is_finite() { self.seconds.clamp(0.0, ACCOUNT_SECONDS_MAX) } else { 0.0 };
        self.seconds = (seconds * 1_000.0).round() / 1_000.0;
        self
    }
}

/// How far the reading of one data set is on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSetProgress {
    /// Where to go on, in the caller's own words; empty where nothing was read yet.
    pub position: String,
    /// Rows that are durable.
    pub rows: u64,
    /// Pages that are durable.
    pub pages: u64,
    /// Requests that were noted with the position.
    pub requests: u64,
    /// The account, when the data set is over.
    pub ended: Option<DataSetAccount>,
}

/// How far a snapshot is on disk: what an interrupted reading goes on from.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The settings that the reading began with, in the caller's own words.
    pub settings: String,
    /// When the reading began, RFC 3339, UTC.
    pub begun_at: String,
    /// The number of the next page: one more than the highest that is durable.
    pub next_page: u32,
    /// The data sets of which something is durable, by name.
    pub data_sets: BTreeMap<String, DataSetProgress>,
}

/// A snapshot whose reading was interrupted, or is still going on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unsealed {
    /// Its id.
    pub snapshot: String,
    /// Where it comes from.
    pub source: Source,
    /// When its reading began, RFC 3339, UTC.
    pub begun_at: String,
    /// The settings that the reading began with, in the caller's own words.
    pub settings: String,
    /// Rows that are durable, of all data sets together.
    pub rows: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_come_back_from_their_digits_as_they_were() {
        let awkward = [0.1 + 0.2, 1.0 / 3.0, 86_399.999_499_9, 1e300, -5.0, f64::NAN, f64::INFINITY, 123_456_789.123];
        for seconds in awkward {
            let account = DataSetAccount { seconds, ..DataSetAccount::recorded() }.storable();
            let text = serde_json::to_string(&account).expect("an account is JSON");
            let again: DataSetAccount = serde_json::from_str(&text).expect("and comes back");
            assert_eq!(again, account, "{seconds}");
            assert_eq!(serde_json::to_string(&again).expect("an account is JSON"), text);
        }
    }
}
