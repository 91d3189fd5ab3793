//! What is told, and that each thing is told once.

use proptest::prelude::*;

use super::*;

const NIGHT: &str = "2026-11-30T02:00:00Z";

fn night() -> Timestamp {
    NIGHT.parse().expect("a time")
}

const FAILED: Ended<'static> = Ended::Failed { reason: "could not reach the server", hint: Some("look") };

fn stopped(plan: &str) -> Ended<'_> {
    Ended::Stopped { plan, reason: "a brake", hint: None }
}

/// What is told of runs that end a quarter of an hour apart.
fn told(runs: &[(&str, Ended<'_>)]) -> Vec<Option<Event>> {
    let mut noticed = Noticed::default();
    let mut now = night();
    let mut events = Vec::new();
    for (state, ended) in runs {
        let judged = noticed.ended("acme", "r1", state, *ended, now);
        events.push(judged.notice.map(|notice| notice.event));
        noticed = judged.noticed;
        now += SignedDuration::from_mins(15);
    }
    events
}

#[test]
fn a_failure_is_told_once_and_its_end_once() {
    let events = told(&[
        ("done", Ended::Succeeded),
        ("failed", FAILED),
        ("failed", FAILED),
        ("interrupted", Ended::Neither),
        ("failed", FAILED),
        ("done", Ended::Succeeded),
        ("done", Ended::Succeeded),
        ("failed", FAILED),
    ]);
    let (failed, recovered) = (Some(Event::RunFailed), Some(Event::Recovered));
    assert_eq!(events, [None, failed, None, None, None, recovered, None, failed]);
}

#[test]
fn another_kind_of_failure_is_told_and_going_back_to_the_first_is_not() {
    let events = told(&[("failed", FAILED), ("incomplete", FAILED), ("failed", FAILED), ("incomplete", FAILED)]);
    assert_eq!(events, [Some(Event::RunFailed), Some(Event::RunFailed), None, None]);
}

#[test]
fn a_brake_is_told_once_for_a_plan_and_once_an_hour_for_others() {
    let events = told(&[
        ("stopped", stopped("p1")),
        ("stopped", stopped("p1")),
        ("stopped", stopped("p2")),
        ("stopped", stopped("p3")),
        ("stopped", stopped("p4")),
        ("stopped", stopped("p4")),
        ("done", Ended::Succeeded),
    ]);
    let brake = Some(Event::Brake);
    assert_eq!(events, [brake, None, None, None, brake, None, Some(Event::Recovered)]);
}

#[test]
fn silence_is_told_once_until_a_run_succeeds() {
    let day = SignedDuration::from_hours(24);
    let at = |hours| night() + SignedDuration::from_hours(hours);
    let quiet = Noticed::default();
    assert_eq!(quiet.looked("acme", night(), day, at(23)).notice, None);
    let judged = quiet.looked("acme", night(), day, at(24));
    let notice = judged.notice.expect("a silence");
    assert_eq!(notice.event, Event::Silent);
    assert_eq!(notice.reason, "no run has succeeded for 24 hours, since 2026-11-30T02:00:00Z");
    assert_eq!(judged.noticed.looked("acme", night(), day, at(25)).notice, None);
    let recovered = judged.noticed.ended("acme", "r1", "done", Ended::Succeeded, at(25));
    assert_eq!(recovered.notice.map(|notice| notice.event), Some(Event::Recovered));
    assert_eq!(recovered.noticed, Noticed::default());
    // A clock that went back is no silence.
    assert_eq!(quiet.looked("acme", night(), day, at(-100)).notice, None);
}

#[test]
fn what_could_not_be_told_is_told_with_the_next_event() {
    let noticed = Noticed::default();
    let judged = noticed.ended("acme", "r1", "failed", FAILED, night());
    assert!(judged.notice.is_some());
    // The listener was gone, so the former state stayed.
    assert!(noticed.ended("acme", "r2", "failed", FAILED, night()).notice.is_some());
}

#[test]
fn a_restart_tells_nothing_twice() {
    let judged = Noticed::default().ended("acme", "r1", "failed", FAILED, night());
    let judged = judged.noticed.ended("acme", "r2", "stopped", stopped("p1"), night());
    let kept = serde_json::to_string(&judged.noticed).expect("it can be kept");
    let read: Noticed = serde_json::from_str(&kept).expect("what was kept");
    assert_eq!(read, judged.noticed);
    assert_eq!(read.ended("acme", "r3", "failed", FAILED, night()).notice, None);
    assert_eq!(serde_json::from_str::<Noticed>("{}").expect("nothing told"), Noticed::default());
}

#[test]
fn a_notice_names_run_state_reason_and_hint() {
    let notice = Noticed::default().ended("acme", "r1", "failed", FAILED, night()).notice.expect("a failure");
    assert_eq!(
        (notice.integration.as_str(), notice.run.as_deref(), notice.state.as_deref(), notice.hint.as_deref()),
        ("acme", Some("r1"), Some("failed"), Some("look"))
    );
}

proptest! {
    #[test]
    fn there_is_never_an_all_clear_without_an_alarm_nor_two_for_one(runs in prop::collection::vec(0_u8..5, 0..60)) {
        let ended = [Ended::Succeeded, FAILED, stopped("p1"), stopped("p2"), Ended::Neither];
        let runs: Vec<_> = runs.into_iter().map(|run| ("failed", ended[usize::from(run)])).collect();
        let mut alarms = 0;
        for event in told(&runs).into_iter().flatten() {
            match event {
                Event::Recovered => {
                    prop_assert!(alarms > 0);
                    alarms = 0;
                }
                Event::RunFailed | Event::Brake | Event::Silent => alarms += 1,
            }
        }
    }
}
