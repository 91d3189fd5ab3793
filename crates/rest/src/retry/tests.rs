//! What is asked again, and when.

use std::time::UNIX_EPOCH;

use proptest::prelude::*;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};

use super::*;
use crate::{Endpoint, Method};

fn policy() -> Policy {
    Policy::new(&ClientConfig::new("https://localhost"))
}

fn answer(status: u16, retry_after: Option<&'static str>) -> Result<Answer, Error> {
    let mut headers = HeaderMap::new();
    if let Some(text) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
    }
    Ok(Answer::new(status, Headers::new(headers), Vec::new()))
}

fn lost() -> Result<Answer, Error> {
    let endpoint = Endpoint { method: Method::POST, host: "h".to_owned(), path: "/p".to_owned() };
    Err(Error::Ambiguous { endpoint, source: "reset".into() })
}

fn again(result: &Result<Answer, Error>, idempotent: bool) -> bool {
    policy().wait(result, idempotent, 1, UNIX_EPOCH).is_some()
}

#[test]
fn a_write_is_repeated_only_where_the_server_cannot_have_acted() {
    for (result, write, read) in [
        (answer(200, None), false, false),
        (answer(400, None), false, false),
        (answer(401, None), false, false),
        (answer(429, None), true, true),
        (answer(429, Some("1")), true, true),
        (answer(500, None), false, false),
        (answer(502, None), false, true),
        (answer(503, None), false, true),
        (answer(503, Some("1")), true, true),
        (answer(504, Some("1")), false, true),
        (lost(), false, true),
    ] {
        assert_eq!((again(&result, false), again(&result, true)), (write, read), "{result:?}");
    }
}

#[test]
fn a_pause_that_is_asked_for_is_never_cut_short() {
    for _ in 0..200 {
        let wait = policy().wait(&answer(429, Some("7")), false, 1, UNIX_EPOCH).expect("it is short enough");
        assert!(wait >= Duration::from_secs(7) && wait <= Duration::from_millis(7_500), "{wait:?}");
    }
    assert_eq!(policy().wait(&answer(429, Some("301")), true, 1, UNIX_EPOCH), None);
}

#[test]
fn a_pause_is_for_everybody_and_has_the_length_that_was_asked_for() {
    let pause = |status, retry_after| {
        let answer = answer(status, retry_after).expect("an answer");
        policy().pause(answer.status, &answer.headers, 1, UNIX_EPOCH)
    };
    for status in [429, 500, 503, 504] {
        assert_eq!(pause(status, Some("301")), Some(Duration::from_secs(301)), "{status}");
    }
    for status in [200, 302, 404] {
        assert_eq!(pause(status, Some("301")), None, "{status}");
    }
    assert_eq!(pause(503, None), None);
    assert!(pause(429, None).is_some_and(|pause| pause <= crate::limits::RETRY_DELAY));
    assert!(pause(429, Some("soon")).is_some_and(|pause| pause <= crate::limits::RETRY_DELAY));
}

#[test]
fn attempts_end_and_the_bound_doubles_up_to_its_cap() {
    let policy = policy();
    assert_eq!(policy.wait(&answer(429, None), true, crate::limits::ATTEMPTS_MAX, UNIX_EPOCH), None);
    let bounds: Vec<_> = [1, 2, 3, 7, 40].map(|attempt| policy.bound(attempt).as_millis()).to_vec();
    assert_eq!(bounds, [500, 1_000, 2_000, 30_000, 30_000]);
}

#[test]
fn retry_after_is_seconds_or_a_date_or_nothing() {
    let now = Timestamp::from_second(784_111_777).expect("a time of this calendar"); // Sun, 06 Nov 1994 08:49:37 GMT
    for (text, seconds) in [
        ("0", Some(0)),
        (" 120 ", Some(120)),
        ("99999999999999999999999", Some(u64::MAX)),
        ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
        ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("soon", None),
        ("Xyz, 99 Nov 1994 08:49:37 GMT", None),
    ] {
        assert_eq!(retry_after(text, now), seconds.map(Duration::from_secs), "{text}");
    }
}

proptest! {
    #[test]
    fn retries_stay_a_fifth_of_all_requests_and_ten(asked in proptest::collection::vec(0_usize..5, 0..2_000)) {
        let mut allowance = Allowance::new();
        let (mut requests, mut retries) = (0, 0);
        for wanted in asked {
            allowance.save();
            requests += 1;
            retries += (0..wanted).filter(|_| allowance.spend()).count();
            prop_assert!(retries <= 10 + requests / 5, "{retries} retries in {requests} requests");
        }
    }
}

#[test]
fn good_times_do_not_pay_for_a_storm() {
    let mut allowance = Allowance::new();
    (0..1_000_000).for_each(|_| allowance.save());
    assert_eq!((0..1_000).filter(|_| allowance.spend()).count(), 100);
}
