//! What the runs that are at work have told so far. Apart because two look at it that know nothing of each other: the page
//! that shows a run while it works, and the scheduler, for which a run that only waits for an answer takes no place.
//!
//! What must hold: it is told from the run's own tasks, so nothing here waits; and however long a run works, what is kept of
//! it stays small.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use flow::{RunEvent, Step};
use integration::Name;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::limits;

/// The runs that are at work, by integration.
#[derive(Clone)]
pub(crate) struct Live {
    runs: Arc<Mutex<BTreeMap<Name, LiveRun>>>,
    changed: Arc<watch::Sender<u64>>,
}

/// One run that is at work.
#[derive(Clone, Debug)]
pub(crate) struct LiveRun {
    /// When it began.
    pub(crate) began: Timestamp,
    /// Its steps, in the order in which they began.
    pub(crate) steps: Vec<LiveStep>,
    /// What a person should read, the newest last.
    pub(crate) notes: Vec<String>,
    /// Requests to the tenant so far, by data set.
    requests: BTreeMap<String, u64>,
    /// Requests that are left in the tenant's hour.
    pub(crate) budget_left: Option<u64>,
    /// When it told something last, and since when it works.
    moved: Instant,
    since: Instant,
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LiveStep {
    /// Pipeline or data set.
    pub(crate) flow: String,
    /// Which step.
    pub(crate) step: Step,
    /// Rows so far.
    pub(crate) rows: u64,
    /// Rows that are expected, where that is known.
    pub(crate) rows_expected: Option<u64>,
    /// True when it is over.
    pub(crate) is_over: bool,
}

impl Default for Live {
    fn default() -> Self {
        Self { runs: Arc::default(), changed: Arc::new(watch::channel(0).0) }
    }
}

impl Live {
    /// Notes that a run begins.
    pub(crate) fn begin(&self, name: &Name) {
        let run = LiveRun {
            began: Timestamp::now(),
            steps: Vec::new(),
            notes: Vec::new(),
            requests: BTreeMap::new(),
            budget_left: None,
            moved: Instant::now(),
            since: Instant::now(),
        };
        self.lock().insert(name.clone(), run);
        self.tell();
    }

    /// Forgets a run that has ended.
    pub(crate) fn end(&self, name: &Name) {
        self.lock().remove(name);
        self.tell();
    }

    /// How a run stands; none where none is at work.
    pub(crate) fn run(&self, name: &Name) -> Option<LiveRun> {
        self.lock().get(name).cloned()
    }

    /// How many runs take a place: they began lately, and told something just now. One that is silent waits for an answer;
    /// one that works for longer has had its turn, and shares the machine with whoever comes behind it.
    pub(crate) fn placed(&self) -> usize {
        let is_placed =
            |run: &&LiveRun| run.moved.elapsed() <= limits::MOVING_WITHIN && run.since.elapsed() <= limits::TURN;
        self.lock().values().filter(is_placed).count()
    }

    /// Changes whenever a run told something.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Takes what a run tells, and returns how many requests to the tenant it tells of that were not told before.
    pub(crate) fn take(&self, name: &Name, event: RunEvent) -> u64 {
        let new = self.lock().get_mut(name).map_or(0, |run| run.take(event));
        self.tell();
        new
    }

    fn tell(&self) {
        self.changed.send_modify(|told| *told = told.wrapping_add(1));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Name, LiveRun>> {
        // Whoever panicked while it held this left a run that is told of a little less.
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LiveRun {
    fn take(&mut self, event: RunEvent) -> u64 {
        self.moved = Instant::now();
        let mut new = 0;
        match event {
            RunEvent::StepStarted { flow, step, rows } => {
                let begun = LiveStep { flow, step, rows: 0, rows_expected: rows, is_over: false };
                let has_room = self.steps.len() < limits::LIVE_STEPS_MAX;
                match self.step(&begun.flow, step) {
                    Some(again) => *again = begun,
                    None if has_room => self.steps.push(begun),
                    None => {}
                }
            }
            RunEvent::RowsPassed { flow, step, rows } => {
                if let Some(passing) = self.step(&flow, step) {
                    passing.rows += rows;
                }
            }
            RunEvent::PagesRead { flow, requests, budget_left, .. } => {
                let before = self.requests.insert(flow, requests).unwrap_or_default();
                new = requests.saturating_sub(before);
                self.budget_left = budget_left;
            }
            RunEvent::StepEnded { flow, step } => {
                if let Some(over) = self.step(&flow, step) {
                    over.is_over = true;
                }
            }
            RunEvent::Noted { text } => {
                if self.notes.len() == limits::LIVE_NOTES_MAX {
                    self.notes.remove(0);
                }
                self.notes.push(text);
            }
            RunEvent::PipelineEnded { .. } => {}
        }
        new
    }

    /// What a step has asked the tenant for, in words; none where it asks nothing.
    pub(crate) fn asked(&self, of: &LiveStep) -> Option<String> {
        let requests = self.requests.get(&of.flow).filter(|_| of.step == Step::Extract)?;
        let left = self.budget_left.map(|left| format!(", {left} left in the hour")).unwrap_or_default();
        Some(format!("{requests} requests{left}"))
    }

    fn step(&mut self, flow: &str, step: Step) -> Option<&mut LiveStep> {
        self.steps.iter_mut().find(|known| known.flow == flow && known.step == step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(flow: &str) -> RunEvent {
        RunEvent::StepStarted { flow: flow.to_owned(), step: Step::Load, rows: Some(10) }
    }

    #[test]
    fn a_run_is_told_of_while_it_works_and_forgotten_when_it_ends() {
        let (live, name) = (Live::default(), "acme".parse::<Name>().expect("a name"));
        live.begin(&name);
        let events = |event| live.take(&name, event);
        events(started("devices"));
        events(RunEvent::RowsPassed { flow: "devices".to_owned(), step: Step::Load, rows: 4 });
        events(RunEvent::RowsPassed { flow: "devices".to_owned(), step: Step::Load, rows: 3 });
        let run = live.run(&name).expect("at work");
        assert_eq!((run.steps.len(), run.steps[0].rows, run.steps[0].is_over), (1, 7, false));
        events(RunEvent::StepEnded { flow: "devices".to_owned(), step: Step::Load });
        assert!(live.run(&name).expect("at work").steps[0].is_over);
        live.end(&name);
        events(started("devices"));
        assert!(live.run(&name).is_none(), "what comes late is of no run");
    }

    #[test]
    fn what_is_kept_of_a_run_stays_small() {
        let (live, name) = (Live::default(), "acme".parse::<Name>().expect("a name"));
        live.begin(&name);
        let events = |event| live.take(&name, event);
        for number in 0..limits::LIVE_NOTES_MAX + limits::LIVE_STEPS_MAX + 5 {
            events(RunEvent::Noted { text: number.to_string() });
            events(started(&number.to_string()));
        }
        let run = live.run(&name).expect("at work");
        assert_eq!((run.notes.len(), run.steps.len()), (limits::LIVE_NOTES_MAX, limits::LIVE_STEPS_MAX));
        let newest = (limits::LIVE_NOTES_MAX + limits::LIVE_STEPS_MAX + 4).to_string();
        assert_eq!(run.notes.last(), Some(&newest), "the newest are kept");
    }
}
