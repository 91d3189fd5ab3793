//! Any sequence of steps, crashes and restarts against a model of three numbers a data set.

use std::time::Instant;

use proptest::prelude::*;

use super::scene::{Scene, account, batch, begin_data_set, ids_of, refused, step};
use crate::limits::CHECKPOINT_EVERY;
use crate::{Completeness, Error, SnapshotWriter};

const DATA_SETS: [&str; 2] = ["apps", "devices"];

/// What may happen; the first number says to which data set.
#[derive(Clone, Debug)]
enum Event {
    Step(usize, i64),
    Unplaced(usize, i64),
    MakeDurable(usize),
    Wait,
    Restart(usize),
    Crash,
}

fn event() -> impl Strategy<Value = Event> {
    let which = 0..DATA_SETS.len();
    prop_oneof![
        6 => (which.clone(), 0_i64..40).prop_map(|(which, rows)| Event::Step(which, rows)),
        1 => (which.clone(), 1_i64..40).prop_map(|(which, rows)| Event::Unplaced(which, rows)),
        3 => which.clone().prop_map(Event::MakeDurable),
        1 => Just(Event::Wait),
        1 => which.prop_map(Event::Restart),
        3 => Just(Event::Crash),
    ]
}

/// A data set holds the numbers from 0: how many are written, how many of them are placed, and how many are durable.
#[derive(Clone, Copy, Debug, Default)]
struct Model {
    written: i64,
    placed: i64,
    durable: i64,
}

struct Played {
    scene: Scene,
    snapshot: String,
    writer: SnapshotWriter,
    models: [Model; 2],
    waited: bool,
}

impl Played {
    fn new() -> Self {
        let scene = Scene::new();
        let writer = begun_again(scene.begin(), false);
        Self { snapshot: writer.id().to_owned(), scene, writer, models: [Model::default(); 2], waited: false }
    }

    fn play(&mut self, event: &Event) {
        match *event {
            Event::Step(which, rows) => {
                let model = &mut self.models[which];
                let end = model.written + rows;
                let is_durable = step(&mut self.writer, DATA_SETS[which], model.written..end);
                (model.written, model.placed) = (end, end);
                assert!(!is_durable || self.waited, "a small part becomes durable by the clock alone");
                if is_durable {
                    model.durable = end;
                }
            }
            Event::Unplaced(which, rows) => {
                let model = &mut self.models[which];
                let rows = model.written..model.written + rows;
                self.writer.write(DATA_SETS[which], &batch(rows.clone())).expect("written");
                model.written = rows.end;
            }
            Event::MakeDurable(which) => {
                let model = &mut self.models[which];
                if model.written == model.placed {
                    self.writer.make_durable(DATA_SETS[which]).expect("durable");
                    model.durable = model.placed;
                } else {
                    let error = refused(self.writer.make_durable(DATA_SETS[which]));
                    assert!(matches!(error, Error::Unplaced(_)), "{error:?}");
                }
            }
            Event::Wait => {
                let later = Instant::now() + CHECKPOINT_EVERY;
                self.writer.set_clock(move || later);
                self.waited = true;
            }
            Event::Restart(which) => {
                self.writer.restart(DATA_SETS[which]).expect("restarted");
                self.models[which] = Model::default();
            }
            Event::Crash => self.crash(),
        }
        for (data_set, model) in DATA_SETS.iter().zip(&self.models) {
            assert_eq!(self.writer.rows(data_set), model.written.unsigned_abs());
        }
    }

    /// Goes on with what a machine would find that stopped now.
    fn crash(&mut self) {
        let scene = self.scene.copied();
        let (writer, progress) = scene.store.resume(&self.snapshot).expect("resumed");
        for (data_set, model) in DATA_SETS.iter().zip(&mut self.models) {
            let read = progress.data_sets.get(*data_set);
            let position = read.map_or("", |read| read.position.as_str());
            assert_eq!(position.parse::<i64>().unwrap_or(0), model.durable, "{data_set}");
            assert_eq!(read.map_or(0, |read| read.rows), model.durable.unsigned_abs(), "{data_set}");
            *model = Model { written: model.durable, placed: model.durable, durable: model.durable };
        }
        // The old writer goes first: it still has files in the old folder.
        self.writer = begun_again(writer, true);
        (self.scene, self.waited) = (scene, false);
    }

    fn end(mut self) {
        self.writer.end("apps", account()).expect("ended");
        let sealed = self.writer.seal(Completeness::Full).expect("sealed");
        for (data_set, model) in DATA_SETS.iter().zip(self.models) {
            assert_eq!(ids_of(&sealed, data_set), (0..model.written).collect::<Vec<i64>>(), "{data_set}");
        }
        assert_eq!(self.scene.store.verify(&self.snapshot).expect("intact").manifest, sealed.manifest);
    }
}

/// The writer with its data sets and a clock that stands still. After an interruption the order does not matter.
fn begun_again(mut writer: SnapshotWriter, is_reversed: bool) -> SnapshotWriter {
    let now = Instant::now();
    writer.set_clock(move || now);
    let mut names = DATA_SETS;
    if is_reversed {
        names.reverse();
    }
    for data_set in names {
        begin_data_set(&mut writer, data_set);
    }
    writer
}

proptest! {
    // Every step costs some fsyncs, so the cases are few and long.
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_every_row_is_there_once(events in proptest::collection::vec(event(), 0..24)) {
        let mut played = Played::new();
        for event in &events {
            played.play(event);
        }
        played.end();
    }
}
