//! When the runs of an integration were begun, kept from process to process: `<state>/<name>/schedule.json`. Apart from the
//! ledger, because the ledger knows a run only when its reading is over, and the hour before that counts as well.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use service::schedule::Done;
use service::{SCHEDULE_FILE, Sends};

use crate::limits;

/// When runs were begun, and whether the last one ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Marks {
    devices: Option<Timestamp>,
    apps: Option<Timestamp>,
    /// What the last run was to send, until it ended.
    open: Option<Open>,
    /// How often applications came to nothing since they last did not, and are owed.
    apps_failures: u32,
    /// The plan of this run was approved here, and is to be sent.
    plan: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Open {
    Devices,
    Everything,
}

/// What a run came to, as schedules go by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CameTo {
    /// Nothing more is to be done before the next moment.
    Enough,
    /// It stopped at something that may be over soon: a tenant or an instance out of reach, a budget that is spent.
    Nothing,
}

impl Marks {
    /// Those of a folder. A file that is not there, or not ours, says that nothing was ever run: then it is due, and a run
    /// that changes nothing costs little.
    pub(super) fn read(folder: &Path) -> Self {
        let text = std::fs::read(folder.join(SCHEDULE_FILE)).ok();
        text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    /// Whole or not at all.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let beside = folder.join(format!("{SCHEDULE_FILE}.new"));
        std::fs::write(&beside, serde_json::to_vec(self)?)?;
        std::fs::rename(beside, folder.join(SCHEDULE_FILE))
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

    /// What is sent when devices are due: applications as well where they are owed. They come once a night, and a tenant
    /// that was out of reach for a minute at two is back at a quarter past.
    pub(super) fn with_devices(&self) -> Sends {
        if self.apps_failures > 0 { Sends::Everything } else { Sends::Devices }
    }

    /// The plan that was approved here and is to be sent.
    pub(super) fn plan(&self) -> Option<i64> {
        self.plan
    }

    /// The same with another plan that is to be sent, or none.
    pub(super) fn with_plan(self, plan: Option<i64>) -> Self {
        Self { plan, ..self }
    }

    /// A run begins.
    pub(super) fn begun(mut self, sends: Sends, now: Timestamp) -> Self {
        self.devices = Some(now);
        self.open = Some(Open::Devices);
        if sends == Sends::Everything {
            self.apps = Some(now);
            self.open = Some(Open::Everything);
        }
        self
    }

    /// A run ended.
    pub(super) fn ended(mut self, sends: Sends, came_to: CameTo) -> Self {
        self.open = None;
        if sends == Sends::Everything {
            let is_owed = came_to == CameTo::Nothing && self.apps_failures < limits::APPS_TRIED_AGAIN_MAX;
            self.apps_failures = if is_owed { self.apps_failures + 1 } else { 0 };
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use service::schedule::{Due, Timetable};

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
        assert_eq!(read.ended(Sends::Everything, CameTo::Enough).open(false), None);
        std::fs::write(folder.path().join(SCHEDULE_FILE), "{").expect("written");
        assert_eq!(Marks::read(folder.path()), Marks::default(), "a damaged file ends no schedule");
    }

    #[test]
    fn applications_that_came_to_nothing_go_with_the_next_runs_of_devices_a_few_times() {
        let timetable = Timetable::new("acme", "*/15 * * * *", Some("0 2 * * *"), "UTC", at(0)).expect("schedules");
        let night = at(100 * 86_400 + 2 * 3_600 + 20 * 60);
        let mut marks = Marks::default().begun(Sends::Everything, night).ended(Sends::Everything, CameTo::Enough);
        assert_eq!(marks.with_devices(), Sends::Devices);
        let mut now = night;
        for time in 0..=limits::APPS_TRIED_AGAIN_MAX {
            marks = marks.begun(Sends::Everything, now).ended(Sends::Everything, CameTo::Nothing);
            assert_eq!(timetable.decide(marks.done(), now).due, Due::Nothing, "time {time}: not at once");
            now += SignedDuration::from_mins(16);
            assert_eq!(timetable.decide(marks.done(), now).due, Due::Devices, "time {time}");
            let is_last = time == limits::APPS_TRIED_AGAIN_MAX;
            assert_eq!(marks.with_devices() == Sends::Devices, is_last, "time {time}");
        }
        // A run of devices says nothing of them.
        marks = marks.begun(Sends::Everything, now).ended(Sends::Everything, CameTo::Nothing);
        marks = marks.begun(Sends::Devices, now).ended(Sends::Devices, CameTo::Enough);
        assert_eq!(marks.with_devices(), Sends::Everything);
    }
}
