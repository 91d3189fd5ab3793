//! What can go wrong with the memory.

use std::path::{Path, PathBuf};

/// Why the ledger could not remember, or could not be believed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("could not {attempt} `{}`", path.display())]
    File {
        /// What was attempted.
        attempt: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A folder could not be made durable.
    #[error("could not keep the ledger's folders")]
    Folder(#[source] Box<engine::Error>),
    /// Another process works with this state folder.
    #[error("another snowhaul works with `{}`", folder.display())]
    Locked {
        /// The integration's folder.
        folder: PathBuf,
    },
    /// SQLite refused.
    #[error("could not {attempt} in the ledger")]
    Sqlite {
        /// What was attempted.
        attempt: &'static str,
        /// SQLite's answer.
        #[source]
        source: rusqlite::Error,
    },
    /// The ledger was written by a newer version.
    #[error("the ledger has version {found}, and this program knows versions up to {known}")]
    Newer {
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// A text in the ledger is not what this program writes there.
    #[error("the ledger holds `{value}` where {expected} should stand")]
    Unreadable {
        /// What stands there.
        value: String,
        /// What should.
        expected: &'static str,
    },
    /// The file of held rows is not the one that was committed.
    #[error("`{}` is damaged: its digest is not the one that the ledger committed", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The file of held rows could not be written or read.
    #[error("could not {attempt} what is held in `{table}`")]
    Held {
        /// What was attempted.
        attempt: &'static str,
        /// The staging table.
        table: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Held rows do not rise from key to key: the file is not what this program writes.
    #[error("what is held in `{table}` is not sorted by key, each key once")]
    Order {
        /// The staging table.
        table: String,
    },
    /// The audit trail is not what was written.
    #[error("the audit trail is broken: entry {entry} is not what was written, or does not follow the one before")]
    AuditBroken {
        /// The first entry that does not hold.
        entry: i64,
    },
    /// No such run.
    #[error("there is no run {0}")]
    UnknownRun(i64),
}

impl Error {
    /// What the person who reads the error can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Locked { .. } => Some("wait for it to end; two runs of one integration never work at once".to_owned()),
            Self::Newer { .. } => Some("use the newer program; an older one would misread the ledger".to_owned()),
            Self::Damaged { .. } | Self::Order { .. } => Some(
                "restore the state folder from a copy; without it, begin an integration anew under another --integration name".to_owned(),
            ),
            Self::AuditBroken { .. } => Some(
                "somebody changed the ledger by hand: hold it against a copy from before; runs go on without it".to_owned(),
            ),
            Self::UnknownRun(_) => Some("`snowhaul runs list` names those that are there".to_owned()),
            _ => None,
        }
    }
}

pub(crate) fn sqlite(attempt: &'static str) -> impl Fn(rusqlite::Error) -> Error {
    move |source| Error::Sqlite { attempt, source }
}

pub(crate) fn at(attempt: &'static str, path: &Path, source: std::io::Error) -> Error {
    Error::File { attempt, path: path.to_owned(), source }
}
