//! A group's rows as the ledger keeps them: who a row is, what it says, and what is held of it from now on.

use arrow::array::RecordBatch;
use engine::TextColumn;
use flow::Outcome;
use jiff::Timestamp;
use ledger::{HeldRow, HeldTarget, Standing, Values};
use transform::lineage;

use super::proof::Fate;
use crate::declaration::Pipeline;
use crate::error::Error;
use crate::planner::{CHANGE, Change};

/// Columns of a group that the ledger keeps.
pub(crate) struct Rows {
    row_key: TextColumn,
    fingerprint: TextColumn,
    moment: TextColumn,
    page: TextColumn,
    record: TextColumn,
    change: TextColumn,
    title: Vec<TextColumn>,
    values: Values,
}

impl Rows {
    pub(crate) fn of(group: &RecordBatch, pipeline: &Pipeline) -> Result<Self, Error> {
        let column = |name: &str| {
            let array = group.column_by_name(name).expect("a plan's rows keep the staging columns");
            TextColumn::new(array).map_err(|source| Error::from(transform::Error::Gather(source)))
        };
        Ok(Self {
            row_key: column(lineage::ROW_KEY)?,
            fingerprint: column(lineage::FINGERPRINT)?,
            moment: column(lineage::NEWEST)?,
            page: column(lineage::PAGE)?,
            record: column(lineage::RECORD)?,
            change: column(CHANGE)?,
            values: Values::of(group, &pipeline.value_columns())?,
            title: pipeline.title.iter().map(|name| column(name)).collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn key(&self, row: usize) -> &str {
        self.row_key.text(row).unwrap_or_default()
    }

    /// Where it was read: the number of the page and its place in it.
    pub(crate) fn place(&self, row: usize) -> (&str, &str) {
        (self.page.text(row).unwrap_or_default(), self.record.text(row).unwrap_or_default())
    }

    /// Why it is sent.
    pub(crate) fn change(&self, row: usize) -> Option<Change> {
        Change::parse(self.change.text(row)?)
    }

    /// The values of all rows.
    pub(crate) fn values(&self) -> &Values {
        &self.values
    }

    /// The row in words.
    pub(crate) fn title(&self, row: usize) -> String {
        self.title.iter().filter_map(|column| column.text(row)).collect::<Vec<_>>().join(" ")
    }

    /// What a run holds of a row from now on. Of one that is unresolved nothing is believed but where its records were.
    pub(crate) fn held(&self, row: usize, fate: &Fate, former: Option<HeldRow>, run: i64, now: Timestamp) -> HeldRow {
        let text = |column: &TextColumn| column.text(row).unwrap_or_default().to_owned();
        let is_proven = fate.outcome != Outcome::Unresolved;
        let is_first = former.as_ref().is_none_or(|former| former.is_first && former.standing != Standing::Held);
        let former_missing = former.as_ref().map(|former| (former.missing, former.missing_since.clone()));
        let mut targets = if is_proven { fate.targets() } else { Vec::new() };
        if targets.is_empty() {
            targets = former.map(|former| former.targets).unwrap_or_default();
        }
        let is_retiring = self.change(row) == Some(Change::Retire);
        let standing = match fate.standing {
            Standing::Held if is_retiring => Standing::Retired,
            standing => standing,
        };
        // What is sent because it is there is not missing.
        let gone = former_missing.filter(|_| is_retiring).unwrap_or_default();
        HeldRow {
            row_key: self.key(row).to_owned(),
            fingerprint: if is_proven { text(&self.fingerprint) } else { String::new() },
            moment: text(&self.moment),
            outcome: fate.outcome,
            standing,
            is_first,
            comment: fate.to_blame().map(|outcome| outcome.comment.clone()).unwrap_or_default(),
            at: now.to_string(),
            run,
            missing: gone.0,
            missing_since: gone.1,
            targets,
        }
    }
}

impl Fate {
    /// The records that the row was proven to be.
    fn targets(&self) -> Vec<HeldTarget> {
        let proven = self.outcomes.iter().filter(|one| one.is_held() && !one.target_sys_id.is_empty());
        proven.map(|one| HeldTarget { table: one.target_table.clone(), sys_id: one.target_sys_id.clone() }).collect()
    }
}
