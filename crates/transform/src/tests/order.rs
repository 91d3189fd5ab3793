//! What must not change a row: the order of pages, the size of batches, the number of threads, how much thought went into
//! the plan, and whether values come as plain texts or as dictionaries. Records that differ only in what is volatile are the hard case: the fingerprint
//! says that they are equal.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use engine::Effort;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::{Out, Record, Way, record, run, things, values};
use crate::LeftOut;

/// Few values of each field, so that records of one key, and ties between them, are frequent.
fn any_record() -> impl Strategy<Value = Record> {
    let any_of = |values: [Option<&'static str>; 4]| proptest::sample::select(values.to_vec());
    let serial = any_of([Some("AAAA1111"), Some("BBBB2222"), Some("ZZZZ\u{7}9999"), None]);
    let name = any_of([Some("a"), Some("abcd"), Some("abcde"), None]);
    let note = any_of([Some("n"), Some("m"), Some("longer than ten"), None]);
    let seen = any_of([Some("2026-01-01"), Some("2026-01-02"), Some("garbled"), None]);
    let kind = any_of([Some("toy"), None, None, None]);
    (serial, name, note, seen, kind).prop_map(|(serial, name, note, seen, kind)| [serial, name, note, seen, kind])
}

fn any_way() -> impl Strategy<Value = Way> {
    let few: [Option<&'static [&'static str]>; 4] =
        [None, Some(&[]), Some(&["name", "note", "seen"]), Some(&["serial", "name", "note", "seen", "kind"])];
    let effort = proptest::sample::select(vec![Effort::Thorough, Effort::Brief]);
    (1_usize..9, 1_usize..5, effort, proptest::sample::select(few.to_vec())).prop_map(
        |(batch_rows, partitions, effort, few_distinct)| {
            let partitions = NonZeroUsize::new(partitions).expect("the range begins with one");
            Way { batch_rows, partitions, effort, few_distinct }
        },
    )
}

/// All that a run tells, but for the places, which are those of the pages.
#[derive(Debug, PartialEq)]
struct Told {
    rows: Vec<Vec<Option<String>>>,
    counts: [u64; 4],
    listed: BTreeMap<(LeftOut, String, String, String), u64>,
    by_name: [BTreeMap<String, u64>; 3],
}

fn told((rows, tally): Out) -> Told {
    let mut listed: BTreeMap<(LeftOut, String, String, String), u64> = BTreeMap::new();
    for (kind, record) in tally.listed {
        *listed.entry((kind, record.column, record.value, record.reason)).or_default() += 1;
    }
    Told {
        rows,
        counts: [tally.read, tally.duplicate, tally.rejected, tally.staging_rows],
        listed,
        by_name: [tally.out_of_scope, tally.adjusted, tally.unreadable],
    }
}

#[test]
fn equals_that_differ_in_what_is_volatile_come_out_the_same_whatever_their_order() {
    let seen = "2026-01-01T00:00:00Z";
    let noted = |note| -> Record { [Some("AAAA1111"), Some("a"), note, Some(seen), None] };
    let (one, other, none) = (noted(Some("n")), noted(Some("m")), noted(None));
    let mapping = things();
    let first = run(&mapping, &[("things", &[one, other, none])], Way::PLAIN);
    assert_eq!((first.1.staging_rows, first.1.duplicate), (1, 2));
    for records in [[one, none, other], [other, one, none], [other, none, one], [none, one, other], [none, other, one]]
    {
        let again = run(&mapping, &[("things", &records)], Way::PLAIN);
        assert_eq!(values(&mapping, &again, "u_note"), values(&mapping, &first, "u_note"));
        assert_eq!(again.0, first.0);
    }
}

#[test]
fn equals_of_which_a_rule_leaves_one_out_come_out_the_same_whatever_their_order() {
    let plain = record("AAAA1111", "a", "2026-01-01T00:00:00Z");
    let mut toy = plain;
    toy[4] = Some("toy");
    let counts = |records: &[Record]| {
        let (_, tally) = run(&things(), &[("things", records)], Way::PLAIN);
        (tally.staging_rows, tally.out_of_scope_rows(), tally.duplicate)
    };
    assert_eq!(counts(&[plain, toy]), counts(&[toy, plain]));
}

#[test]
fn order_batches_threads_and_encodings_change_nothing() {
    let config = Config { cases: 40, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let records = proptest::collection::vec(any_record(), 1..24)
        .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle()));
    runner
        .run(&(records, any_way()), |((records, shuffled), way)| {
            let mapping = things();
            let expected = run(&mapping, &[("things", &records)], Way::PLAIN);
            let found = run(&mapping, &[("things", &shuffled)], way);
            prop_assert_eq!(told(found), told(expected));
            Ok(())
        })
        .expect("the result is the same");
}
