//! The loader's role and what it reads. Apart because it has to name every table that is read before the first row leaves
//! and after it arrived, and nothing that is only written: a service account with the vendor's documented roles reads
//! none of them but configuration items.
//!
//! A rule for a table of the platform's adds to those that are there. By the documented order of access rules a user who
//! passes any rule of a table reads it, so nobody loses what he could read before.

use std::collections::BTreeSet;

use super::LOADER_ROLE;
use super::record::{Record, UpdateSet, sys_id};

/// Tables of the platform's that are read: which instance it is and what it has (properties, tables, columns, labels,
/// choices, what names a batch's columns, transform maps), and what became of rows (import sets, their runs, their errors).
const PLATFORM_TABLES: [&str; 10] = [
    "sys_choice",
    "sys_db_object",
    "sys_dictionary",
    "sys_documentation",
    "sys_import_set",
    "sys_import_set_row_error",
    "sys_import_set_run",
    "sys_properties",
    "sys_rest_insert_multiple",
    "sys_transform_map",
];

/// Tables whose records the target tables refer to: a plan looks there to foretell what a reference will find.
const REFERENCED_TABLES: [&str; 3] = ["cmdb_hardware_product_model", "core_company", "sys_user"];

/// Adds the role, with a rule for each of these tables and the platform's own.
pub(super) fn loader_role(set: &mut UpdateSet, tables: &BTreeSet<&str>) {
    let role = sys_id("sys_user_role", &[LOADER_ROLE]);
    let record = Record::new("sys_user_role", &[LOADER_ROLE], LOADER_ROLE)
        .text(
            "description",
            "Reads what an instance has, the staging rows and their runs, and the target records that prove what became \
             of each row.",
        )
        .text("name", LOADER_ROLE);
    set.push(&record, "Role");
    let tables: BTreeSet<&str> = tables.iter().copied().chain(PLATFORM_TABLES).chain(REFERENCED_TABLES).collect();
    for table in tables {
        let id = sys_id("sys_security_acl", &[table, "read"]);
        let rule = Record::new("sys_security_acl", &[table, "read"], table)
            .text("active", "true")
            .text("admin_overrides", "true")
            .text("advanced", "false")
            .text("description", "Lets Snowhaul's loader read what it sends to and what became of it")
            .text("name", table)
            .shown("operation", "read", "read")
            .shown("type", "record", "record");
        set.push(&rule, "Access Control");
        let asks = Record::new("sys_security_acl_role", &[table, LOADER_ROLE], &format!("{table}.{LOADER_ROLE}"))
            .shown("sys_security_acl", &id, table)
            .shown("sys_user_role", &role, LOADER_ROLE);
        set.push(&asks, "Access Roles");
    }
}
