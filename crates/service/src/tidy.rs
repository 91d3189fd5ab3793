//! Removing what is old: the history of integrations that were deleted, when its days are over, and snapshots that nothing
//! is built upon any more. Apart from runs, because none of it is needed for anything to be right.

use integration::Name;
use jiff::Timestamp;
use snapshot::Completeness;

use crate::delete::deletion;
use crate::desk::Desk;
use crate::error::Error;
use crate::limits::{SNAPSHOTS_KEPT, WHOLE_SNAPSHOTS_KEPT};

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

    /// Removes snapshots of an integration but the newest ones and the newest complete ones.
    ///
    /// # Errors
    /// The folder of snapshots cannot be read. One that cannot be removed stays.
    pub fn tidy_snapshots(&self, name: &Name) -> Result<Tidied, Error> {
        let store = self.snapshots(name)?;
        let mut tidied = Tidied::default();
        let mut whole = 0;
        for (place, snapshot) in store.sealed()?.into_iter().rev().enumerate() {
            let is_whole = store.show(&snapshot).is_ok_and(|manifest| {
                manifest.completeness == Completeness::Full
                    && manifest.data_sets.iter().any(|file| file.data_set == extract::DataSet::Apps.name())
            });
            whole += usize::from(is_whole);
            let is_kept = place < SNAPSHOTS_KEPT || (is_whole && whole <= WHOLE_SNAPSHOTS_KEPT);
            if !is_kept && store.remove(&snapshot).is_ok() {
                tidied.snapshots += 1;
            }
        }
        Ok(tidied)
    }
}
