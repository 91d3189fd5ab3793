//! What `/metrics` says, in Prometheus' text format. Apart because names and labels are a contract: somebody's alarms
//! are written against them.
//!
//! | name | type | labels |
//! |---|---|---|
//! | `snowhaul_build_info` | gauge, always 1 | `version` |
//! | `snowhaul_runs_total` | counter | `integration`, `state` |
//! | `snowhaul_rows_total` | counter | `integration`, `pipeline`, `outcome` |
//! | `snowhaul_requests_total` | counter | `integration` |
//! | `snowhaul_request_budget_left` | gauge | `integration` |
//! | `snowhaul_last_success_age_seconds` | gauge | `integration` |
//! | `snowhaul_run_seconds` | histogram | `integration` |
//! | `snowhaul_running` | gauge | `integration` |
//! | `snowhaul_brakes_waiting` | gauge | `integration` |
//! | `snowhaul_next_run_seconds` | gauge | `integration` |
//!
//! What must hold: only an integration that is watched has series, so that the end of a run of one that was deleted
//! meanwhile brings nothing back; an age is that of the moment of asking; and no label has more values than there are
//! integrations, pipelines and words of ours: never a device, never a person.

mod families;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use prometheus_client::encoding::prometheus_text;

use families::Families;

/// The media type of what [`Metrics::encode`] gives.
pub const CONTENT_TYPE: &str = prometheus_text::CONTENT_TYPE;

/// The service's measurements. Methods take their integration by name, and do nothing for one that is not watched.
#[derive(Debug)]
pub struct Metrics {
    families: Families,
    watched: Mutex<BTreeMap<String, Watched>>,
}

/// What is told as a distance from now, and the series that have to go with the integration.
#[derive(Debug, Default)]
struct Watched {
    succeeded_at: Option<Timestamp>,
    next_run: Option<Timestamp>,
    states: Vec<String>,
    outcomes: Vec<(String, String)>,
}

impl Metrics {
    /// Nothing measured yet; `version` is the program's.
    pub fn new(version: &str) -> Self {
        Self { families: Families::new(version), watched: Mutex::default() }
    }

    /// This integration is there: from now on it is seen, with zeros, also if it never runs. Its last success is known
    /// from the ledger.
    pub fn watch(&self, name: &str, succeeded_at: Option<Timestamp>) {
        self.watched().entry(name.to_owned()).or_default().succeeded_at = succeeded_at;
        self.families.begin(name);
    }

    /// It is deleted: all its series go.
    pub fn forget(&self, name: &str) {
        if let Some(gone) = self.watched().remove(name) {
            self.families.remove(name, &gone.states, &gone.outcomes);
        }
    }

    /// A run began.
    pub fn run_began(&self, name: &str) {
        self.with(name, |_| self.families.running(name, true));
    }

    /// A run ended in this state after so many seconds; `succeeded_at` where the state is a success.
    pub fn run_ended(&self, name: &str, state: &str, seconds: f64, succeeded_at: Option<Timestamp>) {
        self.with(name, |watched| {
            if !watched.states.iter().any(|known| known == state) {
                watched.states.push(state.to_owned());
            }
            watched.succeeded_at = succeeded_at.or(watched.succeeded_at);
            self.families.running(name, false);
            self.families.run(name, state, seconds);
        });
    }

    /// Rows of one pipeline by what became of them, as `read`, `unchanged`, `inserted`.
    pub fn rows(&self, name: &str, pipeline: &str, outcomes: &[(&str, u64)]) {
        self.with(name, |watched| {
            for &(outcome, rows) in outcomes {
                let series = (pipeline.to_owned(), outcome.to_owned());
                if !watched.outcomes.contains(&series) {
                    watched.outcomes.push(series);
                }
                self.families.rows(name, pipeline, outcome, rows);
            }
        });
    }

    /// Requests that left since the last call, and what the hour's budget still allows; none where there is none.
    pub fn requests(&self, name: &str, new: u64, budget_left: Option<u64>) {
        self.with(name, |_| self.families.requests(name, new, budget_left));
    }

    /// Plans that a brake holds until a person has looked.
    pub fn brakes_waiting(&self, name: &str, plans: u64) {
        self.with(name, |_| self.families.brakes_waiting(name, plans));
    }

    /// When it runs next; none where it is paused.
    pub fn next_run(&self, name: &str, at: Option<Timestamp>) {
        self.with(name, |watched| watched.next_run = at);
    }

    /// The text, as of now.
    pub fn encode(&self, now: Timestamp) -> String {
        let mut text = String::new();
        // Held until the text is written, so that an integration that is deleted is in it wholly or not at all.
        let watched = self.watched();
        for (name, watched) in watched.iter() {
            self.families.age(name, watched.succeeded_at.map(|then| now.duration_since(then).as_secs_f64()));
            self.families.next_run(name, watched.next_run.map(|then| then.duration_since(now).as_secs_f64()));
        }
        prometheus_text::encode(&mut text, self.families.registry()).expect("writing into a text cannot fail");
        text
    }

    fn with(&self, name: &str, change: impl FnOnce(&mut Watched)) {
        if let Some(watched) = self.watched().get_mut(name) {
            change(watched);
        }
    }

    /// A panic elsewhere leaves counts as they were, which are still worth showing.
    fn watched(&self) -> MutexGuard<'_, BTreeMap<String, Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
