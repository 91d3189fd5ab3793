//! When the runs of an integration were begun, kept from process to process: `<state>/<name>/schedule.json`. Apart from the
//! ledger, because the ledger knows a run only when its reading is over, and the hour before that counts as well.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use service::Sends;
use service::schedule::Done;

use crate::limits;

/// The file's name in an integration's folder.
const FILE: &str = "schedule.json";

/// When runs were begun, and whether the last one ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Marks {
    devices: Option<Timestamp>,
    apps: Option<Timestamp>,
    /// What the last run was to send, until it ended.
    open: Option<Open>,
    /// When applications were begun before the run that is open, and how often they came to nothing since.
    apps_before: Option<Timestamp>,
    apps_failures: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Open {
    Devices,
    Everything,
}

impl Marks {
    /// Those of a folder. A file that is not there, or not ours, says that nothing was ever run: then it is due, and a run
    /// that changes nothing costs little.
    pub(super) fn read(folder: &Path) -> Self {
        let text = std::fs::read(folder.join(FILE)).ok();
        text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    /// Whole or not at all.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let beside = folder.join(format!("{FILE}.new"));
        std::fs::write(&beside, serde_json::to_vec(self)?)?;
        std::fs::rename(beside, folder.join(FILE))
    }

    /// What the schedules go by.
    pub(super) fn done(&self) -> Done {
        Done { devices: self.devices, apps: self.apps }
    }

    /// What a run that was never heard of again was to send; nothing where it is still at work.
    pub(super) fn open(&self, is_working: bool) -> Option<Sends> {
        if is_working {
            return None;
        }
        self.open.map(|open| match open {
            Open::Devices => Sends::Devices,
            Open::Everything => Sends::Everything,
        })
    }

    /// A run begins.
    pub(super) fn begun(mut self, sends: Sends, now: Timestamp) -> Self {
        self.devices = Some(now);
        self.open = Some(Open::Devices);
        if sends == Sends::Everything {
            // A run that goes on after a kill is the same run.
            if self.apps_failures == 0 {
                self.apps_before = self.apps;
            }
            self.apps = Some(now);
            self.open = Some(Open::Everything);
        }
        self
    }

    /// A run ended. Applications that came to nothing are due again with the next run of devices, a few times: they come
    /// once a night, and a tenant that was out of reach for a minute at two is back at a quarter past.
    pub(super) fn ended(mut self, sends: Sends, is_complete: bool) -> Self {
        self.open = None;
        if sends == Sends::Everything {
            if is_complete || self.apps_failures >= limits::APPS_TRIED_AGAIN_MAX {
                self.apps_failures = 0;
            } else {
                self.apps_failures += 1;
                self.apps = self.apps_before;
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn a_run_that_never_ended_is_open_and_is_so_in_the_next_process() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Marks::read(folder.path()), Marks::default());
        Marks::default().begun(Sends::Everything, at(7)).write(folder.path()).expect("written");
        let read = Marks::read(folder.path());
        assert_eq!((read.open(false), read.open(true)), (Some(Sends::Everything), None));
        assert_eq!(read.done(), Done { devices: Some(at(7)), apps: Some(at(7)) });
        assert_eq!(read.ended(Sends::Everything, true).open(false), None);
        std::fs::write(folder.path().join(FILE), "{").expect("written");
        assert_eq!(Marks::read(folder.path()), Marks::default(), "a damaged file ends no schedule");
    }

    #[test]
    fn applications_that_came_to_nothing_are_due_again_a_few_times() {
        let mut marks = Marks::default().begun(Sends::Everything, at(1)).ended(Sends::Everything, true);
        for time in 0..limits::APPS_TRIED_AGAIN_MAX {
            let now = at(100 + i64::from(time));
            marks = marks.begun(Sends::Everything, now).ended(Sends::Everything, false);
            assert_eq!(marks.done(), Done { devices: Some(now), apps: Some(at(1)) }, "time {time}");
        }
        marks = marks.begun(Sends::Everything, at(200)).ended(Sends::Everything, false);
        assert_eq!(marks.done().apps, Some(at(200)), "then the next night has to do");
        marks = marks.begun(Sends::Devices, at(300)).ended(Sends::Devices, false);
        assert_eq!(marks.done(), Done { devices: Some(at(300)), apps: Some(at(200)) });
    }
}
