//! A table as somebody wrote it down, before inheritance: the form of `fixtures/instance/*.toml`.

use serde::Deserialize;

use super::{Column, Kind};
use crate::error::Error;
use crate::limits::COLUMN_CHARACTERS_DEFAULT;

/// The shipped dictionary, a file for each subject.
const SHIPPED: [&str; 5] = [
    include_str!("../../../../fixtures/instance/platform.toml"),
    include_str!("../../../../fixtures/instance/organisation.toml"),
    include_str!("../../../../fixtures/instance/configuration.toml"),
    include_str!("../../../../fixtures/instance/software.toml"),
    include_str!("../../../../fixtures/instance/import.toml"),
];

/// One table with its own columns.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeclaredTable {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) label: Option<String>,
    #[serde(default)]
    pub(crate) extends: Option<String>,
    #[serde(default)]
    pub(crate) display: Option<String>,
    #[serde(default)]
    pub(crate) indexes: Vec<Vec<String>>,
    #[serde(default, rename = "column")]
    pub(crate) columns: Vec<DeclaredColumn>,
}

/// One column.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeclaredColumn {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) label: Option<String>,
    #[serde(default = "string", rename = "type")]
    pub(crate) internal_type: String,
    #[serde(default)]
    pub(crate) max_length: Option<usize>,
    #[serde(default)]
    pub(crate) reference: String,
    #[serde(default)]
    pub(crate) dependent: String,
    #[serde(default)]
    pub(crate) default: String,
    #[serde(default)]
    pub(crate) choice: bool,
    #[serde(default)]
    pub(crate) mandatory: bool,
    /// True for the column that stands for the record; a table's `display` sets it.
    #[serde(skip)]
    pub(crate) display: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    table: Vec<DeclaredTable>,
}

fn string() -> String {
    "string".to_owned()
}

/// Every shipped table.
pub(crate) fn shipped() -> Result<Vec<DeclaredTable>, Error> {
    let mut tables = Vec::new();
    for text in SHIPPED {
        let file: File = toml::from_str(text).map_err(|source| Error::Records(Box::new(source)))?;
        tables.extend(file.table);
    }
    for table in &mut tables {
        let display = table.display.clone();
        for column in &mut table.columns {
            column.display = display.as_deref() == Some(column.name.as_str());
        }
    }
    Ok(tables)
}

impl DeclaredColumn {
    /// The column as part of `table`.
    pub(super) fn resolve(self, table: &str) -> Column {
        Column {
            label: self.label.filter(|label| !label.is_empty()).unwrap_or_else(|| label_of(&self.name)),
            kind: Kind::of(&self.internal_type),
            max_length: self.max_length.filter(|&length| length > 0).unwrap_or(COLUMN_CHARACTERS_DEFAULT),
            reference: self.reference,
            dependent: self.dependent,
            default: self.default,
            choice: self.choice,
            mandatory: self.mandatory,
            declared_on: table.to_owned(),
            name: self.name,
        }
    }
}

/// `serial_number` → `Serial number`, as the platform makes a label that nobody gave.
pub(super) fn label_of(name: &str) -> String {
    let words = name.strip_prefix("u_").unwrap_or(name).replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The platform's labels of the columns that every record has.
pub(super) fn system_label(name: &str) -> &'static str {
    match name {
        "sys_id" => "Sys ID",
        "sys_created_on" => "Created",
        "sys_created_by" => "Created by",
        "sys_updated_on" => "Updated",
        "sys_updated_by" => "Updated by",
        _ => "Updates",
    }
}
