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
