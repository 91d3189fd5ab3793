//! The folder of snapshots: who may write, what is listed, what is swept, and where no id leads.

use super::scene::{Scene, begin_data_set, flip, refused, step};
use crate::{Completeness, Error, Sealed};

fn sealed(scene: &Scene) -> Sealed {
    let mut writer = scene.begin();
    begin_data_set(&mut writer, "apps");
    step(&mut writer, "apps", 0..10);
    writer.seal(Completeness::Full).expect("sealed")
}

#[test]
fn two_writers_of_one_snapshot_are_refused() {
    let scene = Scene::new();
    let writer = scene.begin();
    let id = writer.id().to_owned();
    for error in [refused(scene.store.resume(&id)), refused(scene.store.discard(&id))] {
        assert!(matches!(error, Error::InUse { .. }), "{error:?}");
        assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
        assert!(error.hint().is_some());
    }
    drop(writer);
    let (resumed, _) = scene.store.resume(&id).expect("resumed");
    assert!(matches!(refused(scene.store.resume(&id)), Error::InUse { .. }));
    drop(resumed);
    scene.store.discard(&id).expect("discarded");
}

#[test]
fn unsealed_and_sealed_snapshots_are_told_apart() {
    let scene = Scene::new();
    let first = scene.begin().id().to_owned();
    let sealed = sealed(&scene);
    let mut third = scene.begin();
    begin_data_set(&mut third, "apps");
    step(&mut third, "apps", 0..10);
    third.make_durable("apps").expect("durable");

    let unsealed = scene.store.unsealed().expect("listed");
    let listed: Vec<(&str, u64)> = unsealed.iter().map(|one| (one.snapshot.as_str(), one.rows)).collect();
    assert_eq!(listed, [(first.as_str(), 0), (third.id(), 10)], "oldest first, the one being written too");
    assert_eq!(unsealed[1].settings, "settings of the test");
    assert_eq!(unsealed[1].begun_at, third.begun_at());
    let ids: Vec<String> = scene.store.list().expect("listed").into_iter().map(|manifest| manifest.snapshot).collect();
    assert_eq!(ids, [sealed.snapshot]);

    let error = refused(scene.store.verify(&first));
    assert!(matches!(error, Error::NotSealed { .. }), "{error:?}");
    assert!(error.hint().is_some_and(|hint| hint.contains("snowhaul extract --resume")));
    assert!(matches!(refused(scene.store.show(&first)), Error::NotSealed { .. }));
}

#[test]
fn what_is_discarded_is_gone_and_only_that() {
    let scene = Scene::new();
    let sealed = sealed(&scene);
    let first = scene.begin().id().to_owned();
    let second = scene.begin().id().to_owned();
    scene.store.discard(&first).expect("discarded");
    assert!(matches!(refused(scene.store.discard(&first)), Error::Unknown { .. }));
    assert!(matches!(refused(scene.store.resume(&first)), Error::Unknown { .. }));
    assert!(!scene.home.path().join(&first).exists());
    assert_eq!(scene.store.unsealed().expect("listed")[0].snapshot, second);
    assert!(scene.store.verify(&sealed.snapshot).is_ok());

    // A discarding that was cut short after its one step.
    let half = scene.home.path().join(format!(".discarded-{second}"));
    std::fs::rename(scene.home.path().join(&second), &half).expect("renamed");
    assert!(scene.store.unsealed().expect("listed").is_empty());
    drop(scene.begin());
    assert!(!half.exists());
}

#[test]
fn ids_rise_and_none_leads_out_of_the_store() {
    let scene = Scene::new();
    let ids: Vec<String> = (0..5).map(|_| scene.begin().id().to_owned()).collect();
    assert!(ids.is_sorted_by(|one, other| one < other), "{ids:?}");
    let sealed = sealed(&scene);
    let inner = crate::Store::open(&scene.home.path().join("inner")).expect("opened");
    for id in ["", ".", "..", "../inner", &format!("../{}", sealed.snapshot), "no-such-one", "a/b", "a\0b"] {
        assert!(matches!(refused(inner.verify(id)), Error::Unknown { .. }), "{id}");
        assert!(matches!(refused(inner.resume(id)), Error::Unknown { .. }), "{id}");
        assert!(matches!(refused(inner.discard(id)), Error::Unknown { .. }), "{id}");
    }
}

#[test]
fn a_manifest_of_another_version_is_refused_before_it_is_called_damaged() {
    let scene = Scene::new();
    let sealed = sealed(&scene);
    let path = scene.path(&sealed.snapshot, "manifest.json");
    let text = std::fs::read_to_string(&path).expect("read");
    assert!(text.contains("\"manifest_version\": 2,"));
    std::fs::write(&path, text.replace("\"manifest_version\": 2,", "\"manifest_version\": 1,")).expect("written");
    let error = refused(scene.store.verify(&sealed.snapshot));
    assert!(matches!(error, Error::Version { found: 1, expected: 2, .. }), "{error:?}");
    assert!(error.to_string().contains("manifest.json") && error.hint().is_some(), "{error}");

    std::fs::write(&path, text.clone() + " ").expect("written");
    assert!(matches!(refused(scene.store.verify(&sealed.snapshot)), Error::ManifestDamaged { .. }));
    std::fs::write(&path, &text[..text.len() / 2]).expect("written");
    assert!(matches!(refused(scene.store.show(&sealed.snapshot)), Error::Manifest { .. }));
}

#[test]
fn a_changed_file_is_found_before_anything_opens_it() {
    let scene = Scene::new();
    let sealed = sealed(&scene);
    flip(&scene.path(&sealed.snapshot, "apps.parquet"), 20);
    assert!(matches!(refused(scene.store.verify(&sealed.snapshot)), Error::Damaged { .. }));
    std::fs::remove_file(scene.path(&sealed.snapshot, "apps.parquet")).expect("removed");
    let error = refused(scene.store.verify(&sealed.snapshot));
    assert!(matches!(error, Error::Unreadable { .. }) && error.to_string().contains("apps.parquet"), "{error:?}");
}
