//! Staging tables: whether they are there, have their columns, and know them by what a batch calls them. Apart because
//! an instance takes a batch whose keys it does not know, and stages empty rows without an error.

use flow::Rejected;
use load::{Column, Error, Target};

use super::access::{ADD_LOADER, NO_RECORD, unclear};
use super::expected::{Expected, Keys, StagingTable};
use super::finding::{Finding, listed};

pub(super) const TABLES: &str = "staging tables";
pub(super) const COLUMNS: &str = "staging columns";
pub(super) const KEYS: &str = "column keys";

/// The table in which an instance is told to take names instead of labels.
const MAPPINGS: &str = "sys_rest_insert_multiple";

/// How to bring what is missing.
pub(super) const INSTALL: &str = "run `snowhaul export update-set --out FILE`, and in ServiceNow open System Update \
    Sets > Retrieved Update Sets > Import Update Set from XML, choose the file, then Preview Update Set and Commit \
    Update Set";

/// Asked by a count: an instance tells a table that is not there from one that may not be read.
pub(super) async fn tables(target: &Target, expected: &Expected) -> Finding {
    let mut missing = Vec::new();
    for table in &expected.staging {
        match target.count(&table.name, NO_RECORD).await {
            Ok(_) | Err(Error::Forbidden { .. }) => {}
            Err(Error::NoTable { .. }) => missing.push(table.name.clone()),
            Err(error) => return unclear(&error),
        }
    }
    if missing.is_empty() {
        return Finding::passed(format!("all {} are there", expected.staging.len()));
    }
    Finding::failed(format!("the instance has no table {}", listed(&missing)), INSTALL)
}

/// Every column is there and as long as what is sent. Takes down what each table has, for whoever asks next.
pub(super) async fn columns(target: &Target, expected: &Expected, read: &mut Vec<Vec<Column>>) -> Finding {
    let (mut lacking, mut columns) = (Vec::new(), 0);
    for table in &expected.staging {
        let known = match target.columns_with_inherited(&table.name).await {
            Ok(known) => known,
            Err(error) => return unclear(&error),
        };
        if known.is_empty() {
            // The table is there: its entries are withheld with a success.
            return Finding::failed(format!("the dictionary shows no column of `{}`", table.name), ADD_LOADER);
        }
        for column in &table.columns {
            columns += 1;
            let place = format!("{}.{}", table.name, column.name);
            match known.iter().find(|known| known.name == column.name) {
                None => lacking.push(place),
                Some(Column { max_length: Some(length), .. }) if *length < column.length => {
                    lacking.push(format!("{place} ({length} characters instead of {})", column.length));
                }
                Some(_) => {}
            }
        }
        read.push(known);
    }
    if lacking.is_empty() {
        return Finding::passed(format!("all {columns} are there and long enough"));
    }
    Finding::failed(
        format!("the instance lacks {}", listed(&lacking)),
        format!("install the update set again: {INSTALL}"),
    )
}

/// Batches call columns as the instance does; `read` is what each table has.
pub(super) async fn keys(target: &Target, expected: &Expected, read: &[Vec<Column>]) -> Finding {
    let mut unseen = Vec::new();
    for (table, known) in expected.staging.iter().zip(read) {
        match mapping(target, &table.name).await {
            Ok(Mapping::Unseen) => unseen.push(table.name.clone()),
            Ok(Mapping::Labels) if table.keys == Keys::Names => return names_wanted(table),
            Ok(Mapping::Names) if table.keys == Keys::Labels => return labels_wanted(table),
            Ok(Mapping::Labels | Mapping::Names) => {}
            Err(error) => return unclear(&error),
        }
        if table.keys == Keys::Labels
            && let Some(finding) = relabelled(table, known)
        {
            return finding;
        }
    }
    seen(expected, &unseen)
}

fn seen(expected: &Expected, unseen: &[String]) -> Finding {
    if unseen.is_empty() {
        return Finding::passed("the instance takes columns as they are sent");
    }
    let by_name = expected.staging.iter().any(|table| table.keys == Keys::Names && unseen.contains(&table.name));
    let evidence = format!("the REST Insert Multiple records of {} may not be read", listed(unseen));
    if by_name {
        return Finding::warning(
            format!("{evidence}, and the pipeline sends names"),
            "in ServiceNow, open REST Insert Multiples (sys_rest_insert_multiple.list) and see that the record of the \
             staging table says Column name; the first row of a run shows it too, and stops the run",
        );
    }
    Finding::passed(format!(
        "labels are as they are sent; {evidence}: the first row of a run shows whether one says Column name"
    ))
}

/// What an instance takes as the keys of a batch.
enum Mapping {
    /// Labels.
    Labels,
    /// Names.
    Names,
    /// The account may not see it.
    Unseen,
}

/// The raw names of this table are in no public document: whatever is read in another form is not seen.
async fn mapping(target: &Target, table: &str) -> Result<Mapping, Error> {
    let query = format!("source_table={table}");
    let rows = match target.read(MAPPINGS, &query, &["source_table", "column_mapping"]).await {
        Ok(rows) => rows,
        Err(
            Error::Forbidden { .. }
            | Error::NoTable { .. }
            | Error::CountDisagrees { .. }
            | Error::Unexpected { .. }
            | Error::Refused { .. },
        ) => return Ok(Mapping::Unseen),
        Err(error) => return Err(error),
    };
    // Asked again here, because an ignored term would have given every record.
    let by_name = rows.iter().any(|row| row[0] == table && row[1].contains("name"));
    Ok(if by_name { Mapping::Names } else { Mapping::Labels })
}

fn relabelled(table: &StagingTable, known: &[Column]) -> Option<Finding> {
    let other = table.columns.iter().find_map(|column| {
        let known = known.iter().find(|known| known.name == column.name && known.label != column.label)?;
        let label = Rejected::shown(&known.label);
        Some(format!("`{}.{}` has the label `{label}` and is sent as `{}`", table.name, column.name, column.label))
    });
    other.map(|other| {
        Finding::failed(
            format!("{other}: a batch by labels would stage it empty"),
            format!("in System Definition > Dictionary > the column, set Column label back, or {INSTALL}"),
        )
    })
}

fn labels_wanted(table: &StagingTable) -> Finding {
    Finding::failed(
        format!(
            "the instance takes columns of `{}` by name, and the pipeline sends labels: rows would be staged empty",
            table.name
        ),
        "in ServiceNow, open REST Insert Multiples (sys_rest_insert_multiple.list) > the record of the staging table \
         and set Column mapping to Column label; or write `keys = \"names\"` into the pipeline",
    )
}

fn names_wanted(table: &StagingTable) -> Finding {
    Finding::failed(
        format!(
            "the instance takes columns of `{}` by label, and the pipeline sends names: rows would be staged empty",
            table.name
        ),
        "in ServiceNow, open REST Insert Multiples (sys_rest_insert_multiple.list) and make a record for the staging \
         table that sets Column mapping to Column name; or take `keys = \"names\"` out of the pipeline",
    )
}
