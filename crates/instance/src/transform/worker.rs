//! The transformer: a thread of its own that takes loaded import sets in the order in which they came.
//!
//! A thread and not a task: it is busy with SQLite from end to end. One and not several: rows with coalesce fields
//! are transformed serially, to prevent duplicates, and SQLite has one writer anyway. Shared with requests are the
//! database and the bell, which rings when a set was loaded.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::OptionalExtension as _;

use super::run::{self, Runner};
use crate::clock;
use crate::error::Error;
use crate::import;
use crate::instance::Shared;
use crate::limits::{MIDNIGHT_PAUSE, RETRY_PAUSE, STUCK_PAUSE};
use crate::misbehaviour::{Concern, FaultKind};

/// Wakes the transformer, or ends it.
#[derive(Default)]
pub(crate) struct Bell {
    state: Mutex<BellState>,
    changed: Condvar,
}

#[derive(Default)]
struct BellState {
    rung: bool,
    stopped: bool,
    held: bool,
}

impl Bell {
    /// Says that there is an import set to transform.
    pub(crate) fn ring(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).rung = true;
        self.changed.notify_all();
    }

    /// Makes the transformer wait before its next block, or go on.
    pub(crate) fn hold(&self, held: bool) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).held = held;
        self.ring();
    }

    /// Waits while it is held.
    fn wait_while_held(&self) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.changed.wait_while(state, |state| state.held && !state.stopped));
    }

    /// Says that the transformer ends after the set that it is at.
    pub(crate) fn stop(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
        self.changed.notify_all();
    }

    fn stopped(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).stopped
    }

    fn wait(&self) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let rings = |state: &mut BellState| !state.rung && !state.stopped;
        let waited = self.changed.wait_timeout_while(state, MIDNIGHT_PAUSE, rings);
        waited.unwrap_or_else(PoisonError::into_inner).0.rung = false;
    }

    /// Waits that long, or until stopped.
    fn pause(&self, time: Duration) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.changed.wait_timeout_while(state, time, |state| !state.stopped));
    }
}

/// The running thread.
pub(crate) struct Transformer {
    thread: JoinHandle<()>,
}

impl Transformer {
    /// Starts the thread.
    pub(crate) fn start(shared: Arc<Shared>) -> std::io::Result<Self> {
        let thread = std::thread::Builder::new().name("transformer".to_owned()).spawn(move || work(&shared))?;
        Ok(Self { thread })
    }

    /// Waits for the thread, which was told to stop.
    pub(crate) fn join(self) {
        if self.thread.join().is_err() {
            tracing::error!(
                "the transformer ended in a panic; its import set is taken up when the instance is opened again"
            );
        }
    }
}

fn work(shared: &Shared) {
    let mut day = String::new();
    while !shared.bell.stopped() {
        shared.bell.wait_while_held();
        delete_at_midnight(shared, &mut day);
        match next(shared) {
            Ok(Some(set)) => transform(shared, &set),
            Ok(None) => shared.bell.wait(),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "could not look for import sets");
                shared.bell.pause(RETRY_PAUSE);
            }
        }
    }
}

/// Runs the nightly job when a day has begun, and when the instance is opened.
fn delete_at_midnight(shared: &Shared, day: &mut String) {
    let today = clock::today();
    if *day == today {
        return;
    }
    *day = today;
    let dictionary = shared.dictionary();
    let deleted = shared
        .database
        .write_after_requests(|transaction| import::delete_old(transaction, &dictionary, Timestamp::now()));
    match deleted {
        Ok(0) => {}
        Ok(sets) => tracing::info!(sets, "deleted old import sets"),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "could not delete old import sets");
        }
    }
}

/// The first set that is loaded and whose predecessor, if it has one, is done.
fn next(shared: &Shared) -> Result<Option<String>, Error> {
    shared.database.read(|connection| {
        let mut statement = connection.prepare_cached(
            "SELECT s.sys_id FROM sys_import_set s LEFT JOIN sys_import_set p ON p.sys_id = s.run_after \
             WHERE s.state = 'loaded' COLLATE NOCASE AND s.mode = 'asynchronous' \
             AND (s.run_after = '' OR p.sys_id IS NULL OR p.state IN ('processed', 'cancelled') OR ?1) \
             ORDER BY CASE WHEN ?1 THEN -s.rowid ELSE s.rowid END LIMIT 1",
        )?;
        let newest_first = shared.misbehaviour.has(&FaultKind::NewestFirst);
        Ok(statement.query_row([newest_first], |row| row.get(0)).optional()?)
    })
}

fn transform(shared: &Shared, set: &str) {
    let Err(error) = run_set(shared, set) else { return };
    tracing::error!(set, error = &error as &dyn std::error::Error, "could not transform an import set");
    if let Err(error) = shared.database.write_after_requests(|transaction| run::give_up(transaction, set)) {
        tracing::error!(set, error = &error as &dyn std::error::Error, "could not give up an import set");
        shared.bell.pause(RETRY_PAUSE);
    }
}

fn run_set(shared: &Shared, set: &str) -> Result<(), Error> {
    let hits = shared.misbehaviour.hits(Concern::Transform, "");
    for kind in &hits {
        if let FaultKind::SlowTransform(milliseconds) = kind {
            shared.bell.pause(Duration::from_millis(u64::from(*milliseconds)));
        }
    }
    let dictionary = shared.dictionary();
    let mut runner =
        shared.database.write_after_requests(|transaction| Runner::start(transaction, dictionary, set, 0))?;
    while hits.contains(&FaultKind::Stick) && shared.misbehaviour.has(&FaultKind::Stick) && !shared.bell.stopped() {
        shared.bell.pause(STUCK_PAUSE);
    }
    while shared.database.write_after_requests(|transaction| runner.block(transaction))? {
        shared.bell.wait_while_held();
    }
    shared.database.write_after_requests(|transaction| runner.finish(transaction, true))?;
    shared.books.transformed(&runner.counts());
    Ok(())
}
