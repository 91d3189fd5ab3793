//! What a pipeline's mapping makes of narrowed records: the staging rows, and why others became none. The same query and the
//! same sorting out as in a run, over few records.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use engine::TextColumn;
use flow::Rejected;
use jiff::Timestamp;
use snapshot::Sealed;
use transform::{Compiled, LeftOut, Stager, lineage};

use super::narrow::{Narrowed, Place, places_of};
use super::told::{ExplainedRecord, Fate, RawValue};
use crate::declaration::Pipeline;
use crate::error::Error;
use crate::stored::READ_AT_COLUMN;

/// Longest raw value that is shown, in characters: a list of tags fits, a whole certificate does not.
const RAW_CHARS_MAX: usize = 300;

/// What a pipeline made of narrowed records.
pub(super) struct Normalised {
    /// Staging rows by key, each a batch of one row.
    pub(super) staged: BTreeMap<String, RecordBatch>,
    /// Driving records by the key that they have; under an empty one those that have none.
    pub(super) driving: BTreeMap<String, Vec<ExplainedRecord>>,
    /// Where each driving record was read, by its key.
    places: HashMap<Place, String>,
    /// What each column was made of, by where the driving record was read.
    raw: HashMap<Place, HashMap<String, Option<String>>>,
    /// Columns of rows that were cut or cleaned, by key.
    pub(super) adjusted: HashMap<String, Vec<String>>,
}

/// How much is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Rows and reasons.
    Rows,
    /// What each column was made of, too.
    Raw,
}

/// Runs a pipeline's mapping over narrowed records.
pub(super) async fn normalise(
    pipeline: &Pipeline,
    compiled: &Compiled,
    narrowed: &Narrowed,
    sealed: &Sealed,
    detail: Detail,
) -> Result<Normalised, Error> {
    let data_sets: Vec<&str> = compiled.data_sets().into_iter().collect();
    let engine = narrowed.engine(&data_sets)?;
    let manifest = &sealed.manifest;
    let place = |page, record| format!("{}, record {record}", manifest.page_name(page));
    let mut rows = compiled.rows(&engine, None, None).await?;
    let mut stager = Stager::new(compiled, place);
    let (mut staged, mut places, mut adjusted) = (BTreeMap::new(), HashMap::new(), HashMap::new());
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        let texts = |name: &str| -> Result<TextColumn, Error> {
            let array = batch.column_by_name(name).expect("the query names its own columns");
            Ok(TextColumn::new(array).map_err(transform::Error::Gather)?)
        };
        let (keys, marks) = (texts(lineage::ROW_KEY)?, texts(lineage::ADJUSTED)?);
        for (row, place) in places_of(&batch).into_iter().enumerate() {
            let key = keys.text(row).unwrap_or_default().to_owned();
            if let Some(marks) = marks.text(row) {
                let named = marks.split_whitespace().map(|mark| mark.trim_start_matches('!').to_owned());
                adjusted.insert(key.clone(), named.collect());
            }
            places.insert(place, key);
        }
        let rows = stager.stage(&batch)?.rows;
        let keys = rows.column_by_name(lineage::ROW_KEY).expect("the stager keeps its lineage columns");
        let keys = TextColumn::new(keys).map_err(transform::Error::Gather)?;
        for row in 0..rows.num_rows() {
            staged.insert(keys.text(row).unwrap_or_default().to_owned(), rows.slice(row, 1));
        }
    }
    let left_out = stager.into_tally().listed;
    let mut normalised = Normalised { staged, driving: BTreeMap::new(), places, raw: HashMap::new(), adjusted };
    normalised.driving(pipeline, narrowed, sealed, &left_out);
    if detail == Detail::Raw {
        normalised.read_raw(compiled, &engine).await?;
    }
    Ok(normalised)
}

impl Normalised {
    /// Sorts the driving records out by key, each with what became of it.
    fn driving(&mut self, pipeline: &Pipeline, narrowed: &Narrowed, sealed: &Sealed, left_out: &[(LeftOut, Rejected)]) {
        let driver = &pipeline.mapping().driver;
        let records: Vec<(Place, ExplainedRecord)> = records(narrowed, driver, sealed, Fate::Staged);
        for (place, mut record) in records {
            let told = left_out.iter().find(|(kind, told)| *kind != LeftOut::Emptied && told.place == record.place);
            if let Some((kind, told)) = told {
                record.fate = fate_of(*kind);
                (record.reason, record.column, record.value) =
                    (told.reason.clone(), told.column.clone(), told.value.clone());
            }
            let key = self.places.get(&place).cloned().unwrap_or_default();
            self.driving.entry(key).or_default().push(record);
        }
    }

    /// Reads what the columns of every driving record were made of.
    async fn read_raw(&mut self, compiled: &Compiled, engine: &engine::Engine) -> Result<(), Error> {
        let mapping = compiled.mapping();
        let mut fields: Vec<String> = mapping.who.iter().flat_map(|who| mapping.fields_in(who)).collect();
        for column in &mapping.columns {
            fields.extend(mapping.fields_in(&column.value));
        }
        for join in &mapping.joins {
            fields.extend([lineage::PAGE, lineage::RECORD].map(|place| format!("{}.{place}", join.alias)));
        }
        fields.sort();
        fields.dedup();
        for batch in engine.collect(&compiled.fields_sql(&fields)).await? {
            for (row, place) in places_of(&batch).into_iter().enumerate() {
                let value = |column: usize| shown(batch.column(column + 2), row);
                let values = fields.iter().enumerate().map(|(number, field)| (field.clone(), value(number)));
                self.raw.insert(place, values.collect());
            }
        }
        Ok(())
    }

    /// Those of some joined records that completed the driving records of a key; the others too where `is_only` says that
    /// there is no other key which they could be of.
    pub(super) fn partners(
        &self,
        key: &str,
        alias: &str,
        joined: Vec<(Place, ExplainedRecord)>,
        is_only: bool,
    ) -> Vec<ExplainedRecord> {
        let of_key = self.places.iter().filter(|(_, of)| *of == key);
        let used: HashSet<Place> = of_key.filter_map(|(place, _)| self.partner(*place, alias)).collect();
        let told = joined.into_iter().filter_map(|(place, mut record)| match used.contains(&place) {
            true => Some(record),
            false => is_only.then(|| {
                record.fate = Fate::Unused;
                record
            }),
        });
        told.collect()
    }

    /// Where the record of a join was read that completed a driving record.
    fn partner(&self, place: Place, alias: &str) -> Option<Place> {
        let values = self.raw.get(&place)?;
        let number = |name: &str| values.get(&format!("{alias}.{name}"))?.as_ref()?.parse::<u32>().ok();
        Some((number(lineage::PAGE)?, number(lineage::RECORD)?))
    }

    /// The keys of the driving records that are called so: in any column of their rows, or as their records are named; those
    /// whose name holds the word where none is it.
    pub(super) fn called(&self, pipeline: &Pipeline, wanted: &str) -> Result<Vec<String>, Error> {
        let (mut whole, mut part) = (Vec::new(), Vec::new());
        for (key, row) in &self.staged {
            let mut is_whole = false;
            let mut is_part = false;
            for column in pipeline.value_columns() {
                let array = row.column_by_name(&column).expect("a staging row has its columns");
                let texts = TextColumn::new(array).map_err(transform::Error::Gather)?;
                let value = texts.text(0).unwrap_or_default().to_lowercase();
                is_whole |= value == wanted;
                is_part |= pipeline.title.contains(&column) && value.contains(wanted);
            }
            if is_whole {
                whole.push(key.clone());
            } else if is_part {
                part.push(key.clone());
            }
        }
        // Records without a row are known by the fields that name them alone.
        for (place, key) in self.places.iter().filter(|(_, key)| !self.staged.contains_key(*key)) {
            let Some(values) = self.raw.get(place) else { continue };
            let mut words = pipeline.mapping().who.iter().filter_map(|who| values.get(who)?.as_ref());
            if words.any(|word| word.to_lowercase() == wanted) && !whole.contains(key) {
                whole.push(key.clone());
            }
        }
        Ok(if whole.is_empty() { part } else { whole })
    }

    /// What a column of a staging row was made of.
    pub(super) fn raw(&self, row: &RecordBatch, fields: &[String]) -> Vec<RawValue> {
        let place = places_of(row).first().copied();
        let Some(values) = place.and_then(|place| self.raw.get(&place)) else { return Vec::new() };
        let value = |field: &String| RawValue { field: field.clone(), value: values.get(field).cloned().flatten() };
        fields.iter().map(value).collect()
    }
}

/// Narrowed records of a data set, each with where and when it was read.
pub(super) fn records(
    narrowed: &Narrowed,
    data_set: &str,
    sealed: &Sealed,
    fate: Fate,
) -> Vec<(Place, ExplainedRecord)> {
    let begun = sealed.manifest.begun_at.parse::<Timestamp>().ok().map(Timestamp::as_second);
    let mut records = Vec::new();
    for batch in narrowed.batches(data_set) {
        let read_at = batch.column_by_name(READ_AT_COLUMN).and_then(|array| array.as_primitive_opt::<Int64Type>());
        for (row, place) in places_of(batch).into_iter().enumerate() {
            let second = read_at.map(|read_at| read_at.value(row));
            let moment = second.and_then(|second| Timestamp::from_second(second).ok());
            records.push((
                place,
                ExplainedRecord {
                    data_set: data_set.to_owned(),
                    place: format!("{}, record {}", sealed.manifest.page_name(place.0), place.1),
                    read_at: moment.map(|moment| moment.to_string()).unwrap_or_default(),
                    is_carried: matches!((second, begun), (Some(second), Some(begun)) if second < begun),
                    fate,
                    reason: String::new(),
                    column: String::new(),
                    value: String::new(),
                },
            ));
        }
    }
    records
}

fn fate_of(kind: LeftOut) -> Fate {
    match kind {
        LeftOut::Duplicate => Fate::Duplicate,
        LeftOut::OutOfScope => Fate::OutOfScope,
        LeftOut::Rejected => Fate::Rejected,
        LeftOut::Emptied => Fate::Staged,
    }
}

/// A value of any type as text, cut where it is very long.
fn shown(array: &ArrayRef, row: usize) -> Option<String> {
    if array.is_null(row) {
        return None;
    }
    let formatter = ArrayFormatter::try_new(array, &FormatOptions::default()).ok()?;
    let text = formatter.value(row).to_string();
    let cut: String = text.chars().take(RAW_CHARS_MAX).collect();
    Some(if cut.len() < text.len() { cut + " …" } else { cut })
}
