//! `snowhaul check`: every declaration compiled and planned, and its checks tried: given this record, then this
//! staging row. Nothing is sent and nothing is written.

use std::collections::BTreeMap;

use engine::{Engine, Settings, TextColumn};
use extract::{DataSet, PageRef, decode};
use snapshot::Sealed;
use transform::{Compiled, LeftOut, Stager, Tally};

use crate::declaration::{Check, Expects, Pipeline};
use crate::error::Error;
use crate::stored::{stored, stored_schema};

/// How one check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// The pipeline.
    pub pipeline: String,
    /// The check; empty for the declaration itself.
    pub check: String,
    /// What differs; `None` where it holds.
    pub failure: Option<String>,
}

/// Where data sets come from.
#[derive(Clone, Copy, Debug)]
pub enum Given<'a> {
    /// A verified snapshot.
    Snapshot(&'a Sealed),
    /// Response bodies by data set; those that are not named have no records.
    Bodies(&'a BTreeMap<String, String>),
}

/// An engine with our functions and every data set as a table.
pub(crate) async fn engine_over(given: Given<'_>, settings: Settings) -> Result<Engine, Error> {
    let engine = Engine::new(settings)?;
    transform::register(&engine);
    for data_set in DataSet::ALL {
        let name = data_set.name();
        let file = match given {
            Given::Snapshot(sealed) => sealed.file(name),
            Given::Bodies(_) => None,
        };
        if let Some(file) = file {
            engine.add_parquet(name, &file).await?;
            continue;
        }
        let mut batches = Vec::new();
        if let Given::Bodies(bodies) = given
            && let Some(body) = bodies.get(name)
        {
            let page = PageRef { name, number: 1 };
            let decoded = decode(data_set, page, body.as_bytes()).map_err(|source| Error::Page(Box::new(source)))?;
            batches.push(stored(data_set, &decoded.batch, 0));
        }
        engine.add_batches(name, stored_schema(data_set), batches)?;
    }
    Ok(engine)
}

/// Checks one pipeline: the declaration first, then each of its checks.
pub async fn check(pipeline: &Pipeline) -> Result<Vec<CheckResult>, Error> {
    let compiled = pipeline.mapping().clone().compile()?;
    let nothing = BTreeMap::new();
    let engine = engine_over(Given::Bodies(&nothing), Settings::default()).await?;
    compiled.check(&engine).await?;
    let result =
        |check: &str, failure| CheckResult { pipeline: pipeline.name().to_owned(), check: check.to_owned(), failure };
    let mut results = vec![result("", None)];
    for check in &pipeline.checks {
        let mut failure = None;
        // As tenants of either size are carried: a declaration that holds one way only is found here, and not at night.
        for settings in [Settings::default(), Settings::default().for_few_rows()] {
            if failure.is_none() {
                let engine = engine_over(Given::Bodies(&check.given), settings).await?;
                failure = try_check(&engine, &compiled, check).await?;
            }
        }
        results.push(result(&check.name, failure));
    }
    Ok(results)
}

async fn try_check(engine: &Engine, compiled: &Compiled, check: &Check) -> Result<Option<String>, Error> {
    let mut rows = compiled.rows(engine, None, None).await?;
    let mut stager = Stager::new(compiled, |page, record| format!("page {page}, record {record}"));
    let mut staged: Vec<BTreeMap<String, String>> = Vec::new();
    while let Some(batch) = rows.next().await {
        let batch = stager.stage(&batch?)?.rows;
        for row in 0..batch.num_rows() {
            let mut values = BTreeMap::new();
            for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
                let column = TextColumn::new(array).map_err(transform::Error::Gather)?;
                values.insert(field.name().clone(), column.text(row).unwrap_or_default().to_owned());
            }
            staged.push(values);
        }
    }
    Ok(difference(&check.expects, &staged, &stager.into_tally()))
}

fn difference(expects: &Expects, staged: &[BTreeMap<String, String>], tally: &Tally) -> Option<String> {
    let found = || {
        let left_out = tally.listed.iter().map(|(_, row)| format!("{} {}", row.column, row.reason));
        format!("{} staging rows; left out: {}", staged.len(), left_out.collect::<Vec<_>>().join("; "))
    };
    match expects {
        Expects::Row(values) => {
            let [row] = staged else { return Some(format!("expected one staging row, found {}", found())) };
            let wrong = values.iter().filter_map(|(column, expected)| {
                let is = row.get(column).map_or("", String::as_str);
                (is != expected).then(|| format!("{column} is `{is}`, expected `{expected}`"))
            });
            let wrong: Vec<String> = wrong.collect();
            (!wrong.is_empty()).then(|| wrong.join("; "))
        }
        Expects::Rejected(words) => {
            let holds = tally
                .listed
                .iter()
                .any(|(kind, row)| *kind == LeftOut::Rejected && row.reason.contains(words.as_str()));
            (!holds).then(|| format!("expected a rejection with `{words}`, found {}", found()))
        }
        Expects::OutOfScope(rule) => {
            let holds = tally.out_of_scope.contains_key(rule);
            (!holds).then(|| format!("expected the rule `{rule}` to leave it out, found {}", found()))
        }
    }
}
