//! Killed at any place, gone on with: the snapshot is what it would have been.

use std::collections::BTreeMap;

use super::scene::{Scene, account, batch, begin_data_set, copy_folder, ids_of, page, refused};
use crate::{Completeness, Error, Progress, Sealed, SnapshotWriter};

const DATA_SETS: [&str; 2] = ["apps", "devices"];
const PAGES: i64 = 6;
const PAGE_ROWS: i64 = 10;

fn fresh() -> Progress {
    Progress { settings: String::new(), begun_at: String::new(), next_page: 1, data_sets: BTreeMap::new() }
}

fn announce(writer: &mut SnapshotWriter) {
    for data_set in DATA_SETS {
        begin_data_set(writer, data_set);
    }
}

/// Reads every page that is still to be read, the data sets in turns; every second step is made durable and seen.
fn read_on(writer: &mut SnapshotWriter, progress: &Progress, mut durable: impl FnMut()) {
    let mut number = progress.next_page;
    let known = |data_set: &str| progress.data_sets.get(data_set);
    let read = |data_set: &str| -> i64 { known(data_set).map_or(0, |known| known.position.parse().unwrap_or(0)) };
    for page in 0..PAGES {
        for data_set in DATA_SETS {
            if page < read(data_set) {
                continue;
            }
            read_page(writer, data_set, page, number);
            number += 1;
            if page % 2 == 1 {
                writer.make_durable(data_set).expect("durable");
                durable();
            }
        }
    }
    for data_set in DATA_SETS {
        if known(data_set).is_none_or(|known| known.ended.is_none()) {
            writer.end(data_set, account()).expect("ended");
            durable();
        }
    }
}

fn read_page(writer: &mut SnapshotWriter, data_set: &str, at: i64, number: u32) {
    writer.write(data_set, &batch(at * PAGE_ROWS..(at + 1) * PAGE_ROWS)).expect("written");
    writer.page(page(data_set, number));
    let rejected = flow::Rejected {
        data_set: data_set.to_owned(),
        place: format!("{data_set} page {at}"),
        who: String::new(),
        column: "name".to_owned(),
        value: "?".to_owned(),
        reason: "it is no name".to_owned(),
    };
    writer.rejected(data_set, vec![rejected]);
    writer.drift(data_set, &[("unknown colour".to_owned(), 1)]);
    writer.checkpoint(data_set, &(at + 1).to_string(), (at + 1).unsigned_abs()).expect("noted");
}

/// Every row once and in order, and every note once.
fn check(scene: &Scene, sealed: &Sealed) {
    let manifest = &sealed.manifest;
    for data_set in DATA_SETS {
        assert_eq!(ids_of(sealed, data_set), (0..PAGES * PAGE_ROWS).collect::<Vec<i64>>(), "{data_set}");
        let file = manifest.data_set(data_set).expect("the snapshot has it");
        assert_eq!((file.rows, file.pages), (60, 6));
        assert_eq!(file.account, account());
        let rejected = manifest.rejected.iter().filter(|rejected| rejected.data_set == data_set);
        assert_eq!(rejected.count(), 6, "{data_set}");
    }
    assert!(manifest.pages.is_sorted_by(|one, other| one.number < other.number), "{:?}", manifest.pages);
    assert_eq!(manifest.drift, [("unknown colour".to_owned(), 12)]);
    assert_eq!(manifest.left_out, [("readme.txt".to_owned(), "no inventory".to_owned())]);
    assert_eq!(scene.store.verify(&sealed.snapshot).expect("intact").rows(), 120);
    assert_eq!(scene.files(&sealed.snapshot, ""), ["apps.parquet", "devices.parquet", "manifest.json"]);
}

/// A whole reading, and what was on disk after each of its durable steps; the last before sealing.
fn whole() -> (Scene, Sealed, Vec<Scene>) {
    let scene = Scene::new();
    let mut copies = Vec::new();
    let mut writer = scene.begin();
    announce(&mut writer);
    writer.left_out("readme.txt", "no inventory");
    read_on(&mut writer, &fresh(), || copies.push(scene.copied()));
    let sealed = writer.seal(Completeness::Full).expect("sealed");
    check(&scene, &sealed);
    (scene, sealed, copies)
}

fn go_on(scene: &Scene, snapshot: &str) {
    let (mut writer, progress) = scene.store.resume(snapshot).expect("resumed");
    announce(&mut writer);
    read_on(&mut writer, &progress, || {});
    let sealed = writer.seal(Completeness::Full).expect("sealed");
    check(scene, &sealed);
}

#[test]
fn killed_after_any_durable_step_nothing_is_lost_and_nothing_is_double() {
    let (_, sealed, copies) = whole();
    assert_eq!(copies.len(), 8);
    for scene in &copies {
        go_on(&scene.copied(), &sealed.snapshot);
    }
}

#[test]
fn killed_between_a_part_and_its_line_the_part_is_read_again() {
    let (_, sealed, copies) = whole();
    for pair in copies.windows(2) {
        let between = pair[0].copied();
        copy_folder(&pair[1].path(&sealed.snapshot, "parts"), &between.path(&sealed.snapshot, "parts"));
        std::fs::write(between.path(&sealed.snapshot, "parts/apps-9.parquet.partial"), "half").expect("written");
        go_on(&between, &sealed.snapshot);
    }
}

#[test]
fn killed_while_it_is_sealed_it_is_sealed_again() {
    let (whole, sealed, copies) = whole();
    let ended = copies.last().expect("there are steps");
    let files = ["apps.parquet", "devices.parquet", "manifest.json.partial"];
    for written in 0..=files.len() {
        let scene = ended.copied();
        for file in &files[..written] {
            let from = whole.path(&sealed.snapshot, file.trim_end_matches(".partial"));
            std::fs::copy(from, scene.path(&sealed.snapshot, file)).expect("copied");
        }
        go_on(&scene, &sealed.snapshot);
    }
}

#[test]
fn killed_before_its_parts_are_removed_it_is_sealed_and_swept_later() {
    let (whole, sealed, copies) = whole();
    let id = &sealed.snapshot;
    let scene = copies.last().expect("there are steps").copied();
    copy_folder(&whole.path(id, ""), &scene.path(id, ""));
    assert_eq!(scene.store.list().expect("listed").len(), 1);
    assert_eq!(scene.store.verify(id).expect("intact").rows(), 120);
    assert!(scene.store.unsealed().expect("listed").is_empty());
    assert!(matches!(refused(scene.store.resume(id)), Error::AlreadySealed { .. }));
    assert!(matches!(refused(scene.store.discard(id)), Error::AlreadySealed { .. }));
    assert!(scene.path(id, "journal.jsonl").is_file());

    drop(scene.begin());
    assert_eq!(scene.files(id, ""), ["apps.parquet", "devices.parquet", "manifest.json"]);
    assert_eq!(scene.store.verify(id).expect("intact").rows(), 120);
}

#[test]
fn killed_while_it_begins_it_never_was() {
    let scene = Scene::new();
    std::fs::create_dir_all(scene.home.path().join(".beginning/parts")).expect("made");
    std::fs::write(scene.home.path().join(".beginning/journal.jsonl"), "{\"journal_ver").expect("written");
    assert!(scene.store.unsealed().expect("listed").is_empty());
    let writer = scene.begin();
    assert!(!scene.home.path().join(".beginning").exists());
    let id = writer.id().to_owned();
    drop(writer);
    let (_, progress) = scene.store.resume(&id).expect("a header is enough to go on from");
    assert_eq!((progress.next_page, progress.data_sets.len()), (1, 0));
    assert_eq!(progress.settings, "settings of the test");
}
