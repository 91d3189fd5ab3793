//! No window ever holds more than it may, whatever the order of times; and what a server says is kept.

use proptest::prelude::*;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::*;
use crate::Headers;

const SECOND: Duration = Duration::from_secs(1);

fn config(per_hour: u32, per_second: u32) -> BudgetConfig {
    BudgetConfig { per_hour, per_second, share: 1.0, ..BudgetConfig::default() }
}

fn announced(lines: &[(&'static str, &'static str)]) -> Announced {
    let lines = lines.iter().map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    Announced::read(&Headers::new(lines.collect::<HeaderMap>()))
}

/// What an answer says that only tells what is left of the hour.
fn left(remaining: u64) -> Announced {
    let left = Left { limit: Some(10_000), remaining, ends_in: None };
    Announced { left: Some(left), ..Announced::default() }
}

/// The most that any window of this length holds, both of its ends included.
fn most_within(length: Duration, times: &[Instant]) -> u64 {
    let (mut first, mut most) = (0, 0);
    for (last, time) in times.iter().enumerate() {
        while *time - times[first] > length {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most as u64
}

/// Nanoseconds between two requests: none, a few, and so many that windows come to an end.
fn gap() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0_u64), 0..1_000_000_u64, 0..400_000_000_u64, 0..9_000_000_000_u64]
}

/// What a header may hold: numbers of every size, and any other text.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<u64>().prop_map(|number| number.to_string()),
        any::<u8>().prop_map(|number| number.to_string()),
        proptest::collection::vec(0x20_u8..0x7f, 0..24)
            .prop_map(|text| String::from_utf8(text).expect("ASCII is text")),
    ]
}

proptest! {
    #[test]
    fn no_window_holds_more_than_is_allowed_and_waits_end_when_they_say(
        (per_hour, per_second) in (1_u32..60, 1_u32..30),
        share in 0.05_f64..=1.0,
        (hour, second) in (1_u64..20_000, 1_u64..2_000),
        requests in proptest::collection::vec((gap(), any::<bool>()), 1..150),
    ) {
        let (hour, second) = (Duration::from_millis(hour), Duration::from_millis(second));
        let config = BudgetConfig { per_hour, per_second, share, hour, second, wait: false, spent: Vec::new() };
        let most = (config.part_of(per_hour.into()), config.part_of(per_second.into()));
        let mut now = Instant::now();
        let mut budget = Budget::new(config, now);
        let mut times = Vec::new();
        for (gap, is_patient) in requests {
            now += Duration::from_nanos(gap);
            let taken = budget.take(now);
            times.extend(taken.map(|_| now));
            let Err(spent) = taken else { continue };
            let (Spent::Hour(wait) | Spent::Second(wait)) = spent;
            prop_assert!(wait > Duration::ZERO);
            if is_patient {
                now += wait;
                let again = budget.take(now);
                let is_held_by_the_other = matches!((spent, again), (Spent::Hour(_), Err(Spent::Second(_))));
                prop_assert!(again.is_ok() || is_held_by_the_other, "{spent:?}, then {again:?}");
                times.extend(again.map(|_| now));
            }
        }
        prop_assert!(most_within(hour, &times) <= most.0, "{} in an hour, {most:?}", most_within(hour, &times));
        prop_assert!(most_within(second, &times) <= most.1, "{} in a second, {most:?}", most_within(second, &times));
    }

    #[test]
    fn no_header_stops_the_program(values in proptest::collection::vec(value(), 6), number in 0_u64..4) {
        let names = ["x-ratelimit-limit-hour", "x-ratelimit-remaining-hour", "x-ratelimit-limit-second",
            "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"].map(HeaderName::from_static);
        let values = values.iter().map(|value| HeaderValue::from_str(value).expect("it is printable"));
        let headers = Headers::new(names.into_iter().zip(values).collect());
        let now = Instant::now();
        let mut budget = Budget::new(BudgetConfig::default(), now);
        budget.learn(number, &Announced::read(&headers), now);
        let state = budget.state(now);
        prop_assert!(state.remaining <= state.limit && state.limit <= 8_000, "{state:?}");
    }
}

#[test]
fn a_spent_hour_waits_for_its_oldest_slot() {
    let began = Instant::now();
    let mut budget = Budget::new(config(3, 100), began);
    for seconds in [0, 100, 200] {
        assert!(budget.take(began + SECOND * seconds).is_ok());
    }
    assert_eq!(budget.take(began + SECOND * 300), Err(Spent::Hour(SECOND * 3_301)));
    assert!(budget.take(began + SECOND * 3_601).is_ok());
    assert_eq!(budget.take(began + SECOND * 3_601), Err(Spent::Hour(SECOND * 100)));
    assert_eq!(budget.state(began + SECOND * 9_000), BudgetState { remaining: 3, limit: 3, wait: None });
}

#[test]
fn a_few_requests_of_a_second_leave_at_once_and_the_others_are_spread() {
    let now = Instant::now();
    let mut budget = Budget::new(config(1_000, 16), now);
    assert_eq!((budget.take(now), budget.take(now)), (Ok(1), Ok(2)));
    assert_eq!(budget.take(now), Err(Spent::Second(Duration::from_nanos(66_666_667))));
}

#[test]
fn only_our_share_is_used_and_never_nothing() {
    let now = Instant::now();
    for (per_hour, share, limit) in
        [(10_000, 0.8, 8_000), (10, 0.25, 2), (10, 0.0, 1), (0, 1.0, 1), (10, 7.0, 10), (10, f64::NAN, 1)]
    {
        let mut budget = Budget::new(BudgetConfig { share, ..config(per_hour, 50) }, now);
        assert_eq!(budget.state(now), BudgetState { remaining: limit, limit, wait: None }, "{per_hour}, {share}");
    }
}

#[test]
fn headers_are_read_in_both_dialects() {
    let by_window = [
        ("x-ratelimit-limit-hour", "10000"),
        ("x-ratelimit-remaining-hour", "9990"),
        ("x-ratelimit-limit-second", "50"),
    ];
    let with = |nearest: &[(&'static str, &'static str)]| announced(&[by_window.as_slice(), nearest].concat());
    let left = |limit, remaining, ends_in: Option<u64>| {
        Some(Left { limit: Some(limit), remaining, ends_in: ends_in.map(Duration::from_secs) })
    };
    let of_both = Announced { hour_limit: Some(10_000), second_limit: Some(50), left: left(10_000, 9_990, None) };
    assert_eq!(with(&[]), of_both);
    // The window nearest to being spent is the second, the hour, and one that nobody named.
    let nearest = [("ratelimit-limit", "50"), ("ratelimit-remaining", "49"), ("ratelimit-reset", "1")];
    assert_eq!(with(&nearest), of_both);
    let nearest = [("ratelimit-limit", "10000"), ("ratelimit-remaining", "12"), ("ratelimit-reset", "1800")];
    assert_eq!(with(&nearest), Announced { left: left(10_000, 12, Some(1_800)), ..of_both });
    let nearest = [("ratelimit-limit", "300"), ("ratelimit-remaining", "12"), ("ratelimit-reset", "40")];
    assert_eq!(with(&nearest), of_both);
    // Alone, the time until its end tells which window it is.
    let alone = Announced { left: left(300, 12, Some(40)), ..Announced::default() };
    assert_eq!(announced(&nearest), alone);
    let nearest = [("ratelimit-limit", "20, 20;w=1"), ("ratelimit-remaining", "12"), ("ratelimit-reset", "1")];
    assert_eq!(announced(&nearest), Announced { second_limit: Some(20), ..Announced::default() });
    assert_eq!(announced(&[("ratelimit-limit", "20"), ("ratelimit-remaining", "12")]), Announced::default());
    assert_eq!(
        announced(&[("x-ratelimit-limit-hour", "0"), ("x-ratelimit-remaining-hour", "-1")]),
        Announced::default()
    );
}

#[test]
fn a_lower_limit_is_kept_and_a_higher_one_is_not_ours_to_use() {
    let now = Instant::now();
    let mut budget = Budget::new(BudgetConfig::default(), now);
    for (told, limit) in [("5000", 4_000), ("20000", 8_000), ("10000", 8_000)] {
        budget.learn(1, &announced(&[("x-ratelimit-limit-hour", told)]), now);
        assert_eq!(budget.state(now).limit, limit);
    }
    assert!(budget.take(now).is_ok());
    budget.learn(1, &announced(&[("x-ratelimit-limit-second", "10")]), now);
    let pause = SECOND + Duration::from_nanos(1);
    assert_eq!(budget.take(now), Err(Spent::Second(pause)));
    assert!(budget.take(now + pause).is_ok());
    assert_eq!(budget.take(now + pause), Err(Spent::Second(Duration::from_nanos(125_000_001))));
}

#[test]
fn the_answer_to_the_youngest_request_counts() {
    let now = Instant::now();
    let mut budget = Budget::new(config(10_000, 1_000), now);
    for number in 1..=4 {
        assert_eq!(budget.take(now), Ok(number));
    }
    for (number, told, remaining) in [(3, 5, 4), (1, 0, 4), (4, 2, 2)] {
        budget.learn(number, &left(told), now);
        assert_eq!(budget.state(now).remaining, remaining, "request {number} was told {told}");
    }
    assert_eq!((budget.take(now), budget.take(now)), (Ok(5), Ok(6)));
    assert_eq!(budget.take(now), Err(Spent::Hour(SECOND * 3_600)));
}

#[test]
fn a_spent_hour_of_the_servers_ends_when_it_says_or_an_hour_after_its_first_answer() {
    let began = Instant::now();
    let mut budget = Budget::new(config(10_000, 1_000), began);
    assert!(budget.take(began).is_ok());
    budget.learn(1, &left(3_000), began);
    let later = began + SECOND * 600;
    assert!(budget.take(later).is_ok());
    budget.learn(2, &left(0), later);
    assert_eq!(budget.take(later), Err(Spent::Hour(SECOND * 3_000)));
    // More is left than before: another hour has begun.
    budget.learn(2, &left(9_999), later);
    assert_eq!(budget.take(later), Ok(3));
    budget.learn(3, &left(0), later);
    assert_eq!(budget.take(later), Err(Spent::Hour(SECOND * 3_600)));
    let told = [("ratelimit-limit", "10000"), ("ratelimit-remaining", "0"), ("ratelimit-reset", "90")];
    budget.learn(3, &announced(&told), later);
    assert_eq!(budget.take(later), Err(Spent::Hour(SECOND * 90)));
    assert_eq!(budget.take(later + SECOND * 90), Ok(4));
}

#[test]
fn what_left_before_the_process_began_counts_until_it_is_an_hour_old() {
    let now = Instant::now();
    let hour = Duration::from_secs(3_600);
    let spent = vec![(hour * 2, 50), (hour - SECOND * 10, 6), (SECOND * 30, 3)];
    let mut budget = Budget::new(BudgetConfig { spent, ..config(10, 100) }, now);
    assert_eq!(budget.state(now).remaining, 1, "what is older than an hour does not count");
    assert!(budget.take(now).is_ok());
    let Err(Spent::Hour(wait)) = budget.take(now) else { panic!("ten are all") };
    assert!(SECOND * 9 < wait && wait <= SECOND * 12, "{wait:?}");
    // A third client, told by the second, holds the same.
    let kept: u32 = budget.spent(now).iter().map(|(_, requests)| requests).sum();
    assert_eq!(kept, 10);
    let mut third = Budget::new(BudgetConfig { spent: budget.spent(now), ..config(10, 100) }, now);
    assert_eq!(third.state(now).remaining, 0);
    assert_eq!(third.state(now + hour + SECOND * 3).remaining, 10);
    assert_eq!(budget.state(now + wait).remaining, 6);
}
