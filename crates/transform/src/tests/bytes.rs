//! Rows that the target's own rows cannot hold (ServiceNow's documentation of the maximum row size: 8,126 bytes, a
//! bigger row is skipped) are rejected before they are sent.

use super::{Record, Way, column, run, things, values};
use crate::limits::{LINEAGE_BYTES, ROW_BYTES_MAX};
use crate::{Error, LeftOut, Mapping};

/// Things with notes as long as ServiceNow's longest texts.
fn long_notes(row_bytes_max: u32) -> Mapping {
    let mut mapping = things();
    mapping.columns[2] = column("u_note", 4000, "text(thing.note)");
    Mapping { row_bytes_max, ..mapping }
}

fn noted(serial: &'static str, note: String) -> Record {
    // A test's own texts live as long as the test program.
    let note: &'static str = note.leak();
    [Some(serial), Some("a"), Some(note), Some("2026-01-01T00:00:00Z"), None]
}

/// Bytes of the other values of [`noted`]: serial number, name and time.
const OTHER_BYTES: usize = 8 + 1 + 19;

#[test]
fn a_row_just_fits_or_is_rejected_with_its_bytes() {
    let room = 400 - LINEAGE_BYTES as usize - OTHER_BYTES;
    let records = [noted("AAAA1111", "n".repeat(room)), noted("BBBB2222", "n".repeat(room + 1))];
    let mapping = long_notes(400);
    let out = run(&mapping, &[("things", &records)], Way::PLAIN);
    assert_eq!(values(&mapping, &out, "u_serial"), [Some("AAAA1111")]);
    let [(LeftOut::Rejected, rejected)] = out.1.listed.as_slice() else { panic!("{:?}", out.1.listed) };
    assert_eq!((rejected.who.as_str(), rejected.column.as_str()), ("BBBB2222", ""));
    assert_eq!(rejected.value, format!("241 bytes, {} of them in `u_note`", room + 1));
    assert!(rejected.reason.contains("240 bytes") && rejected.reason.contains("row of 400"), "{}", rejected.reason);
}

#[test]
fn bytes_count_and_not_characters() {
    let mapping = long_notes(ROW_BYTES_MAX);
    let letters = [noted("AAAA1111", "n".repeat(4000)), noted("BBBB2222", "日".repeat(4000))];
    let out = run(&mapping, &[("things", &letters)], Way::PLAIN);
    assert_eq!(values(&mapping, &out, "u_serial"), [Some("AAAA1111")]);
    assert_eq!(out.1.rejected, 1);
}

#[test]
fn what_was_not_understood_is_not_sent_and_does_not_count() {
    let mut mapping = long_notes(400);
    mapping.columns[2].value = "utc_timestamp(thing.note)".to_owned();
    let out = run(&mapping, &[("things", &[noted("AAAA1111", "n".repeat(500))])], Way::PLAIN);
    assert_eq!((out.1.staging_rows, out.1.unreadable.get("u_note")), (1, Some(&1)));
}

#[test]
fn a_row_that_is_too_long_still_is_the_newest_of_its_key() {
    let mut older = noted("AAAA1111", "short".to_owned());
    older[3] = Some("2025-01-01T00:00:00Z");
    let out = run(&long_notes(400), &[("things", &[older, noted("AAAA1111", "n".repeat(1000))])], Way::PLAIN);
    assert_eq!((out.1.staging_rows, out.1.rejected, out.1.duplicate), (0, 1, 1));
}

#[test]
fn a_limit_without_room_for_any_value_is_refused() {
    let refused = long_notes(LINEAGE_BYTES).compile().expect_err("nothing fits");
    assert!(matches!(refused, Error::Mapping { .. }), "{refused}");
}
