//! Why a row is in a plan, and how many are for each reason. Apart because plan, brakes and reports all speak of it.

use serde::{Deserialize, Serialize};

use super::Counts;

/// The plan's column that holds a row's reason.
pub(crate) const CHANGE: &str = "_change";

/// Why a row is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Nothing is held of it.
    New,
    /// It says something else than what is held.
    Changed,
    /// Only values that are often newer are newer, and it is time to say so.
    Volatile,
    /// It was refused and goes again.
    Retried,
    /// Nothing is proven of it, or what is held is not believed.
    Unproven,
    /// Its record vanished.
    Retire,
    /// It had been retired and is there again.
    Back,
}

impl Change {
    pub(crate) const ALL: [Self; 7] =
        [Self::New, Self::Changed, Self::Volatile, Self::Retried, Self::Unproven, Self::Retire, Self::Back];

    /// As plans and reports write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Volatile => "volatile",
            Self::Retried => "retried",
            Self::Unproven => "unproven",
            Self::Retire => "retire",
            Self::Back => "back",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.as_str() == text)
    }

    /// The sign that stands before it where a plan is listed.
    pub fn sign(self) -> char {
        match self {
            Self::New => '+',
            Self::Retire => '-',
            Self::Changed | Self::Volatile | Self::Back => '~',
            Self::Retried | Self::Unproven => '?',
        }
    }
}

/// What a plan comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Rows by reason.
    pub by_reason: Counts,
    /// Changed rows by column.
    pub by_column: Counts,
    /// Staging rows without a value, by column; those that retire left out.
    pub empty: Counts,
    /// Held rows that this snapshot is the first not to have.
    pub newly_missing: u64,
    /// Held rows that it does not have, and that are not due to retire yet.
    pub missing: u64,
    /// Some of those that are newly missing.
    pub missing_named: Vec<String>,
    /// Held rows that went with what they were part of.
    pub left: u64,
    /// Held rows that it has.
    pub present: u64,
    /// Rows held before, those that are retired left out.
    pub held: u64,
    /// Groups of which more than their share retires, and some of them.
    pub groups_retiring: u64,
    /// Some of those groups.
    pub groups_named: Vec<String>,
}

impl Changes {
    /// Rows for one reason.
    pub fn of(&self, change: Change) -> u64 {
        self.by_reason.get(change.as_str()).copied().unwrap_or_default()
    }

    pub(super) fn count(&mut self, change: Change) {
        *self.by_reason.entry(change.as_str().to_owned()).or_default() += 1;
    }
}
