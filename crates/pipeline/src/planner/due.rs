//! When volatile values alone are reason enough to send a row: a last check-in is newer every night, and sending the
//! whole fleet for it every night would be as if nothing were known of it.
//!
//! A row is due once the device was seen so many days after what is held. A fleet that was loaded in one night would
//! then be due in one night, so the first period of each row is shorter, by its key's hash: between one day and all of
//! them. Every later period has all of them, and the fleet stays spread.

use jiff::SignedDuration;
use jiff::civil::DateTime;

/// What is held of when a row was seen.
pub(super) struct Seen<'a> {
    pub(super) row_key: &'a str,
    /// When it was last seen, as `YYYY-MM-DD HH:MM:SS`; empty when unknown.
    pub(super) moment: &'a str,
    /// It has been proven once only.
    pub(super) is_first: bool,
}

/// True where a row is due that differs from what is held in nothing but volatile values; `seen` is its moment now.
/// Zero days are never over.
pub(super) fn is_due(held: &Seen<'_>, seen: &str, days: u32) -> bool {
    // Most rows of most nights say the same moment: that is never due, and not worth reading it.
    if days == 0 || held.moment == seen {
        return false;
    }
    let period = if held.is_first { 1 + hash_of(held.row_key) % days } else { days };
    let wait = SignedDuration::from_hours(24 * i64::from(period));
    match (held.moment.parse::<DateTime>(), seen.parse::<DateTime>()) {
        (Ok(held), Ok(seen)) => seen.duration_since(held) >= wait,
        // What was never seen before is news.
        (Err(_), Ok(_)) => true,
        (_, Err(_)) => false,
    }
}

/// A key is a hash already: its first digits are as good as any.
fn hash_of(row_key: &str) -> u32 {
    u32::from_str_radix(row_key.get(..8).unwrap_or_default(), 16).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn held<'a>(row_key: &'a str, moment: &'a str, is_first: bool) -> Seen<'a> {
        Seen { row_key, moment, is_first }
    }

    #[test]
    fn a_row_is_due_when_it_is_newer_by_all_days() {
        let row = held("00000003ffffffffffffffffffffffff", "2026-11-02 06:00:00", false);
        assert!(!is_due(&row, "2026-11-02 06:00:00", 7));
        assert!(!is_due(&row, "2026-11-09 05:59:59", 7));
        assert!(is_due(&row, "2026-11-09 06:00:00", 7));
        assert!(!is_due(&row, "2027-11-09 06:00:00", 0));
    }

    #[test]
    fn an_older_moment_is_never_due_and_a_first_one_always() {
        assert!(!is_due(&held("00", "2026-11-09 00:00:00", true), "2026-11-02 00:00:00", 7));
        assert!(!is_due(&held("00", "2026-11-09 00:00:00", true), "", 7));
        assert!(is_due(&held("00", "", false), "2026-11-02 00:00:00", 7));
    }

    #[test]
    fn a_fleet_that_was_loaded_in_one_night_is_spread_over_the_days() {
        let mut due_on: BTreeMap<u32, u32> = BTreeMap::new();
        for number in 0..700_u32 {
            let row_key = format!("{number:08x}");
            let row = held(&row_key, "2026-11-01 00:00:00", true);
            let first = (1..=30).find(|day| is_due(&row, &format!("2026-11-{:02} 00:00:00", 1 + day), 7));
            *due_on.entry(first.expect("within the month")).or_default() += 1;
        }
        assert_eq!(due_on, (1..=7).map(|day| (day, 100)).collect::<BTreeMap<u32, u32>>());
    }
}
