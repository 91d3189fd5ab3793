//! Counts and lists of what passed. Apart because the accounts begin here, and because a list has to stay bounded
//! whatever a snapshot holds.

use std::collections::BTreeMap;

use flow::Rejected;

use crate::limits;

/// Why a record did not become a staging row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// Another record of its key is newer.
    Duplicate,
    /// A rule of the scope leaves it out.
    OutOfScope,
    /// It cannot be a staging row.
    Rejected,
    /// It became one, but one of its values was not understood and stays empty.
    Emptied,
}

/// Counts and lists of what passed.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Records of the driving data set.
    pub read: u64,
    /// Records whose key had a newer one.
    pub duplicate: u64,
    /// Records that cannot be a staging row.
    pub rejected: u64,
    /// Records left out, by rule.
    pub out_of_scope: BTreeMap<String, u64>,
    /// Staging rows.
    pub staging_rows: u64,
    /// Values cut or cleaned, by column.
    pub adjusted: BTreeMap<String, u64>,
    /// Values left empty because they were not understood, by column.
    pub unreadable: BTreeMap<String, u64>,
    /// What was left out, and values left empty, each with its reason: of each kind the first
    /// [`limits::LISTED_ROWS_MAX`].
    pub listed: Vec<(LeftOut, Rejected)>,
    /// How many of a kind are counted and not listed; a kind that is listed whole is not here.
    pub not_listed: BTreeMap<LeftOut, u64>,
    /// How many of a kind are listed.
    listed_of: BTreeMap<LeftOut, usize>,
}

impl Tally {
    /// Records left out by any rule.
    pub fn out_of_scope_rows(&self) -> u64 {
        self.out_of_scope.values().sum()
    }

    /// Lists one, or counts it where its kind is full; `rejected` is made only for the list.
    pub(crate) fn list(&mut self, kind: LeftOut, rejected: impl FnOnce() -> Rejected) {
        let listed = self.listed_of.entry(kind).or_default();
        if *listed < limits::LISTED_ROWS_MAX {
            *listed += 1;
            self.listed.push((kind, rejected()));
        } else {
            *self.not_listed.entry(kind).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Rejected {
        Rejected {
            data_set: "devices".to_owned(),
            place: "page 1, record 0".to_owned(),
            who: String::new(),
            column: String::new(),
            value: String::new(),
            reason: "it has no usable serial number".to_owned(),
        }
    }

    #[test]
    fn a_flood_of_one_kind_hides_none_of_another_and_is_counted() {
        let mut tally = Tally::default();
        for _ in 0..limits::LISTED_ROWS_MAX + 3 {
            tally.list(LeftOut::Duplicate, record);
        }
        tally.list(LeftOut::Rejected, record);
        let listed = |kind| tally.listed.iter().filter(|(listed, _)| *listed == kind).count();
        assert_eq!(listed(LeftOut::Duplicate), limits::LISTED_ROWS_MAX);
        assert_eq!(listed(LeftOut::Rejected), 1);
        assert_eq!(tally.not_listed, BTreeMap::from([(LeftOut::Duplicate, 3)]));
    }
}
