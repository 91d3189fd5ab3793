//! What a pipeline's declaration says about rows: data sets, joins, scope, columns. Apart from its compilation,
//! because whoever reads declarations builds it and knows nothing of SQL.

/// What happens to a value that is longer than its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Longer {
    /// The row is rejected.
    Reject,
    /// The value is cut, and counted.
    Cut,
}

/// What happens where a normalising function does not understand a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The row is rejected.
    Reject,
    /// The column stays empty, and the value is listed.
    Empty,
}

/// One staging column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The longest value that it holds, in characters.
    pub length: u32,
    /// Its value: an SQL expression over the data sets.
    pub value: String,
    /// The reason for which a row without this value is rejected; `None` where it may be empty.
    pub required: Option<String>,
    /// What happens to longer values.
    pub longer: Longer,
    /// What happens to values that are not understood.
    pub unreadable: Unreadable,
    /// Often only newer: it does not make a row changed by itself, see [`Mapping::volatile_days`].
    pub volatile: bool,
}

/// One way in which a joined record finds its driving record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinOn {
    /// An expression over the driving data set.
    pub driver: String,
    /// An expression over the joined data set's own columns.
    pub joined: String,
}

/// A data set whose records complete the driving ones. Of several records with one key the newest counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Join {
    /// The data set.
    pub data_set: String,
    /// The name by which expressions know its record.
    pub alias: String,
    /// Keys, tried in this order; the first that finds a record wins.
    pub on: Vec<JoinOn>,
    /// An expression over the joined data set's own columns that sorts its records; the greatest is the newest.
    pub newest: String,
    /// True where records without a partner are to be reported.
    pub orphans: bool,
}

/// A rule that leaves records out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeRule {
    /// Its name, by which left-out records are counted.
    pub name: String,
    /// A condition over the data sets; where it is true, the record is out of scope.
    pub out_when: String,
}

/// What a pipeline says about rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The pipeline.
    pub name: String,
    /// The data set whose records become rows.
    pub driver: String,
    /// The name by which expressions know its record.
    pub alias: String,
    /// Data sets that complete it.
    pub joins: Vec<Join>,
    /// Rules that leave records out; the first that holds names the reason.
    pub scope: Vec<ScopeRule>,
    /// Staging columns.
    pub columns: Vec<Column>,
    /// Columns that together name the row.
    pub key: Vec<String>,
    /// An expression whose greatest value wins among records of one key: a timestamp as `YYYY-MM-DD HH:MM:SS`.
    pub newest: String,
    /// Expressions that together say to a person who the record is, for those that have no key.
    pub who: Vec<String>,
    /// Days after which volatile columns alone make a row changed; 0 for never.
    pub volatile_days: u32,
    /// The most bytes that one row's values may have together; [`crate::limits::ROW_BYTES_MAX`] fits a table as
    /// ServiceNow makes it.
    ///
    /// Counted are the bytes, in UTF-8, of the values of all staging columns as they are sent (cut and cleaned, absent
    /// ones not at all), and [`crate::limits::LINEAGE_BYTES`] for what every row carries beside them. Not counted is
    /// what an instance itself writes into a row, such as ids, times and a comment: how it stores those is in no public
    /// document, so where an instance skips rows that were let through, a smaller number here is the remedy.
    pub row_bytes_max: u32,
}
