//! Every bound of this crate, with its reason. Apart so that what one hostile answer can cost is read in one place.

/// A page of 300 devices with all their details is some 10 MiB; more than this is not a page. It also keeps every text
/// column below the 2 GiB that its 32-bit offsets can address.
pub const PAGE_BYTES_MAX: usize = 256 * 1024 * 1024;

/// The deepest published record has five levels; the reader recurses, so its depth is bounded well inside one stack.
pub const DEPTH_MAX: u32 = 64;

/// Names, paths and signatures are short; a longer string is an attack or a fault of the sender. Numbers count as well.
pub const STRING_BYTES_MAX: usize = 1024 * 1024;

/// The widest published record has 60 keys; keys are remembered to find duplicates, which costs memory for each.
pub const OBJECT_KEYS_MAX: usize = 10_000;

/// The service gives 300 records a page at most; a list of one device's applications may be longer.
pub const PAGE_RECORDS_MAX: u32 = 10_000;

/// Items of one nested list, summed over a page: `{}` is two bytes of body, but a row in every column of its list.
pub const PAGE_LIST_ITEMS_MAX: usize = 1_000_000;

/// Unknown names that drift reports by name in one object; the rest is counted together.
pub const UNKNOWN_NAMES_MAX: usize = 1_000;

/// Fields of one declared object: seen fields are the bits of one `u128`.
pub(crate) const DECLARED_FIELDS_MAX: usize = 128;

/// Rows that are asked for in one page: the most that the service gives.
pub const PAGE_ROWS: u64 = 300;

/// Audit events that are asked for in one page: the most that the service gives.
pub const AUDIT_PAGE_ROWS: u64 = 500;

/// Rows of the page before that each page of the device list repeats: the list has no cursor, and a device that leaves
/// while it is read would move its successor over the border of two pages, unseen.
pub const DEVICES_OVERLAP_ROWS: u64 = 1;

/// Times that the device list is read as a whole where its order does not hold, before it is called incomplete.
pub const DEVICES_PASSES_MAX: u32 = 4;

/// Steps back in the device list after devices left while it was read; more than this in a row is no fleet.
pub const DEVICES_STEPS_BACK_MAX: u32 = 32;

/// Serial numbers that are asked for one by one; more are filtered out of the whole list.
pub const SERIALS_ASKED_MAX: usize = 20;

/// Pages that wait for whoever makes them durable: enough to bridge the writing of a part, few enough that they are
/// some megabytes.
pub const PIECES_WAITING: usize = 16;

/// Devices that are asked about side by side. The budget's rate decides the pace; this many hide a round trip of 200
/// milliseconds at 40 requests a second.
pub const DEVICES_AT_ONCE: usize = 8;

/// Data sets that are read side by side, for the same reason.
pub const DATA_SETS_AT_ONCE: usize = 3;

/// Details are read again when they are a week old: hardware does not change, and what does is in the list.
pub const DETAILS_AGE_MAX: std::time::Duration = std::time::Duration::from_secs(7 * 24 * 3600);

/// Prism is read as a whole once a week: a window by `updated_at` does not show what is gone.
pub const WHOLE_EVERY: std::time::Duration = std::time::Duration::from_secs(7 * 24 * 3600);

/// A window reaches back this much further than the reading before it began: Prism's rows lag behind, nobody says by how
/// much, and a Mac sends its applications once in 24 hours.
pub const WINDOW_OVERLAP: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

/// The share of the request budget that details may take. A large fleet's are read in the course of several nights.
pub const DETAILS_BUDGET_SHARE: f64 = 0.5;

/// Pages of applications above which an export is quicker, where neither budget nor permission decides: an export is a
/// dozen requests whatever the size, but minutes of waiting.
pub const EXPORT_FROM_PAGES: u64 = 1_000;

/// Requests that an export takes: one to ask for it, and some to hear that it is there.
pub const EXPORT_REQUESTS: u64 = 12;

/// The first wait for an export; it doubles up to the next. The published sample took one second.
pub const EXPORT_POLL_MIN: std::time::Duration = std::time::Duration::from_secs(1);

/// The longest wait between two questions about an export.
pub const EXPORT_POLL_MAX: std::time::Duration = std::time::Duration::from_secs(30);

/// An export that is not there after this is given up.
pub const EXPORT_DEADLINE: std::time::Duration = std::time::Duration::from_secs(30 * 60);

/// Rows of an export that make one page.
pub const EXPORT_PAGE_ROWS: usize = 8_192;

/// Chunks of an export that wait to be read.
pub const EXPORT_CHUNKS_WAITING: usize = 16;

/// Bytes at the end of a page in which its cursor is looked for while the page is still to be decoded.
pub const TAIL_BYTES: usize = 1_024;

/// Devices that one filter of Prism names; an address has to stay below what servers take.
pub const FILTER_DEVICES_MAX: usize = 100;

/// Times that a page is asked for which came and could not be read.
pub const PAGE_ATTEMPTS_MAX: u32 = 3;

/// Pages of an export that wait to be handed on; each is some thousands of rows.
pub const EXPORT_PAGES_WAITING: usize = 2;

/// Bytes of one record of an export, all its fields together: a row of Prism is a kilobyte, and whatever never ends is no
/// row.
pub const EXPORT_RECORD_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Times that pages by offset are read as a whole where rows came or went meanwhile, before they are called incomplete.
pub const OFFSET_PASSES_MAX: u32 = 3;
