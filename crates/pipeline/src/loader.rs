//! Sending a plan and proving what became of it, group by group in the plan's order, while the new generation of what
//! is held is written beside it: held rows that the plan does not touch are carried over, the others are replaced by
//! what the instance's own answer says.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use arrow::array::RecordBatch;
use engine::TextColumn;
use flow::{Accounts, Outcome, RowOutcome, RunEvent, Step};
use jiff::Timestamp;
use ledger::{HeldReader, HeldRow, HeldTarget, HeldWriter, TargetCounts};
use load::{BatchLimits, Target};
use transform::lineage;

use crate::declaration::Pipeline;
use crate::error::Error;
use crate::planner;
use crate::report::Refused;
use crate::run::Events;

/// What the loader works with.
pub(crate) struct Loader<'a> {
    pub(crate) target: &'a Target,
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) run: i64,
    pub(crate) now: Timestamp,
    pub(crate) events: &'a Events,
}

/// What became of a plan.
#[derive(Default)]
pub(crate) struct Loaded {
    pub(crate) targets: BTreeMap<String, TargetCounts>,
    /// Rows that the instance refused, the first [`transform::limits::LISTED_ROWS_MAX`].
    pub(crate) refused: Vec<Refused>,
}

/// One body on its way: its import set, and the rows of the group that are in it.
struct Sent {
    import_set: String,
    rows: std::ops::Range<usize>,
}

/// Columns of a group that the ledger keeps.
struct Keys {
    row_key: TextColumn,
    fingerprint: TextColumn,
    moment: TextColumn,
    title: Vec<TextColumn>,
}

impl Loader<'_> {
    /// Sends every planned row, counts outcomes into `accounts` and writes the new generation into `held`.
    pub(crate) async fn load(
        &self,
        plan: Option<&Path>,
        accounts: &mut Accounts,
        before: HeldReader,
        held: &mut HeldWriter,
    ) -> Result<Loaded, Error> {
        let mut loaded = Loaded { targets: self.no_counts(), ..Loaded::default() };
        let mut merge = Merge { before, current: None, ended: false };
        let Some(plan) = plan else {
            merge.rest(held)?;
            return Ok(loaded);
        };
        let name = self.pipeline.name().to_owned();
        let rows = Some(accounts.planned);
        (self.events)(RunEvent::StepStarted { flow: name.clone(), step: Step::Load, rows });
        let mut after = None;
        let mut sent_before = None;
        let mut batches = 0;
        for group in planner::groups(plan)? {
            let group = group?;
            let sending = self.send(&group, &mut after, &mut batches);
            // While one group is transformed, the next one leaves.
            let sent = match sent_before.take() {
                Some((earlier, sent)) => {
                    let (sent_now, proven) = tokio::join!(sending, self.prove(&earlier, sent));
                    self.settle(&earlier, proven?, accounts, &mut merge, held, &mut loaded)?;
                    sent_now?
                }
                None => sending.await?,
            };
            sent_before = Some((group, sent));
        }
        if let Some((group, sent)) = sent_before {
            let proven = self.prove(&group, sent).await?;
            self.settle(&group, proven, accounts, &mut merge, held, &mut loaded)?;
        }
        merge.rest(held)?;
        (self.events)(RunEvent::StepEnded { flow: name, step: Step::Load });
        Ok(loaded)
    }

    fn no_counts(&self) -> BTreeMap<String, TargetCounts> {
        let tables = self.pipeline.targets().into_iter();
        tables
            .map(|table| (table.to_owned(), TargetCounts { table: table.to_owned(), ..TargetCounts::default() }))
            .collect()
    }

    /// Encodes a group on all cores and sends its bodies in order, each to be transformed after the one before.
    async fn send(
        &self,
        group: &RecordBatch,
        after: &mut Option<String>,
        batches: &mut u64,
    ) -> Result<Vec<Sent>, Error> {
        let table = self.pipeline.staging_table();
        let columns = self.sent_columns(group)?;
        let keys = self.keys(&columns);
        let first = *batches;
        let constants = |number: usize| {
            let batch = self.batch_id(first + number as u64);
            vec![(self.label("u_run"), self.run.to_string()), (self.label("u_batch"), batch)]
        };
        let bodies = load::encode_all(&columns, &keys, BatchLimits::default(), constants)
            .map_err(|source| Error::Encode { staging_table: table.to_owned(), source: Box::new(source) })?;
        *batches += bodies.len() as u64;
        let mut sent = Vec::with_capacity(bodies.len());
        for body in bodies {
            let count = body.rows.len() as u64;
            let receipt = self
                .target
                .send(table, body.bytes, after.as_deref())
                .await
                .map_err(Error::target(format!("send {count} rows to `{table}`")))?;
            *after = Some(receipt.import_set.clone());
            sent.push(Sent { import_set: receipt.import_set, rows: body.rows });
            let flow = self.pipeline.name().to_owned();
            (self.events)(RunEvent::RowsPassed { flow, step: Step::Load, rows: count });
        }
        Ok(sent)
    }

    /// Reads back what became of each row, by its key.
    async fn prove(&self, group: &RecordBatch, sent: Vec<Sent>) -> Result<HashMap<String, Vec<RowOutcome>>, Error> {
        let table = self.pipeline.staging_table();
        let mut proven: HashMap<String, Vec<RowOutcome>> = HashMap::with_capacity(group.num_rows());
        for batch in sent {
            let rows = batch.rows.len() as u64;
            let outcomes = self
                .target
                .outcomes(table, &batch.import_set, rows)
                .await
                .map_err(Error::target(format!("read back {rows} rows of `{table}`")))?;
            for outcome in outcomes {
                proven.entry(outcome.row_key.clone()).or_default().push(outcome);
            }
        }
        Ok(proven)
    }

    fn settle(
        &self,
        group: &RecordBatch,
        mut proven: HashMap<String, Vec<RowOutcome>>,
        accounts: &mut Accounts,
        merge: &mut Merge,
        held: &mut HeldWriter,
        loaded: &mut Loaded,
    ) -> Result<(), Error> {
        let keys = Keys::of(group, self.pipeline)?;
        for row in 0..group.num_rows() {
            let row_key = keys.row_key.text(row).unwrap_or_default();
            let outcomes = proven.remove(row_key).unwrap_or_default();
            // One outcome a map: a row that some map has not told of is not proven.
            let is_whole = outcomes.len() >= self.pipeline.maps.len();
            let worst = outcomes.iter().map(|outcome| outcome.outcome).max();
            let outcome = worst.filter(|_| is_whole).unwrap_or(Outcome::Unresolved);
            accounts.count(outcome);
            for outcome in &outcomes {
                loaded.count(outcome);
            }
            if outcome == Outcome::Unresolved {
                merge.keep(row_key, held)?;
                continue;
            }
            if !outcome.is_held() {
                loaded.refuse(keys.words(row), outcome, &outcomes);
            }
            merge.replace(keys.held(row, outcome, &outcomes, self.now), held)?;
        }
        Ok(())
    }

    /// The staging columns that are sent: those of the declaration, row key and fingerprint.
    fn sent_columns(&self, group: &RecordBatch) -> Result<RecordBatch, Error> {
        let schema = group.schema();
        let names = self.pipeline.mapping().columns.iter().map(|column| column.name.as_str());
        let indexes = names
            .chain([lineage::ROW_KEY, lineage::FINGERPRINT])
            .map(|name| schema.index_of(name))
            .collect::<Result<Vec<_>, _>>();
        let gather = |source| Error::from(transform::Error::Gather(source));
        group.project(&indexes.map_err(gather)?).map_err(gather)
    }

    fn keys(&self, columns: &RecordBatch) -> Vec<String> {
        columns.schema().fields().iter().map(|field| self.label(field.name())).collect()
    }

    fn label(&self, name: &str) -> String {
        let column = self.pipeline.staging_columns().iter().find(|column| column.name == name);
        column.expect("every sent column is declared or lineage").label.clone()
    }

    /// A batch's id follows from run, table and place, so that whoever resumes a run finds the same.
    fn batch_id(&self, number: u64) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in [self.run.to_string(), self.pipeline.staging_table().to_owned(), number.to_string()] {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        let mut id = hasher.finalize().to_hex().to_string();
        id.truncate(32);
        id
    }
}

impl Loaded {
    fn count(&mut self, outcome: &RowOutcome) {
        if let Some(counts) = self.targets.get_mut(&outcome.target_table) {
            counts.count(outcome.outcome);
        } else if self.targets.len() == 1
            && let Some(counts) = self.targets.values_mut().next()
        {
            // A row that reached no record names the staging table instead.
            counts.count(outcome.outcome);
        }
    }

    fn refuse(&mut self, title: String, outcome: Outcome, outcomes: &[RowOutcome]) {
        if self.refused.len() < transform::limits::LISTED_ROWS_MAX {
            self.refused.push(Refused { title, outcome, comment: comment_of(outcomes) });
        }
    }
}

/// The comment of the worst outcome.
fn comment_of(outcomes: &[RowOutcome]) -> String {
    outcomes.iter().max_by_key(|outcome| outcome.outcome).map(|worst| worst.comment.clone()).unwrap_or_default()
}

impl Keys {
    fn of(group: &RecordBatch, pipeline: &Pipeline) -> Result<Self, Error> {
        let column = |name: &str| {
            let array = group.column_by_name(name).expect("a plan's rows keep the staging columns");
            TextColumn::new(array).map_err(|source| Error::from(transform::Error::Gather(source)))
        };
        Ok(Self {
            row_key: column(lineage::ROW_KEY)?,
            fingerprint: column(lineage::FINGERPRINT)?,
            moment: column(lineage::NEWEST)?,
            title: pipeline.title.iter().map(|name| column(name)).collect::<Result<_, _>>()?,
        })
    }

    fn words(&self, row: usize) -> String {
        self.title.iter().filter_map(|column| column.text(row)).collect::<Vec<_>>().join(" ")
    }

    fn held(&self, row: usize, outcome: Outcome, outcomes: &[RowOutcome], now: Timestamp) -> HeldRow {
        let text = |column: &TextColumn| column.text(row).unwrap_or_default().to_owned();
        let targets = outcomes.iter().filter(|one| one.outcome.is_held() && !one.target_sys_id.is_empty());
        HeldRow {
            row_key: text(&self.row_key),
            title: self.words(row),
            fingerprint: text(&self.fingerprint),
            moment: text(&self.moment),
            outcome,
            comment: if outcome.is_held() { String::new() } else { comment_of(outcomes) },
            at: now.to_string(),
            targets: targets
                .map(|one| HeldTarget { table: one.target_table.clone(), sys_id: one.target_sys_id.clone() })
                .collect(),
        }
    }
}

/// Writes the new generation: what was held before, in order, with the plan's rows in their places.
struct Merge {
    before: HeldReader,
    current: Option<HeldRow>,
    ended: bool,
}

impl Merge {
    /// Carries over every row before this key; leaves the row of this key, if any, in `current`.
    fn carry(&mut self, row_key: &str, held: &mut HeldWriter) -> Result<(), Error> {
        loop {
            if self.current.is_none() && !self.ended {
                self.current = self.before.next_row()?;
                self.ended = self.current.is_none();
            }
            match &self.current {
                Some(row) if row.row_key.as_str() < row_key => {
                    held.write(row)?;
                    self.current = None;
                }
                _ => return Ok(()),
            }
        }
    }

    fn replace(&mut self, row: HeldRow, held: &mut HeldWriter) -> Result<(), Error> {
        self.carry(&row.row_key, held)?;
        if self.current.as_ref().is_some_and(|current| current.row_key == row.row_key) {
            self.current = None;
        }
        Ok(held.write(&row)?)
    }

    /// What was held of an unproven row stays as it was.
    fn keep(&mut self, row_key: &str, held: &mut HeldWriter) -> Result<(), Error> {
        self.carry(row_key, held)
    }

    fn rest(&mut self, held: &mut HeldWriter) -> Result<(), Error> {
        loop {
            if let Some(row) = self.current.take() {
                held.write(&row)?;
            }
            match self.before.next_row()? {
                Some(row) => held.write(&row)?,
                None => return Ok(()),
            }
        }
    }
}
