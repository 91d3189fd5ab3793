//! SQLite below everything: one connection that writes, others that read.
//!
//! ```text
//!   requests that write ─┐                       ┌─ requests that read (a connection each)
//!   transformer ─────────┴─▶ writer (one mutex) ─┴─▶ instance.sqlite, WAL
//! ```
//!
//! Readers see the last committed state and never wait for a transform. What holds: a write is one transaction,
//! all or nothing, and no lock is kept across an await, because all of it runs on blocking threads.

mod folder;
mod schema;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub(crate) use folder::Folder;
pub(crate) use schema::{collation, create_index, drop_table, synchronise};

use crate::error::Error;
use crate::limits::{
    BUSY_TIMEOUT, CACHE_KIBIBYTES, IDLE_READERS_MAX, LOG_PAGES, PREPARED_STATEMENTS, YIELD_TO_REQUESTS,
};

/// The database of one instance. Fields are dropped in order: connections before the folder they are in.
pub(crate) struct Database {
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    /// Requests that wait for the writer; the transformer lets them go first.
    waiting: AtomicUsize,
    folder: Folder,
}

impl Database {
    /// Opens or makes `instance.sqlite` in the folder.
    pub(crate) fn open(folder: Folder) -> Result<Self, Error> {
        let writer = connect(&folder.database())?;
        writer.pragma_update(None, "journal_mode", "wal")?;
        // A simulated instance may lose its last seconds when the machine loses power, never its consistency: in
        // WAL mode NORMAL means that. A temporary database has nobody to lose anything to.
        writer.pragma_update(None, "synchronous", if folder.is_temporary() { "off" } else { "normal" })?;
        Ok(Self { writer: Mutex::new(writer), readers: Mutex::default(), waiting: AtomicUsize::new(0), folder })
    }

    /// Runs `work` in one transaction and commits it, unless it fails.
    pub(crate) fn write<T, E: From<Error>>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, E>) -> Result<T, E> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let writer = self.writer.lock();
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        // A panic inside `work` rolled its transaction back when it unwound: the connection is sound.
        let mut writer = writer.unwrap_or_else(PoisonError::into_inner);
        let transaction = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| E::from(Error::from(source)))?;
        let answer = work(&transaction)?;
        transaction.commit().map_err(|source| E::from(Error::from(source)))?;
        Ok(answer)
    }

    /// As [`Self::write`], after requests that wait: a mutex is not fair, and the transformer locks it again and again.
    pub(crate) fn write_after_requests<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let started = Instant::now();
        while self.waiting.load(Ordering::Relaxed) > 0 && started.elapsed() < YIELD_TO_REQUESTS {
            std::thread::yield_now();
        }
        self.write(work)
    }

    /// Runs `work` on one consistent state of the database.
    pub(crate) fn read<T, E: From<Error>>(&self, work: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => self.reader()?,
        };
        let answer = {
            let transaction = reader.unchecked_transaction().map_err(|source| E::from(Error::from(source)))?;
            work(&transaction)
        };
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < IDLE_READERS_MAX {
            readers.push(reader);
        }
        answer
    }

    fn reader(&self) -> Result<Connection, Error> {
        let reader = connect(&self.folder.database())?;
        reader.pragma_update(None, "query_only", true)?;
        Ok(reader)
    }
}

fn connect(path: &Path) -> Result<Connection, Error> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    // SQLite reads a negative size as KiB, and a positive one as pages.
    connection.pragma_update(None, "cache_size", -CACHE_KIBIBYTES)?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(connection)
}
