//! Every limit of this crate by name, with its reason.

use std::time::Duration;

use jiff::SignedDuration;

/// Attempts for one request while both ends are looked at: a person waits for the answer, and may ask again.
pub const ATTEMPTS_MAX: u32 = 2;

/// How long the history of an integration is kept that was deleted.
pub const HISTORY_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long a run that works is waited for: a batch and what the instance makes of it take less, but for a pause that the
/// instance asks for.
pub const RUN_ENDS_WITHIN: Duration = Duration::from_secs(120);

/// How often it is looked for whether a run has ended, or whether it is told to stop.
pub const LOOKED_FOR_EVERY: Duration = Duration::from_millis(250);

/// How long settings that somebody else is writing are waited for: writing them takes milliseconds.
pub const SETTINGS_WAITED_FOR: Duration = Duration::from_secs(10);

/// Runs that are told of one integration: they fit into a page.
pub const RUNS_TOLD: usize = 30;

/// Snapshots of an integration that are kept, whatever they are: what is built upon, explained and replayed is among the
/// newest.
pub const SNAPSHOTS_KEPT: usize = 31;

/// Days of which the newest complete snapshot is kept: a retirement looks back over three of them, a carried-over record
/// over a week, and a person over a month.
pub const WHOLE_DAYS_KEPT: usize = 31;

/// Device runs of many integrations are spread over this: a minute late is not seen by whoever waits a quarter of an
/// hour, and a hundred integrations are then one or two a second.
pub const DEVICES_JITTER_MAX: SignedDuration = SignedDuration::from_secs(60);

/// Application runs are spread further, because each of them reads hundreds of thousands of rows.
pub const APPS_JITTER_MAX: SignedDuration = SignedDuration::from_mins(15);

/// At most this part of the time between two moments of a schedule is spent on spreading, so that a run for one moment
/// never begins near the next.
pub const JITTER_DIVISOR: i32 = 4;

/// How far a run may lie ahead of the clock and still count. A clock that went back by less makes integrations wait
/// that long; one that went back by more was wrong before, and what it dated is not believed.
pub const CLOCK_BACK_MAX: SignedDuration = SignedDuration::from_hours(1);

/// Longest time until the clock is looked at again. Whoever sleeps until a moment of the calendar sleeps too long when
/// the calendar is put forward; a minute of that harms nobody.
pub const LOOK_AGAIN_MAX: SignedDuration = SignedDuration::from_secs(60);
