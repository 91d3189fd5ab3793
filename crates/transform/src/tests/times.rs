//! A time that was not understood is no time: it wins nothing, and it is told where nothing else can be read.

use super::{Record, Way, column, details, record, run, things, values};
use crate::{LeftOut, Mapping};

const GARBLED: &str = "2026-13-45T99:99:99Z";

#[test]
fn a_garbled_time_is_never_the_newest() {
    let records = [
        record("AAAA1111", "old", "2026-01-01T00:00:00Z"),
        record("AAAA1111", "new", "2026-01-02T00:00:00Z"),
        record("AAAA1111", "bad", GARBLED),
    ];
    let mapping = things();
    let out = run(&mapping, &[("things", &records)], Way::PLAIN);
    assert_eq!(values(&mapping, &out, "u_name"), [Some("new")]);
    assert_eq!((out.1.staging_rows, out.1.duplicate), (1, 2));
}

#[test]
fn alone_it_makes_a_row_without_a_moment_and_is_listed() {
    let mapping = things();
    let out = run(&mapping, &[("things", &[record("AAAA1111", "bad", GARBLED)])], Way::PLAIN);
    assert_eq!(values(&mapping, &out, "u_seen"), [None::<&str>]);
    assert_eq!(out.0[0].last(), Some(&None), "what sorts is no refusal");
    assert_eq!(out.1.unreadable.get("u_seen"), Some(&1));
    let (kind, listed) = &out.1.listed[0];
    assert_eq!((*kind, listed.value.as_str()), (LeftOut::Emptied, GARBLED));
}

fn joined() -> Mapping {
    let mut mapping = things();
    mapping.joins.push(details("utc_timestamp(seen)"));
    mapping.columns.push(column("u_from_details", 40, "text(details.name)"));
    mapping
}

#[test]
fn the_newest_of_joined_records_is_one_whose_time_was_understood() {
    let things = [record("AAAA1111", "a", "2026-01-01T00:00:00Z")];
    let details = [record("AAAA1111", "good", "2025-01-01T00:00:00Z"), record("AAAA1111", "bad", GARBLED)];
    let mapping = joined();
    let out = run(&mapping, &[("things", &things), ("details", &details)], Way::PLAIN);
    assert_eq!(values(&mapping, &out, "u_from_details"), [Some("good")]);
}

#[test]
fn a_key_that_was_not_understood_joins_nothing() {
    let mut mapping = joined();
    // The rows stay, so that what was joined to them can be seen.
    mapping.columns[0].value = "coalesce(thing.note, serial(thing.serial))".to_owned();
    let serial = "ZZZZ\u{7}9999";
    let thing: Record = [Some(serial), Some("a"), Some("CCCC3333"), None, None];
    let details = [record(serial, "bad", "2026-01-01T00:00:00Z")];
    let out = run(&mapping, &[("things", &[thing]), ("details", &details)], Way::PLAIN);
    assert_eq!(values(&mapping, &out, "u_serial"), [Some("CCCC3333")]);
    assert_eq!(values(&mapping, &out, "u_from_details"), [None::<&str>]);
}

#[test]
fn readable_looks_past_a_time_that_was_not_understood() {
    let mut mapping = things();
    mapping.columns[3].value = "readable(utc_timestamp(thing.seen), utc_timestamp(thing.note))".to_owned();
    let of = |serial, seen, note| [Some(serial), Some("a"), note, seen, None];
    let records = [
        of("AAAA1111", Some(GARBLED), Some("2026-01-02")),
        of("BBBB2222", Some("2026-01-01"), Some("2026-01-02")),
        of("CCCC3333", Some(GARBLED), None),
        of("DDDD4444", None, None),
    ];
    let out = run(&mapping, &[("things", &records)], Way::PLAIN);
    let mut seen: Vec<_> =
        values(&mapping, &out, "u_serial").into_iter().zip(values(&mapping, &out, "u_seen")).collect();
    seen.sort_unstable();
    let expected = [
        (Some("AAAA1111"), Some("2026-01-02 00:00:00")),
        (Some("BBBB2222"), Some("2026-01-01 00:00:00")),
        (Some("CCCC3333"), None),
        (Some("DDDD4444"), None),
    ];
    assert_eq!(seen, expected);
    assert_eq!(out.1.unreadable.get("u_seen"), Some(&1), "what nothing readable follows is told");
}

#[test]
fn newest_and_fresher_are_called_as_the_reference_says() {
    let mut mapping = things();
    mapping.columns[2].value = "fresher(thing._page, thing.note, thing._record, thing.name)".to_owned();
    mapping.columns[3].value = "newest(utc_timestamp(thing.note), utc_timestamp(thing.seen))".to_owned();
    let records = [record("AAAA1111", "a", "2026-01-01T00:00:00Z")];
    let out = run(&mapping, &[("things", &records)], Way::PLAIN);
    assert_eq!(values(&mapping, &out, "u_note"), [Some("a")], "the page's own value is absent");
    assert_eq!(values(&mapping, &out, "u_seen"), [Some("2026-01-01 00:00:00")]);
}
