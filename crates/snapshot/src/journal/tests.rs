//! Journals that are cut, flipped, mixed or strange: the last line may be torn, and nothing else may differ.

use super::*;
use crate::manifest::Source;
use crate::step::{Notes, Part};

fn header() -> Header {
    Header {
        journal_version: Header::VERSION,
        snapshot: "20260101T000000Z".to_owned(),
        source: Source { kind: "test".to_owned(), identity: "invented".to_owned() },
        begun_at: "2026-01-01T00:00:00Z".to_owned(),
        settings: "{\"limit\":7}".to_owned(),
        process: 4_711,
    }
}

fn read(position: u64) -> Step {
    let part = Part { file: format!("apps-{position}.parquet"), rows: 10, bytes: 99, blake3: "0".repeat(64) };
    Step::Read {
        data_set: "apps".to_owned(),
        position: position.to_string(),
        requests: position,
        part: Some(part),
        notes: Notes::default(),
    }
}

fn announced() -> Step {
    Step::Announced { data_set: "apps".to_owned(), columns: Vec::new(), few_distinct: Vec::new() }
}

/// A journal of a header and three lines.
fn write(folder: &Path) -> Vec<u8> {
    let mut journal = Journal::create(folder, &header()).expect("begun");
    journal.append(&[announced(), read(1)]).expect("appended");
    journal.append(&[read(2)]).expect("appended");
    journal.append(&[read(3)]).expect("appended");
    std::fs::read(folder.join(JOURNAL)).expect("read")
}

/// Where each line begins, and where the last one ends.
fn line_starts(text: &[u8]) -> Vec<usize> {
    let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(ends).collect()
}

fn replay_of(folder: &Path, text: &[u8]) -> Result<replay::Replayed, Error> {
    let path = folder.join(JOURNAL);
    std::fs::write(&path, text).expect("written");
    replay(&path)
}

fn damaged_line(folder: &Path, text: &[u8]) -> u64 {
    match replay_of(folder, text).err() {
        Some(Error::JournalDamaged { path, line }) if path.ends_with(JOURNAL) => line,
        other => panic!("damage is an error that names the journal, not {other:?}"),
    }
}

#[test]
fn what_was_appended_is_the_sum() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = write(folder.path());
    let replayed = replay_of(folder.path(), &text).expect("replayed");
    assert_eq!(replayed.state.header, header());
    assert_eq!((replayed.lines, replayed.bytes), (4, text.len() as u64));
    let apps = &replayed.state.data_sets["apps"];
    assert_eq!((apps.position.as_str(), apps.rows(), apps.requests), ("3", 30, 3));
    assert_eq!(replayed.state.progress().settings, "{\"limit\":7}");
}

#[test]
fn cut_anywhere_it_goes_on_after_its_last_whole_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = write(folder.path());
    let starts = line_starts(&text);
    for cut in 0..=text.len() {
        if cut < starts[1] {
            assert_eq!(damaged_line(folder.path(), &text[..cut]), 1, "cut at {cut}");
            continue;
        }
        let whole = starts.iter().filter(|start| **start <= cut).count() as u64 - 1;
        assert_eq!(replay_of(folder.path(), &text[..cut]).expect("replayed").lines, whole, "cut at {cut}");
        // Appending costs an fsync, so it is not tried everywhere.
        if cut % 40 != 0 {
            continue;
        }
        let (mut journal, state) = Journal::open(folder.path(), "it").expect("opened");
        let step = if state.data_sets.is_empty() { announced() } else { read(9) };
        journal.append(&[step]).expect("appended");
        drop(journal);
        let again = replay(&folder.path().join(JOURNAL)).expect("replayed");
        assert_eq!(again.lines, whole + 1, "cut at {cut}");
    }
}

#[test]
fn a_flipped_bit_before_the_last_line_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = write(folder.path());
    let starts = line_starts(&text);
    let last = starts[starts.len() - 2];
    for at in 0..text.len() {
        let mut flipped = text.clone();
        flipped[at] ^= 1;
        // Without the end before it, the last line is one with the line before: both are read again then.
        if at + 1 < last {
            let line = starts.iter().filter(|start| **start <= at).count() as u64;
            assert_eq!(damaged_line(folder.path(), &flipped), line, "flipped at {at}");
        } else {
            let lines = replay_of(folder.path(), &flipped).expect("replayed").lines;
            assert_eq!(lines, if at + 1 == last { 2 } else { 3 }, "flipped at {at}");
        }
    }
}

#[test]
fn a_line_that_is_missing_doubled_or_from_elsewhere_is_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = write(folder.path());
    let starts = line_starts(&text);
    let line = |number: usize| &text[starts[number]..starts[number + 1]];
    assert_eq!(damaged_line(folder.path(), &[line(0), line(2), line(3)].concat()), 2);
    assert_eq!(damaged_line(folder.path(), &[line(0), line(1), line(1), line(2)].concat()), 3);
    assert_eq!(damaged_line(folder.path(), &[line(0), line(1), line(3), line(2)].concat()), 3);
}

#[test]
fn what_this_version_does_not_write_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let newer = Header { journal_version: 2, ..header() };
    drop(Journal::create(folder.path(), &newer).expect("begun"));
    let error = replay(&folder.path().join(JOURNAL)).err().expect("refused");
    assert!(matches!(error, Error::Version { found: 2, expected: 1, .. }), "{error:?}");

    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Journal::create(folder.path(), &header()).expect("begun");
    journal.write(&serde_json::json!({ "strange": 1 })).expect("appended");
    let error = replay(&folder.path().join(JOURNAL)).err().expect("refused");
    assert!(matches!(error, Error::Journal { line: 2, .. }), "{error:?}");

    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Journal::create(folder.path(), &header()).expect("begun");
    journal.append(&[read(1)]).expect("appended");
    let error = replay(&folder.path().join(JOURNAL)).err().expect("a data set that nobody announced");
    assert!(matches!(error, Error::JournalDamaged { line: 2, .. }), "{error:?}");
}

#[test]
fn a_second_writer_is_told_whom_to_wait_for() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path());
    let first = Journal::open(folder.path(), "it").expect("opened");
    let error = Journal::open(folder.path(), "it").err().expect("refused");
    assert_eq!(error.to_string(), "snapshot `it` is being written by process 4711 since 2026-01-01T00:00:00Z");
    drop(first);
    assert!(Journal::open(folder.path(), "it").is_ok());
}
