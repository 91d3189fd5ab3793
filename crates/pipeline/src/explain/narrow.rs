//! The few records of a snapshot that have to do with one device, as data sets of an engine of their own: what a mapping
//! makes of them is what it makes of them in the whole snapshot, and takes no longer than they are few.
//!
//! ```text
//!   what was asked after ─▶ driving records ─▶ their twins by any key ─▶ joined records by the same keys
//!                                        └───▶ records of pipelines that are completed by them: applications
//! ```

use std::collections::{BTreeMap, BTreeSet, HashSet};

use arrow::array::{AsArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::UInt32Type;
use engine::{Condition, Engine, Holding, Settings, TextColumn, rows_where};
use extract::DataSet;
use snapshot::Sealed;
use transform::lineage;

use crate::check::{Given, engine_over};
use crate::declaration::Pipeline;
use crate::error::Error;
use crate::stored::stored_schema;

/// A record's page, and its place in it.
pub(super) type Place = (u32, u32);

/// A snapshot that a device is looked for in.
pub(super) struct Wide<'s> {
    sealed: &'s Sealed,
    engine: Engine,
}

/// Records by data set.
#[derive(Clone, Default)]
pub(super) struct Narrowed {
    batches: BTreeMap<&'static str, Vec<RecordBatch>>,
}

impl<'s> Wide<'s> {
    pub(super) async fn open(sealed: &'s Sealed) -> Result<Self, Error> {
        let engine = engine_over(Given::Snapshot(sealed), Settings::default().for_rows(sealed.rows())).await?;
        Ok(Self { sealed, engine })
    }

    /// The driving records of a pipeline that are called so: by any of the words that it names a record with, or by what
    /// makes two records the same device.
    pub(super) async fn called(&self, pipeline: &Pipeline, wanted: &str) -> Result<HashSet<Place>, Error> {
        let mapping = pipeline.mapping();
        let wanted = quoted(&wanted.trim().to_lowercase());
        let is_called = |who: &String| format!("lower(trim(CAST(({who}) AS VARCHAR))) = {wanted}");
        let any: Vec<String> = mapping.who.iter().chain(&identities(pipeline)).map(is_called).collect();
        self.places(&mapping.driver, &mapping.alias, &any.join(" OR ")).await
    }

    /// The records of a data set that have one of some values in any of some expressions. One question for all of them: to
    /// plan a query takes longer here than to run it.
    async fn having(
        &self,
        data_set: &str,
        alias: &str,
        wanted: &[(&str, &BTreeSet<String>)],
    ) -> Result<HashSet<Place>, Error> {
        let any = wanted.iter().filter(|(_, values)| !values.is_empty()).map(|(expression, values)| {
            let listed: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            format!("({expression}) IN ({})", listed.join(", "))
        });
        let any: Vec<String> = any.collect();
        if any.is_empty() { Ok(HashSet::new()) } else { self.places(data_set, alias, &any.join(" OR ")).await }
    }

    async fn places(&self, data_set: &str, alias: &str, condition: &str) -> Result<HashSet<Place>, Error> {
        let (page, record) = (lineage::PAGE, lineage::RECORD);
        let sql = format!("SELECT {alias}.{page}, {alias}.{record} FROM {data_set} AS {alias} WHERE {condition}");
        let mut places = HashSet::new();
        for batch in self.engine.collect(&sql).await? {
            places.extend(places_of(&batch));
        }
        Ok(places)
    }

    /// The records at these places, with all that was read of them.
    fn read(&self, data_set: &str, places: &HashSet<Place>) -> Result<Vec<RecordBatch>, Error> {
        let Some(file) = self.sealed.file(data_set).filter(|_| !places.is_empty()) else { return Ok(Vec::new()) };
        let pages: BTreeSet<u32> = places.iter().map(|(page, _)| *page).collect();
        let places = places.clone();
        let is_there = Condition::new(vec![lineage::PAGE.to_owned(), lineage::RECORD.to_owned()], move |batch| {
            let found = places_of(batch);
            BooleanBuffer::collect_bool(batch.num_rows(), |row| found.get(row).is_some_and(|at| places.contains(at)))
        });
        Ok(rows_where(&file, Holding::Numbers(lineage::PAGE, &pages), &[is_there])?)
    }

    /// Everything that has to do with these driving records of a pipeline; the records that complete them left out where
    /// `is_alone` says so.
    pub(super) async fn narrow(
        &self,
        pipeline: &Pipeline,
        called: HashSet<Place>,
        is_alone: bool,
    ) -> Result<Narrowed, Error> {
        let mapping = pipeline.mapping();
        let mut narrowed = Narrowed::default();
        narrowed.put(&mapping.driver, self.read(&mapping.driver, &called)?);
        let identities = identities(pipeline);
        let same: Vec<&str> = identities.iter().map(String::as_str).collect();
        let values = narrowed.values(&mapping.driver, &mapping.alias, &same).await?;
        let wanted: Vec<(&str, &BTreeSet<String>)> = same.into_iter().zip(&values).collect();
        let mut driving = called;
        driving.extend(self.having(&mapping.driver, &mapping.alias, &wanted).await?);
        narrowed.put(&mapping.driver, self.read(&mapping.driver, &driving)?);
        if is_alone {
            return Ok(narrowed);
        }
        let ways = mapping.joins.iter().flat_map(|join| &join.on);
        let driven: Vec<&str> = ways.map(|on| on.driver.as_str()).collect();
        let mut values = narrowed.values(&mapping.driver, &mapping.alias, &driven).await?.into_iter();
        for join in &mapping.joins {
            let own: Vec<BTreeSet<String>> = values.by_ref().take(join.on.len()).collect();
            let wanted: Vec<(&str, &BTreeSet<String>)> =
                join.on.iter().map(|on| on.joined.as_str()).zip(&own).collect();
            let places = self.having(&join.data_set, &join.data_set, &wanted).await?;
            narrowed.put(&join.data_set, self.read(&join.data_set, &places)?);
        }
        Ok(narrowed)
    }

    /// The driving records of a pipeline that narrowed records complete, beside those.
    pub(super) async fn completed_by(&self, pipeline: &Pipeline, narrowed: &Narrowed) -> Result<Narrowed, Error> {
        let mapping = pipeline.mapping();
        let mut all = narrowed.clone();
        let mut places = HashSet::new();
        for join in mapping.joins.iter().filter(|join| narrowed.has(&join.data_set)) {
            let joined: Vec<&str> = join.on.iter().map(|on| on.joined.as_str()).collect();
            let values = narrowed.values(&join.data_set, &join.data_set, &joined).await?;
            let wanted: Vec<(&str, &BTreeSet<String>)> =
                join.on.iter().map(|on| on.driver.as_str()).zip(&values).collect();
            places.extend(self.having(&mapping.driver, &mapping.alias, &wanted).await?);
        }
        all.put(&mapping.driver, self.read(&mapping.driver, &places)?);
        Ok(all)
    }
}

impl Narrowed {
    fn put(&mut self, data_set: &str, batches: Vec<RecordBatch>) {
        if let Some(data_set) = DataSet::ALL.into_iter().find(|known| known.name() == data_set) {
            self.batches.insert(data_set.name(), batches);
        }
    }

    pub(super) fn has(&self, data_set: &str) -> bool {
        self.batches.get(data_set).is_some_and(|batches| batches.iter().any(|batch| batch.num_rows() > 0))
    }

    pub(super) fn batches(&self, data_set: &str) -> &[RecordBatch] {
        self.batches.get(data_set).map(Vec::as_slice).unwrap_or_default()
    }

    /// An engine that knows only these records, of these data sets; the others are empty.
    pub(super) fn engine(&self, data_sets: &[&str]) -> Result<Engine, Error> {
        let engine = Engine::new(Settings::default().for_few_rows())?;
        transform::register(&engine);
        for data_set in DataSet::ALL.into_iter().filter(|data_set| data_sets.contains(&data_set.name())) {
            let batches = self.batches(data_set.name()).to_vec();
            let schema = batches.first().map_or_else(|| stored_schema(data_set), RecordBatch::schema);
            engine.add_batches(data_set.name(), schema, batches)?;
        }
        Ok(engine)
    }

    /// The distinct values of some expressions over one data set; what was not understood is none.
    pub(super) async fn values(
        &self,
        data_set: &str,
        alias: &str,
        expressions: &[&str],
    ) -> Result<Vec<BTreeSet<String>>, Error> {
        let mut values = vec![BTreeSet::new(); expressions.len()];
        if expressions.is_empty() || !self.has(data_set) {
            return Ok(values);
        }
        let named = expressions.iter().enumerate().map(|(place, expression)| {
            format!("CASE WHEN NOT refused({expression}) THEN CAST(({expression}) AS VARCHAR) END AS \"_{place}\"")
        });
        let sql = format!("SELECT {} FROM {data_set} AS {alias}", named.collect::<Vec<_>>().join(", "));
        for batch in self.engine(&[data_set])?.collect(&sql).await? {
            for (column, values) in batch.columns().iter().zip(&mut values) {
                let texts = TextColumn::new(column).map_err(transform::Error::Gather)?;
                values.extend((0..batch.num_rows()).filter_map(|row| texts.text(row)).map(str::to_owned));
            }
        }
        Ok(values)
    }
}

/// Expressions over a pipeline's driving data set by which two records are the same device: what finds their partners, and
/// the columns of the key that need no partner.
fn identities(pipeline: &Pipeline) -> Vec<String> {
    let mapping = pipeline.mapping();
    let by_joins = mapping.joins.iter().flat_map(|join| &join.on).map(|on| on.driver.clone());
    let own = |column: &&transform::Column| {
        let fields = mapping.fields_in(&column.value);
        let of_driver = |field: &String| field.split('.').next() == Some(mapping.alias.as_str());
        mapping.key.contains(&column.name) && !fields.is_empty() && fields.iter().all(of_driver)
    };
    let by_key = mapping.columns.iter().filter(own).map(|column| column.value.clone());
    let mut identities: Vec<String> = by_joins.chain(by_key).collect();
    identities.sort();
    identities.dedup();
    identities
}

/// Where the records of a batch were read.
pub(super) fn places_of(batch: &RecordBatch) -> Vec<Place> {
    let number = |name: &str| batch.column_by_name(name).and_then(|array| array.as_primitive_opt::<UInt32Type>());
    let (Some(page), Some(record)) = (number(lineage::PAGE), number(lineage::RECORD)) else { return Vec::new() };
    (0..batch.num_rows()).map(|row| (page.value(row), record.value(row))).collect()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
