//! What promotes staged rows: transform maps, and the choices without which they reject every row. Apart because both
//! are read from the platform's own tables, and a row that meets none of them vanishes with a success.

use std::collections::BTreeSet;

use flow::Rejected;
use load::Target;

use super::access::unclear;
use super::expected::{Choice, Expected, Map};
use super::finding::{Finding, listed};
use super::staging::INSTALL;

pub(super) const MAPS: &str = "transform maps";
pub(super) const CHOICES: &str = "choices";

const FIELDS: [&str; 4] = ["name", "source_table", "target_table", "active"];

/// Every map is there, active, and writes to its table; none that nobody knows of reads the same rows.
pub(super) async fn maps(target: &Target, expected: &Expected) -> Finding {
    let mut found = Vec::new();
    let tables: BTreeSet<&str> = expected.maps.iter().map(|map| map.staging_table.as_str()).collect();
    for table in tables {
        match target.read("sys_transform_map", &format!("source_table={table}"), &FIELDS).await {
            // Asked again here, because an ignored term would have given every map.
            Ok(rows) => found.extend(rows.into_iter().filter(|row| row[1] == table)),
            Err(error) => return unclear(&error),
        }
    }
    let (mut missing, mut inactive) = (Vec::new(), Vec::new());
    for map in &expected.maps {
        let own: Vec<_> = found.iter().filter(|row| is_of(row, map)).collect();
        if own.is_empty() {
            missing.push(map.name.clone());
        } else if !own.iter().any(|row| is_active(row)) {
            inactive.push(map.name.clone());
        }
    }
    judged(expected, &found, &missing, &inactive)
}

fn judged(expected: &Expected, found: &[Vec<String>], missing: &[String], inactive: &[String]) -> Finding {
    if !missing.is_empty() {
        return Finding::failed(format!("there is no transform map {} to its target table", listed(missing)), INSTALL);
    }
    if !inactive.is_empty() {
        return Finding::failed(
            format!("the transform map {} is not active: rows would be staged and go no further", listed(inactive)),
            "in ServiceNow, open System Import Sets > Administration > Transform Maps > the map and tick Active",
        );
    }
    let foreign = found.iter().filter(|row| is_active(row) && !expected.maps.iter().any(|map| is_of(row, map)));
    let foreign: Vec<String> = foreign.map(|row| Rejected::shown(&row[0])).collect();
    if foreign.is_empty() {
        return Finding::passed(format!("all {} are there and active", expected.maps.len()));
    }
    Finding::warning(
        format!("another active transform map reads the same rows: {}", listed(&foreign)),
        "in ServiceNow, open System Import Sets > Administration > Transform Maps and take Active off the map, unless \
         somebody wants what it writes",
    )
}

fn is_of(row: &[String], map: &Map) -> bool {
    row[0] == map.name && row[1] == map.staging_table && row[2] == map.target_table
}

fn is_active(row: &[String]) -> bool {
    row[3] == "true" || row[3] == "1"
}

/// Every value that a map would reject is listed.
pub(super) async fn choices(target: &Target, expected: &Expected) -> Finding {
    for choice in &expected.choices {
        match is_listed(target, choice).await {
            Ok(true) => {}
            Ok(false) => return unlisted(choice),
            Err(error) => return unclear(&error),
        }
    }
    let values: Vec<String> = expected
        .choices
        .iter()
        .map(|choice| format!("{}.{} = {}", choice.table, choice.element, choice.value))
        .collect();
    Finding::passed(if values.is_empty() {
        "none is needed".to_owned()
    } else {
        format!("listed: {}", listed(&values))
    })
}

async fn is_listed(target: &Target, choice: &Choice) -> Result<bool, load::Error> {
    let query = format!("name={}^element={}", choice.table, choice.element);
    let rows = target.read("sys_choice", &query, &["name", "element", "value", "inactive"]).await?;
    let wanted = [choice.table.as_str(), choice.element.as_str(), choice.value.as_str()];
    Ok(rows.iter().any(|row| row[..3] == wanted && row[3] != "true"))
}

fn unlisted(choice: &Choice) -> Finding {
    let Choice { table, element, value } = choice;
    Finding::failed(
        format!("`{element}` of `{table}` does not list the choice `{value}`: every row would be rejected"),
        format!(
            "in ServiceNow, open System Definition > Choice Lists > New and set Table `{table}`, Element `{element}`, \
             Label and Value `{value}`, Language en, Inactive not ticked (or, on a form of `{table}`, right-click the \
             field's label > Show Choice List > New); the update set brings it as well"
        ),
    )
}
