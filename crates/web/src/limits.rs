//! Every limit of this crate by name, with its reason.

use std::time::Duration;

use jiff::SignedDuration;

/// Steps of a run that are told of while it works: two pipelines have three each, and a tenant some twenty data sets.
pub const LIVE_STEPS_MAX: usize = 64;

/// Notes of a run that are told of while it works: the newest say how it stands.
pub const LIVE_NOTES_MAX: usize = 20;

/// How long the scheduler looks at nothing at most: settings may be changed by another process.
pub const LOOK_AGAIN_MAX: Duration = Duration::from_secs(15);

/// How long it rests at least, so that a moment that is just over is not looked at a thousand times.
pub const LOOK_AGAIN_MIN: Duration = Duration::from_millis(20);

/// How long after a run's end the schedules are looked at: a hundred runs that end in one second are looked at once.
pub const LOOK_AFTER_END: Duration = Duration::from_millis(500);

/// How often it is looked whether an integration has had no success for too long, which is a matter of hours.
pub const SILENT_LOOKED_FOR_EVERY: Duration = Duration::from_secs(60);

/// How often a place is looked for while somebody waits for one.
pub const PLACE_LOOKED_FOR_EVERY: Duration = Duration::from_millis(100);

/// A run that has told nothing for so long waits for an answer, and gives its place to the next. Pages, batches and groups
/// of rows are told of several times a second by a run that works.
pub const MOVING_WITHIN: Duration = Duration::from_secs(2);

/// How long a run keeps its place: a run of devices takes seconds. A first reading of hours goes on beside those that follow,
/// and does not stand before them.
pub const TURN: Duration = Duration::from_secs(60);

/// Runs that are at work at once, those that only wait among them: each has some connections and buffers of a few megabytes.
pub const RUNS_MAX: usize = 128;

/// How often what is old is looked for.
pub const TIDIED_EVERY: Duration = Duration::from_secs(24 * 3_600);

/// How often applications that came to nothing are tried again before the next night: with runs of devices every quarter of
/// an hour, for an hour.
pub const APPS_TRIED_AGAIN_MAX: u32 = 4;

/// How long runs that are at work are waited for when the service ends: a batch and its confirmation take less.
pub const DRAINED_WITHIN: Duration = Duration::from_secs(60);

/// Runs that work at once: two a core, as each waits for its two ends half of the time, and never so many that their sorts
/// and pages together need more memory than a small machine has.
pub fn places() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    (2 * cores).clamp(2, 8)
}

/// Works that are remembered: more than a person watches.
pub const WORKS_MAX: usize = 64;

/// How long a work that is over is remembered: for a page that is looked at once more.
pub const WORK_KEPT: Duration = Duration::from_secs(3_600);

/// How often an open page is told what changed: a person reads no faster.
pub const EVENTS_EVERY: Duration = Duration::from_millis(250);

/// How often it is looked whether the session of an open page still is one.
pub const SESSION_LOOKED_AT_EVERY: Duration = Duration::from_secs(5);

/// Runs on one page of the list.
pub const RUNS_A_PAGE: usize = 50;

/// Examples of one cause or reason: more of them say nothing new.
pub const EXAMPLES: usize = 10;

/// Rows of one cause on one page of a plan.
pub const PLAN_ROWS_A_PAGE: usize = 100;

/// Pages of a plan: each is read from the plan's beginning, and nobody reads ten thousand rows of one cause.
pub const PLAN_PAGES_MAX: usize = 100;

/// How often it is looked whether a run that was asked for has begun, before the page of the integration is shown instead.
pub const BEGINNING_LOOKED_FOR: u32 = 8;

/// Bounds of the histogram of durations, in seconds: a run that finds nothing changed takes a few, a first night with
/// applications some hours.
pub const RUN_SECONDS_BUCKETS: [f64; 10] = [1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0];

/// Added to the time that a run has for draining, for what the program itself does before it ends.
pub const STOP_MARGIN: Duration = Duration::from_secs(15);

/// Attempts for one notice, the first included: whoever listens restarts within a few seconds or not this night.
pub const NOTICE_ATTEMPTS_MAX: u32 = 3;

/// Longest time for one notice in all. The next event tries again what could not be told.
pub const NOTICE_DEADLINE: Duration = Duration::from_secs(30);

/// Longest time for one attempt: three of them have room in the deadline.
pub const NOTICE_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(9);

/// Largest answer that is read. What is answered is not looked at, except for its status.
pub const NOTICE_ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Longest reason and hint, in characters: they are read in a chat or on a telephone.
pub const NOTICE_TEXT_CHARS_MAX: usize = 1_000;

/// Shortest time between two notices of brakes of one integration. Every run of a quarter of an hour makes a new plan
/// while a brake waits, and each plan is another, although a person has to look once.
pub const BRAKE_NOTICE_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// Kinds of failure that are remembered as told. There are fewer; the rest would be a fault of ours.
pub const FAILURES_TOLD_MAX: usize = 16;

/// Shortest secret that signs, in bytes: what is shorter can be guessed by whoever has one signed notice.
pub const SIGNING_SECRET_BYTES_MIN: usize = 16;

/// Longest time for one export unless a standard variable says otherwise; the specification's own default.
pub const EXPORT_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest time for one export whatever a variable says: what hangs holds back the thread that exports.
pub const EXPORT_TIMEOUT_MAX: Duration = Duration::from_secs(60);

/// Largest answer of a collector that is read: it says how many spans it refused.
pub const EXPORT_ANSWER_BYTES_MAX: usize = 64 * 1024;

/// How long the end of the program waits for what is still to be exported.
pub const EXPORT_SHUTDOWN: Duration = Duration::from_secs(5);

/// Spans of steps that one run may have open or ended: some ten pipelines and data sets with four steps each. What is
/// beyond is not traced, so that a fault of ours does not fill memory.
pub const SPANS_PER_RUN_MAX: usize = 1_000;
