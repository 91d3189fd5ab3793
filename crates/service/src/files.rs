//! Files in an integration's folder that say how its connection goes. Named in one place, because a new connection of an old
//! name begins without any of them.

/// When runs were begun, as the scheduler keeps it.
pub const SCHEDULE_FILE: &str = "schedule.json";

/// What was told of it by notices.
pub const NOTICED_FILE: &str = "noticed.json";

/// Why it failed last, where it has not succeeded since.
pub(crate) const FAILURE_FILE: &str = "failure.json";
