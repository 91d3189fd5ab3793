//! The query and what sorts its rows out, together: records in, staging rows and counts out, over a small mapping of
//! invented things.

mod bytes;
mod faults;
mod keys;
mod order;
mod times;

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt32Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use engine::{DurableParquet, Effort, Engine, Layout, Settings, TextColumn};

use crate::limits;
use crate::{Column, Compiled, Join, JoinOn, Longer, Mapping, ScopeRule, Stager, Tally, Unreadable, lineage, register};

/// The columns of the driving data set, all of them texts.
const FIELDS: [&str; 5] = ["serial", "name", "note", "seen", "kind"];

/// One record: its serial number, name, note, last check-in and kind.
type Record = [Option<&'static str>; FIELDS.len()];

/// What came out: the rows as texts (staging columns, row key, fingerprint, moment), and the counts.
type Out = (Vec<Vec<Option<String>>>, Tally);

/// How a query is run.
#[derive(Clone, Copy, Debug)]
struct Way {
    batch_rows: usize,
    partitions: NonZeroUsize,
    effort: Effort,
    /// The fields that a Parquet file gives as dictionaries; none for batches in memory.
    few_distinct: Option<&'static [&'static str]>,
}

impl Way {
    /// In memory, in one piece.
    const PLAIN: Self =
        Self { batch_rows: 8192, partitions: NonZeroUsize::MIN, effort: Effort::Thorough, few_distinct: None };
}

fn column(name: &str, length: u32, value: &str) -> Column {
    Column {
        name: name.to_owned(),
        length,
        value: value.to_owned(),
        required: None,
        longer: Longer::Reject,
        unreadable: Unreadable::Empty,
        volatile: false,
    }
}

/// Things by serial number, the newest check-in first; those of the kind `toy` are out of scope.
fn things() -> Mapping {
    let seen = Column { volatile: true, ..column("u_seen", 40, "utc_timestamp(thing.seen)") };
    Mapping {
        name: "things".to_owned(),
        driver: "things".to_owned(),
        alias: "thing".to_owned(),
        joins: Vec::new(),
        scope: vec![ScopeRule { name: "toy".to_owned(), out_when: "thing.kind = 'toy'".to_owned() }],
        columns: vec![
            Column {
                required: Some("it has no usable serial number".to_owned()),
                ..column("u_serial", 40, "serial(thing.serial)")
            },
            Column { longer: Longer::Cut, ..column("u_name", 4, "text(thing.name)") },
            Column { volatile: true, ..column("u_note", 10, "text(thing.note)") },
            seen,
        ],
        key: vec!["u_serial".to_owned()],
        newest: "utc_timestamp(thing.seen)".to_owned(),
        who: vec!["thing.serial".to_owned()],
        volatile_days: 7,
        row_bytes_max: limits::ROW_BYTES_MAX,
    }
}

/// A thing's details, by serial number, the newest first.
fn details(newest: &str) -> Join {
    Join {
        data_set: "details".to_owned(),
        alias: "details".to_owned(),
        on: vec![JoinOn { driver: "serial(thing.serial)".to_owned(), joined: "serial(serial)".to_owned() }],
        newest: newest.to_owned(),
        orphans: true,
    }
}

fn schema() -> SchemaRef {
    let texts = FIELDS.map(|name| Field::new(name, DataType::Utf8, true));
    let places = ["_page", "_record"].map(|name| Field::new(name, DataType::UInt32, false));
    Arc::new(Schema::new(texts.into_iter().chain(places).collect::<Vec<_>>()))
}

/// The records as one page.
fn page(records: &[Record]) -> RecordBatch {
    let texts = (0..FIELDS.len())
        .map(|field| -> ArrayRef { Arc::new(records.iter().map(|record| record[field]).collect::<StringArray>()) });
    let pages: ArrayRef = Arc::new(UInt32Array::from(vec![1; records.len()]));
    let count = u32::try_from(records.len()).expect("a test has few records");
    let numbers: ArrayRef = Arc::new(UInt32Array::from_iter_values(0..count));
    RecordBatch::try_new(schema(), texts.chain([pages, numbers]).collect()).expect("the columns fit the schema")
}

fn session(way: Way) -> Engine {
    let settings =
        Settings { batch_rows: way.batch_rows, partitions: way.partitions, effort: way.effort, ..Settings::default() };
    let engine = Engine::new(settings).expect("a session opens");
    register(&engine);
    engine
}

/// Makes records known as a data set, in memory or through a file in `folder`.
async fn add(engine: &Engine, data_set: &str, records: &[Record], way: Way, folder: &Path) {
    let whole = page(records);
    let pieces = (0..whole.num_rows())
        .step_by(way.batch_rows)
        .map(|begin| whole.slice(begin, way.batch_rows.min(whole.num_rows() - begin)));
    let Some(few_distinct) = way.few_distinct else {
        engine.add_batches(data_set, schema(), pieces.collect()).expect("the table is new");
        return;
    };
    let path = folder.join(format!("{data_set}.parquet"));
    let layout = Layout { few_distinct: few_distinct.iter().map(|name| (*name).to_owned()).collect() };
    let mut file = DurableParquet::create(&path, schema(), &layout).expect("the folder can be written");
    for piece in pieces {
        file.write(&piece).expect("the rows fit the schema");
    }
    file.finish().expect("the folder can be written");
    engine.add_parquet(data_set, &path).await.expect("the file is there");
}

/// Runs a mapping over the records of each data set.
fn run(mapping: &Mapping, data_sets: &[(&str, &[Record])], way: Way) -> Out {
    let compiled = mapping.clone().compile().expect("the mapping is sound");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let engine = session(way);
        for (name, records) in data_sets {
            add(&engine, name, records, way, folder.path()).await;
        }
        staged(&engine, &compiled).await
    })
}

/// Checks a mapping against a data set without records.
fn run_check(mapping: &Mapping, way: Way) -> Result<(), crate::Error> {
    let compiled = mapping.clone().compile()?;
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let engine = session(way);
        engine.add_batches("things", schema(), Vec::new()).expect("the table is new");
        compiled.check(&engine).await
    })
}

/// Where a row was read.
const PLACE: [&str; 2] = [lineage::PAGE, lineage::RECORD];

async fn staged(engine: &Engine, compiled: &Compiled) -> Out {
    let mut stager = Stager::new(compiled, |page, record| format!("page {page}, record {record}"));
    let mut rows = compiled.rows(engine, None, None).await.expect("the query plans");
    let mut out = Vec::new();
    while let Some(batch) = rows.next().await {
        let batch = stager.stage(&batch.expect("the query runs")).expect("rows are sorted out").rows;
        // Where a row was read follows from the order of pages; nothing else does. It stands last.
        let said = batch.num_columns() - PLACE.len();
        let schema = batch.schema();
        assert_eq!(schema.fields()[said..].iter().map(|field| field.name().as_str()).collect::<Vec<_>>(), PLACE);
        let columns = batch.columns()[..said].iter();
        let columns: Vec<TextColumn> =
            columns.map(|array| TextColumn::new(array).expect("staged values are texts")).collect();
        out.extend((0..batch.num_rows()).map(|row| -> Vec<Option<String>> {
            columns.iter().map(|column| column.text(row).map(str::to_owned)).collect()
        }));
    }
    let tally = stager.into_tally();
    let kept = tally.duplicate + tally.rejected + tally.out_of_scope_rows() + tally.staging_rows;
    assert_eq!(tally.read, kept, "rows are conserved");
    (out, tally)
}

/// The values of a staging column, in the order of the rows.
fn values<'o>(mapping: &Mapping, out: &'o Out, name: &str) -> Vec<Option<&'o str>> {
    let place = mapping.columns.iter().position(|column| column.name == name).expect("the mapping has the column");
    out.0.iter().map(|row| row[place].as_deref()).collect()
}

#[test]
fn every_expression_and_every_query_plans() {
    let mut mapping = things();
    mapping.joins.push(details("newest(utc_timestamp(seen), utc_timestamp(note))"));
    let compiled = mapping.compile().expect("the mapping is sound");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let checked = runtime.block_on(async {
        let engine = session(Way::PLAIN);
        for data_set in compiled.data_sets() {
            engine.add_batches(data_set, schema(), Vec::new()).expect("the table is new");
        }
        compiled.check(&engine).await
    });
    assert!(checked.is_ok(), "{checked:?}");
}

#[test]
fn the_rows_are_followed_by_key_fingerprint_and_moment() {
    let out = run(&things(), &[("things", &[record("AAAA1111", "a", "2026-01-01T00:00:00Z")])], Way::PLAIN);
    let row = &out.0[0];
    assert_eq!(row.len(), things().columns.len() + lineage::KEPT.len() - PLACE.len());
    assert_eq!(row.last(), Some(&Some("2026-01-01 00:00:00".to_owned())));
}

/// A record with what most tests need.
fn record(serial: &'static str, name: &'static str, seen: &'static str) -> Record {
    [Some(serial), Some(name), None, Some(seen), None]
}
