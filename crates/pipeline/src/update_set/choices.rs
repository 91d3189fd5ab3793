//! Choices that a pipeline needs: a value that it writes itself, into a column whose map rejects what the instance does
//! not list. Apart because nothing in a declaration says "choice": without them every row of a real instance is rejected,
//! as its `discovery_source` lists only the platform's own products.

use std::collections::BTreeSet;

use super::record::{Record, UpdateSet};
use crate::declaration::{FieldMap, Pipeline, TransformMap, Unknown};

/// Choice columns that configuration items of every class have from `cmdb_ci`; their choices are listed under that name.
const OF_EVERY_ITEM: [&str; 3] = ["discovery_source", "install_status", "operational_status"];

/// A choice: table, column, value.
type Choice<'p> = (&'p str, &'p str, String);

/// Adds the choices that these pipelines need. Each is a record of its own, so that it adds to the instance's list.
pub(super) fn choices(set: &mut UpdateSet, pipelines: &[Pipeline]) {
    let needed: BTreeSet<Choice<'_>> = pipelines.iter().flat_map(needed).collect();
    for (table, element, value) in needed {
        let record = Record::new("sys_choice", &[table, element, &value, "en"], &value)
            .text("element", element)
            .text("inactive", "false")
            .text("label", &value)
            .text("language", "en")
            .text("name", table)
            .text("value", &value);
        set.push(&record, "Choice");
    }
}

/// The choices that one pipeline needs.
pub(crate) fn needed(pipeline: &Pipeline) -> BTreeSet<(&str, &str, String)> {
    let maps = pipeline.maps.iter();
    maps.flat_map(|map| map.fields.iter().filter_map(move |field| choice(pipeline, map, field))).collect()
}

/// The choice that a field needs, if its value is always the same and an unlisted one would be rejected.
fn choice<'p>(pipeline: &'p Pipeline, map: &'p TransformMap, field: &'p FieldMap) -> Option<Choice<'p>> {
    if field.unknown != Unknown::Reject || field.reference.is_some() || field.rule.is_some() {
        return None;
    }
    let column = pipeline.mapping.columns.iter().find(|column| column.name == field.from)?;
    Some((listed_on(&map.target, &field.to), field.to.as_str(), constant(&column.value)?))
}

fn listed_on<'p>(target: &'p str, element: &str) -> &'p str {
    let is_item = target == "cmdb_ci" || target.starts_with("cmdb_ci_");
    if is_item && OF_EVERY_ITEM.contains(&element) { "cmdb_ci" } else { target }
}

/// The text of an expression that is one SQL literal, such as `'Kandji'`.
fn constant(expression: &str) -> Option<String> {
    let inside = expression.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    // A quote inside a literal is doubled; any other ends it, and the expression is more than one.
    let text = inside.replace("''", "\u{0}");
    (!text.is_empty() && !text.contains('\'')).then(|| text.replace('\u{0}', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_literal_is_a_constant() {
        assert_eq!(constant(" 'Kandji' ").as_deref(), Some("Kandji"));
        assert_eq!(constant("'Mara''s'").as_deref(), Some("Mara's"));
        for other in ["CAST(NULL AS VARCHAR)", "'a' || 'b'", "''", "'", "text(device.model)", ""] {
            assert_eq!(constant(other), None, "{other}");
        }
    }

    #[test]
    fn what_every_item_has_is_listed_under_the_item() {
        assert_eq!(listed_on("cmdb_ci_computer", "discovery_source"), "cmdb_ci");
        assert_eq!(listed_on("cmdb_ci_computer", "os"), "cmdb_ci_computer");
        assert_eq!(listed_on("cmdb_sam_sw_install", "discovery_source"), "cmdb_sam_sw_install");
    }
}
