//! `boot_volume(volumes, name)`: the capacity of the volume that the device starts from, as the API wrote it.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringBuilder};
use arrow::datatypes::DataType;
use engine::{ArrayFunction, TextColumn};

use super::argument::Argument;

/// How a declaration calls it.
pub(super) const SIGNATURE: &str = "boot_volume(volumes, name)";

pub(super) fn function() -> ArrayFunction {
    ArrayFunction {
        name: "boot_volume".to_owned(),
        returns: DataType::Utf8,
        doc: "The `capacity` of the volume with this name, or of the first where none has it, e.g. `228.27 GB`.",
        apply: Arc::new(apply),
    }
}

fn apply(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef, String> {
    let [volumes, names] = arguments else { return Err("it takes volumes and a name".to_owned()) };
    let mut builder = StringBuilder::new();
    if volumes.data_type() == &DataType::Null {
        (0..rows).for_each(|_| builder.append_null());
        return Ok(Arc::new(builder.finish()));
    }
    let volumes = volumes.as_list_opt::<i32>().ok_or("its first argument is a list of volumes")?;
    let names = Argument::new(names, rows)?;
    for row in 0..rows {
        if volumes.is_null(row) {
            builder.append_null();
            continue;
        }
        let entries = volumes.value(row);
        let entries = entries.as_struct_opt().ok_or("a volume is a struct")?;
        let column = |name: &str| {
            let column = entries.column_by_name(name).ok_or_else(|| format!("a volume has no `{name}`"))?;
            TextColumn::new(column).map_err(|error| error.to_string())
        };
        let (labels, capacities) = (column("name")?, column("capacity")?);
        let wanted = names.text(row);
        let place = (0..entries.len()).find(|&entry| wanted.is_some() && labels.text(entry) == wanted).unwrap_or(0);
        builder.append_option(if entries.is_empty() { None } else { capacities.text(place) });
    }
    Ok(Arc::new(builder.finish()))
}
