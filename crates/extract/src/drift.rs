//! How far the answers have moved from what is declared: counted and reported, never a reason to stop.

use std::collections::BTreeMap;

use crate::limits::UNKNOWN_NAMES_MAX;

/// Counts by the field's place in the record, e.g. `user.id` or `volumes[].name`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Keys that no declaration names; their values were passed over. Keys beside a page's records start with
    /// `(envelope).`. Names beyond [`crate::limits::UNKNOWN_NAMES_MAX`] are counted under `…`.
    pub unknown: BTreeMap<String, u64>,
    /// Fields that every published sample carries, and these records did not.
    pub missing: BTreeMap<String, u64>,
    /// Values that came in another form than declared and were kept without loss.
    pub coerced: BTreeMap<String, u64>,
}

impl Drift {
    /// True when every answer was as declared.
    pub fn is_empty(&self) -> bool {
        self.unknown.is_empty() && self.missing.is_empty() && self.coerced.is_empty()
    }

    /// Adds another page's counts.
    pub fn merge(&mut self, other: Self) {
        merge_counts(&mut self.unknown, other.unknown);
        merge_counts(&mut self.missing, other.missing);
        merge_counts(&mut self.coerced, other.coerced);
    }

    pub(crate) fn add_missing(&mut self, count: u64, name: impl FnOnce() -> String) {
        if count > 0 {
            *self.missing.entry(name()).or_default() += count;
        }
    }

    pub(crate) fn add_coerced(&mut self, count: u64, name: impl FnOnce() -> String) {
        if count > 0 {
            *self.coerced.entry(name()).or_default() += count;
        }
    }

    pub(crate) fn add_unknown(&mut self, path: &str, counts: BTreeMap<String, u64>) {
        let placed = counts.into_iter().map(|(name, count)| (format!("{path}{name}"), count));
        merge_counts(&mut self.unknown, placed);
    }
}

/// Counts a name that no declaration has. It comes from outside: cut, escaped, and not more of them than a report
/// bears.
pub(crate) fn note(counts: &mut BTreeMap<String, u64>, name: &str) {
    if let Some(count) = counts.get_mut(name) {
        *count += 1;
        return;
    }
    let name = if counts.len() < UNKNOWN_NAMES_MAX { flow::Rejected::shown(name) } else { "…".to_owned() };
    *counts.entry(name).or_default() += 1;
}

fn merge_counts(into: &mut BTreeMap<String, u64>, from: impl IntoIterator<Item = (String, u64)>) {
    for (name, count) in from {
        *into.entry(name).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_pages_add_up_and_names_are_bounded() {
        let mut counts = BTreeMap::new();
        for number in 0..UNKNOWN_NAMES_MAX + 5 {
            note(&mut counts, &format!("key{number}"));
        }
        assert_eq!(counts.len(), UNKNOWN_NAMES_MAX + 1);
        assert_eq!(counts["…"], 5);

        let mut drift = Drift::default();
        drift.add_unknown("user.", BTreeMap::from([("shoe_size".to_owned(), 2)]));
        drift.merge(drift.clone());
        assert_eq!(drift.unknown["user.shoe_size"], 4);
        assert!(!drift.is_empty());
    }
}
