//! What both ends should have, as plain data: whoever knows the pipelines says it, and the checks know none of them.

use extract::DataSet;
use flow::Clock;

/// What is expected of a tenant and an instance.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Data sets that are read, in the order in which they are told.
    pub data_sets: Vec<NeededDataSet>,
    /// Staging tables that rows are sent to.
    pub staging: Vec<StagingTable>,
    /// Transform maps that promote them.
    pub maps: Vec<Map>,
    /// Choices without which rows are rejected.
    pub choices: Vec<Choice>,
    /// Records that rows refer to and do not bring along, such as users by their e-mail address.
    pub references: Vec<Reference>,
    /// Tables of Software Asset Management that rows end in; none where no pipeline needs it.
    pub software_tables: Vec<String>,
    /// What our own time is told by where the instance's is held against it; a tenant is asked by a clock of its own.
    pub clock: Clock,
}

/// A data set that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeededDataSet {
    /// Which.
    pub data_set: DataSet,
    /// True where a pipeline makes its rows of it; false where it only completes them, so that a run goes on without.
    pub drives: bool,
}

/// A staging table with its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagingTable {
    /// Its name, `u_iru_device` for example.
    pub name: String,
    /// What a batch calls its columns.
    pub keys: Keys,
    /// Its columns, lineage among them.
    pub columns: Vec<StagingColumn>,
}

/// What a batch calls staging columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Their labels, which is what an instance takes unless it is told otherwise.
    Labels,
    /// Their names.
    Names,
}

/// A column of a staging table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagingColumn {
    /// Its name.
    pub name: String,
    /// Its label.
    pub label: String,
    /// Its length in characters; 0 where it does not matter.
    pub length: u32,
}

/// A transform map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    /// Its name.
    pub name: String,
    /// The staging table that it reads.
    pub staging_table: String,
    /// The table that it writes.
    pub target_table: String,
}

/// A value that a choice column must list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The table under whose name the choices are listed.
    pub table: String,
    /// The column.
    pub element: String,
    /// The value.
    pub value: String,
}

/// Records of another table, and the field by which rows name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The table.
    pub table: String,
    /// The field.
    pub field: String,
}
