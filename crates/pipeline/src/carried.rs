//! Records of an earlier snapshot that are carried over into a new one: details that are not old yet, and what a window of
//! Prism did not show because it had not changed. Apart because a record that is carried is no evidence of anything but
//! that it was there once.
//!
//! What must hold: a record is carried only for a device that is listed, only where no fresh record is of the same thing,
//! and it keeps the moment at which it was read.

mod unseen;

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray, UInt32Array};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, UInt32Type};
use engine::FileRows;
use extract::DataSet;
use snapshot::{PageRead, Sealed, SnapshotWriter};
use xxhash_rust::xxh3::Xxh3;

pub(crate) use unseen::Unseen;

use crate::error::Error;
use crate::stored::stored_schema;

/// What was read afresh of one data set: the identities of its records, 16 bytes each.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    identities: HashSet<u128>,
}

impl Fresh {
    /// Takes note of records.
    pub(crate) fn note(&mut self, data_set: DataSet, batch: &RecordBatch) {
        if let Some(identities) = Identities::of(data_set, batch) {
            self.identities.extend((0..batch.num_rows()).map(|row| identities.at(row)));
        }
    }
}

/// True for data sets whose records can be told apart, so that some of them can be carried over.
pub(crate) fn can_be_carried(data_set: DataSet) -> bool {
    matches!(data_set, DataSet::DeviceDetails | DataSet::DeviceInformation | DataSet::Apps)
}

/// Writes what is to be carried over of a data set, and returns how many rows. Their pages get new numbers from `number`.
pub(crate) fn carry(
    writer: &mut SnapshotWriter,
    data_set: DataSet,
    earlier: &Sealed,
    listed: &HashSet<String>,
    fresh: &Fresh,
    number: &mut dyn FnMut() -> u32,
) -> Result<u64, Error> {
    let Some(file) = earlier.file(data_set.name()) else { return Ok(0) };
    let mut pages = Pages { earlier, known: HashMap::new(), records: BTreeMap::new() };
    let mut carried = 0;
    for batch in FileRows::open(&file)? {
        let batch = plain(data_set, &batch?)?;
        let Some(identities) = Identities::of(data_set, &batch) else { return Ok(0) };
        let is_carried = |row: usize| {
            identities.device(row).is_some_and(|device| listed.contains(device))
                && !fresh.identities.contains(&identities.at(row))
        };
        let kept: BooleanArray = (0..batch.num_rows()).map(|row| Some(is_carried(row))).collect();
        let batch = filter_record_batch(&batch, &kept).map_err(transform::Error::Gather)?;
        carried += batch.num_rows() as u64;
        let batch = pages.renumbered(batch, number);
        writer.write(data_set.name(), &batch)?;
    }
    pages.note(writer, data_set);
    Ok(carried)
}

/// When each device's details were read, as an earlier snapshot holds them.
pub(crate) fn details_read_at(earlier: &Sealed) -> Result<HashMap<String, i64>, Error> {
    let Some(file) = earlier.file(DataSet::DeviceDetails.name()) else { return Ok(HashMap::new()) };
    let mut known = HashMap::new();
    for batch in FileRows::open(&file)? {
        let batch = plain(DataSet::DeviceDetails, &batch?)?;
        let Some(identities) = Identities::of(DataSet::DeviceDetails, &batch) else { continue };
        let read_at = batch.column_by_name(crate::stored::READ_AT_COLUMN).expect("plain columns are the schema's");
        let read_at = read_at.as_primitive::<arrow::datatypes::Int64Type>();
        for row in 0..batch.num_rows() {
            if let Some(device) = identities.device(row) {
                known.insert(device.to_owned(), read_at.value(row));
            }
        }
    }
    Ok(known)
}

/// The devices that an earlier snapshot lists, by their ids.
pub(crate) fn listed(earlier: &Sealed) -> Result<HashSet<String>, Error> {
    let Some(file) = earlier.file(DataSet::Devices.name()) else { return Ok(HashSet::new()) };
    let mut known = HashSet::new();
    for batch in FileRows::open(&file)? {
        known.extend(extract::listed(&plain(DataSet::Devices, &batch?)?).into_iter().map(|device| device.device_id));
    }
    Ok(known)
}

/// A batch in the data set's own schema: files are read back with dictionaries where texts repeat, and an earlier
/// program may have declared fewer columns.
pub(crate) fn plain(data_set: DataSet, batch: &RecordBatch) -> Result<RecordBatch, Error> {
    let schema = stored_schema(data_set);
    let column = |field: &arrow::datatypes::Field| -> Result<ArrayRef, Error> {
        match batch.column_by_name(field.name()) {
            Some(array) if array.data_type() == field.data_type() => Ok(array.clone()),
            Some(array) => Ok(cast(array, field.data_type()).map_err(transform::Error::Gather)?),
            None => Ok(arrow::array::new_null_array(field.data_type(), batch.num_rows())),
        }
    };
    let columns = schema.fields().iter().map(|field| column(field)).collect::<Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(schema, columns).map_err(transform::Error::Gather)?)
}

/// What a record is of, without what it says.
struct Identities {
    device: StringArray,
    rest: Vec<StringArray>,
}

impl Identities {
    fn of(data_set: DataSet, batch: &RecordBatch) -> Option<Self> {
        let text = |array: &ArrayRef| array.as_string_opt::<i32>().cloned();
        let top = |name: &str| batch.column_by_name(name).and_then(text);
        match data_set {
            DataSet::DeviceDetails => {
                let general = batch.column_by_name("general")?;
                debug_assert!(matches!(general.data_type(), DataType::Struct(_)));
                let device = general.as_struct_opt()?.column_by_name("device_id").and_then(text)?;
                Some(Self { device, rest: Vec::new() })
            }
            DataSet::DeviceInformation => Some(Self { device: top("device_id")?, rest: Vec::new() }),
            DataSet::Apps => {
                let names = ["bundle_id", "name", "app_name", "path"];
                Some(Self { device: top("device_id")?, rest: names.iter().filter_map(|name| top(name)).collect() })
            }
            _ => None,
        }
    }

    fn device(&self, row: usize) -> Option<&str> {
        self.device.is_valid(row).then(|| self.device.value(row)).filter(|device| !device.is_empty())
    }

    /// 128 bits of the identity. A name counts whichever of its two columns it stands in, as the two endpoints that tell
    /// of applications name it differently.
    fn at(&self, row: usize) -> u128 {
        let mut hasher = Xxh3::new();
        hasher.update(self.device(row).unwrap_or_default().as_bytes());
        for texts in &self.rest {
            let text = if texts.is_valid(row) { texts.value(row) } else { "" };
            if !text.is_empty() {
                hasher.update(&[0]);
                hasher.update(text.as_bytes());
            }
        }
        hasher.digest128()
    }
}

/// Pages of an earlier snapshot under new numbers.
struct Pages<'a> {
    earlier: &'a Sealed,
    known: HashMap<u32, u32>,
    /// Records by new number, and the old one.
    records: BTreeMap<u32, (u32, u64)>,
}

impl Pages<'_> {
    fn renumbered(&mut self, batch: RecordBatch, number: &mut dyn FnMut() -> u32) -> RecordBatch {
        let schema = batch.schema();
        let Ok(index) = schema.index_of(DataSet::PAGE_COLUMN) else { return batch };
        let old = batch.column(index).as_primitive::<UInt32Type>().clone();
        let mut new = Vec::with_capacity(old.len());
        for &page in old.values() {
            let known = *self.known.entry(page).or_insert_with(&mut *number);
            self.records.entry(known).or_insert((page, 0)).1 += 1;
            new.push(known);
        }
        let mut columns = batch.columns().to_vec();
        columns[index] = std::sync::Arc::new(UInt32Array::from(new));
        RecordBatch::try_new(schema, columns).expect("one column was replaced by one like it")
    }

    fn note(self, writer: &mut SnapshotWriter, data_set: DataSet) {
        for (number, (old, records)) in self.records {
            let name = self.earlier.manifest.page_name(old);
            // A page that was carried before keeps the name of the snapshot that it was read for.
            let is_named = name.starts_with("carried from ");
            let name =
                if is_named { name.to_owned() } else { format!("carried from {} {name}", self.earlier.snapshot) };
            writer.page(PageRead { number, data_set: data_set.name().to_owned(), name, records });
        }
    }
}
