//! The SQL of a plan. Apart so that the hot path's statements can be read in one place.

use crate::dictionary::{Column, Kind, Table, quoted};

/// The next block of rows of a set that are still to be transformed: ?1 set, ?2 last row id, ?3 how many.
pub(super) fn read(staging: &str, columns: &[String]) -> String {
    let columns: String = columns.iter().map(|column| format!(", {}", quoted(column))).collect();
    format!(
        "SELECT rowid, sys_id{columns} FROM {} WHERE sys_import_set = ?1 AND rowid > ?2 \
         AND sys_import_state = 'pending' ORDER BY rowid LIMIT ?3",
        quoted(staging)
    )
}

/// What became of a row: the columns that a transform writes, in the order of the parameters from ?2.
const RESULT: [&str; 9] = [
    "sys_import_state",
    "sys_import_state_comment",
    "sys_target_table",
    "sys_target_sys_id",
    "import_set_run",
    "sys_transform_map",
    "sys_row_error",
    "sys_updated_on",
    "sys_updated_by",
];

/// Writes what became of the row ?1.
pub(super) fn finish(staging: &str) -> String {
    let assignments: Vec<String> =
        RESULT.iter().enumerate().map(|(position, column)| format!("{} = ?{}", quoted(column), position + 2)).collect();
    format!("UPDATE {} SET {}, sys_mod_count = '1' WHERE rowid = ?1", quoted(staging), assignments.join(", "))
}

/// Copies the row ?1 under the id ?11, with what became of it in another map.
pub(super) fn copy(staging: &Table) -> String {
    let names: Vec<String> = staging.columns.iter().map(|column| quoted(&column.name)).collect();
    let values: Vec<String> = staging
        .columns
        .iter()
        .map(|column| match RESULT.iter().position(|name| *name == column.name) {
            Some(position) => format!("?{}", position + 2),
            None if column.name == "sys_id" => format!("?{}", RESULT.len() + 2),
            None => quoted(&column.name),
        })
        .collect();
    let table = quoted(&staging.name);
    format!("INSERT INTO {table} ({}) SELECT {} FROM {table} WHERE rowid = ?1", names.join(", "), values.join(", "))
}

/// The oldest record whose coalesce columns are all as given. Without regard to case unless a field says so; the
/// second comparison keeps the index of the first usable.
pub(super) fn find(table: &str, slots: &[String], coalesce: &[(&Column, bool)]) -> String {
    let slots: String = slots.iter().map(|slot| format!(", {}", quoted(slot))).collect();
    let conditions: Vec<String> = coalesce
        .iter()
        .enumerate()
        .map(|(position, (column, case_sensitive))| {
            let (name, number) = (quoted(&column.name), position + 1);
            match (column.kind, case_sensitive) {
                (Kind::Text | Kind::Script | Kind::Password, false) => format!("{name} = ?{number} COLLATE NOCASE"),
                (Kind::Text | Kind::Script | Kind::Password, true) => {
                    format!("{name} = ?{number} COLLATE NOCASE AND {name} = ?{number}")
                }
                _ => format!("{name} = ?{number}"),
            }
        })
        .collect();
    format!(
        "SELECT sys_id{slots} FROM {} WHERE {} ORDER BY sys_created_on, sys_id LIMIT 1",
        quoted(table),
        conditions.join(" AND ")
    )
}

/// Writes all mapped columns of one record. One statement for every row of a map, whatever changed, stays prepared.
pub(super) fn update(table: &str, slots: &[String]) -> String {
    let assignments: String = slots.iter().map(|slot| format!("{} = ?, ", quoted(slot))).collect();
    format!(
        "UPDATE {} SET {assignments}sys_updated_on = ?, sys_updated_by = ?, \
         sys_mod_count = CAST(CAST(sys_mod_count AS INTEGER) + 1 AS TEXT) WHERE sys_id = ?",
        quoted(table)
    )
}
