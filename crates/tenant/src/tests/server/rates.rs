//! Both windows, what their headers tell, and what the witness makes of who does not listen. The clock stands still until a test moves
//! it, so every count is exact.

use super::client::{Reply, Served};
use crate::{Limits, RetryAfter, ViolationKind, Window};
use std::time::Duration;

const PATH: &str = "/api/v1/settings/licensing";

fn served(second: Option<u32>, hour: Option<u32>, retry_after: RetryAfter) -> Served {
    let window = |milliseconds: u32| move |requests: u32| Window { requests, milliseconds };
    let limits = Limits { per_second: second.map(window(1_000)), per_hour: hour.map(window(3_600_000)), retry_after };
    Served::with(|config| config.limits = limits)
}

/// Asks so often and answers the statuses.
fn statuses(served: &Served, times: usize) -> Vec<u16> {
    (0..times).map(|_| served.get(PATH).status).collect()
}

fn headers<'a>(reply: &'a Reply, names: &[&str]) -> Vec<Option<&'a str>> {
    names.iter().map(|name| reply.header(name)).collect()
}

#[test]
fn fifty_in_a_second_and_ten_thousand_in_an_hour() {
    let served = Served::with(|config| config.limits = Limits::default());
    let names = [
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "x-ratelimit-limit-second",
        "x-ratelimit-remaining-second",
        "x-ratelimit-limit-hour",
        "x-ratelimit-remaining-hour",
    ];
    for asked in 1..=50 {
        let reply = served.get(PATH);
        let (second, hour) = ((50 - asked).to_string(), (10_000 - asked).to_string());
        let expected = ["50", second.as_str(), "1", "50", second.as_str(), "10000", hour.as_str()].map(Some);
        assert_eq!((reply.status, headers(&reply, &names)), (200, expected.to_vec()), "request {asked}");
    }
    let refused = served.get(PATH);
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("1")));
    assert_eq!(refused.json()["message"], "API rate limit exceeded");
    // A refusal is not counted.
    assert_eq!(refused.header("x-ratelimit-remaining-hour"), Some("9950"));
    served.clock.advance(Duration::from_secs(1));
    assert_eq!(statuses(&served, 50), [200; 50]);
}

#[test]
fn an_hour_is_waited_for_as_a_whole() {
    let served = served(None, Some(3), RetryAfter::Seconds);
    served.clock.advance(Duration::from_secs(600));
    assert_eq!(statuses(&served, 4), [200, 200, 200, 429]);
    let refused = served.get(PATH);
    assert_eq!(headers(&refused, &["retry-after", "x-ratelimit-remaining-hour"]), [Some("3000"), Some("0")]);
    served.clock.advance(Duration::from_secs(2_999));
    assert_eq!(statuses(&served, 1), [429]);
    served.clock.advance(Duration::from_secs(1));
    assert_eq!(statuses(&served, 4), [200, 200, 200, 429]);
}

#[test]
fn a_refusal_says_when_in_either_form_or_not_at_all() {
    let said = |retry_after: RetryAfter| {
        let served = served(Some(1), None, retry_after);
        assert_eq!(statuses(&served, 1), [200]);
        let refused = served.get(PATH);
        assert_eq!(refused.status, 429);
        refused.header("retry-after").map(str::to_owned)
    };
    assert_eq!(said(RetryAfter::Seconds).as_deref(), Some("1"));
    assert_eq!(said(RetryAfter::Date).as_deref(), Some("Sun, 01 Nov 2026 02:00:01 GMT"));
    assert_eq!(said(RetryAfter::Absent), None);
}

#[test]
fn without_limits_nothing_is_told_of_them() {
    let reply = Served::usual().get(PATH);
    let names = ["ratelimit-limit", "x-ratelimit-limit-second", "x-ratelimit-limit-hour", "retry-after"];
    assert!(headers(&reply, &names).iter().all(Option::is_none));
}

#[test]
fn the_witness_sees_who_comes_too_early() {
    let served = served(Some(2), None, RetryAfter::Seconds);
    assert_eq!(statuses(&served, 3), [200, 200, 429]);
    assert_eq!(served.tenant.witness().violations_count, 0, "whoever asks at once could not know yet");
    served.clock.advance(Duration::from_millis(400));
    assert_eq!(statuses(&served, 1), [429]);
    let witness = served.tenant.witness();
    let seen: Vec<_> =
        witness.violations.iter().map(|violation| (violation.kind, violation.early_milliseconds)).collect();
    assert_eq!(seen, [(ViolationKind::BeforeRetryAfter, 600), (ViolationKind::BeyondWindow, 600)]);
    assert_eq!((witness.violations[0].path.as_str(), witness.requests), (PATH, 4));
    assert_eq!((witness.by_status[&200], witness.by_status[&429]), (2, 2));
}

#[test]
fn the_witness_sees_nothing_of_who_waits() {
    let served = served(Some(2), Some(100), RetryAfter::Seconds);
    for _ in 0..5 {
        assert_eq!(statuses(&served, 2), [200, 200]);
        served.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(statuses(&served, 3), [200, 200, 429]);
    served.clock.advance(Duration::from_secs(1));
    assert_eq!(statuses(&served, 1), [200]);
    let witness = served.tenant.witness();
    assert_eq!((witness.requests, witness.violations), (14, Vec::new()));
}

#[test]
fn the_witness_sees_who_brings_no_token() {
    let served = Served::usual();
    assert_eq!(served.bare(PATH).status, 401);
    assert_eq!(served.get(PATH).status, 200);
    let kinds: Vec<_> = served.tenant.witness().violations.iter().map(|violation| violation.kind).collect();
    assert_eq!(kinds, [ViolationKind::WithoutToken]);
    served.tenant.reset_witness();
    assert_eq!(served.tenant.witness().requests, 0);
}
