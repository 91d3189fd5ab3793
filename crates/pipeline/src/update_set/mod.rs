//! Declarations as ServiceNow's own metadata: an update set that an administrator imports, and that is all the
//! embedded instance installs. Apart because this is the only place that knows the form of such a file.
//!
//! The form was read off exports that others published; what a real instance makes of a generated file is unproven,
//! and the README says so. One record is left out on purpose: the label/name mapping of `insertMultiple`
//! (`sys_rest_insert_multiple`), whose columns no public document names. Labels are what an instance takes without it.
//!
//! Ids are made here and refer to records of this file only: the platform's own records have ids that no public document
//! names, so a staging table's parent is named and not referred to.

mod access;
mod choices;
mod record;
mod script;

use std::collections::BTreeSet;

use access::loader_role;
use choices::choices;
pub(crate) use choices::needed as needed_choices;
use record::{Record, UpdateSet, sys_id};

use crate::declaration::{FieldMap, Kind, OwnTable, Pipeline, TransformMap};

/// The role that the update set brings for the service account: read access to what is looked at before rows are sent
/// and to what proves that they arrived.
pub const LOADER_ROLE: &str = "snowhaul_loader";

/// Compiles pipelines into one update set. The same declarations give the same bytes.
pub fn update_set(pipelines: &[Pipeline]) -> String {
    let mut set = UpdateSet::new("Snowhaul");
    let mut read = BTreeSet::new();
    for pipeline in pipelines {
        for table in &pipeline.tables {
            if read.insert(table.name.as_str()) {
                own_table(&mut set, table);
            }
        }
        if read.insert(pipeline.staging_table.as_str()) {
            staging_table(&mut set, pipeline);
        }
        for map in &pipeline.maps {
            transform_map(&mut set, pipeline, map);
        }
    }
    // Target tables are read too: whether they hold what they should, and have the columns that are mapped to.
    read.extend(pipelines.iter().flat_map(Pipeline::targets));
    choices(&mut set, pipelines);
    loader_role(&mut set, &read);
    set.into_xml()
}

/// Everything that makes a table known: its record, its dictionary entry, its label. What it extends is named on the
/// dictionary entry.
fn table(set: &mut UpdateSet, name: &str, label: &str, extends: Option<&str>) {
    let object = Record::new("sys_db_object", &[name], label).text("label", label).text("name", name);
    set.push(&object, "Table");
    let mut entry = Record::new("sys_dictionary", &[name, ""], label)
        .attribute("element", "")
        .attribute("table", name)
        .named(&format!("sys_dictionary_{name}_null"))
        .text("active", "true")
        .text("column_label", label)
        .text("element", "")
        .shown("internal_type", "collection", "Collection")
        .text("name", name);
    if let Some(parent) = extends {
        entry = entry.attribute("extends", parent);
    }
    set.push(&entry, "Dictionary");
    set.push(&documentation(name, "", label), "Field Label");
}

fn column(set: &mut UpdateSet, table: &str, name: &str, label: &str, kind: Kind, length: u32, reference: Option<&str>) {
    let entry = Record::new("sys_dictionary", &[table, name], label)
        .attribute("element", name)
        .attribute("table", table)
        .named(&format!("sys_dictionary_{table}_{name}"))
        .text("active", "true")
        .text("column_label", label)
        .text("display", "false")
        .text("element", name)
        .shown("internal_type", kind.internal_type(), shown(kind))
        .text("mandatory", "false")
        .text("max_length", &length.to_string())
        .text("name", table)
        .text("read_only", "false")
        .text("reference", reference.unwrap_or_default())
        .text("unique", "false");
    set.push(&entry, "Dictionary");
    set.push(&documentation(table, name, label), "Field Label");
}

/// A type as people see it.
fn shown(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "String",
        Kind::Integer => "Integer",
        Kind::Decimal => "Decimal",
        Kind::Truth => "True/False",
        Kind::DateTime => "Date/Time",
        Kind::Reference => "Reference",
    }
}

fn documentation(table: &str, element: &str, label: &str) -> Record {
    let of = if element.is_empty() { "null" } else { element };
    Record::new("sys_documentation", &[table, element], label)
        .named(&format!("sys_documentation_{table}_{of}_en"))
        .text("element", element)
        .text("label", label)
        .text("language", "en")
        .text("name", table)
        .text("plural", label)
}

fn own_table(set: &mut UpdateSet, own: &OwnTable) {
    table(set, &own.name, &own.label, None);
    for own_column in &own.columns {
        let reference = own_column.reference.as_deref();
        column(set, &own.name, &own_column.name, &own_column.label, own_column.kind, own_column.length, reference);
    }
}

fn staging_table(set: &mut UpdateSet, pipeline: &Pipeline) {
    table(set, &pipeline.staging_table, &pipeline.staging_label, Some("sys_import_set_row"));
    for staging in &pipeline.columns {
        // Everything travels as text; the target's own column gives it its type.
        column(set, &pipeline.staging_table, &staging.name, &staging.label, Kind::Text, staging.length, None);
    }
}

fn transform_map(set: &mut UpdateSet, pipeline: &Pipeline, map: &TransformMap) {
    let id = sys_id("sys_transform_map", &[&map.name]);
    let record = Record::new("sys_transform_map", &[&map.name], &map.name)
        .text("active", "true")
        .text("copy_empty_fields", "false")
        .text("create_new_record_on_empty_coalesce_fields", "false")
        .text("enforce_mandatory_fields", "No")
        .text("name", &map.name)
        .text("order", &map.order.to_string())
        .text("run_business_rules", "true")
        .text("run_script", "false")
        .text("script", "")
        .text("source_table", &pipeline.staging_table)
        .text("target_table", &map.target);
    set.push(&record, "Table Transform Map");
    for (index, rule) in map.rules.iter().enumerate() {
        let rule_name = rule.to_string();
        let record = Record::new("sys_transform_script", &[&map.name, &rule_name], &rule_name)
            .text("active", "true")
            .shown("map", &id, &map.name)
            .text("order", &(100 * (index + 1)).to_string())
            .text("script", &script::event_script(rule))
            .text("when", "onBefore");
        set.push(&record, "Transform Script");
    }
    for field in &map.fields {
        set.push(&entry(pipeline, map, &id, field), "Field Map");
    }
}

fn entry(pipeline: &Pipeline, map: &TransformMap, map_id: &str, field: &FieldMap) -> Record {
    let script = field.rule.as_ref().map(script::source_script).unwrap_or_default();
    Record::new("sys_transform_entry", &[&map.name, &field.to], &field.to)
        .text("choice_action", field.unknown.choice_action())
        .text("coalesce", if field.coalesce { "true" } else { "false" })
        .text("coalesce_case_sensitive", "false")
        .text("coalesce_empty_fields", "false")
        // What every date leaves as; without it the importing user's own format would be assumed.
        .text("date_format", "yyyy-MM-dd HH:mm:ss")
        .shown("map", map_id, &map.name)
        .text("reference_value_field", field.reference.as_deref().unwrap_or_default())
        .text("source_field", &field.from)
        .text("source_script", &script)
        .text("source_table", &pipeline.staging_table)
        .text("target_field", &field.to)
        .text("target_table", &map.target)
        .text("use_source_script", if field.rule.is_some() { "true" } else { "false" })
}

#[cfg(test)]
mod tests;
