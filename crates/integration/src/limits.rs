//! Every limit of this crate by name, with its reason.

/// The longest name of an integration: it is a folder's name, and with `.key` behind it a file's.
pub const NAME_BYTES_MAX: usize = 63;

/// The longest prefix or subdomain: a label of DNS has no more.
pub const LABEL_BYTES_MAX: usize = 63;

/// The longest address: a host of DNS has 253 characters, and scheme and port come to it.
pub const ADDRESS_BYTES_MAX: usize = 300;

/// The longest client id or account name: ServiceNow's own columns for them are shorter.
pub const TEXT_BYTES_MAX: usize = 255;

/// The longest reason why an integration needs attention: it is shown on one page.
pub const REASON_BYTES_MAX: usize = 1_000;

/// The longest cron expression: five lists of every minute, hour, day, month and weekday have some 400 characters.
pub const CRON_BYTES_MAX: usize = 512;

/// The longest name of a time zone: the longest that there is has 32.
pub const TIME_ZONE_BYTES_MAX: usize = 64;

/// Values of one condition of a scope: a scope is for a trial or a part of a fleet; ten thousand serial numbers are 150
/// kB.
pub const SCOPE_VALUES_MAX: usize = 10_000;

/// The largest file of settings: scope and pinned serial numbers at their limit, with room for long names of tags.
pub const SETTINGS_BYTES_MAX: u64 = 8 * 1_024 * 1_024;

/// The longest secret: tokens have some 90 characters and signed ones some 2,000.
pub const SECRET_BYTES_MAX: usize = 8 * 1_024;

/// The largest file of the vault: three secrets at their limit, two digits a byte, with room for names.
pub const SEALED_BYTES_MAX: u64 = 64 * 1_024;

/// The largest source of a master key: 64 digits and an end of line. What is longer is not read to its end.
pub const MASTER_TEXT_BYTES_MAX: u64 = 80;

/// Distinct bytes that a key has at least. Of 32 random bytes some 30 differ, and fewer than 16 do once in 10^20 keys,
/// but every constant, counted-up or repeated key that somebody typed has fewer or is caught beside it.
pub const KEY_DISTINCT_BYTES_MIN: usize = 16;
