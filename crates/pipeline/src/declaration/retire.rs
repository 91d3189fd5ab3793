//! What becomes of rows that vanished, and how much of a plan is too much. Apart because both are judgements about a whole
//! snapshot, and both can be set.

use std::collections::BTreeMap;

use serde::Deserialize;

/// When a row whose record vanished retires, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Retire {
    /// Complete snapshots, one after the other, without it.
    pub(crate) snapshots: u32,
    /// Hours since the first of them.
    pub(crate) hours: u32,
    /// What a retiring row says.
    pub(crate) set: BTreeMap<String, String>,
    /// What a row says that comes back.
    pub(crate) back: BTreeMap<String, String>,
    /// A staging column by which a record without a key keeps the row alive that it may be.
    pub(crate) alive_by: Option<String>,
    /// Only rows of a group retire of which the snapshot has other rows.
    pub(crate) within: Option<Within>,
}

/// A group of rows: all of one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Within {
    /// The pipeline whose rows are the groups.
    pub(crate) pipeline: String,
    /// The staging column, in both, that names the group.
    pub(crate) column: String,
}

/// How much of a plan is too much. Shares in percent.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, serde::Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    /// Rows that retire, of those held.
    pub(crate) retire: f64,
    /// Rows that retire, in number.
    pub(crate) retire_rows: Option<u64>,
    /// Rows that retire of one group, of the group's.
    pub(crate) retire_of_group: f64,
    /// Groups of which that many may retire.
    pub(crate) retire_groups: u64,
    /// By how much a complete snapshot may be smaller than the one before.
    pub(crate) shrink: f64,
    /// Rows that change, of all.
    pub(crate) change: f64,
    /// Points by which a column's share of empty values may rise.
    pub(crate) null: f64,
    /// Rows that are new, of all.
    pub(crate) create: f64,
    /// Fewer rows than this trip no brake.
    pub(crate) floor: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            retire: 5.0,
            retire_rows: None,
            retire_of_group: 50.0,
            retire_groups: 10,
            shrink: 10.0,
            change: 50.0,
            null: 20.0,
            create: 50.0,
            floor: 10,
        }
    }
}

impl Limits {
    /// What is wrong with them, where anything is.
    pub(super) fn fault(&self) -> Option<String> {
        let shares = [
            ("retire", self.retire),
            ("retire_of_group", self.retire_of_group),
            ("shrink", self.shrink),
            ("change", self.change),
            ("null", self.null),
            ("create", self.create),
        ];
        let wrong = shares.into_iter().find(|(_, share)| !(0.0..=100.0).contains(share));
        wrong.map(|(name, share)| format!("`brakes.{name} = {share}` is no share: write 0 to 100, in percent"))
    }
}

/// `[retire]`, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRetire {
    pub(super) snapshots: u32,
    pub(super) hours: u32,
    pub(super) set: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) back: BTreeMap<String, String>,
    pub(super) alive_by: Option<String>,
    pub(super) within: Option<RawWithin>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWithin {
    pub(super) pipeline: String,
    pub(super) column: String,
}
