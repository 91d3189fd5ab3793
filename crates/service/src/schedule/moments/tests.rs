//! The moments of a schedule, above all where clocks are put forward and back.

use proptest::prelude::*;

use super::*;

fn time(text: &str) -> Timestamp {
    text.parse().expect(text)
}

fn schedule(expression: &str, zone: &str) -> Schedule {
    Schedule::new(expression, zone).expect(expression)
}

/// The moments after `from` and before `to`, found forwards, which must be those found backwards.
fn between(expression: &str, zone: &str, from: &str, to: &str) -> Vec<String> {
    let schedule = schedule(expression, zone);
    let (from, to) = (time(from), time(to));
    let forwards: Vec<_> = std::iter::successors(schedule.next_after(from), |moment| schedule.next_after(*moment))
        .take_while(|moment| *moment < to)
        .collect();
    let mut backwards: Vec<_> = std::iter::successors(schedule.last_before(to), |moment| schedule.last_before(*moment))
        .take_while(|moment| *moment > from)
        .collect();
    backwards.reverse();
    assert_eq!(forwards, backwards);
    forwards.iter().map(Timestamp::to_string).collect()
}

#[test]
fn every_quarter_of_an_hour_and_every_night_in_berlin() {
    assert_eq!(
        between("*/15 * * * *", "UTC", "2026-11-30T10:00:00Z", "2026-11-30T10:46:00Z"),
        ["2026-11-30T10:15:00Z", "2026-11-30T10:30:00Z", "2026-11-30T10:45:00Z"]
    );
    assert_eq!(
        between("0 2 * * *", "Europe/Berlin", "2026-06-30T00:00:00Z", "2026-07-02T00:00:00Z"),
        ["2026-07-01T00:00:00Z"]
    );
}

#[test]
fn a_moment_itself_is_neither_before_nor_after_it() {
    let nightly = schedule("0 2 * * *", "UTC");
    let two = time("2026-11-30T02:00:00Z");
    assert_eq!(nightly.next_after(two), Some(time("2026-12-01T02:00:00Z")));
    assert_eq!(nightly.last_before(two), Some(time("2026-11-29T02:00:00Z")));
    assert_eq!(nightly.last_until(two), Some(two));
    assert_eq!(nightly.last_before(time("2026-11-30T02:00:00.000000001Z")), Some(two));
    assert_eq!(nightly.next_after(time("2026-11-30T01:59:59.999999999Z")), Some(two));
}

#[test]
fn what_falls_into_the_hour_left_out_in_spring_comes_once_when_it_is_over() {
    // On 29 March 2026 in Berlin the clock goes from 02:00 to 03:00, at 01:00 UTC.
    for expression in ["0 2 * * *", "30 2 * * *", "*/15 2 * * *", "0 2,14 * * *"] {
        let moments = between(expression, "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T04:00:00Z");
        assert_eq!(moments, ["2026-03-29T01:00:00Z"], "{expression}");
    }
}

#[test]
fn what_falls_into_the_hour_that_comes_twice_in_autumn_comes_once() {
    // On 25 October 2026 in Berlin the clock goes from 03:00 back to 02:00, at 01:00 UTC.
    for (expression, expected) in [
        ("0 2 * * *", "2026-10-25T00:00:00Z"),
        ("30 2 * * *", "2026-10-25T00:30:00Z"),
        ("0 2,14 * * *", "2026-10-25T00:00:00Z"),
    ] {
        let moments = between(expression, "Europe/Berlin", "2026-10-24T20:00:00Z", "2026-10-25T08:00:00Z");
        assert_eq!(moments, [expected], "{expression}");
    }
}

#[test]
fn in_the_second_of_the_two_hours_what_came_in_the_first_is_the_last() {
    let nightly = schedule("30 2 * * *", "Europe/Berlin");
    // 02:10 for the second time.
    let second = time("2026-10-25T01:10:00Z");
    assert_eq!(nightly.last_before(second), Some(time("2026-10-25T00:30:00Z")));
    assert_eq!(nightly.next_after(second), Some(time("2026-10-26T01:30:00Z")));
}

#[test]
fn what_comes_every_quarter_of_an_hour_keeps_its_pace_when_clocks_change() {
    for (from, to) in
        [("2026-03-29T00:00:00Z", "2026-03-29T03:00:00Z"), ("2026-10-24T23:00:00Z", "2026-10-25T02:00:00Z")]
    {
        assert_eq!(between("*/15 * * * *", "Europe/Berlin", from, to).len(), 11);
    }
    // Lord Howe Island changes by half an hour.
    let moments = between("*/15 * * * *", "Australia/Lord_Howe", "2026-04-04T14:00:00Z", "2026-04-04T16:00:00Z");
    assert_eq!(moments.len(), 7);
}

#[test]
fn a_day_that_a_place_left_out_comes_when_it_is_over() {
    // Samoa went over the date line: 30 December 2011 was not there.
    let moments = between("0 2 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", "2012-02-01T00:00:00Z");
    assert_eq!(moments, ["2011-12-30T10:00:00Z"]);
}

#[test]
fn what_never_comes_is_refused() {
    for expression in ["0 0 31 2 *", "0 0 30 FEB *", "0 0 31 4,6,9,11 *", "0 0 31W 2 *"] {
        assert_eq!(
            Schedule::new(expression, "UTC").expect_err(expression).to_string(),
            format!(
                "`{expression}` never comes: no month that it names has such a day; write `L` for a month's last day"
            )
        );
    }
    let leap = schedule("0 0 29 2 *", "UTC");
    assert_eq!(leap.next_after(time("2026-11-30T00:00:00Z")), Some(time("2028-02-29T00:00:00Z")));
}

#[test]
fn where_the_calendar_ends_there_is_no_next_moment() {
    let nightly = schedule("0 2 * * *", "UTC");
    assert_eq!(nightly.next_after(Timestamp::MAX), None);
    assert_eq!(nightly.last_before(Timestamp::MIN), None);
}

/// What the rule at the top of the module says, minute by minute.
fn by_hand(minutes: &[u8], hours: &[u8], zone: &TimeZone, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let is_shown = |civil: DateTime| {
        minutes.contains(&civil.minute().unsigned_abs()) && hours.contains(&civil.hour().unsigned_abs())
    };
    let minute = SignedDuration::from_mins(1);
    let mut moments = Vec::new();
    let mut at = from;
    while at < to {
        let before = zone.to_datetime(at - minute);
        let civil = zone.to_datetime(at);
        let is_first = zone.to_ambiguous_timestamp(civil).earlier().expect("a moment of the calendar") == at;
        let mut left_out = before + minute;
        let mut is_due = is_shown(civil) && (is_first || hours.len() == HOURS);
        while left_out < civil {
            is_due |= is_shown(left_out) && hours.len() < HOURS;
            left_out += minute;
        }
        if is_due {
            moments.push(at);
        }
        at += minute;
    }
    moments
}

fn written(values: &[u8]) -> String {
    values.iter().map(u8::to_string).collect::<Vec<_>>().join(",")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn moments_are_those_of_a_count_by_hand(
        minutes in prop::sample::subsequence((0_u8..60).collect::<Vec<_>>(), 1..4),
        hours in prop_oneof![
            prop::sample::subsequence((0_u8..24).collect::<Vec<_>>(), 1..6),
            Just((0_u8..24).collect::<Vec<_>>()),
        ],
        place in 0_usize..4,
        hours_off in -30_i64..30,
    ) {
        let (zone, change) = [
            ("Europe/Berlin", "2026-03-29T01:00:00Z"),
            ("Europe/Berlin", "2026-10-25T01:00:00Z"),
            ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
            ("America/St_Johns", "2026-03-08T05:30:00Z"),
        ][place];
        let from = time(change) + SignedDuration::from_hours(hours_off - 20);
        let to = from + SignedDuration::from_hours(40);
        let expression = format!("{} {} * * *", written(&minutes), written(&hours));
        let zone_rules = super::super::zone::named(zone).expect(zone);
        let expected: Vec<String> =
            by_hand(&minutes, &hours, &zone_rules, from, to).iter().map(Timestamp::to_string).collect();
        // `between` leaves out its own beginning, which a count by hand has.
        let just_before = (from - INSTANT).to_string();
        prop_assert_eq!(between(&expression, zone, &just_before, &to.to_string()), expected);
    }

    #[test]
    fn next_and_last_are_each_others_undoing(
        expression in prop::sample::select(vec![
            "*/15 * * * *", "0 2 * * *", "7 */5 1-7 * *", "30 2 L * *", "0 0 29 2 *", "0 3 * * 1#1", "59 23 31 12 *",
        ]),
        zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]),
        nanosecond in 1_500_000_000_000_000_000_i128..2_500_000_000_000_000_000,
    ) {
        let schedule = schedule(expression, zone);
        let moment = Timestamp::from_nanosecond(nanosecond).expect("a moment of the calendar");
        let next = schedule.next_after(moment).expect("there is a next one");
        let last = schedule.last_until(moment).expect("there was a last one");
        prop_assert!(last <= moment && moment < next);
        prop_assert_eq!(schedule.next_after(last), Some(next));
        prop_assert_eq!(schedule.last_before(next), Some(last));
        prop_assert_eq!(schedule.last_until(next), Some(next));
    }
}
