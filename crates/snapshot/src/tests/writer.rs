//! One writer: what becomes durable when, what ends a data set, and what is refused.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};

use super::scene::{Scene, account, batch, begin_data_set, ids_in, ids_of, page, refused, schema, step};
use crate::limits::{CHECKPOINT_EVERY, PART_ROWS};
use crate::{Completeness, DataSetAccount, Error};

#[test]
fn a_full_part_becomes_durable_and_is_one_row_group() {
    let scene = Scene::new();
    let mut writer = scene.begin();
    begin_data_set(&mut writer, "apps");
    assert!(!step(&mut writer, "apps", 0..10_000));
    assert!(!step(&mut writer, "apps", 10_000..20_000));
    // A fourth step like these would not fit into the row group.
    assert!(step(&mut writer, "apps", 20_000..30_000));
    assert!(!step(&mut writer, "apps", 30_000..30_001));
    let parts = writer.durable_parts("apps");
    assert_eq!(ids_in(&parts), (0..30_000).collect::<Vec<i64>>());
    assert_eq!((parts.len(), writer.rows("apps")), (1, 30_001));

    let full = i64::try_from(PART_ROWS).expect("a few thousand");
    assert!(step(&mut writer, "apps", 30_001..30_001 + full));
    let sealed = writer.seal(Completeness::Full).expect("sealed");
    assert_eq!(ids_of(&sealed, "apps"), (0..30_001 + full).collect::<Vec<i64>>());
}

#[test]
fn what_was_read_waits_for_the_clock_and_no_longer() {
    let scene = Scene::new();
    let mut writer = scene.begin();
    let clock = Arc::new(Mutex::new(Instant::now()));
    let told = Arc::clone(&clock);
    writer.set_clock(move || *told.lock().expect("nobody panics with it"));
    let pass = |duration: Duration| *clock.lock().expect("nobody panics with it") += duration;
    begin_data_set(&mut writer, "apps");
    assert!(!step(&mut writer, "apps", 0..10));
    pass(CHECKPOINT_EVERY - Duration::from_millis(1));
    assert!(!step(&mut writer, "apps", 10..20));
    pass(Duration::from_millis(1));
    assert!(step(&mut writer, "apps", 20..30));
    pass(CHECKPOINT_EVERY);
    assert!(!writer.checkpoint("apps", "30", 30).expect("noted"), "there is nothing new");
    assert!(writer.checkpoint("apps", "31", 31).expect("noted"), "a position is news without a row");
    let id = writer.id().to_owned();
    drop(writer);
    let (_, progress) = scene.store.resume(&id).expect("resumed");
    assert_eq!((progress.data_sets["apps"].position.as_str(), progress.data_sets["apps"].rows), ("31", 30));
}

#[test]
fn rows_beyond_the_last_position_do_not_become_durable() {
    let scene = Scene::new();
    let mut writer = scene.begin();
    begin_data_set(&mut writer, "apps");
    step(&mut writer, "apps", 0..10);
    writer.write("apps", &batch(10..20)).expect("written");
    assert!(matches!(refused(writer.make_durable("apps")), Error::Unplaced(name) if name == "apps"));
    writer.checkpoint("apps", "20", 2).expect("noted");
    writer.make_durable("apps").expect("durable");
    writer.make_durable("apps").expect("and there is nothing to do");
    assert_eq!(scene.files(writer.id(), "parts"), ["apps-1.parquet"]);
}

#[test]
fn a_data_set_that_has_ended_takes_nothing_unless_it_is_restarted() {
    let scene = Scene::new();
    let mut writer = scene.begin();
    begin_data_set(&mut writer, "apps");
    step(&mut writer, "apps", 0..10);
    writer.write("apps", &batch(10..20)).expect("what has no position yet ends with the data set");
    writer.page(page("apps", 3));
    writer.end("apps", account()).expect("ended");
    assert_eq!(ids_in(&writer.durable_parts("apps")).len(), 20);
    assert!(matches!(refused(writer.write("apps", &batch(20..30))), Error::Ended(_)));
    assert!(matches!(refused(writer.checkpoint("apps", "30", 3)), Error::Ended(_)));
    assert!(matches!(refused(writer.end("apps", account())), Error::Ended(_)));
    writer.make_durable("apps").expect("it is");

    writer.restart("apps").expect("restarted");
    assert_eq!((writer.rows("apps"), writer.durable_parts("apps").len()), (0, 0));
    assert!(scene.files(writer.id(), "parts").is_empty());
    step(&mut writer, "apps", 100..110);
    writer.end("apps", account()).expect("ended");
    let id = writer.id().to_owned();
    drop(writer);
    let (mut writer, progress) = scene.store.resume(&id).expect("resumed");
    let apps = &progress.data_sets["apps"];
    assert_eq!((apps.position.as_str(), apps.rows, apps.pages), ("110", 10, 0));
    assert_eq!(apps.ended, Some(account()));
    assert_eq!(progress.next_page, 4, "a page's number is not given out twice");
    begin_data_set(&mut writer, "apps");
    assert!(matches!(refused(writer.write("apps", &batch(0..1))), Error::Ended(_)));
    assert_eq!(ids_of(&writer.seal(Completeness::Full).expect("sealed"), "apps"), (100..110).collect::<Vec<i64>>());
}

#[test]
fn what_was_not_ended_is_sealed_as_recorded_and_an_empty_data_set_is_a_file() {
    let scene = Scene::new();
    let mut writer = scene.begin();
    begin_data_set(&mut writer, "apps");
    begin_data_set(&mut writer, "devices");
    step(&mut writer, "apps", 0..10);
    writer.page(page("apps", 2));
    writer.page(page("", 1));
    let sealed = writer.seal(Completeness::Recorded).expect("sealed");
    assert_eq!(sealed.rows(), 10);
    assert_eq!(ids_of(&sealed, "devices"), Vec::<i64>::new());
    let names: Vec<&str> = sealed.manifest.data_sets.iter().map(|file| file.data_set.as_str()).collect();
    assert_eq!(names, ["apps", "devices"]);
    for file in &sealed.manifest.data_sets {
        assert_eq!(file.account, DataSetAccount::recorded());
        assert_eq!(file.schema.len(), 2);
    }
    assert_eq!(sealed.manifest.page_name(1), " page 1");
    assert_eq!(sealed.manifest.page_name(2), "apps page 2");
    assert_eq!(sealed.manifest.page_name(3), "an unknown page");
    assert_eq!(scene.store.verify(&sealed.snapshot).expect("intact").manifest, sealed.manifest);
}

#[test]
fn what_does_not_belong_is_refused_and_harms_nothing() {
    let scene = Scene::new();
    let mut writer = scene.begin();
    for name in ["", "../apps", "Apps", "apps.parquet", "äpps"] {
        assert!(matches!(refused(writer.data_set(name, schema(), vec![])), Error::Name(_)), "{name}");
    }
    assert!(matches!(refused(writer.write("apps", &batch(0..1))), Error::DataSet(_)));
    begin_data_set(&mut writer, "apps");
    assert!(matches!(refused(writer.data_set("apps", schema(), vec![])), Error::DataSet(_)));
    let id: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    let name: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
    let wrong = [
        vec![("id", Arc::clone(&id))],
        vec![("id", Arc::clone(&name)), ("name", Arc::clone(&name))],
        vec![("id", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef), ("label", Arc::clone(&name))],
        vec![("id", id), ("name", name)],
    ];
    for columns in wrong {
        let wrong = RecordBatch::try_from_iter(columns).expect("columns of one length");
        assert!(matches!(refused(writer.write("apps", &wrong)), Error::Batch(_)));
    }
    step(&mut writer, "apps", 0..10);
    assert_eq!(writer.seal(Completeness::Full).expect("sealed").rows(), 10);
}

#[test]
fn who_goes_on_must_begin_every_data_set_again_as_it_was() {
    let scene = Scene::new();
    let mut writer = scene.begin();
    begin_data_set(&mut writer, "apps");
    step(&mut writer, "apps", 0..10);
    writer.make_durable("apps").expect("durable");
    let id = writer.id().to_owned();
    drop(writer);

    let (writer, _) = scene.store.resume(&id).expect("resumed");
    assert!(matches!(refused(writer.seal(Completeness::Full)), Error::NotBegunAgain(name) if name == "apps"));
    let (mut writer, _) = scene.store.resume(&id).expect("resumed");
    let mut fields = schema().fields().to_vec();
    fields[0] = Arc::new(Field::new("id", DataType::Int64, true));
    let other = Arc::new(Schema::new(fields));
    let few = || vec!["name".to_owned()];
    assert!(matches!(refused(writer.data_set("apps", other, few())), Error::Schema(_)));
    assert!(matches!(refused(writer.data_set("apps", schema(), vec![])), Error::Schema(_)));
    writer.data_set("apps", schema(), few()).expect("the same as before");
    assert_eq!(writer.seal(Completeness::Full).expect("sealed").rows(), 10);
}

#[test]
fn a_writer_may_go_from_thread_to_thread() {
    fn goes<T: Send>() {}
    goes::<crate::SnapshotWriter>();
}
