//! Who looks on while integrations run: the live page, the measurements, the notices, the traces. Apart from the scheduler,
//! because none of it steers: whatever becomes of a collector or a webhook, no run is slower for it and none fails.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flow::{Accounts, RunEvent};
use integration::Name;
use jiff::{SignedDuration, Timestamp};
use ledger::RunState;
use pipeline::{Events, RunReport};
use service::{Desk, Error, Kind, NOTICED_FILE};

use crate::live::Live;
use crate::metrics::Metrics;
use crate::notice::{self, Judged, Noticed, Webhook};
use crate::otlp::{RunFacts, RunSpans, Telemetry};
use crate::scheduler::Scheduler;

/// Who looks on. Clones are the same.
#[derive(Clone)]
pub(crate) struct Observer {
    inner: Arc<Inner>,
}

struct Inner {
    metrics: Metrics,
    notices: Option<Notices>,
    telemetry: Option<Telemetry>,
    /// Traces of runs that are at work.
    spans: Mutex<BTreeMap<Name, RunSpans>>,
    /// Integrations that the measurements know of.
    watched: Mutex<BTreeSet<Name>>,
    /// When integrations were last seen to be paused.
    paused: Mutex<BTreeMap<Name, Timestamp>>,
    /// When the service began to look.
    since: Timestamp,
}

/// Where notices go, and after how long without a success one is due.
#[derive(Clone)]
pub(crate) struct Notices {
    pub(crate) webhook: Webhook,
    pub(crate) silent_after: SignedDuration,
    /// Integrations of which a notice is on its way: the next is judged when it has arrived or has not.
    pub(crate) sending: Arc<Mutex<BTreeSet<Name>>>,
}

impl Observer {
    pub(crate) fn new(notices: Option<Notices>, telemetry: Option<Telemetry>) -> Self {
        let metrics = Metrics::new(env!("CARGO_PKG_VERSION"));
        let (spans, watched, paused) = (Mutex::default(), Mutex::default(), Mutex::default());
        let since = Timestamp::now();
        Self { inner: Arc::new(Inner { metrics, notices, telemetry, spans, watched, paused, since }) }
    }

    /// A run begins: whoever looks on is told what it tells.
    pub(crate) fn begin(&self, live: &Live, desk: &Desk, name: &Name) -> Events {
        self.watch(desk, name);
        self.inner.metrics.run_began(name.as_str());
        if let Some(telemetry) = &self.inner.telemetry {
            held(&self.inner.spans).insert(name.clone(), telemetry.run(name.as_str()));
        }
        live.begin(name);
        let (observer, live, name) = (self.clone(), live.clone(), name.clone());
        Arc::new(move |event: RunEvent| {
            if let Some(spans) = held(&observer.inner.spans).get_mut(&name) {
                spans.event(&event);
            }
            let left = match &event {
                RunEvent::PagesRead { budget_left, .. } => *budget_left,
                _ => None,
            };
            let new = live.take(&name, event);
            if new > 0 {
                observer.inner.metrics.requests(name.as_str(), new, left);
            }
        })
    }

    /// A run ended.
    pub(crate) fn ended(&self, desk: &Desk, name: &Name, seconds: f64, came_to: &Result<RunReport, Error>) {
        let now = Timestamp::now();
        let state = state_of(came_to);
        let is_success = state == RunState::Done;
        self.inner.metrics.run_ended(name.as_str(), state.as_str(), seconds, is_success.then_some(now));
        if let Ok(report) = came_to {
            for table in &report.tables {
                self.inner.metrics.rows(name.as_str(), &table.pipeline, &outcomes(&table.accounts));
            }
        }
        let brakes = u64::from(state == RunState::Stopped);
        self.inner.metrics.brakes_waiting(name.as_str(), brakes);
        if let Some(spans) = held(&self.inner.spans).remove(name) {
            let run = came_to.as_ref().map(|report| report.run.to_string()).unwrap_or_default();
            let sent = came_to.as_ref().map(|report| report.tables.iter().map(|table| table.sent).sum());
            spans.end(
                state.as_str(),
                RunFacts {
                    run: &run,
                    snapshot: came_to.as_ref().ok().map(|report| report.snapshot.as_str()),
                    rows_sent: sent.unwrap_or_default(),
                    failed: !matches!(state, RunState::Done | RunState::Cancelled),
                },
            );
        }
        self.notice_end(desk, name, state, came_to, now);
    }

    /// Looks which integrations have had no success for too long.
    pub(crate) fn silent(&self, desk: &Desk, now: Timestamp) {
        let Some(notices) = &self.inner.notices else { return };
        let Ok(names) = desk.names() else { return };
        for name in names {
            let Ok(Some(connected)) = desk.find(&name) else { continue };
            if !connected.settings.is_sync_on() {
                held(&self.inner.paused).insert(name, now);
                continue;
            }
            // Neither a pause nor a time in which nobody was there to run it is silence.
            let resumed = held(&self.inner.paused).get(&name).copied();
            let last = desk.last_success(&name).ok().flatten().max(resumed).max(Some(self.inner.since));
            let quiet_since =
                last.map_or(connected.settings.created_at(), |last| last.max(connected.settings.created_at()));
            let folder = desk.folder_of(&name);
            self.tell(notices, &name, &folder, now, |noticed| {
                noticed.looked(name.as_str(), quiet_since, notices.silent_after, now)
            });
        }
    }

    /// An integration is deleted.
    pub(crate) fn forget(&self, name: &Name) {
        held(&self.inner.watched).remove(name);
        held(&self.inner.spans).remove(name);
        held(&self.inner.paused).remove(name);
        self.inner.metrics.forget(name.as_str());
    }

    /// The measurements of every integration, as of now.
    pub(crate) fn encode(&self, desk: &Desk, scheduler: &Scheduler) -> String {
        let names = desk.names().unwrap_or_default();
        for name in &names {
            self.watch(desk, name);
            self.inner.metrics.next_run(name.as_str(), scheduler.next(name));
        }
        let gone: Vec<Name> = held(&self.inner.watched).iter().filter(|name| !names.contains(name)).cloned().collect();
        gone.iter().for_each(|name| self.forget(name));
        self.inner.metrics.encode(Timestamp::now())
    }

    /// Sends what is left of the traces.
    pub(crate) async fn shutdown(&self) {
        if let Some(telemetry) = &self.inner.telemetry {
            telemetry.shutdown().await;
        }
    }

    /// An integration is measured from now on; its last success is in its ledger.
    fn watch(&self, desk: &Desk, name: &Name) {
        if !held(&self.inner.watched).insert(name.clone()) {
            return;
        }
        let status = desk.status(name);
        self.inner.metrics.watch(name.as_str(), desk.last_success(name).ok().flatten());
        self.inner.metrics.brakes_waiting(name.as_str(), status.brakes_waiting.len() as u64);
    }

    fn notice_end(
        &self,
        desk: &Desk,
        name: &Name,
        state: RunState,
        came_to: &Result<RunReport, Error>,
        now: Timestamp,
    ) {
        let Some(notices) = &self.inner.notices else { return };
        let run = came_to.as_ref().map(|report| report.run.to_string()).unwrap_or_default();
        let (reason, hint, plan) = match came_to {
            Ok(report) => {
                let brake = report.brakes().next();
                let hint = brake.map(|brake| brake.remedy.clone());
                let hint =
                    hint.or_else(|| report.tables.iter().find_map(|table| table.incomplete.as_ref()?.hint.clone()));
                (report.failure(), hint, report.plan.clone())
            }
            Err(error) => (error.told(), error.hint(), String::new()),
        };
        let (reason, hint) = (reason.as_str(), hint.as_deref());
        let ended = match state {
            RunState::Done => notice::Ended::Succeeded,
            RunState::Stopped => notice::Ended::Stopped { plan: &plan, reason, hint },
            RunState::Failed | RunState::Incomplete if !is_passing(came_to) => notice::Ended::Failed { reason, hint },
            _ => notice::Ended::Neither,
        };
        self.tell(notices, name, &desk.folder_of(name), now, |noticed| {
            noticed.ended(name.as_str(), &run, state.as_str(), ended, now)
        });
    }

    /// Tells what is worth telling, and remembers that it was. What could not be told is judged anew next time.
    fn tell(
        &self,
        notices: &Notices,
        name: &Name,
        folder: &Path,
        now: Timestamp,
        judge: impl FnOnce(&Noticed) -> Judged,
    ) {
        let path = folder.join(NOTICED_FILE);
        let before: Noticed =
            std::fs::read(&path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        let Judged { notice: Some(notice), noticed } = judge(&before) else { return };
        if !held(&notices.sending).insert(name.clone()) {
            return;
        }
        let (notices, name) = (notices.clone(), name.clone());
        tokio::spawn(async move {
            match notices.webhook.send(&notice, now).await {
                Ok(()) => {
                    let kept = serde_json::to_vec(&noticed).map_err(std::io::Error::other);
                    if let Err(error) = kept.and_then(|text| std::fs::write(&path, text)) {
                        tracing::warn!(integration = %name, %error, "it could not be noted what was told");
                    }
                }
                Err(error) => tracing::warn!(integration = %name, %error, "a notice was not taken"),
            }
            held(&notices.sending).remove(&name);
        });
    }
}

/// Where a run stands that has ended.
fn state_of(came_to: &Result<RunReport, Error>) -> RunState {
    match came_to {
        Ok(report) => report.state(),
        Err(error) => match error.kind() {
            // What was paused or deleted in the moment before it began is no failure.
            Kind::Cancelled | Kind::Asked => RunState::Cancelled,
            Kind::BudgetSpent | Kind::Incomplete => RunState::Incomplete,
            Kind::Stopped => RunState::Stopped,
            Kind::Credentials | Kind::Failed => RunState::Failed,
        },
    }
}

/// True where it goes on by itself, and nobody has to be woken.
fn is_passing(came_to: &Result<RunReport, Error>) -> bool {
    came_to
        .as_ref()
        .is_err_and(|error| matches!(error.kind(), Kind::BudgetSpent | Kind::Cancelled) || error.is_elsewhere())
}

/// Rows by what became of them, as measurements name it.
fn outcomes(accounts: &Accounts) -> [(&'static str, u64); 16] {
    [
        ("read", accounts.read),
        ("retire", accounts.retire),
        ("duplicate", accounts.duplicate),
        ("rejected", accounts.rejected),
        ("out_of_scope", accounts.out_of_scope),
        ("staging_rows", accounts.staging_rows),
        ("unchanged", accounts.unchanged),
        ("waiting", accounts.waiting),
        ("planned", accounts.planned),
        ("not_sent", accounts.not_sent),
        ("unresolved", accounts.unresolved),
        ("inserted", accounts.inserted),
        ("updated", accounts.updated),
        ("ignored", accounts.ignored),
        ("skipped", accounts.skipped),
        ("error", accounts.error),
    ]
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whoever panicked while it held this left what is shown a little behind.
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
