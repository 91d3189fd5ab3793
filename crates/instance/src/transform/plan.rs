//! Transform maps made ready: every name resolved and every statement written once for a run, so that a row costs
//! look-ups and nothing else.

use super::dates::DateFormat;
use super::rule::Rule;
use crate::dictionary::Kind;

/// All active maps of one staging table, in order.
pub(crate) struct Plan {
    pub(super) staging: String,
    /// The staging columns that are read, in the order of a row's values.
    pub(super) columns: Vec<String>,
    pub(super) maps: Vec<Map>,
    /// The robust transformer whose entities the maps are.
    pub(super) robust: Option<String>,
    /// Fields of all maps; each has a cache of its own.
    pub(super) fields: usize,
    /// `glide.transform.boolean.casesensitive`: an upper-case TRUE becomes false.
    pub(super) strict_truth: bool,
    pub(super) read: String,
    pub(super) finish: String,
    pub(super) copy: String,
}

/// One transform map.
pub(super) struct Map {
    pub(super) id: String,
    pub(super) target: String,
    pub(super) fields: Vec<Field>,
    /// Target columns that are compared, the written ones first.
    pub(super) slots: Vec<String>,
    pub(super) written: usize,
    /// Where records of the target are: itself and the tables that extend it.
    pub(super) homes: Vec<Home>,
    pub(super) before: Vec<BeforeRow>,
    pub(super) coalesces: bool,
    pub(super) copy_empty: bool,
    pub(super) match_empty: bool,
    pub(super) insert_on_empty: bool,
    pub(super) business_rules: bool,
    /// Target columns that must not be empty.
    pub(super) mandatory: Vec<String>,
}

/// The statements for one table.
pub(super) struct Home {
    pub(super) table: String,
    pub(super) find: String,
    pub(super) update: String,
}

/// A rule that may stop a row once it is known whether it would insert or update.
pub(super) enum BeforeRow {
    NeverInsert { retire: usize },
    SkipOlderRun { source: usize, slot: usize },
}

/// One field map.
pub(super) struct Field {
    /// Its cache.
    pub(super) key: usize,
    pub(super) from: Source,
    pub(super) target: String,
    pub(super) slot: usize,
    pub(super) kind: Kind,
    pub(super) max_length: usize,
    pub(super) date_format: DateFormat,
    pub(super) coalesce: bool,
    pub(super) action: ChoiceAction,
    pub(super) reference: Option<Reference>,
    pub(super) choices: Option<Choices>,
}

/// Where a field's value comes from: positions in a row's values.
pub(super) enum Source {
    Column(usize),
    MakeAndModel { manufacturer: usize, name: usize, number: usize },
    ProductOfInstall { key: usize },
}

/// What is done with a value that no referenced record or choice has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChoiceAction {
    Create,
    Ignore,
    Reject,
}

/// How a reference is found.
pub(super) struct Reference {
    pub(super) table: String,
    pub(super) field: String,
    /// A statement for each table of the family.
    pub(super) finders: Vec<String>,
    /// True where no map of the plan writes the referenced tables, so that what was found stays true for the run.
    pub(super) settled: bool,
}

/// Where a choice's values are listed.
pub(super) struct Choices {
    /// The table under which new ones are listed.
    pub(super) table: String,
    /// That table and every other that may list them.
    pub(super) listed_on: Vec<String>,
}

impl Source {
    pub(super) fn of(rule: &Rule, position: impl Fn(&str) -> Option<usize>) -> Option<Self> {
        match rule {
            Rule::MakeAndModel { manufacturer, name, number } => Some(Self::MakeAndModel {
                manufacturer: position(manufacturer)?,
                name: position(name)?,
                number: position(number)?,
            }),
            Rule::ProductOfInstall { key } => Some(Self::ProductOfInstall { key: position(key)? }),
            Rule::NeverInsert { .. } | Rule::SkipOlderRun { .. } => None,
        }
    }
}
