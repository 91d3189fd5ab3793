//! What is known of a device or application, as values: the way of its row from the page that it was read from to the
//! record that it became. Apart from the page, which is long enough with drawing it.

/// A search, and what was found.
#[derive(Clone, Debug, Default)]
pub struct Devices {
    /// The integration's name.
    pub integration: String,
    /// Field `q`: what was searched for.
    pub wanted: String,
    /// Field `app`: the application on it; empty for the device itself.
    pub app: String,
    /// What was found; none before anything was searched for.
    pub found: Option<Explanation>,
    /// Why nothing could be looked up, with its hint; empty where that is not so.
    pub failure: String,
}

/// Everything that is known of it.
#[derive(Clone, Debug, Default)]
pub struct Explanation {
    /// What it comes to, in sentences, the most important first.
    pub verdict: Vec<String>,
    /// The newest snapshot.
    pub snapshot: Option<LookedAt>,
    /// Rows that it became, or would have become.
    pub rows: Vec<ExplainedRow>,
    /// How many are called so; more than there are rows where very many are.
    pub called: u64,
    /// What could not be looked at, and why.
    pub notes: Vec<String>,
}

/// A snapshot that was looked into.
#[derive(Clone, Debug, Default)]
pub struct LookedAt {
    /// The snapshot.
    pub snapshot: String,
    /// When it was read, RFC 3339 in UTC.
    pub read_at: String,
    /// How much of the tenant it is, as `complete`.
    pub completeness: String,
    /// Where it came from.
    pub source: String,
    /// What it was read of, where that is not everything.
    pub scope: Option<String>,
}

/// One row and its way.
#[derive(Clone, Debug, Default)]
pub struct ExplainedRow {
    /// The pipeline.
    pub pipeline: String,
    /// Its staging table.
    pub staging_table: String,
    /// The row's key; empty for a record that has none.
    pub row_key: String,
    /// The row in words.
    pub title: String,
    /// Records of the newest snapshot that it comes of.
    pub records: Vec<ExplainedRecord>,
    /// The newest earlier snapshot that has a record of it, where the newest of all has none.
    pub last_seen: Option<LookedAt>,
    /// Its staging columns; none where it became no row.
    pub columns: Vec<ExplainedColumn>,
    /// What the target was last proven to hold of it.
    pub held: Option<HeldTold>,
    /// Its target records as the instance has them now.
    pub targets: Vec<TargetTold>,
    /// What the next run would do with it, in a sentence.
    pub next: String,
    /// What the instance would make of it, one a transform map.
    pub next_maps: Vec<MapTold>,
    /// Runs, the newest first.
    pub runs: Vec<RunTold>,
}

/// A record that was read.
#[derive(Clone, Debug)]
pub struct ExplainedRecord {
    /// The data set.
    pub data_set: String,
    /// The page or export, and its place in it.
    pub place: String,
    /// When it was read, RFC 3339 in UTC.
    pub read_at: String,
    /// It was read for an earlier snapshot and carried over.
    pub is_carried: bool,
    /// What became of it.
    pub fate: Fate,
    /// Why, where it became no row; empty where it did.
    pub reason: String,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It became the staging row.
    Staged,
    /// It completed the driving record.
    Completed,
    /// Another record completed it.
    Unused,
    /// Another record of its key is newer.
    Duplicate,
    /// The scope leaves it out.
    OutOfScope,
    /// It cannot be a staging row.
    Rejected,
    /// It could not be read.
    Unreadable,
}

/// A value with its name.
#[derive(Clone, Debug)]
pub struct Named {
    /// The name.
    pub name: String,
    /// The value; empty for none.
    pub value: String,
}

/// One staging column.
#[derive(Clone, Debug, Default)]
pub struct ExplainedColumn {
    /// The column.
    pub column: String,
    /// Its value; none where it is empty, and is not sent.
    pub value: Option<String>,
    /// The expression that makes it.
    pub expression: String,
    /// What the expression is made of, as it was read.
    pub raw: Vec<Named>,
    /// Target fields that it goes to, with their tables.
    pub goes_to: Vec<String>,
    /// What is held in it, where that is something else.
    pub held: Option<String>,
    /// It was cut or cleaned, or its value was not understood; empty where not.
    pub note: String,
}

/// What is held of a row.
#[derive(Clone, Debug, Default)]
pub struct HeldTold {
    /// `held`, `retired`, `waiting` or `unresolved`.
    pub standing: String,
    /// The outcome that says so.
    pub outcome: String,
    /// The instance's comment where it refused the row; empty where it did not.
    pub comment: String,
    /// What is behind the comment; empty where that is not known.
    pub cause: String,
    /// What to do about it; empty where that is not known.
    pub remedy: String,
    /// The run that sent it.
    pub run: u64,
    /// When that was proven, RFC 3339 in UTC.
    pub at: String,
    /// Complete snapshots, one after the other, that did not have it.
    pub missing: u64,
    /// When the first of them was read, RFC 3339 in UTC; empty where none.
    pub missing_since: String,
}

/// A target record as the instance has it now.
#[derive(Clone, Debug, Default)]
pub struct TargetTold {
    /// Its table.
    pub table: String,
    /// The record.
    pub sys_id: String,
    /// The instance has it.
    pub is_there: bool,
    /// The fields that maps write.
    pub fields: Vec<Named>,
    /// Who changed it last.
    pub updated_by: String,
    /// When, as the instance writes it.
    pub updated_at: String,
    /// Fields that hold something else than was written: `old` is what they hold, `new` what was written.
    pub otherwise: Vec<FieldTold>,
}

/// A value that changes.
#[derive(Clone, Debug)]
pub struct FieldTold {
    /// The field.
    pub field: String,
    /// What it holds; empty for nothing.
    pub old: String,
    /// What it will hold; empty for nothing.
    pub new: String,
}

/// What a transform map would make of a row.
#[derive(Clone, Debug, Default)]
pub struct MapTold {
    /// The map.
    pub map: String,
    /// The target table.
    pub table: String,
    /// The outcome.
    pub outcome: String,
    /// Why, where it is left out or refused; empty where not.
    pub comment: String,
    /// Fields that would change.
    pub fields: Vec<FieldTold>,
}

/// One run's part in it.
#[derive(Clone, Debug, Default)]
pub struct RunTold {
    /// The run.
    pub run: u64,
    /// `run`, `replay`, `plan`, `apply` or `undo`.
    pub command: String,
    /// When it began, RFC 3339 in UTC.
    pub begun_at: String,
    /// Where it stands, in a word.
    pub state: String,
    /// The snapshot that it carried.
    pub snapshot: String,
    /// Why the row was in its plan; empty where it was not.
    pub change: String,
    /// What became of it, one a transform map.
    pub outcomes: Vec<OutcomeTold>,
}

/// What became of a row in one run and one map.
#[derive(Clone, Debug, Default)]
pub struct OutcomeTold {
    /// The outcome.
    pub outcome: String,
    /// The batch; empty where none.
    pub batch: String,
    /// The import set; empty where none.
    pub import_set: String,
    /// The row in it; empty where none.
    pub import_row: String,
    /// The target table; empty where none.
    pub target_table: String,
    /// The target record; empty where none.
    pub sys_id: String,
    /// The instance's own words; empty where it has none.
    pub comment: String,
}
