//! `joined(texts)`: a list of texts as one, for columns that hold tags.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringBuilder};
use arrow::datatypes::DataType;
use engine::{ArrayFunction, TextColumn};

/// How a declaration calls it.
pub(super) const SIGNATURE: &str = "joined(texts)";

pub(super) fn function() -> ArrayFunction {
    ArrayFunction {
        name: "joined".to_owned(),
        returns: DataType::Utf8,
        doc: "The texts of a list in rising order, with `, ` between them; an empty list is NULL.",
        apply: Arc::new(apply),
    }
}

fn apply(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef, String> {
    let [lists] = arguments else { return Err("it takes one list of texts".to_owned()) };
    let mut builder = StringBuilder::new();
    if lists.data_type() == &DataType::Null {
        (0..rows).for_each(|_| builder.append_null());
        return Ok(Arc::new(builder.finish()));
    }
    let lists = lists.as_list_opt::<i32>().ok_or("its argument is a list of texts")?;
    for row in 0..rows {
        if lists.is_null(row) {
            builder.append_null();
            continue;
        }
        let entries = lists.value(row);
        let texts = TextColumn::new(&entries).map_err(|error| error.to_string())?;
        // Tags are a set: the order in which the API lists them must not make a device changed.
        let mut sorted: Vec<&str> =
            (0..entries.len()).filter_map(|entry| texts.text(entry)).filter(|text| !text.is_empty()).collect();
        sorted.sort_unstable();
        builder.append_option((!sorted.is_empty()).then(|| sorted.join(", ")));
    }
    Ok(Arc::new(builder.finish()))
}
