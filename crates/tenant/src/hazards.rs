//! How often each awkward record occurs. All rates stand here, so that a reader sees what the fleet is made to contain and a test
//! can ask for each by name. They count by number and not by chance: a fleet of 500 machines holds every one of them.
//!
//! Source: the vendor's published samples and recordings by others, and what users of such integrations complain about.

use rand::Rng;

/// One record in `every`; the first is the one with the number `first`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    every: u32,
    first: u32,
}

impl Rate {
    const fn one_in(every: u32, first: u32) -> Self {
        assert!(first < every, "the first record of a rate must be among the first `every`");
        Self { every, first }
    }

    /// Whether the record of this number is one of them.
    pub(crate) const fn hits(self, number: u32) -> bool {
        number % self.every == self.first
    }

    /// The same rate by chance, where records have no number of their own: application rows.
    pub(crate) fn chances(self, rng: &mut impl Rng) -> bool {
        self.hits(rng.next_u32())
    }
}

// ---- Names of devices, by machine. Where two meet, the one further up in this list wins. ------------

/// A name that is markup.
pub(crate) const NAME_IS_MARKUP: Rate = Rate::one_in(500, 37);
/// A name that is exactly `NULL`, which clears a field in ServiceNow.
pub(crate) const NAME_IS_NULL: Rate = Rate::one_in(500, 61);
/// A name that a spreadsheet would run.
pub(crate) const NAME_IS_FORMULA: Rate = Rate::one_in(500, 83);
/// A name of 300 characters.
pub(crate) const NAME_IS_LONG: Rate = Rate::one_in(500, 107);
/// A name with a control character in it.
pub(crate) const NAME_HAS_CONTROL: Rate = Rate::one_in(250, 131);
/// A name with an emoji outside of the basic plane.
pub(crate) const NAME_HAS_EMOJI: Rate = Rate::one_in(83, 17);
/// A name written from right to left.
pub(crate) const NAME_IS_RIGHT_TO_LEFT: Rate = Rate::one_in(113, 29);
/// A name in another script, or with combining marks.
pub(crate) const NAME_IS_NOT_ASCII: Rate = Rate::one_in(67, 41);
/// The owner's name with a curly apostrophe, as macOS makes it.
pub(crate) const NAME_HAS_CURLY_APOSTROPHE: Rate = Rate::one_in(4, 2);

// ---- Serial numbers, by machine ----------------------------------------------------------------------

/// No serial number at all.
pub(crate) const SERIAL_IS_EMPTY: Rate = Rate::one_in(243, 21);
/// The serial number `0`.
pub(crate) const SERIAL_IS_ZERO: Rate = Rate::one_in(247, 146);
/// The placeholder that firmware was shipped with.
pub(crate) const SERIAL_IS_PLACEHOLDER: Rate = Rate::one_in(241, 221);
/// A serial number in lower case between spaces.
pub(crate) const SERIAL_IS_UNTIDY: Rate = Rate::one_in(119, 33);
/// A virtual machine with a random serial number; by Mac.
pub(crate) const IS_VIRTUAL: Rate = Rate::one_in(45, 4);

// ---- Enrolment and presence, by machine --------------------------------------------------------------

/// Enrolled a second time: the former device id is still listed, under the same serial number.
pub(crate) const IS_ENROLLED_AGAIN: Rate = Rate::one_in(47, 9);
/// Of those enrolled again, by machine: Prism still tells the former device id.
pub(crate) const PRISM_KNOWS_FORMER_ID: Rate = Rate::one_in(2, 1);
/// Not seen for weeks, `is_missing`.
pub(crate) const IS_MISSING: Rate = Rate::one_in(31, 12);
/// Removed and still listed, `is_removed`.
pub(crate) const IS_REMOVED: Rate = Rate::one_in(61, 45);
/// Listed, but without details (the endpoint answers 404).
pub(crate) const HAS_NO_DETAILS: Rate = Rate::one_in(41, 27);
/// Listed, but not yet in Prism.
pub(crate) const IS_NOT_IN_PRISM: Rate = Rate::one_in(53, 19);
/// A further device was deleted: its Prism rows are still told.
pub(crate) const IS_DEPARTED: Rate = Rate::one_in(49, 5);
/// Of the departed, by their own number: the details are still told as well.
pub(crate) const DEPARTED_HAS_DETAILS: Rate = Rate::one_in(2, 0);
/// Prism rows weeks older than the list, with an older system.
pub(crate) const PRISM_LAGS: Rate = Rate::one_in(21, 6);
/// Lost mode is on; by iPhone and by iPad.
pub(crate) const IS_LOST: Rate = Rate::one_in(16, 3);

// ---- Fields of devices, by machine -------------------------------------------------------------------

/// Assigned to nobody: `user` is `""`.
pub(crate) const HAS_NO_USER: Rate = Rate::one_in(8, 3);
/// No asset tag, told as null.
pub(crate) const ASSET_TAG_IS_NULL: Rate = Rate::one_in(9, 4);
/// No asset tag, told as `""`.
pub(crate) const ASSET_TAG_IS_EMPTY: Rate = Rate::one_in(5, 1);
/// The list's check-in with `+00:00` where it mostly has `Z`.
pub(crate) const CHECK_IN_HAS_OFFSET: Rate = Rate::one_in(10, 7);
/// A rapid security response on top of the system, `supplemental_os_version_extra`.
pub(crate) const HAS_RAPID_RESPONSE: Rate = Rate::one_in(51, 14);
/// A MAC address in upper case.
pub(crate) const MAC_ADDRESS_IS_UPPER_CASE: Rate = Rate::one_in(15, 8);
/// A MAC address with dashes.
pub(crate) const MAC_ADDRESS_HAS_DASHES: Rate = Rate::one_in(25, 11);
/// A MAC address without its leading zeros.
pub(crate) const MAC_ADDRESS_IS_UNPADDED: Rate = Rate::one_in(35, 16);
/// Fields that no sample has: the vendor adds some without notice.
pub(crate) const HAS_UNKNOWN_FIELDS: Rate = Rate::one_in(43, 24);

// ---- People, by person -------------------------------------------------------------------------------

/// Archived in the directory; devices may still be assigned to them.
pub(crate) const IS_ARCHIVED: Rate = Rate::one_in(33, 10);
/// Unknown to the CMDB, which leaves some 92 % known.
pub(crate) const IS_UNKNOWN_DOWNSTREAM: Rate = Rate::one_in(13, 6);

// ---- Applications, by rank in the catalogue of invented ones ------------------------------------------

/// Sold in the App Store and signed by it.
pub(crate) const APP_IS_FROM_STORE: Rate = Rate::one_in(5, 3);
/// Not signed: `signature` is `""`, only the developer's name is told.
pub(crate) const APP_IS_UNSIGNED: Rate = Rate::one_in(20, 7);
/// Brings a helper nested in it.
pub(crate) const APP_HAS_HELPER: Rate = Rate::one_in(4, 1);
/// Brings a second helper, nested in its frameworks.
pub(crate) const APP_HAS_SECOND_HELPER: Rate = Rate::one_in(12, 5);
/// The bundle id is `""`.
pub(crate) const BUNDLE_ID_IS_EMPTY: Rate = Rate::one_in(60, 22);
/// The bundle id is `No value`.
pub(crate) const BUNDLE_ID_IS_NO_VALUE: Rate = Rate::one_in(75, 31);
/// The newest version is no number.
pub(crate) const VERSION_IS_ODD: Rate = Rate::one_in(30, 14);
/// A name with a control character in it.
pub(crate) const APP_NAME_HAS_CONTROL: Rate = Rate::one_in(200, 90);

// ---- Application rows, by chance ---------------------------------------------------------------------

/// The same bundle a second time in the user's own folder, at an older version.
pub(crate) const BUNDLE_IS_ELSEWHERE_TOO: Rate = Rate::one_in(97, 0);
/// The same row twice, in every field.
pub(crate) const ROW_IS_REPEATED: Rate = Rate::one_in(2_000, 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_counts_by_number() {
        let rate = Rate::one_in(10, 3);
        let hits: Vec<u32> = (0..30).filter(|number| rate.hits(*number)).collect();
        assert_eq!(hits, [3, 13, 23]);
    }
}
