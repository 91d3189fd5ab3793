//! Clocks that should agree. Apart because both ends are looked at in the same way, by the date of their answers.

use std::time::Duration;

use jiff::Timestamp;

use super::finding::Finding;

/// How far two clocks may be apart: dates of answers have whole seconds, an answer takes its time, and everything here
/// that goes by a clock goes by minutes or days.
const APART_MAX: Duration = Duration::from_secs(60);

/// Holds the other end's clock against ours; `whose` is how people call it.
pub(super) fn compared(theirs: Timestamp, ours: Timestamp, whose: &str) -> Finding {
    let apart = theirs.duration_since(ours);
    let seconds = apart.as_secs();
    let which = if seconds < 0 { "behind" } else { "ahead of" };
    let evidence = format!("{whose} clock is {} s {which} ours", seconds.unsigned_abs());
    if apart.unsigned_abs() <= APART_MAX {
        return Finding::passed(evidence);
    }
    Finding::warning(
        evidence,
        "set this machine's clock by a time server, for example with `timedatectl set-ntp true`: retirement, waits and \
         ages go by it; where it is right, tell whoever runs the other end",
    )
}

#[cfg(test)]
mod tests {
    use super::super::{Area, Check, CheckResult};
    use super::*;
    use crate::checks::finding::Findings;

    fn check(ahead_seconds: i64) -> Check {
        let ours = Timestamp::UNIX_EPOCH;
        let theirs = Timestamp::from_second(ahead_seconds).expect("a moment near the epoch");
        let mut each = |_: &Check| {};
        let mut said = Findings::of(Area::Tenant, &mut each);
        said.note("clock", compared(theirs, ours, "the tenant's"));
        said.all().remove(0)
    }

    #[test]
    fn a_minute_is_nothing_and_two_are_told() {
        assert_eq!(check(-59).result, CheckResult::Passed);
        assert_eq!(check(0).evidence, "the tenant's clock is 0 s ahead of ours");
        let slow = check(-120);
        assert_eq!(
            (slow.result, slow.evidence.as_str()),
            (CheckResult::Warning, "the tenant's clock is 120 s behind ours")
        );
        assert!(slow.remedy.contains("timedatectl"));
    }
}
