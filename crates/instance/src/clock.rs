//! The time as ServiceNow stores it: UTC, `YYYY-MM-DD HH:MM:SS`. Apart so that the format is written once.

use jiff::Timestamp;

const DATE_TIME: &str = "%Y-%m-%d %H:%M:%S";
const DATE: &str = "%Y-%m-%d";

/// The present second.
pub(crate) fn now() -> String {
    of(Timestamp::now())
}

/// A moment.
pub(crate) fn of(moment: Timestamp) -> String {
    moment.strftime(DATE_TIME).to_string()
}

/// The present day, the first ten characters of [`now`].
pub(crate) fn today() -> String {
    Timestamp::now().strftime(DATE).to_string()
}
