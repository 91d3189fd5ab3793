//! How much later than its moment a run begins. Apart because it is the same every time, on every machine and after
//! every start: a person who sees a run at 41 seconds past looks there the next time.
//!
//! We do not roll dice, because then a start of the service would roll again, and a moment that was about to come
//! might have passed.

use jiff::SignedDuration;

use crate::limits;

/// What is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Devices.
    Devices,
    /// Applications and their usage, with devices.
    Apps,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Devices => "devices",
            Self::Apps => "apps",
        }
    }

    fn window(self) -> SignedDuration {
        match self {
            Self::Devices => limits::DEVICES_JITTER_MAX,
            Self::Apps => limits::APPS_JITTER_MAX,
        }
    }
}

/// One integration's own place in the window over which runs of a kind are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jitter {
    /// The place, in parts of 2^64.
    place: u64,
    window: SignedDuration,
}

impl Jitter {
    /// The place of this integration among all those whose names there could be.
    pub fn new(integration: &str, kind: Kind) -> Self {
        let hash = blake3::hash(format!("{}\0{integration}", kind.as_str()).as_bytes());
        let mut place = [0; 8];
        place.copy_from_slice(&hash.as_bytes()[..8]);
        Self { place: u64::from_le_bytes(place), window: kind.window() }
    }

    /// How much later a run begins whose next moment is this much after its own.
    pub fn delay(&self, interval: SignedDuration) -> SignedDuration {
        let window = self.window.min(interval / limits::JITTER_DIVISOR).as_millis().max(0).unsigned_abs();
        // Less than the window, which is some minutes.
        let delay = (u128::from(self.place) * window) >> 64;
        SignedDuration::from_millis(i64::try_from(delay).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const QUARTER: SignedDuration = SignedDuration::from_mins(15);

    #[test]
    fn a_hundred_integrations_do_not_begin_in_one_second() {
        let mut seconds = BTreeMap::<i64, u32>::new();
        for number in 0..100 {
            let delay = Jitter::new(&format!("customer-{number}"), Kind::Devices).delay(QUARTER);
            *seconds.entry(delay.as_secs()).or_default() += 1;
        }
        assert!(seconds.keys().all(|second| (0..60).contains(second)), "{seconds:?}");
        assert!(seconds.len() >= 40, "{seconds:?}");
        // By chance some meet; a tenth of them would be no chance any more.
        assert!(seconds.values().all(|count| *count < 10), "{seconds:?}");
    }

    #[test]
    fn a_place_is_the_same_tomorrow_and_another_for_the_other_kind() {
        let devices = Jitter::new("acme", Kind::Devices);
        assert_eq!(devices, Jitter::new("acme", Kind::Devices));
        assert_eq!(devices.delay(QUARTER), SignedDuration::from_millis(ACME_MS));
        assert_ne!(devices.place, Jitter::new("acme", Kind::Apps).place);
        assert_ne!(devices.place, Jitter::new("acme-2", Kind::Devices).place);
    }

    /// Written down, because a place that changes with a release moves every customer's runs.
    const ACME_MS: i64 = 49_820;

    #[test]
    fn what_runs_every_minute_is_spread_over_a_part_of_the_minute() {
        for number in 0..100 {
            let jitter = Jitter::new(&format!("customer-{number}"), Kind::Apps);
            let delay = jitter.delay(SignedDuration::from_mins(1));
            assert!((SignedDuration::ZERO..SignedDuration::from_secs(15)).contains(&delay), "{delay}");
            assert!(jitter.delay(SignedDuration::from_hours(24)) < limits::APPS_JITTER_MAX);
            assert_eq!(jitter.delay(SignedDuration::ZERO), SignedDuration::ZERO);
            assert_eq!(jitter.delay(SignedDuration::from_secs(-5)), SignedDuration::ZERO);
        }
    }
}
