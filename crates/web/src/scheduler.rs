//! Runs what is due, one run at a time an integration, and as many integrations side by side as work at once.
//!
//! ```text
//!  settings of all ── due? ── waits for a place ── run ── noted: metrics, notices, traces ── what is old is removed
//!        ▲                        │ a run that only waits for an answer has none
//!        └── woken by: an end, an edit, a person, the next moment
//! ```
//!
//! What must hold: one that fails, hangs or is slow never delays another; nothing begins while the service ends; a run that
//! was broken off, by whatever, is begun again first.

mod marks;
mod queue;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use integration::Name;
use jiff::Timestamp;
use pipeline::RunReport;
use service::schedule::{Due, Timetable};
use service::{Desk, Error, Kind, Night, Sends};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::limits;
use crate::live::Live;
use crate::observer::Observer;
use marks::{CameTo, Marks};
use queue::Queue;

/// Runs integrations when they are due.
pub(crate) struct Scheduler {
    desk: Desk,
    live: Live,
    observer: Observer,
    since: Timestamp,
    wake: Notify,
    /// What a person asked for beside the schedules: a run, or the plan of a run to be sent.
    asked: Mutex<BTreeMap<Name, Option<i64>>>,
    /// When each integration runs next, for people.
    next: Mutex<BTreeMap<Name, Timestamp>>,
    night: Box<dyn Fn(Sends) -> Night + Send + Sync>,
}

/// A run that has ended.
struct Ended {
    name: Name,
    sends: Sends,
    /// It sent the plan of this run.
    plan: Option<i64>,
    seconds: f64,
    came_to: Result<RunReport, Error>,
}

impl Scheduler {
    /// Of the integrations of a desk; `night` says how a run is made.
    pub(crate) fn new(
        desk: Desk,
        live: Live,
        observer: Observer,
        night: Box<dyn Fn(Sends) -> Night + Send + Sync>,
    ) -> Self {
        Self {
            desk,
            live,
            observer,
            since: Timestamp::now(),
            wake: Notify::new(),
            asked: Mutex::default(),
            next: Mutex::default(),
            night,
        }
    }

    /// Runs an integration as soon as there is a place, whatever its schedule says.
    pub(crate) fn ask(&self, name: &Name) {
        held(&self.asked).entry(name.clone()).or_insert(None);
        self.wake.notify_one();
    }

    /// Sends the plan of a run, which a person has approved, as soon as there is a place.
    pub(crate) fn ask_apply(&self, name: &Name, run: i64) {
        // On disk first: a word that was given outlives this process.
        let folder = self.desk.folder_of(name);
        let marks = Marks::read(&folder).with_plan(Some(run));
        if let Err(error) = marks.write(&folder) {
            tracing::warn!(integration = %name, %error, "an approved plan is remembered by this process alone");
        }
        held(&self.asked).insert(name.clone(), Some(run));
        self.wake.notify_one();
    }

    /// Looks again: an integration was connected, changed or deleted.
    pub(crate) fn look_again(&self) {
        self.wake.notify_one();
    }

    /// When an integration runs next; none where it does not, or where nobody has looked yet.
    pub(crate) fn next(&self, name: &Name) -> Option<Timestamp> {
        held(&self.next).get(name).copied()
    }

    /// Works until `stop` ends, and then waits for the runs that are at work, for at most `drain`. What is not over by then
    /// is dropped where it waits, which loses nothing that was acknowledged: the next start goes on with it.
    pub(crate) async fn work(self: &Arc<Self>, stop: impl Future<Output = ()>, drain: Duration) {
        let mut running: JoinSet<Ended> = JoinSet::new();
        let mut working: BTreeSet<Name> = BTreeSet::new();
        let mut queue = Queue::default();
        let mut stop = std::pin::pin!(stop);
        let mut look_at = Instant::now();
        let mut tidy_at = Instant::now();
        let mut silent_at = Instant::now();
        loop {
            let now = Instant::now();
            if now >= look_at {
                look_at = now + self.look(&mut queue, &working);
            }
            self.begin(&mut queue, &mut working, &mut running);
            if now >= tidy_at {
                tidy_at = now + limits::TIDIED_EVERY;
                tokio::spawn(tidy(self.desk.clone()));
            }
            if now >= silent_at {
                silent_at = now + limits::SILENT_LOOKED_FOR_EVERY;
                let (observer, desk) = (self.observer.clone(), self.desk.clone());
                tokio::task::spawn_blocking(move || observer.silent(&desk, Timestamp::now()));
            }
            let until_look = look_at.saturating_duration_since(Instant::now());
            // A place is given up by waiting, which nobody tells.
            let wait = if queue.is_empty() { until_look } else { until_look.min(limits::PLACE_LOOKED_FOR_EVERY) };
            tokio::select! {
                () = &mut stop => break,
                Some(ended) = running.join_next() => {
                    self.ended(ended, &mut working);
                    // Several end in one moment, and one look is enough for them.
                    look_at = look_at.min(Instant::now() + limits::LOOK_AFTER_END);
                }
                () = self.wake.notified() => look_at = Instant::now(),
                () = tokio::time::sleep(wait) => {}
            }
        }
        let drained = async {
            while let Some(ended) = running.join_next().await {
                self.ended(ended, &mut working);
            }
        };
        if tokio::time::timeout(drain, drained).await.is_err() {
            tracing::warn!(runs = running.len(), "runs were broken off; the next start goes on with them");
        }
        running.shutdown().await;
    }

    /// Puts whatever is due into the queue, and says how long nothing else will be.
    fn look(&self, queue: &mut Queue, working: &BTreeSet<Name>) -> Duration {
        let now = Timestamp::now();
        let mut look_again = limits::LOOK_AGAIN_MAX;
        let names = match self.desk.names() {
            Ok(names) => names,
            Err(error) => {
                tracing::error!(error = error.told(), "the integrations could not be looked for");
                return look_again;
            }
        };
        let mut next = BTreeMap::new();
        queue.retain(&names);
        held(&self.asked).retain(|name, _| names.contains(name));
        for name in &names {
            // One whose settings cannot be read is not run; its status says why.
            let Ok(Some(connected)) = self.desk.find(name) else { continue };
            let settings = &connected.settings;
            let folder = self.desk.folder_of(name);
            if !settings.is_sync_on() || pipeline::is_cancelled(&folder) {
                queue.forget(name);
                held(&self.asked).remove(name);
                continue;
            }
            let schedules = settings.schedules();
            let apps = settings.sends_apps().then_some(schedules.apps.as_str());
            let (devices, zone) = (schedules.devices.as_str(), schedules.time_zone.as_str());
            let timetable = match Timetable::new(name.as_str(), devices, apps, zone, self.since) {
                Ok(timetable) => timetable,
                Err(error) => {
                    tracing::error!(integration = %name, %error, "it has no schedule that can be kept");
                    continue;
                }
            };
            let marks = Marks::read(&folder);
            if let Some(plan) = marks.plan() {
                held(&self.asked).entry(name.clone()).or_insert(Some(plan));
            }
            let decision = timetable.decide(marks.done(), now);
            next.extend(decision.next.map(|next| (name.clone(), next)));
            let until = decision.look_again.duration_since(now);
            look_again = look_again.min(Duration::try_from(until).unwrap_or_default());
            let is_asked = held(&self.asked).contains_key(name);
            let all = if settings.sends_apps() { Sends::Everything } else { Sends::Devices };
            let wanted = match decision.due {
                _ if is_asked => Some(all),
                Due::DevicesAndApps => Some(all),
                Due::Devices if settings.sends_apps() => Some(marks.with_devices()),
                Due::Devices => Some(Sends::Devices),
                Due::Nothing => None,
            };
            // What a killed process left open goes on, and with what it sent.
            let left_open = marks.open(working.contains(name));
            // One that is at work is looked at again when it has ended.
            if let Some(sends) = queue::more(wanted, left_open).filter(|_| !working.contains(name)) {
                queue.put(name, sends, is_asked);
            }
        }
        *held(&self.next) = next;
        look_again.max(limits::LOOK_AGAIN_MIN)
    }

    /// Begins what there are places for. A place is taken by a run that works: one that has told nothing for a while waits
    /// for somebody else, and what waits costs a machine nothing.
    fn begin(self: &Arc<Self>, queue: &mut Queue, working: &mut BTreeSet<Name>, running: &mut JoinSet<Ended>) {
        let places = limits::places();
        let mut placed = self.live.placed();
        while placed < places && running.len() < limits::RUNS_MAX {
            let Some((name, sends)) = queue.take() else { return };
            let folder = self.desk.folder_of(&name);
            let plan = held(&self.asked).remove(&name).flatten();
            // A plan that is sent is no run of a schedule; it is tried once, as it was approved once.
            let marks = match plan {
                Some(_) => Marks::read(&folder).with_plan(None),
                None => Marks::read(&folder).begun(sends, Timestamp::now()),
            };
            if let Err(error) = marks.write(&folder) {
                // Without the mark it would begin again at once, and again.
                tracing::error!(integration = %name, %error, "it could not be noted that a run begins, so it does not");
                continue;
            }
            let events = self.observer.begin(&self.live, &self.desk, &name);
            let scheduler = Arc::clone(self);
            let night = (self.night)(sends);
            working.insert(name.clone());
            running.spawn(async move {
                let began = Instant::now();
                let desk = scheduler.desk.clone();
                let of = name.clone();
                // In a task of its own, so that one that panics ends no other.
                let task = tokio::spawn(service::apart(move || async move {
                    match plan {
                        Some(run) => Box::pin(desk.apply(&of, run, night.patience, events)).await,
                        None => Box::pin(desk.night(&of, night, events)).await,
                    }
                }));
                let aborting = AbortOnDrop(task.abort_handle());
                let came_to = match task.await {
                    Ok(came_to) => came_to,
                    Err(_) => {
                        let panicked = Err(Error::Panicked { name: name.clone() });
                        scheduler.desk.note_failure(&name, &panicked);
                        panicked
                    }
                };
                drop(aborting);
                Ended { name, sends, plan, seconds: began.elapsed().as_secs_f64(), came_to }
            });
            placed += 1;
        }
    }

    fn ended(&self, ended: Result<Ended, tokio::task::JoinError>, working: &mut BTreeSet<Name>) {
        let Ended { name, sends, plan, seconds, came_to } = match ended {
            Ok(ended) => ended,
            Err(error) => {
                // It catches its own run's panic, so that this is one of ours. Whose it was nobody knows any more.
                if error.is_panic() {
                    tracing::error!(%error, "the keeper of a run panicked; its integration waits for the next start");
                }
                return;
            }
        };
        working.remove(&name);
        self.live.end(&name);
        // One that was deleted meanwhile, and maybe purged, has nothing to be noted of.
        if !self.desk.find(&name).is_ok_and(|found| found.is_some()) {
            self.observer.forget(&name);
            return;
        }
        if plan.is_none() {
            let folder = self.desk.folder_of(&name);
            if let Err(error) = Marks::read(&folder).ended(sends, marked(&came_to)).write(&folder) {
                tracing::warn!(integration = %name, %error, "it could not be noted that a run ended");
            }
        }
        self.observer.ended(&self.desk, &name, seconds, &came_to);
        let desk = self.desk.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(error) = desk.tidy_snapshots(&name) {
                tracing::warn!(integration = %name, error = error.told(), "old snapshots could not be removed");
            }
        });
    }
}

/// Removes the history of integrations that were deleted long ago.
async fn tidy(desk: Desk) {
    match desk.tidy_deleted(Timestamp::now()).await {
        Ok(tidied) => {
            for name in tidied.histories {
                tracing::info!(integration = name, "the history of a deleted integration was removed");
            }
        }
        Err(error) => tracing::warn!(error = error.told(), "what is old could not be looked for"),
    }
}

/// What schedules make of a run's end. What stops at a brake, at credentials or at a person's word is no better in a quarter
/// of an hour.
fn marked(came_to: &Result<RunReport, Error>) -> CameTo {
    let is_passing = match came_to {
        Ok(report) => report.is_incomplete() && !report.is_stopped() && !report.is_credentials(),
        Err(error) => matches!(error.kind(), Kind::BudgetSpent | Kind::Incomplete | Kind::Failed),
    };
    if is_passing { CameTo::Nothing } else { CameTo::Enough }
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whoever panicked while it held this left names that are looked at again.
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A task ends with whoever waits for it.
struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
