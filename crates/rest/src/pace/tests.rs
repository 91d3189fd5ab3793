//! Clones that hurry, and a server that asks for quiet.

use tokio::task::JoinSet;

use super::*;
use crate::scripted::HandClock;
use crate::{BudgetConfig, Method};

fn endpoint() -> Endpoint {
    Endpoint { method: Method::GET, host: "h".to_owned(), path: "/p".to_owned() }
}

fn pace(budget: Option<BudgetConfig>) -> (Arc<Pace>, Arc<HandClock>) {
    let clock = HandClock::new();
    let mut config = ClientConfig::new("https://localhost");
    config.clock = clock.clone();
    config.budget = budget;
    (Arc::new(Pace::new(&config)), clock)
}

/// What fifty clones are told that all want to leave.
async fn fifty(pace: &Arc<Pace>) -> Vec<Result<u64, Error>> {
    let mut clones = JoinSet::new();
    for _ in 0..50 {
        let pace = Arc::clone(pace);
        clones.spawn(async move { pace.admit(&endpoint()).await });
    }
    clones.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn clones_get_what_the_budget_has_and_no_more() {
    let (pace, _) = pace(Some(BudgetConfig { per_hour: 10, per_second: 1_000, share: 1.0, ..BudgetConfig::default() }));
    let (admitted, held): (Vec<_>, Vec<_>) = fifty(&pace).await.into_iter().partition(Result::is_ok);
    let mut numbers: Vec<_> = admitted.into_iter().flatten().collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=10).collect::<Vec<_>>());
    assert_eq!(held.len(), 40);
    assert!(held.iter().all(|held| matches!(held, Err(Error::BudgetSpent { .. }))), "{held:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn clones_that_wait_take_as_many_hours_as_the_budget_wants() {
    let budget = BudgetConfig { per_hour: 10, per_second: 1_000, share: 1.0, wait: true, ..BudgetConfig::default() };
    let (pace, clock) = pace(Some(budget));
    assert!(fifty(&pace).await.iter().all(Result::is_ok));
    let hours = clock.passed().as_secs_f64() / 3_600.0;
    assert!((4.0..4.1).contains(&hours), "{hours}");
}

#[tokio::test]
async fn a_pause_is_never_cut_short() {
    let (pace, clock) = pace(None);
    for seconds in [Some(2), Some(7), Some(0), Some(3), None] {
        pace.heard(0, &Headers::default(), seconds.map(Duration::from_secs));
    }
    pace.admit(&endpoint()).await.expect("seven seconds are short enough");
    assert_eq!(clock.passed(), Duration::from_secs(7));
    assert_eq!(pace.budget(), None);
}

#[tokio::test]
async fn a_pause_that_nobody_can_wait_for_is_told() {
    let (pace, clock) = pace(None);
    pace.heard(0, &Headers::default(), Some(Duration::MAX));
    let error = pace.admit(&endpoint()).await.expect_err("a pause without end");
    assert_eq!(error.wait(), Some(limits::PAUSE_MAX));
    assert_eq!(clock.passed(), Duration::ZERO);
}

#[tokio::test]
async fn a_budget_says_how_long_a_pause_lasts() {
    let (pace, _) = pace(Some(BudgetConfig::default()));
    pace.heard(1, &Headers::default(), Some(Duration::from_secs(9)));
    let state = pace.budget().expect("there is a budget");
    assert_eq!(state, BudgetState { remaining: 8_000, limit: 8_000, wait: Some(Duration::from_secs(9)) });
}
