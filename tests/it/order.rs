//! What must not change a result: the size of batches, the number of threads, how much thought went into the plan, the order
//! of pages. Rows are conserved whatever they are.

use std::num::NonZeroUsize;

use engine::{Effort, Engine, Settings, TextColumn};
use extract::{DataSet, PageRef, decode};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tenant::{Fleet, FleetConfig};
use tests::{body_of, nightly};
use transform::{Stager, lineage};

/// Everything that a staging row is, as text, the counts beside it, and which records were of no use to any row.
type Staged = (Vec<String>, [u64; 4], Vec<String>);

/// In one piece, by one thread.
fn plainly() -> Settings {
    Settings { batch_rows: 8192, partitions: NonZeroUsize::MIN, ..Settings::default() }
}

async fn staged(pages: &[pipeline::Body], settings: Settings, name: &str) -> Staged {
    let engine = Engine::new(settings).expect("an engine");
    transform::register(&engine);
    for data_set in DataSet::ALL {
        let of = pages.iter().zip(1..).filter(|(page, _)| page.data_set == data_set);
        let batches = of.map(|(page, number)| {
            let page = decode(data_set, PageRef { name: &page.name, number }, &page.bytes).expect("a page is read");
            pipeline::stored(data_set, &page.batch, 0)
        });
        engine.add_batches(data_set.name(), pipeline::stored_schema(data_set), batches.collect()).expect("a table");
    }
    let pipelines = nightly();
    let pipeline = pipelines.iter().find(|pipeline| pipeline.name() == name).expect("a nightly pipeline");
    let compiled = pipeline.mapping().clone().compile().expect("it compiles");
    let mut rows = compiled.rows(&engine, None, None).await.expect("the query plans");
    let mut stager = Stager::new(&compiled, |page, record| format!("{page} {record}"));
    let mut lines = Vec::new();
    while let Some(batch) = rows.next().await {
        let batch = stager.stage(&batch.expect("the query runs")).expect("rows are sorted out").rows;
        // Where a row was read follows from the order of pages; nothing else does.
        let fields = batch.schema();
        let said = |index: &usize| ![lineage::PAGE, lineage::RECORD].contains(&fields.field(*index).name().as_str());
        let said = (0..batch.num_columns()).filter(said);
        let columns: Vec<TextColumn> = said.map(|index| TextColumn::new(batch.column(index)).expect("texts")).collect();
        for row in 0..batch.num_rows() {
            lines.push(format!("{:?}", columns.iter().map(|column| column.text(row)).collect::<Vec<_>>()));
        }
    }
    let tally = stager.into_tally();
    let kept = tally.duplicate + tally.rejected + tally.out_of_scope_rows() + tally.staging_rows;
    assert_eq!(tally.read, kept, "rows are conserved");
    let mut orphans = Vec::new();
    for (data_set, sql) in compiled.orphan_sql() {
        for batch in engine.collect(&sql).await.expect("the query runs") {
            let texts = |name: &str| TextColumn::new(batch.column_by_name(name).expect("named so")).expect("texts");
            let (who, is_partnered) = (texts("_who"), texts("_partnered"));
            orphans.extend(
                (0..batch.num_rows()).map(|row| format!("{data_set} {:?} {:?}", who.text(row), is_partnered.text(row))),
            );
        }
    }
    orphans.sort();
    (lines, [tally.read, tally.duplicate, tally.rejected, tally.staging_rows], orphans)
}

#[test]
fn batches_threads_plans_and_the_order_of_pages_change_nothing() {
    let fleet = Fleet::new(FleetConfig { devices: 24, apps_per_mac: 6, ..FleetConfig::demonstration() });
    let pages: Vec<pipeline::Body> = fleet.pages().map(body_of).collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for name in ["devices", "applications"] {
        let expected = runtime.block_on(staged(&pages, plainly(), name));
        assert!(!expected.0.is_empty());
        let briefly = runtime.block_on(staged(&pages, Settings { effort: Effort::Brief, ..plainly() }, name));
        assert!(briefly == expected, "{name}: a brief plan makes other rows than a thorough one");
        let config = Config { cases: 8, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let shuffled = Just(pages.clone()).prop_shuffle();
        runner
            .run(&(shuffled, 1_usize..700, 1_usize..5, any::<bool>()), |(pages, batch_rows, partitions, is_brief)| {
                let partitions = NonZeroUsize::new(partitions).expect("at least one");
                let effort = if is_brief { Effort::Brief } else { Effort::Thorough };
                let settings = Settings { batch_rows, partitions, effort, ..Settings::default() };
                let found = runtime.block_on(staged(&pages, settings, name));
                prop_assert!(found == expected, "batches of {batch_rows} rows, {partitions} partitions, {effort:?}");
                Ok(())
            })
            .expect("the result is the same");
    }
}
