//! Removing what is old: the history of integrations that were deleted, when its days are over, and snapshots that nothing
//! is built upon any more. Apart from runs, because none of it is needed for anything to be right.

use std::collections::BTreeSet;

use integration::Name;
use jiff::Timestamp;
use snapshot::Completeness;

use crate::delete::deletion;
use crate::desk::Desk;
use crate::error::Error;
use crate::limits::{SNAPSHOTS_KEPT, WHOLE_DAYS_KEPT};

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Integrations whose history is gone.
    pub histories: Vec<String>,
    /// Snapshots that are gone.
    pub snapshots: usize,
}

impl Desk {
    /// Removes the history of integrations that were deleted, where its time is over.
    ///
    /// # Errors
    /// The state folder cannot be read. What cannot be removed is tried again another time.
    pub async fn tidy_deleted(&self, now: Timestamp) -> Result<Tidied, Error> {
        let mut tidied = Tidied::default();
        let attempt = |source| Error::File { attempt: "read", path: self.state().to_owned(), source };
        if !self.state().exists() {
            return Ok(tidied);
        }
        for entry in std::fs::read_dir(self.state()).map_err(attempt)? {
            let entry = entry.map_err(attempt)?;
            let Some(name) = entry.file_name().to_str().and_then(|name| name.parse::<Name>().ok()) else { continue };
            let Ok(Some(deletion)) = deletion(&entry.path()) else { continue };
            let is_over = deletion.history_until.parse::<Timestamp>().is_ok_and(|until| until <= now);
            if is_over && self.purge(&name).await.is_ok_and(|is_gone| is_gone) {
                tidied.histories.push(name.to_string());
            }
        }
        Ok(tidied)
    }

    /// Removes snapshots of an integration but the newest ones, and of the days before them the newest complete one each.
    ///
    /// # Errors
    /// The folder of snapshots cannot be read. One that cannot be removed stays.
    pub fn tidy_snapshots(&self, name: &Name) -> Result<Tidied, Error> {
        let mut tidied = Tidied::default();
        if !self.folder_of(name).join("snapshots").is_dir() {
            return Ok(tidied);
        }
        let store = self.snapshots(name)?;
        let mut days = BTreeSet::new();
        for (place, snapshot) in store.sealed()?.into_iter().rev().enumerate() {
            // What cannot be read may be what somebody wants to look at.
            let Ok(manifest) = store.show(&snapshot) else { continue };
            let day = manifest.begun_at.get(..DAY_CHARS).unwrap_or_default().to_owned();
            let is_whole = manifest.completeness == Completeness::Full;
            let is_days_own = is_whole && days.len() < WHOLE_DAYS_KEPT && days.insert(day);
            if place >= SNAPSHOTS_KEPT && !is_days_own && store.remove(&snapshot).is_ok() {
                tidied.snapshots += 1;
            }
        }
        Ok(tidied)
    }
}

/// Characters of a date in a time as manifests write it, `2026-11-30`.
const DAY_CHARS: usize = 10;
