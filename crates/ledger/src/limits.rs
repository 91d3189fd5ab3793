//! Every limit of this crate by name, with its reason.

/// Held rows that are buffered before they are handed to the encoder: one batch of the engine's, so that a reader gets
/// back what was written at once.
pub const HELD_WRITE_ROWS: usize = 8_192;

/// Folders of plans that are kept for whoever asks what a run sent, or puts it back: a month of nights. A plan that may
/// still be on its way is kept for as long as it is.
pub const PLANS_KEPT: usize = 31;

/// Runs whose outcomes are kept row by row: a month of nights.
pub const OUTCOMES_KEPT: usize = 31;

/// Hours for which an approval lets its plan through: a night and the working day after it.
pub const APPROVAL_HOURS: i64 = 24;

/// Batches of held rows that are read before a comparison has come to them: enough that neither waits for the other long,
/// and a few megabytes.
pub const HELD_BATCHES_AHEAD: usize = 2;
