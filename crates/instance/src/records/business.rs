//! The business rules that the platform ships with and that a loader meets.
//!
//! - A new computer gets a model (`Unknown` when none was given) and a hardware asset, linked both ways; later
//!   changes of the CI reach the asset. A CI that is retired or stolen loses its software installs.
//! - A new software install gets the discovery model of its publisher, display name and version, made when
//!   missing; none when the name contains `Security Update`.
//!
//! The platform normalises discovery models in a daily job against a content library. Here a discovery model is
//! normalised when it is made, if a `samp_sw_product` of exactly its display name is there.

use std::collections::HashMap;

use rusqlite::{OptionalExtension as _, params};

use super::{Draft, Records, lookup};
use crate::dictionary::Dictionary;
use crate::error::Error;
use crate::limits::LOOKUP_CACHE_ENTRIES_MAX;

/// What a table means to the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Computer,
    ConfigurationItem,
    SoftwareInstall,
    Other,
}

impl Class {
    pub(crate) fn of(dictionary: &Dictionary, table: &str) -> Self {
        if dictionary.is_a(table, "cmdb_ci_computer") {
            Self::Computer
        } else if dictionary.is_a(table, "cmdb_ci") {
            Self::ConfigurationItem
        } else if dictionary.is_a(table, "cmdb_sam_sw_install") {
            Self::SoftwareInstall
        } else {
            Self::Other
        }
    }
}

/// Answers that only the rules themselves change.
#[derive(Default)]
pub(super) struct Memory {
    unknown_model: Option<String>,
    discovery_models: HashMap<String, Discovered>,
}

#[derive(Clone, Default)]
struct Discovered {
    model: String,
    product: String,
    publisher: String,
}

/// Completes a record before it is stored.
pub(super) fn before_insert(records: &mut Records<'_>, class: Class, draft: &mut Draft) -> Result<(), Error> {
    match class {
        Class::Computer => {
            discovered_now(records, draft);
            create_asset(records, draft)
        }
        Class::ConfigurationItem => {
            discovered_now(records, draft);
            Ok(())
        }
        Class::SoftwareInstall => link_discovery_model(records, draft),
        Class::Other => Ok(()),
    }
}

/// Follows a change of a stored record.
pub(super) fn after_update(
    records: &mut Records<'_>,
    class: Class,
    table: &str,
    id: &str,
    changed: &[(&str, &str)],
) -> Result<(), Error> {
    let touches = |columns: &[&str]| changed.iter().any(|(column, _)| columns.contains(column));
    match class {
        Class::Computer | Class::ConfigurationItem => {
            if touches(&["serial_number", "asset_tag", "model_id", "assigned_to"]) {
                synchronise_asset(records, table, id)?;
            }
            if changed.iter().any(|(column, value)| *column == "install_status" && matches!(*value, "7" | "8")) {
                remove_installs(records, id)?;
            }
            Ok(())
        }
        Class::SoftwareInstall if touches(&["publisher", "display_name", "version"]) => relink(records, table, id),
        Class::SoftwareInstall | Class::Other => Ok(()),
    }
}

fn discovered_now(records: &Records<'_>, draft: &mut Draft) {
    for column in ["first_discovered", "last_discovered"] {
        if draft.get(column).is_empty() {
            draft.set(column, records.now.clone());
        }
    }
}

fn create_asset(records: &mut Records<'_>, draft: &mut Draft) -> Result<(), Error> {
    if draft.get("model_id").is_empty() {
        let model = unknown_model(records)?;
        draft.set("model_id", model);
    }
    let name = asset_name(records, draft.get("asset_tag"), draft.get("model_id"))?;
    let asset = records.insert(
        "alm_hardware",
        &[
            ("ci", draft.get("sys_id")),
            ("display_name", &name),
            ("serial_number", draft.get("serial_number")),
            ("asset_tag", draft.get("asset_tag")),
            ("model", draft.get("model_id")),
            ("assigned_to", draft.get("assigned_to")),
        ],
    )?;
    draft.set("asset", asset);
    Ok(())
}

/// An asset is called by its tag and its model, or by its model alone.
fn asset_name(records: &Records<'_>, tag: &str, model: &str) -> Result<String, Error> {
    let model = lookup::display_of(records, "cmdb_model", model)?;
    Ok(if tag.is_empty() { model } else { format!("{tag} - {model}") })
}

fn unknown_model(records: &mut Records<'_>) -> Result<String, Error> {
    if let Some(known) = &records.memory.business.unknown_model {
        return Ok(known.clone());
    }
    let found = lookup::find(records, "cmdb_model", "display_name", "Unknown")?;
    let model = match found {
        Some(model) => model,
        None => records.insert("cmdb_hardware_product_model", &[("name", "Unknown"), ("display_name", "Unknown")])?,
    };
    records.memory.business.unknown_model = Some(model.clone());
    Ok(model)
}

fn synchronise_asset(records: &mut Records<'_>, table: &str, id: &str) -> Result<(), Error> {
    let columns = ["asset", "serial_number", "asset_tag", "model_id", "assigned_to"];
    let values = records.values(table, id, columns.into_iter())?;
    let [asset, serial, tag, model, assigned] = values.as_slice() else { return Ok(()) };
    if asset.is_empty() {
        return Ok(());
    }
    let name = asset_name(records, tag, model)?;
    records
        .connection
        .prepare_cached(
            "UPDATE alm_hardware SET serial_number = ?2, asset_tag = ?3, model = ?4, assigned_to = ?5, display_name = ?6, \
             sys_updated_on = ?7, sys_updated_by = ?8, sys_mod_count = CAST(CAST(sys_mod_count AS INTEGER) + 1 AS TEXT) \
             WHERE sys_id = ?1",
        )?
        .execute(params![asset, serial, tag, model, assigned, name, records.now, records.user])?;
    Ok(())
}

fn remove_installs(records: &Records<'_>, configuration_item: &str) -> Result<(), Error> {
    for table in records.dictionary.family("cmdb_sam_sw_install") {
        let sql = format!("DELETE FROM {} WHERE installed_on = ?1", crate::dictionary::quoted(table));
        records.connection.prepare_cached(&sql)?.execute([configuration_item])?;
    }
    Ok(())
}

fn link_discovery_model(records: &mut Records<'_>, draft: &mut Draft) -> Result<(), Error> {
    let (publisher, name, version) = (draft.get("publisher"), draft.get("display_name"), draft.get("version"));
    if name.contains("Security Update") {
        return Ok(());
    }
    let key = primary_key(publisher, name, version);
    let found = discovery_model(records, &key, publisher, name, version)?;
    draft.set("primary_key", key);
    draft.set("discovery_model", found.model);
    draft.set("norm_product", found.product);
    draft.set("norm_publisher", found.publisher);
    Ok(())
}

fn relink(records: &mut Records<'_>, table: &str, id: &str) -> Result<(), Error> {
    let values = records.values(table, id, ["publisher", "display_name", "version"].into_iter())?;
    let [publisher, name, version] = values.as_slice() else { return Ok(()) };
    let (key, found) = if name.contains("Security Update") {
        (String::new(), Discovered::default())
    } else {
        let key = primary_key(publisher, name, version);
        let found = discovery_model(records, &key, publisher, name, version)?;
        (key, found)
    };
    let sql = format!(
        "UPDATE {} SET primary_key = ?2, discovery_model = ?3, norm_product = ?4, norm_publisher = ?5 WHERE sys_id = ?1",
        crate::dictionary::quoted(table)
    );
    records.connection.prepare_cached(&sql)?.execute(params![id, key, found.model, found.product, found.publisher])?;
    Ok(())
}

fn primary_key(publisher: &str, name: &str, version: &str) -> String {
    [publisher, name, version].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn discovery_model(
    records: &mut Records<'_>,
    key: &str,
    publisher: &str,
    name: &str,
    version: &str,
) -> Result<Discovered, Error> {
    if let Some(known) = records.memory.business.discovery_models.get(key) {
        return Ok(known.clone());
    }
    let stored = records
        .connection
        .prepare_cached(
            "SELECT sys_id, norm_product, norm_publisher FROM cmdb_sam_sw_discovery_model \
             WHERE primary_key = ?1 COLLATE NOCASE ORDER BY rowid LIMIT 1",
        )?
        .query_row([key], |row| Ok(Discovered { model: row.get(0)?, product: row.get(1)?, publisher: row.get(2)? }))
        .optional()?;
    let found = match stored {
        Some(found) => found,
        None => create_discovery_model(records, key, publisher, name, version)?,
    };
    if records.memory.business.discovery_models.len() < LOOKUP_CACHE_ENTRIES_MAX {
        records.memory.business.discovery_models.insert(key.to_owned(), found.clone());
    }
    Ok(found)
}

fn create_discovery_model(
    records: &mut Records<'_>,
    key: &str,
    publisher: &str,
    name: &str,
    version: &str,
) -> Result<Discovered, Error> {
    let product = lookup::find(records, "samp_sw_product", "name", name)?.unwrap_or_default();
    let (status, normalised) = if product.is_empty() { ("New", "") } else { ("Normalized", publisher) };
    let model = records.insert(
        "cmdb_sam_sw_discovery_model",
        &[
            ("display_name", key),
            ("primary_key", key),
            ("discovered_publisher", publisher),
            ("discovered_product", name),
            ("discovered_version", version),
            ("norm_product", &product),
            ("norm_publisher", normalised),
            ("normalization_status", status),
        ],
    )?;
    Ok(Discovered { model, product, publisher: normalised.to_owned() })
}
