//! Declarations as ServiceNow's own metadata: an update set that an administrator imports, and that is all the
//! embedded instance installs. Apart because this is the only place that knows the form of such a file.
//!
//! The form was read off exports that others published; what a real instance makes of a generated file is unproven,
//! and the README says so. One record is left out on purpose: the label/name mapping of `insertMultiple`
//! (`sys_rest_insert_multiple`), whose columns no public document names. Labels are what an instance takes without it.

mod record;
mod script;

use std::collections::BTreeSet;

use record::{Record, UpdateSet, sys_id};

use crate::declaration::{FieldMap, Kind, OwnTable, Pipeline, TransformMap};

/// The role that the update set brings for the service account: read access to what confirmation needs.
pub const LOADER_ROLE: &str = "snowhaul_loader";

/// Tables beside the staging tables that confirmation reads.
const CONFIRMATION_TABLES: [&str; 4] =
    ["sys_import_set", "sys_import_set_run", "sys_import_set_row_error", "sys_dictionary"];

/// Compiles pipelines into one update set. The same declarations give the same bytes.
pub fn update_set(pipelines: &[Pipeline]) -> String {
    let mut set = UpdateSet::new("Snowhaul");
    let mut made = BTreeSet::new();
    for pipeline in pipelines {
        for table in &pipeline.tables {
            if made.insert(table.name.clone()) {
                own_table(&mut set, table);
            }
        }
        if made.insert(pipeline.staging_table.clone()) {
            staging_table(&mut set, pipeline);
        }
        for map in &pipeline.maps {
            transform_map(&mut set, pipeline, map);
        }
    }
    loader_role(&mut set, &made);
    set.into_xml()
}

/// Everything that makes a table known: its record, its dictionary entry, its label.
fn table(set: &mut UpdateSet, name: &str, label: &str, extends: Option<&str>) {
    let mut object = Record::new("sys_db_object", &[name]).text("name", name).text("label", label);
    if let Some(parent) = extends {
        object = object.shown("super_class", &sys_id("sys_db_object", &[parent]), parent);
    }
    set.push(object, "Table");
    let mut entry = Record::new("sys_dictionary", &[name, ""])
        .attribute("element", "")
        .attribute("table", name)
        .named(&format!("sys_dictionary_{name}_null"))
        .text("name", name)
        .text("element", "")
        .text("column_label", label)
        .shown("internal_type", "collection", "Collection");
    if let Some(parent) = extends {
        entry = entry.attribute("extends", parent);
    }
    set.push(entry, "Dictionary");
    set.push(documentation(name, "", label), "Field Label");
}

fn column(set: &mut UpdateSet, table: &str, name: &str, label: &str, kind: Kind, length: u32, reference: Option<&str>) {
    let entry = Record::new("sys_dictionary", &[table, name])
        .attribute("element", name)
        .attribute("table", table)
        .named(&format!("sys_dictionary_{table}_{name}"))
        .text("active", "true")
        .text("column_label", label)
        .text("element", name)
        .shown("internal_type", kind.internal_type(), kind.internal_type())
        .text("mandatory", "false")
        .text("max_length", &length.to_string())
        .text("name", table)
        .text("read_only", "false")
        .text("reference", reference.unwrap_or_default());
    set.push(entry, "Dictionary");
    set.push(documentation(table, name, label), "Field Label");
}

fn documentation(table: &str, element: &str, label: &str) -> Record {
    let of = if element.is_empty() { "null" } else { element };
    Record::new("sys_documentation", &[table, element])
        .named(&format!("sys_documentation_{table}_{of}_en"))
        .text("name", table)
        .text("element", element)
        .text("label", label)
        .text("language", "en")
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
    let record = Record::new("sys_transform_map", &[&map.name])
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
    set.push(record, "Table Transform Map");
    for (index, rule) in map.rules.iter().enumerate() {
        let record = Record::new("sys_transform_script", &[&map.name, &rule.to_string()])
            .text("active", "true")
            .shown("map", &id, &map.name)
            .text("order", &(100 * (index + 1)).to_string())
            .text("script", &script::event_script(rule))
            .text("when", "onBefore");
        set.push(record, "Transform Script");
    }
    for field in &map.fields {
        set.push(entry(pipeline, map, &id, field), "Field Map");
    }
}

fn entry(pipeline: &Pipeline, map: &TransformMap, map_id: &str, field: &FieldMap) -> Record {
    let script = field.rule.as_ref().map(script::source_script).unwrap_or_default();
    Record::new("sys_transform_entry", &[&map.name, &field.to])
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

fn loader_role(set: &mut UpdateSet, made: &BTreeSet<String>) {
    let role = sys_id("sys_user_role", &[LOADER_ROLE]);
    let record = Record::new("sys_user_role", &[LOADER_ROLE])
        .text("name", LOADER_ROLE)
        .text("description", "Reads the staging rows, runs and dictionary entries that prove what became of each row.");
    set.push(record, "Role");
    let tables = made.iter().map(String::as_str).chain(CONFIRMATION_TABLES);
    for name in tables {
        let id = sys_id("sys_security_acl", &[name, "read"]);
        let acl = Record::new("sys_security_acl", &[name, "read"])
            .text("active", "true")
            .text("name", name)
            .text("operation", "read")
            .text("type", "record");
        set.push(acl, "Access Control");
        let holds = Record::new("sys_security_acl_role", &[name, LOADER_ROLE])
            .shown("sys_security_acl", &id, name)
            .shown("sys_user_role", &role, LOADER_ROLE);
        set.push(holds, "Access Roles");
    }
}
