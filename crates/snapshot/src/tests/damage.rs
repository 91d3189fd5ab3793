//! Damage on disk: found before anything is believed, and named by its file.

use super::scene::{Scene, batch, begin_data_set, flip, ids_of, refused, step};
use crate::{Completeness, Error};

/// An unsealed snapshot of three parts, and its id.
fn three_parts(scene: &Scene) -> String {
    let mut writer = scene.begin();
    begin_data_set(&mut writer, "apps");
    for part in 0..3 {
        step(&mut writer, "apps", part * 10..(part + 1) * 10);
        writer.make_durable("apps").expect("durable");
    }
    writer.id().to_owned()
}

#[test]
fn a_flipped_bit_in_a_part_is_found_when_it_is_resumed() {
    let scene = Scene::new();
    let id = three_parts(&scene);
    let bytes = std::fs::read(scene.path(&id, "parts/apps-2.parquet")).expect("read").len();
    for at in [0, bytes / 2, bytes - 1] {
        let copy = scene.copied();
        flip(&copy.path(&id, "parts/apps-2.parquet"), at);
        let error = refused(copy.store.resume(&id));
        assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
        assert!(error.to_string().contains("apps-2.parquet") && error.hint().is_some(), "{error}");
    }
    std::fs::remove_file(scene.path(&id, "parts/apps-1.parquet")).expect("removed");
    assert!(refused(scene.store.resume(&id)).to_string().contains("apps-1.parquet"));
}

#[test]
fn a_flipped_bit_in_a_part_is_found_when_it_is_sealed() {
    let scene = Scene::new();
    let id = three_parts(&scene);
    let (mut writer, _) = scene.store.resume(&id).expect("resumed");
    begin_data_set(&mut writer, "apps");
    flip(&scene.path(&id, "parts/apps-3.parquet"), 40);
    let error = refused(writer.seal(Completeness::Full));
    assert!(error.to_string().contains("apps-3.parquet"), "{error}");
    assert!(scene.store.list().expect("listed").is_empty(), "what is damaged is not sealed");
}

#[test]
fn a_torn_last_line_is_dropped_with_its_part() {
    let scene = Scene::new();
    let id = three_parts(&scene);
    let journal = std::fs::read(scene.path(&id, "journal.jsonl")).expect("read");
    std::fs::write(scene.path(&id, "journal.jsonl"), &journal[..journal.len() - 20]).expect("written");
    assert_eq!(scene.store.unsealed().expect("listed")[0].rows, 20);

    let (mut writer, progress) = scene.store.resume(&id).expect("resumed");
    let apps = &progress.data_sets["apps"];
    assert_eq!((apps.position.as_str(), apps.rows, apps.requests), ("20", 20, 20));
    assert_eq!(scene.files(&id, "parts"), ["apps-1.parquet", "apps-2.parquet"]);
    begin_data_set(&mut writer, "apps");
    step(&mut writer, "apps", 20..30);
    let sealed = writer.seal(Completeness::Full).expect("sealed");
    assert_eq!(ids_of(&sealed, "apps"), (0..30).collect::<Vec<i64>>());
}

#[test]
fn a_damaged_line_before_the_last_names_the_journal_and_can_only_be_discarded() {
    let scene = Scene::new();
    let id = three_parts(&scene);
    let journal = std::fs::read(scene.path(&id, "journal.jsonl")).expect("read");
    let second_line = journal.iter().position(|byte| *byte == b'\n').expect("a line") + 30;
    flip(&scene.path(&id, "journal.jsonl"), second_line);
    for error in [refused(scene.store.resume(&id)), refused(scene.store.unsealed())] {
        assert!(matches!(error, Error::JournalDamaged { line: 2, .. }), "{error:?}");
        assert!(error.to_string().contains("journal.jsonl") && error.hint().is_some(), "{error}");
    }
    assert_eq!(scene.files(&id, "parts").len(), 3, "nothing is removed of what is not understood");
    scene.store.discard(&id).expect("discarded");
    assert!(scene.store.unsealed().expect("listed").is_empty());
}

#[test]
fn after_a_failed_write_nothing_more_is_written() {
    let scene = Scene::new();
    let id = three_parts(&scene);
    let (mut writer, _) = scene.store.resume(&id).expect("resumed");
    begin_data_set(&mut writer, "apps");
    let (parts, away) = (scene.path(&id, "parts"), scene.path(&id, "away"));
    std::fs::rename(&parts, &away).expect("the disk has gone");
    let error = refused(writer.write("apps", &batch(30..40)));
    assert!(matches!(error, Error::Write { .. }), "{error:?}");
    std::fs::rename(&away, &parts).expect("and is back");
    assert!(matches!(refused(writer.write("apps", &batch(30..40))), Error::Broken { .. }));
    assert!(matches!(refused(writer.checkpoint("apps", "40", 4)), Error::Broken { .. }));
    assert!(matches!(refused(writer.seal(Completeness::Full)), Error::Broken { .. }));
    let (_, progress) = scene.store.resume(&id).expect("what was durable is intact");
    assert_eq!(progress.data_sets["apps"].position, "30");
}
