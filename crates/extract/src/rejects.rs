//! Parts the records that cannot be read from those that can: one bad record costs itself, not its page.

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use flow::Rejected;

use crate::column::Fault;
use crate::{DataSet, PageRef};

/// A fault and the record that has it, by its place in the page.
pub(crate) struct PlacedFault {
    pub(crate) record: u32,
    pub(crate) fault: Fault,
}

/// The batch without the faulty records, and those with their reasons; a record has one fault at most.
pub(crate) fn part(
    data_set: DataSet,
    page: PageRef<'_>,
    batch: RecordBatch,
    faults: Vec<PlacedFault>,
) -> (RecordBatch, Vec<Rejected>) {
    if faults.is_empty() {
        return (batch, Vec::new());
    }
    let mut kept = vec![true; batch.num_rows()];
    for fault in &faults {
        kept[fault.record as usize] = false;
    }
    let rejected = faults.into_iter().map(|fault| rejected(data_set, page, &batch, fault)).collect();
    let batch = filter_record_batch(&batch, &BooleanArray::from(kept)).expect("the filter is as long as the batch");
    (batch, rejected)
}

fn rejected(data_set: DataSet, page: PageRef<'_>, batch: &RecordBatch, placed: PlacedFault) -> Rejected {
    let PlacedFault { record, fault } = placed;
    let named = names(data_set).iter().filter_map(|path| text_at(batch, path, record as usize));
    Rejected {
        data_set: data_set.name().to_owned(),
        place: format!("{}, record {record}", page.name),
        who: named.map(Rejected::shown).next().unwrap_or_default(),
        column: fault.column,
        value: fault.value,
        reason: fault.reason,
    }
}

/// The columns that tell who a record is about, the best first.
fn names(data_set: DataSet) -> &'static [&'static str] {
    match data_set {
        DataSet::DeviceDetails => &["hardware_overview.serial_number", "general.serial_number", "general.device_id"],
        DataSet::Apps => &["name", "app_name", "display_name", "bundle_id", "app_id", "device_id"],
        DataSet::Users => &["email", "name", "id"],
        DataSet::Blueprints | DataSet::Tags => &["name", "id"],
        DataSet::AuditEvents => &["id", "target_id"],
        DataSet::AdeDevices => &["serial_number", "id"],
        _ => &["serial_number", "device_id"],
    }
}

/// The text at a column's path, unless it is null or empty.
fn text_at<'a>(batch: &'a RecordBatch, path: &str, row: usize) -> Option<&'a str> {
    let mut names = path.split('.');
    let mut column = batch.column_by_name(names.next()?)?;
    for name in names {
        column = column.as_struct().column_by_name(name)?;
    }
    let texts = column.as_string_opt::<i32>()?;
    (!texts.is_null(row) && !texts.value(row).is_empty()).then(|| texts.value(row))
}
