//! What is due: after pauses, missed moments, clocks that were changed, and starts of the service.

use proptest::prelude::*;

use super::*;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn time(text: &str) -> Timestamp {
    text.parse().expect(text)
}

/// Devices every quarter of an hour, applications at two.
fn usual(since: &str) -> Timetable {
    Timetable::new("acme", "*/15 * * * *", Some("0 2 * * *"), "UTC", time(since)).expect("the usual schedules")
}

fn both(at: &str) -> Done {
    Done { devices: Some(time(at)), apps: Some(time(at)) }
}

#[test]
fn what_never_ran_is_due_at_once() {
    let now = time("2026-11-30T10:07:00Z");
    assert_eq!(usual("2026-11-30T10:07:00Z").decide(Done::default(), now).due, Due::DevicesAndApps);
    let devices_only = Timetable::new("acme", "*/15 * * * *", None, "UTC", now).expect("one schedule");
    assert_eq!(devices_only.decide(Done::default(), now).due, Due::Devices);
    // Applications were turned on after devices had run.
    let done = Done { devices: Some(now), apps: None };
    assert_eq!(usual("2026-11-30T10:07:00Z").decide(done, now).due, Due::DevicesAndApps);
}

#[test]
fn a_run_for_a_moment_begins_at_the_integrations_own_second() {
    let timetable = usual("2026-11-30T09:00:00Z");
    let done = both("2026-11-30T10:00:30Z");
    let decision = timetable.decide(done, time("2026-11-30T10:14:30Z"));
    assert_eq!(decision.due, Due::Nothing);
    let next = decision.next.expect("there is a next one");
    let moment = time("2026-11-30T10:15:00Z");
    assert!((moment..moment + MINUTE).contains(&next), "{next}");
    assert_eq!(decision.look_again, next.min(time("2026-11-30T10:15:30Z")));
    assert_eq!(timetable.decide(done, next).due, Due::Devices);
}

#[test]
fn ten_missed_moments_are_one_run() {
    let timetable = usual("2026-11-30T12:37:00Z");
    let done = both("2026-11-30T10:00:30Z");
    let now = time("2026-11-30T12:38:30Z");
    assert_eq!(timetable.decide(done, now).due, Due::Devices);
    let after = Done { devices: Some(now), ..done };
    assert_eq!(timetable.decide(after, now).due, Due::Nothing);
    assert_eq!(timetable.decide(after, now + MINUTE).due, Due::Nothing);
}

#[test]
fn what_was_missed_is_spread_over_the_minute_after_a_start() {
    let since = time("2026-11-30T12:37:00Z");
    let at_once = (0..100).filter(|number| {
        let name = format!("customer-{number}");
        let timetable = Timetable::new(&name, "*/15 * * * *", None, "UTC", since).expect("one schedule");
        let is_due = |now| timetable.decide(both("2026-11-30T10:00:30Z"), now).due == Due::Devices;
        assert!(is_due(since + MINUTE), "{name}");
        is_due(since + SignedDuration::from_secs(1))
    });
    assert!(at_once.count() < 10);
}

#[test]
fn a_run_with_applications_is_one_of_devices_too() {
    let timetable = usual("2026-11-29T09:00:00Z");
    let now = time("2026-11-30T02:30:00Z");
    let done = both("2026-11-29T23:00:00Z");
    assert_eq!(timetable.decide(done, now).due, Due::DevicesAndApps);
    // Whoever notes a run with applications once has noted it for both.
    let after = Done { apps: Some(now), ..done };
    assert_eq!(timetable.decide(after, now).due, Due::Nothing);
}

#[test]
fn the_moment_that_a_run_was_for_counts_as_well_as_its_beginning() {
    let timetable = usual("2026-11-30T09:00:00Z");
    for noted in ["2026-11-30T10:15:00Z", "2026-11-30T10:15:59Z"] {
        assert_eq!(timetable.decide(both(noted), time("2026-11-30T10:16:30Z")).due, Due::Nothing, "{noted}");
    }
}

#[test]
fn a_run_that_a_person_started_counts() {
    let timetable = usual("2026-11-30T09:00:00Z");
    let moment = time("2026-11-30T10:15:00Z");
    // Between the moment and the integration's own second.
    let done = Done { devices: Some(moment), ..both("2026-11-30T10:00:30Z") };
    let decision = timetable.decide(done, moment);
    assert_eq!(decision.due, Due::Nothing);
    assert!(decision.next.is_some_and(|next| next >= time("2026-11-30T10:30:00Z")), "{decision:?}");
}

#[test]
fn a_clock_that_was_a_year_ahead_costs_one_run_and_no_year() {
    let timetable = usual("2027-11-30T09:00:00Z");
    let wrong = both("2027-11-30T10:15:40Z");
    let now = time("2026-11-30T10:20:00Z");
    assert_eq!(timetable.decide(wrong, now).due, Due::DevicesAndApps);
    let after = Done { devices: Some(now), apps: Some(now) };
    assert_eq!(timetable.decide(after, now).due, Due::Nothing);
    assert_eq!(timetable.decide(after, now + MINUTE * 15).due, Due::Devices);
}

#[test]
fn a_date_of_applications_that_are_not_sent_any_more_holds_nothing_back() {
    let now = time("2026-11-30T10:20:00Z");
    let timetable = Timetable::new("acme", "*/15 * * * *", None, "UTC", now).expect("one schedule");
    let done = Done { devices: Some(now), apps: Some(time("2040-01-01T00:00:00Z")) };
    assert_eq!(timetable.decide(done, now).due, Due::Nothing);
    assert_eq!(timetable.decide(done, now + MINUTE * 15).due, Due::Devices);
}

#[test]
fn a_schedule_that_is_refused_is_named() {
    let now = time("2026-11-30T10:20:00Z");
    assert!(matches!(Timetable::new("acme", "0 0 31 2 *", None, "UTC", now), Err(Error::Never { .. })));
    assert!(matches!(Timetable::new("acme", "* * * * *", Some("x"), "UTC", now), Err(Error::Fields { .. })));
}

/// An integration whose clock goes as the test says, and which does what it is told.
struct Watched {
    timetable: Timetable,
    now: Timestamp,
    done: Done,
    runs: usize,
}

impl Watched {
    fn new(name: &str, now: Timestamp) -> Self {
        let timetable = Timetable::new(name, "*/15 * * * *", Some("0 * * * *"), "Europe/Berlin", now);
        Self { timetable: timetable.expect("two schedules"), now, done: Done::default(), runs: 0 }
    }

    fn look(&mut self) -> Decision {
        let decision = self.timetable.decide(self.done, self.now);
        match decision.due {
            Due::Nothing => return decision,
            Due::Devices => self.done.devices = Some(self.now),
            Due::DevicesAndApps => self.done = Done { devices: Some(self.now), apps: Some(self.now) },
        }
        self.runs += 1;
        decision
    }
}

/// Seconds by which the clock goes, mostly forward, at times far back or ahead.
fn steps() -> impl Strategy<Value = Vec<i64>> {
    let step =
        prop_oneof![8 => 1_i64..600, 2 => 600_i64..100_000, 1 => -4_000_i64..0, 1 => -40_000_000_i64..40_000_000];
    prop::collection::vec(step, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn however_the_clock_goes_there_is_no_storm_and_nothing_starves(name in "[a-z]{1,12}", steps in steps()) {
        let mut watched = Watched::new(&name, time("2026-03-28T22:10:00Z"));
        let mut allowed = 0;
        for step in steps {
            watched.now += SignedDuration::from_secs(step);
            watched.look();
            // Each look is one run at most, and asking twice in one moment never makes two.
            let runs = watched.runs;
            prop_assert_eq!(watched.look().due, Due::Nothing);
            prop_assert_eq!(watched.runs, runs);
            // Devices may run for each quarter of an hour, applications for each hour, and once when the clock went back.
            allowed += if step < 0 { 1 } else { step / 900 + step / 3_600 + 2 };
            prop_assert!(i64::try_from(runs).is_ok_and(|runs| runs <= allowed + 1));
        }
        // From here the clock goes as it should: an hour in which runs may seem to be ahead, an hour's schedule, and
        // what it is spread over.
        let before = watched.done;
        for _ in 0..(60 + 60 + 16) {
            watched.now += MINUTE;
            watched.look();
        }
        prop_assert_ne!(watched.done.devices, before.devices);
        prop_assert_ne!(watched.done.apps, before.apps);
    }

    #[test]
    fn what_is_said_to_come_next_comes_then_and_not_before(
        name in "[a-z]{1,12}",
        ago in 0_i64..100_000,
        apps_ago in 0_i64..100_000,
        since_ago in 0_i64..10_000,
    ) {
        let now = time("2026-10-25T01:20:00Z");
        let before = |seconds| now - SignedDuration::from_secs(seconds);
        let timetable = Timetable::new(&name, "*/15 * * * *", Some("0 2 * * *"), "Europe/Berlin", before(since_ago));
        let timetable = timetable.expect("two schedules");
        let done = Done { devices: Some(before(ago)), apps: Some(before(apps_ago)) };
        let decision = timetable.decide(done, now);
        prop_assert!(now < decision.look_again && decision.look_again <= now + MINUTE);
        let next = decision.next.expect("there is a next one");
        if decision.due == Due::Nothing {
            prop_assert_ne!(timetable.decide(done, next).due, Due::Nothing);
            prop_assert_eq!(timetable.decide(done, next - SignedDuration::from_millis(1)).due, Due::Nothing);
        } else {
            prop_assert_eq!(next, now);
        }
    }
}
