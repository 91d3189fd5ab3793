//! A pipeline's declaration, parsed once and then trusted: every field here was judged.

mod expected;
mod judge;
mod raw;
mod retire;
mod rule;
mod set;

use std::collections::BTreeMap;

pub(crate) use retire::{Limits, Retire, Within};
pub(crate) use rule::{Rule, RuleName};
pub use set::PipelineSet;

use transform::Mapping;

/// A declared pipeline, found consistent.
#[derive(Clone, Debug)]
pub struct Pipeline {
    pub(crate) summary: String,
    pub(crate) staging_table: String,
    pub(crate) staging_label: String,
    pub(crate) mapping: Mapping,
    pub(crate) keys: Keys,
    pub(crate) title: Vec<String>,
    pub(crate) columns: Vec<StagingColumn>,
    pub(crate) maps: Vec<TransformMap>,
    pub(crate) retire: Option<Retire>,
    pub(crate) brakes: Limits,
    pub(crate) tables: Vec<OwnTable>,
    pub(crate) checks: Vec<Check>,
}

impl Pipeline {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.mapping.name
    }

    /// What it does, in a sentence.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// Its staging table.
    pub fn staging_table(&self) -> &str {
        &self.staging_table
    }

    /// What it says about rows.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// Its target tables, in the order of its maps.
    pub fn targets(&self) -> Vec<&str> {
        self.maps.iter().map(|map| map.target.as_str()).collect()
    }

    /// Staging columns as the instance knows them: the declared ones, then lineage.
    pub fn staging_columns(&self) -> &[StagingColumn] {
        &self.columns
    }

    /// The names of its declared staging columns.
    pub(crate) fn value_columns(&self) -> Vec<String> {
        self.mapping.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// The columns by which a row and its records are found: its key, and what the maps coalesce on.
    pub(crate) fn finding_columns(&self) -> Vec<String> {
        let fields = self.maps.iter().flat_map(|map| &map.fields).filter(|field| field.coalesce);
        let mut columns: Vec<String> =
            self.mapping.key.iter().cloned().chain(fields.map(|field| field.from.clone())).collect();
        columns.sort();
        columns.dedup();
        columns
    }

    /// The columns that a retiring row needs beside what it says: its key, what finds its records, and what refers to
    /// others.
    pub(crate) fn identifying_columns(&self) -> Vec<String> {
        let fields = self.maps.iter().flat_map(|map| &map.fields);
        let finding = fields.filter(|field| field.coalesce || field.unknown == Unknown::Reject);
        let mut columns: Vec<String> =
            self.mapping.key.iter().cloned().chain(finding.map(|field| field.from.clone())).collect();
        columns.extend(self.title.iter().cloned());
        columns.retain(|name| self.mapping.columns.iter().any(|column| column.name == *name));
        columns.sort();
        columns.dedup();
        columns
    }

    /// A digest of the declaration: a plan that was made by another is not sent.
    pub(crate) fn digest(&self) -> String {
        blake3::hash(format!("{self:?}").as_bytes()).to_hex().to_string()
    }

    /// What a batch calls a staging column.
    pub(crate) fn key_of<'c>(&self, column: &'c StagingColumn) -> &'c str {
        match self.keys {
            Keys::Labels => &column.label,
            Keys::Names => &column.name,
        }
    }

    /// True where rows of this pipeline need that the rows of `earlier` have arrived: a map writes to a table of the
    /// earlier one's, or names a record by the column by which the earlier one's maps find theirs.
    pub(crate) fn depends_on(&self, earlier: &Self) -> bool {
        let shares = self.maps.iter().any(|map| earlier.maps.iter().any(|other| other.target == map.target));
        let found_by = |column: &str| {
            let mut fields = earlier.maps.iter().flat_map(|map| &map.fields);
            fields.any(|field| field.coalesce && field.to == column)
        };
        let mut named = self.maps.iter().flat_map(|map| &map.fields).filter_map(|field| field.reference.as_deref());
        shares || named.any(found_by)
    }

    /// True where a comment is what a named rule of ours notes on a row that it leaves alone on purpose.
    pub(crate) fn is_own_rule(&self, comment: &str) -> bool {
        // An instance adds what else it noticed about the row behind a semicolon.
        let said = comment.split(';').next().unwrap_or_default().trim();
        let mut rules = self.maps.iter().flat_map(|map| &map.rules);
        rules.any(|rule| rule.name.comment() == Some(said))
    }
}

/// What a batch calls the staging columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    /// Their labels, which is what an instance takes unless it is told otherwise.
    Labels,
    /// Their names: the staging table has a REST Insert Multiple record that says so.
    Names,
}

/// A staging column as the instance knows it.
#[derive(Clone, Debug)]
pub struct StagingColumn {
    /// Its name.
    pub name: String,
    /// Its label, which is its key in `insertMultiple` by default.
    pub label: String,
    /// ServiceNow's type.
    pub kind: Kind,
    /// Its length in characters.
    pub length: u32,
}

/// Types of columns, of those that ServiceNow has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Whole number.
    Integer,
    /// Number with a fraction.
    Decimal,
    /// True or false.
    Truth,
    /// Date and time, UTC.
    DateTime,
    /// The `sys_id` of a record.
    Reference,
}

impl Kind {
    /// As `sys_dictionary.internal_type` writes it.
    pub fn internal_type(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Truth => "boolean",
            Self::DateTime => "glide_date_time",
            Self::Reference => "reference",
        }
    }
}

/// A transform map.
#[derive(Clone, Debug)]
pub struct TransformMap {
    pub(crate) name: String,
    pub(crate) order: u32,
    pub(crate) target: String,
    pub(crate) rules: Vec<Rule>,
    pub(crate) fields: Vec<FieldMap>,
}

/// One field map.
#[derive(Clone, Debug)]
pub(crate) struct FieldMap {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) coalesce: bool,
    pub(crate) reference: Option<String>,
    pub(crate) unknown: Unknown,
    pub(crate) rule: Option<Rule>,
}

/// What happens where a reference or choice is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// A record is made.
    Create,
    /// The field stays as it is.
    Ignore,
    /// The row is refused.
    Reject,
}

impl Unknown {
    /// As `sys_transform_entry.choice_action` writes it.
    pub(crate) fn choice_action(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Ignore => "ignore",
            Self::Reject => "reject",
        }
    }
}

/// A table of our own that the update set makes.
#[derive(Clone, Debug)]
pub(crate) struct OwnTable {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) columns: Vec<OwnColumn>,
}

/// A column of such a table.
#[derive(Clone, Debug)]
pub(crate) struct OwnColumn {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) kind: Kind,
    pub(crate) length: u32,
    pub(crate) reference: Option<String>,
}

/// A check: given these response bodies, then this staging row.
#[derive(Clone, Debug)]
pub struct Check {
    pub(crate) name: String,
    pub(crate) given: BTreeMap<String, String>,
    pub(crate) expects: Expects,
}

/// What a check expects of the driving record.
#[derive(Clone, Debug)]
pub enum Expects {
    /// A staging row with these values; an empty text for none.
    Row(BTreeMap<String, String>),
    /// Rejection, with these words in the reason.
    Rejected(String),
    /// Left out by this rule.
    OutOfScope(String),
}
