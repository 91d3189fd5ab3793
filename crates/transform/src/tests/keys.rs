//! What becomes of a key is what becomes of its newest record; only a record without a usable key speaks for itself.

use super::{Way, column, record, run, things, values};
use crate::{Column, LeftOut, Longer, Mapping, Tally, Unreadable};

/// What no serial number is: `serial` refuses it.
const GARBLED: &str = "ZZZZ\u{7}9999";

/// Things whose name is refused where it is longer than its column.
fn strict() -> Mapping {
    let mut mapping = things();
    mapping.columns[1] =
        Column { longer: Longer::Reject, unreadable: Unreadable::Reject, ..mapping.columns[1].clone() };
    mapping
}

fn kinds(tally: &Tally) -> Vec<LeftOut> {
    let mut kinds: Vec<LeftOut> = tally.listed.iter().map(|(kind, _)| *kind).collect();
    kinds.sort_unstable();
    kinds
}

#[test]
fn an_older_record_does_not_stand_in_for_a_rejected_one() {
    let records = [
        record("AAAA1111", "old", "2026-01-01T00:00:00Z"),
        record("AAAA1111", "longer than four", "2026-01-02T00:00:00Z"),
        record("BBBB2222", "b", "2026-01-01T00:00:00Z"),
    ];
    let mapping = strict();
    let out = run(&mapping, &[("things", &records)], Way::PLAIN);
    assert_eq!(values(&mapping, &out, "u_serial"), [Some("BBBB2222")]);
    assert_eq!((out.1.rejected, out.1.duplicate, out.1.staging_rows), (1, 1, 1));
    assert_eq!(kinds(&out.1), [LeftOut::Duplicate, LeftOut::Rejected]);
}

#[test]
fn nor_for_one_that_is_out_of_scope_and_an_older_one_out_of_scope_is_a_duplicate() {
    let toy = |serial, seen| [Some(serial), Some("t"), None, Some(seen), Some("toy")];
    let records = [
        record("AAAA1111", "old", "2026-01-01T00:00:00Z"),
        toy("AAAA1111", "2026-01-02T00:00:00Z"),
        record("BBBB2222", "new", "2026-01-02T00:00:00Z"),
        toy("BBBB2222", "2026-01-01T00:00:00Z"),
    ];
    let mapping = things();
    let out = run(&mapping, &[("things", &records)], Way::PLAIN);
    assert_eq!(values(&mapping, &out, "u_name"), [Some("new")]);
    assert_eq!((out.1.duplicate, out.1.out_of_scope_rows()), (2, 1));
}

#[test]
fn records_without_a_usable_key_are_rejected_one_by_one() {
    let records = [
        record(GARBLED, "a", "2026-01-01T00:00:00Z"),
        record(GARBLED, "b", "2026-01-02T00:00:00Z"),
        [None, Some("c"), None, None, None],
        [None, Some("d"), None, None, None],
        [None, Some("e"), None, None, Some("toy")],
        record("AAAA1111", "f", "2026-01-01T00:00:00Z"),
    ];
    let mapping = things();
    let out = run(&mapping, &[("things", &records)], Way::PLAIN);
    assert_eq!(values(&mapping, &out, "u_name"), [Some("f")]);
    assert_eq!((out.1.rejected, out.1.duplicate, out.1.out_of_scope_rows()), (4, 0, 1));
    let rejected = out.1.listed.iter().filter(|(kind, _)| *kind == LeftOut::Rejected);
    assert!(rejected.clone().all(|(_, row)| row.column == "u_serial" && !row.reason.is_empty()));
    assert_eq!(rejected.count(), 4);
}

#[test]
fn a_key_of_several_columns_needs_all_of_them() {
    let mut mapping = things();
    let required = Some("it has no kind".to_owned());
    mapping.columns.push(Column { required, ..column("u_kind", 40, "text(thing.kind)") });
    mapping.key.push("u_kind".to_owned());
    let of_kind = |name, kind| [Some("AAAA1111"), Some(name), None, Some("2026-01-01T00:00:00Z"), kind];
    let records = [of_kind("a", Some("x")), of_kind("b", Some("y")), of_kind("c", None), of_kind("d", None)];
    let out = run(&mapping, &[("things", &records)], Way::PLAIN);
    assert_eq!((out.1.staging_rows, out.1.rejected, out.1.duplicate), (2, 2, 0));
}
