//! Why an integration failed last. Apart from the ledger, which knows a run only when its reading is over: a tenant that is
//! out of reach for a week would leave nothing there.

use std::io;
use std::path::Path;

use integration::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::error::{Error, Kind};
use crate::files::FAILURE_FILE;

/// A failure that nothing has mended since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// When.
    pub at: Timestamp,
    /// What went wrong.
    pub reason: String,
    /// What to do about it; empty where nothing is known.
    pub hint: String,
}

impl Desk {
    /// Why an integration failed last; none where it has succeeded since.
    pub fn failure(&self, name: &Name) -> Option<Failure> {
        let text = std::fs::read(self.folder_of(name).join(FAILURE_FILE)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Notes how something went that was to reach both ends. It is told by pages and `status`; where it cannot be written,
    /// the log has it.
    pub fn note_failure<T>(&self, name: &Name, ended: &Result<T, Error>) {
        let folder = self.folder_of(name);
        let noted = match ended {
            Ok(_) => forget(&folder),
            // Nothing went wrong: it was paused, is at work elsewhere, or was ended.
            Err(error) if error.is_elsewhere() => Ok(()),
            Err(error) if matches!(error.kind(), Kind::Asked | Kind::Cancelled) => Ok(()),
            Err(error) => note(&folder, error),
        };
        if let Err(error) = noted {
            tracing::warn!(integration = %name, %error, "it could not be noted how it went");
        }
    }
}

fn note(folder: &Path, error: &Error) -> io::Result<()> {
    let failure = Failure { at: Timestamp::now(), reason: error.told(), hint: error.hint().unwrap_or_default() };
    std::fs::write(folder.join(FAILURE_FILE), serde_json::to_vec(&failure)?)
}

fn forget(folder: &Path) -> io::Result<()> {
    match std::fs::remove_file(folder.join(FAILURE_FILE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
