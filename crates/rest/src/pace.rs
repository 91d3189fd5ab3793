//! When the next request may leave. Apart from the client because all clones of one share it, and because it alone
//! keeps the three promises about others' machines: the budget is not exceeded, no request leaves before a
//! `Retry-After` has passed, and retries stay a fifth of the requests.
//!
//! ```text
//!  send ──▶ the server's pause over? ──▶ left of the hour? ──▶ left of the second? ──▶ leaves, is counted
//!                  ▲ Retry-After               ▲ x-ratelimit-…
//!                  └────────── the head of every answer ─────────┘
//! ```
//!
//! All is looked at and counted in one step under one lock, which is never held while anybody waits. A request that
//! has left is on its way, even if its connection is still being made when a pause is asked for.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::Instant;

use crate::budget::{Announced, Budget, BudgetState, Spent};
use crate::retry::Allowance;
use crate::{ClientConfig, Clock, Endpoint, Error, Headers, limits};

/// What all clones of a client share.
#[derive(Debug)]
pub(crate) struct Pace {
    clock: Arc<dyn Clock>,
    /// Longest pause that a request waits for by itself.
    pause_max: Duration,
    waits_for_budget: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// No request leaves before.
    closed_until: Option<Instant>,
    budget: Option<Budget>,
    allowance: Allowance,
}

/// Why a request is held back, and for how long from when that was looked at.
#[derive(Clone, Copy, Debug)]
enum Held {
    Pause(Duration),
    Budget(Spent),
}

impl Pace {
    pub(crate) fn new(config: &ClientConfig) -> Self {
        let budget = config.budget.clone().map(|budget| Budget::new(budget, config.clock.now()));
        Self {
            clock: Arc::clone(&config.clock),
            pause_max: config.retry_after_max,
            waits_for_budget: config.budget.as_ref().is_some_and(|budget| budget.wait),
            state: Mutex::new(State { closed_until: None, budget, allowance: Allowance::new() }),
        }
    }

    /// Waits until one request may leave and gives its number, which [`Pace::heard`] wants with the answer.
    ///
    /// # Errors
    /// [`Error::BudgetSpent`] and [`Error::Paused`], where it would have to wait for longer than it was told to.
    pub(crate) async fn admit(&self, endpoint: &Endpoint) -> Result<u64, Error> {
        loop {
            let (held, now) = match self.try_admit() {
                Ok(number) => return Ok(number),
                Err(held) => held,
            };
            let wait = match held {
                Held::Pause(wait) if wait > self.pause_max && !self.waits_for_budget => {
                    return Err(Error::Paused { endpoint: endpoint.clone(), wait });
                }
                Held::Budget(Spent::Hour(wait)) if !self.waits_for_budget => {
                    return Err(Error::BudgetSpent { endpoint: endpoint.clone(), wait });
                }
                Held::Pause(wait) | Held::Budget(Spent::Hour(wait) | Spent::Second(wait)) => wait,
            };
            self.clock.sleep_until(now + wait).await;
        }
    }

    /// Takes in the head of an answer: `pause` is how long no request may leave. It ends a pause early for nobody.
    pub(crate) fn heard(&self, number: u64, headers: &Headers, pause: Option<Duration>) {
        let mut state = self.state();
        let now = self.clock.now();
        let until = pause.map(|pause| now + pause.min(limits::PAUSE_MAX));
        state.closed_until = state.closed_until.max(until);
        if let Some(budget) = &mut state.budget {
            budget.learn(number, &Announced::read(headers), now);
        }
    }

    /// Counts a request that is no retry.
    pub(crate) fn count_request(&self) {
        self.state().allowance.save();
    }

    /// Takes one retry; false where the client has used up what it may add to its requests.
    pub(crate) fn may_repeat(&self) -> bool {
        self.state().allowance.spend()
    }

    pub(crate) fn budget(&self) -> Option<BudgetState> {
        let mut state = self.state();
        let now = self.clock.now();
        let pause = state.pause(now);
        let budget = state.budget.as_mut()?.state(now);
        Some(BudgetState { wait: budget.wait.max(pause), ..budget })
    }

    pub(crate) fn spent(&self) -> Vec<(Duration, u32)> {
        let now = self.clock.now();
        self.state().budget.as_mut().map(|budget| budget.spent(now)).unwrap_or_default()
    }

    pub(crate) fn paused(&self) -> Option<Duration> {
        self.state().pause(self.clock.now()).filter(|pause| *pause > self.pause_max)
    }

    fn try_admit(&self) -> Result<u64, (Held, Instant)> {
        let mut state = self.state();
        let now = self.clock.now();
        if let Some(pause) = state.pause(now) {
            return Err((Held::Pause(pause), now));
        }
        match &mut state.budget {
            Some(budget) => budget.take(now).map_err(|spent| (Held::Budget(spent), now)),
            // Numbers matter to a budget only.
            None => Ok(0),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics while counting")
    }
}

impl State {
    /// What is left of the server's pause.
    fn pause(&self, now: Instant) -> Option<Duration> {
        let until = self.closed_until.filter(|until| *until > now)?;
        Some(until.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests;
