//! The series as the metrics crate keeps them. Apart so that labels are made in one place, and what is told elsewhere
//! is told with names and numbers only.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry};

use crate::limits;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Named {
    integration: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    integration: String,
    state: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Became {
    integration: String,
    pipeline: String,
    outcome: String,
}

type Seconds = Gauge<f64, AtomicU64>;

/// Makes a histogram for a name that has none yet.
type NewHistogram = fn() -> Histogram;

#[derive(Debug)]
pub(super) struct Families {
    registry: Registry,
    runs: Family<Ended, Counter>,
    rows: Family<Became, Counter>,
    requests: Family<Named, Counter>,
    budget_left: Family<Named, Gauge>,
    age: Family<Named, Seconds>,
    run_seconds: Family<Named, Histogram, NewHistogram>,
    running: Family<Named, Gauge>,
    brakes_waiting: Family<Named, Gauge>,
    next_run: Family<Named, Seconds>,
}

impl Families {
    pub(super) fn new(version: &str) -> Self {
        let mut registry = Registry::with_prefix("snowhaul");
        registry.register("build", "The program", Info::new([("version".to_owned(), version.to_owned())]));
        let of = &mut registry;
        Self {
            runs: kept(of, "runs", "Runs that ended, by their state", Family::default()),
            rows: kept(of, "rows", "Rows by what became of them", Family::default()),
            requests: kept(of, "requests", "Requests that left for the tenant", Family::default()),
            budget_left: kept(of, "request_budget_left", "Requests that the hour still allows", Family::default()),
            age: kept(of, "last_success_age_seconds", "Time since the last run that succeeded", Family::default()),
            run_seconds: kept(of, "run_seconds", "How long runs take", Family::new_with_constructor(histogram)),
            running: kept(of, "running", "Whether a run is on its way", Family::default()),
            brakes_waiting: kept(of, "brakes_waiting", "Plans that a brake holds", Family::default()),
            next_run: kept(of, "next_run_seconds", "Time until the next run", Family::default()),
            registry,
        }
    }

    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Series with zeros, so that what never happened is told from what is not known.
    pub(super) fn begin(&self, name: &str) {
        let named = named(name);
        self.requests.get_or_create(&named).inc_by(0);
        self.running.get_or_create(&named).inc_by(0);
        self.brakes_waiting.get_or_create(&named).inc_by(0);
        drop(self.run_seconds.get_or_create(&named));
    }

    pub(super) fn remove(&self, name: &str, states: &[String], outcomes: &[(String, String)]) {
        let named = named(name);
        for state in states {
            self.runs.remove(&Ended { integration: name.to_owned(), state: state.clone() });
        }
        for (pipeline, outcome) in outcomes {
            self.rows.remove(&became(name, pipeline, outcome));
        }
        self.requests.remove(&named);
        self.budget_left.remove(&named);
        self.age.remove(&named);
        self.run_seconds.remove(&named);
        self.running.remove(&named);
        self.brakes_waiting.remove(&named);
        self.next_run.remove(&named);
    }

    pub(super) fn run(&self, name: &str, state: &str, seconds: f64) {
        self.runs.get_or_create(&Ended { integration: name.to_owned(), state: state.to_owned() }).inc();
        self.run_seconds.get_or_create(&named(name)).observe(seconds);
    }

    pub(super) fn running(&self, name: &str, is_running: bool) {
        self.running.get_or_create(&named(name)).set(i64::from(is_running));
    }

    pub(super) fn rows(&self, name: &str, pipeline: &str, outcome: &str, rows: u64) {
        self.rows.get_or_create(&became(name, pipeline, outcome)).inc_by(rows);
    }

    pub(super) fn requests(&self, name: &str, new: u64, budget_left: Option<u64>) {
        let named = named(name);
        self.requests.get_or_create(&named).inc_by(new);
        match budget_left {
            Some(left) => {
                self.budget_left.get_or_create(&named).set(whole(left));
            }
            None => {
                self.budget_left.remove(&named);
            }
        }
    }

    pub(super) fn brakes_waiting(&self, name: &str, plans: u64) {
        self.brakes_waiting.get_or_create(&named(name)).set(whole(plans));
    }

    pub(super) fn age(&self, name: &str, seconds: Option<f64>) {
        set(&self.age, name, seconds);
    }

    pub(super) fn next_run(&self, name: &str, seconds: Option<f64>) {
        set(&self.next_run, name, seconds);
    }
}

fn kept<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

/// A distance in time. What is past is zero: a clock that went back makes no negative age, and a run that is late is
/// due.
fn set(family: &Family<Named, Seconds>, name: &str, seconds: Option<f64>) {
    let named = named(name);
    match seconds {
        Some(seconds) => {
            family.get_or_create(&named).set(seconds.max(0.0));
        }
        None => {
            family.remove(&named);
        }
    }
}

fn named(name: &str) -> Named {
    Named { integration: name.to_owned() }
}

fn became(name: &str, pipeline: &str, outcome: &str) -> Became {
    Became { integration: name.to_owned(), pipeline: pipeline.to_owned(), outcome: outcome.to_owned() }
}

fn histogram() -> Histogram {
    Histogram::new(limits::RUN_SECONDS_BUCKETS)
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
