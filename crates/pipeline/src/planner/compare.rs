//! Held rows beside staging rows, both in rising order of keys. Apart because every row must come out of it exactly once:
//! unchanged, waiting or planned; and every held row that has no partner is judged.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray, StringBuilder};
use arrow::compute::{cast, filter_record_batch, interleave_record_batch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use engine::TextColumn;
use flow::Accounts;
use jiff::{SignedDuration, Timestamp};
use ledger::{HeldBatch, HeldWalk, Ledger, Standing};
use transform::{Compiled, Staged, lineage};

use super::change::{CHANGE, Change, Changes};
use super::due::{Seen, is_due};
use super::marks::{Mark, MarksFile};
use super::vanished::{Gone, Groups, Judge};
use super::{PlanFile, PlanOptions, extend};
use crate::declaration::Pipeline;
use crate::error::Error;
use crate::limits;

/// Walks held rows beside staging rows.
pub(super) struct Comparison<'a> {
    pipeline: &'a Pipeline,
    compiled: &'a Compiled,
    held: HeldWalk,
    judge: Judge<'a>,
    marks: MarksFile,
    everything_in_doubt: bool,
    now: Timestamp,
    retry_refused: bool,
    accounts: Accounts,
    changes: Changes,
    /// Numbers of the held rows that are planned.
    held_rows: Vec<Range<usize>>,
    /// Rows that retire, since the last batch was put together.
    retiring: Vec<Retiring>,
    /// Rows that retire of each group: the share of a group is judged at the end.
    retiring_of: std::collections::HashMap<String, u32>,
    schema: SchemaRef,
}

/// A row that retires.
struct Retiring {
    row_key: String,
    moment: String,
    /// Its values in the columns that identify it.
    values: Vec<Option<String>>,
    held_row: usize,
    is_waiting: bool,
    fingerprint: String,
    at: String,
}

/// What a comparison came to.
pub(super) struct Compared {
    pub(super) accounts: Accounts,
    pub(super) changes: Changes,
    pub(super) held_rows: Vec<Range<usize>>,
    pub(super) marks: Option<PlanFile>,
}

/// What a staging row is beside what is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Unchanged,
    Waiting,
    Planned(Change),
}

/// What is compared of a staging row.
pub(crate) struct StagedRow<'r> {
    pub(crate) key: &'r str,
    pub(crate) print: &'r str,
    /// When its device was last seen.
    pub(crate) moment: &'r str,
}

/// Who decides about a row that is held.
pub(crate) struct Deciding<'a> {
    pub(crate) judge: &'a Judge<'a>,
    pub(crate) volatile_days: u32,
    pub(crate) now: Timestamp,
    pub(crate) retry_refused: bool,
}

impl Deciding<'_> {
    /// What a staging row is beside the row that is held of it.
    pub(crate) fn verdict(&self, held: &HeldBatch, row: usize, staged: &StagedRow<'_>) -> Verdict {
        if self.judge.groups.is_retired(held, row) {
            // The instance removed it with what it was part of.
            return Verdict::Planned(Change::New);
        }
        match held.standing(row) {
            Standing::Retired => Verdict::Planned(Change::Back),
            // Its retirement left, and did not come through whole.
            _ if self.judge.is_retiring(held, row) => Verdict::Planned(Change::Back),
            Standing::Unresolved => Verdict::Planned(Change::Unproven),
            _ if held.fingerprint(row) != staged.print => Verdict::Planned(Change::Changed),
            Standing::Waiting if self.retry_refused || !waits(held.at(row), self.now) => {
                Verdict::Planned(Change::Retried)
            }
            Standing::Waiting => Verdict::Waiting,
            Standing::Held => {
                let seen = Seen { row_key: staged.key, moment: held.moment(row), is_first: held.is_first(row) };
                let is_due = is_due(&seen, staged.moment, self.volatile_days);
                if is_due { Verdict::Planned(Change::Volatile) } else { Verdict::Unchanged }
            }
        }
    }
}

impl<'a> Comparison<'a> {
    pub(super) fn new(
        pipeline: &'a Pipeline,
        compiled: &'a Compiled,
        ledger: &Ledger,
        options: &PlanOptions<'_>,
        read_at: Timestamp,
        groups: Groups,
    ) -> Result<Self, Error> {
        let table = pipeline.staging_table();
        let retire = pipeline.retire.as_ref();
        let columns = compared_columns(pipeline, groups.column.as_ref());
        let held = HeldWalk::ahead(ledger.read_held_compared(table, &columns)?);
        let is_evidence = options.is_evidence;
        Ok(Self {
            pipeline,
            compiled,
            held,
            judge: Judge::new(retire, is_evidence, read_at, groups),
            marks: MarksFile::new(ledger.plan_part(options.run, table, "marks")?),
            everything_in_doubt: options.everything_in_doubt,
            now: options.now,
            retry_refused: options.retry_refused,
            accounts: Accounts::default(),
            changes: Changes::default(),
            held_rows: Vec::new(),
            retiring: Vec::new(),
            retiring_of: std::collections::HashMap::new(),
            schema: plan_schema(pipeline),
        })
    }

    /// The rows of a batch that are to be sent, and those before its last one that retire.
    pub(super) fn compare(&mut self, staged: &Staged) -> Result<RecordBatch, Error> {
        self.judge.keep_alive(&staged.keyless)?;
        let rows = &staged.rows;
        self.count_empty(rows);
        let column = |name: &str| {
            let array = rows.column_by_name(name).expect("the stager keeps its lineage columns");
            TextColumn::new(array).map_err(transform::Error::Gather)
        };
        let (keys, prints, moments) =
            (column(lineage::ROW_KEY)?, column(lineage::FINGERPRINT)?, column(lineage::NEWEST)?);
        let mut verdicts = Vec::with_capacity(rows.num_rows());
        let mut left_out = staged.left_out.iter().peekable();
        for row in 0..rows.num_rows() {
            let key = keys.text(row).unwrap_or_default();
            while let Some(other) = left_out.next_if(|other| other.as_str() < key) {
                self.meet(other)?;
            }
            let staged = StagedRow {
                key,
                print: prints.text(row).unwrap_or_default(),
                moment: moments.text(row).unwrap_or_default(),
            };
            verdicts.push(self.verdict(&staged)?);
        }
        for other in left_out {
            self.meet(other)?;
        }
        for verdict in &verdicts {
            match verdict {
                Verdict::Unchanged => self.accounts.unchanged += 1,
                Verdict::Waiting => self.accounts.waiting += 1,
                Verdict::Planned(change) => {
                    self.accounts.planned += 1;
                    self.changes.count(*change);
                }
            }
        }
        let planned = self.planned(rows, &verdicts)?;
        self.with_retiring(planned)
    }

    /// What retires behind the last staging row.
    pub(super) fn rest(&mut self) -> Result<RecordBatch, Error> {
        while self.held.current()?.is_some() {
            self.gone()?;
        }
        self.with_retiring(RecordBatch::new_empty(Arc::clone(&self.schema)))
    }

    pub(super) fn end(mut self) -> Result<Compared, Error> {
        let share = self.pipeline.brakes.retire_of_group / 100.0;
        let mut groups: Vec<(&String, &u32)> = self.retiring_of.iter().collect();
        groups.sort_unstable();
        for (group, &retiring) in groups {
            let all = self.judge.groups.present(group) + retiring;
            if f64::from(retiring) > share * f64::from(all) {
                self.changes.groups_retiring += 1;
                if self.changes.groups_named.len() < limits::BRAKE_EXAMPLES {
                    self.changes.groups_named.push(format!("{group}: {retiring} of {all}"));
                }
            }
        }
        let marks = self.marks.finish()?;
        let held_rows = in_order(self.held_rows);
        Ok(Compared { accounts: self.accounts, changes: self.changes, held_rows, marks })
    }

    fn count_empty(&mut self, rows: &RecordBatch) {
        for column in &self.pipeline.mapping().columns {
            let nulls = rows.column_by_name(&column.name).map_or(rows.num_rows(), |array| array.logical_null_count());
            *self.changes.empty.entry(column.name.clone()).or_default() += nulls as u64;
        }
    }

    /// Walks to a key, judging every held row before it; true where a row of that key is held.
    fn advance_to(&mut self, key: &str) -> Result<bool, Error> {
        loop {
            let order = self.held.current()?.map(|(batch, row)| batch.row_key(row).cmp(key));
            match order {
                Some(std::cmp::Ordering::Less) => self.gone()?,
                Some(std::cmp::Ordering::Equal) => return Ok(true),
                Some(std::cmp::Ordering::Greater) | None => return Ok(false),
            }
        }
    }

    /// A record that is in the snapshot and left out: its row has not vanished.
    fn meet(&mut self, key: &str) -> Result<(), Error> {
        if self.advance_to(key)? {
            self.is_present(key)?;
            self.held.advance();
        }
        Ok(())
    }

    /// Notes that the present held row is in the snapshot.
    fn is_present(&mut self, key: &str) -> Result<(), Error> {
        let Some((batch, row)) = self.held.current()? else { return Ok(()) };
        let (missing, standing) = (batch.missing(row), batch.standing(row));
        self.changes.present += 1;
        self.changes.held += u64::from(standing != Standing::Retired);
        if missing > 0 && standing != Standing::Retired {
            self.marks.add(key, &Mark::Present)?;
        }
        Ok(())
    }

    fn verdict(&mut self, staged: &StagedRow<'_>) -> Result<Verdict, Error> {
        if !self.advance_to(staged.key)? {
            return Ok(Verdict::Planned(Change::New));
        }
        self.is_present(staged.key)?;
        let place = self.held.place();
        let Some((held, row)) = self.held.current()? else { return Ok(Verdict::Planned(Change::New)) };
        let verdict = if self.everything_in_doubt {
            Verdict::Planned(Change::Unproven)
        } else {
            let deciding = Deciding {
                judge: &self.judge,
                volatile_days: self.compiled.mapping().volatile_days,
                now: self.now,
                retry_refused: self.retry_refused,
            };
            deciding.verdict(held, row, staged)
        };
        if matches!(verdict, Verdict::Planned(_)) {
            extend(&mut self.held_rows, place);
        }
        self.held.advance();
        Ok(verdict)
    }

    /// Judges the present held row, whose record is not in the snapshot, and goes on.
    fn gone(&mut self) -> Result<(), Error> {
        let place = self.held.place();
        let Some((batch, row)) = self.held.current()? else { return Ok(()) };
        let is_retired = batch.standing(row) == Standing::Retired;
        let is_new = batch.missing(row) == 0;
        let judged = self.judge.judge(batch, row);
        if is_new && matches!(judged, Gone::Retires | Gone::Counted(Mark::Missing { .. })) {
            self.changes.newly_missing += 1;
            if self.changes.missing_named.len() < limits::BRAKE_EXAMPLES {
                self.changes.missing_named.push(title(self.pipeline, batch, row));
            }
        }
        match judged {
            Gone::Nothing => {}
            Gone::Counted(mark) => {
                match mark {
                    Mark::Left => self.changes.left += 1,
                    Mark::Missing { .. } | Mark::Present => self.changes.missing += 1,
                }
                let key = batch.row_key(row).to_owned();
                self.marks.add(&key, &mark)?;
            }
            Gone::Retires => {
                if let Some(group) =
                    self.judge.groups.column.as_ref().and_then(|column| batch.values().text(column, row))
                {
                    *self.retiring_of.entry(group.to_owned()).or_default() += 1;
                }
                let columns = self.pipeline.identifying_columns();
                let value = |column: &String| batch.values().text(column, row).map(str::to_owned);
                self.retiring.push(Retiring {
                    row_key: batch.row_key(row).to_owned(),
                    moment: batch.moment(row).to_owned(),
                    values: columns.iter().map(value).collect(),
                    held_row: place,
                    is_waiting: batch.standing(row) == Standing::Waiting,
                    fingerprint: batch.fingerprint(row).to_owned(),
                    at: batch.at(row).to_owned(),
                });
            }
        }
        self.changes.held += u64::from(!is_retired);
        self.held.advance();
        Ok(())
    }

    /// The planned rows of a batch, each with its reason.
    fn planned(&self, rows: &RecordBatch, verdicts: &[Verdict]) -> Result<RecordBatch, Error> {
        let gather = transform::Error::Gather;
        let is_planned = verdicts.iter().map(|verdict| matches!(verdict, Verdict::Planned(_))).collect::<Vec<_>>();
        let kept = filter_record_batch(rows, &BooleanArray::from(is_planned)).map_err(gather)?;
        let reasons: Vec<Change> = verdicts
            .iter()
            .filter_map(|verdict| match verdict {
                Verdict::Planned(change) => Some(*change),
                _ => None,
            })
            .collect();
        let column = |field: &Arc<Field>| -> Result<ArrayRef, Error> {
            if field.name() == CHANGE {
                return Ok(Arc::new(StringArray::from_iter_values(reasons.iter().map(|reason| reason.as_str()))));
            }
            let array = kept.column_by_name(field.name()).expect("the schema names the stager's own columns");
            let array = cast(array, &DataType::Utf8).map_err(gather)?;
            Ok(self.brought_back(field.name(), array, &reasons))
        };
        let columns = self.schema.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(gather)?)
    }

    /// The column with what a row says that comes back, where it is one of those that say so.
    fn brought_back(&self, name: &str, array: ArrayRef, reasons: &[Change]) -> ArrayRef {
        let back = self.judge.retire.and_then(|retire| retire.back.get(name));
        let Some(back) = back.filter(|_| reasons.contains(&Change::Back)) else { return array };
        let Ok(values) = TextColumn::new(&array) else { return array };
        let value = |(row, reason): (usize, &Change)| {
            if *reason == Change::Back { Some(back.as_str()) } else { values.text(row) }
        };
        Arc::new(reasons.iter().enumerate().map(value).collect::<StringArray>())
    }

    /// Puts the rows that retire among the planned ones, in the order of their keys.
    fn with_retiring(&mut self, planned: RecordBatch) -> Result<RecordBatch, Error> {
        let retiring = std::mem::take(&mut self.retiring);
        if retiring.is_empty() {
            return Ok(planned);
        }
        let gather = transform::Error::Gather;
        let rows = self.retire_rows(&retiring)?;
        let prints = self.compiled.fingerprints(&rows)?;
        let mut sent = Vec::new();
        for (row, one) in retiring.iter().enumerate() {
            self.accounts.retire += 1;
            // A retirement that the target refused waits as any other row.
            let is_same = one.is_waiting && one.fingerprint == prints.value(row);
            if is_same && !self.retry_refused && waits(&one.at, self.now) {
                self.accounts.waiting += 1;
                continue;
            }
            self.accounts.planned += 1;
            self.changes.count(Change::Retire);
            extend(&mut self.held_rows, one.held_row);
            sent.push(row);
        }
        let rows = with_column(&rows, lineage::FINGERPRINT, Arc::new(prints)).map_err(gather)?;
        let keys = planned.column_by_name(lineage::ROW_KEY).map(TextColumn::new).transpose().map_err(gather)?;
        let mut order: Vec<(usize, usize)> = Vec::with_capacity(planned.num_rows() + sent.len());
        let mut own = sent.into_iter().peekable();
        for row in 0..planned.num_rows() {
            let key = keys.as_ref().and_then(|keys| keys.text(row)).unwrap_or_default();
            while let Some(other) = own.next_if(|&other| retiring[other].row_key.as_str() < key) {
                order.push((1, other));
            }
            order.push((0, row));
        }
        order.extend(own.map(|other| (1, other)));
        Ok(interleave_record_batch(&[&planned, &rows], &order).map_err(gather)?)
    }

    /// Staging rows that retire: what identifies them, and what the declaration sets.
    fn retire_rows(&self, retiring: &[Retiring]) -> Result<RecordBatch, Error> {
        let identifying = self.pipeline.identifying_columns();
        let set = self.judge.retire.map(|retire| &retire.set);
        let column = |field: &Arc<Field>| -> ArrayRef {
            let name = field.name().as_str();
            let place = identifying.iter().position(|column| column == name);
            let mut builder = StringBuilder::new();
            for row in retiring {
                let value = match name {
                    lineage::ROW_KEY => Some(row.row_key.as_str()),
                    lineage::NEWEST => Some(row.moment.as_str()).filter(|moment| !moment.is_empty()),
                    CHANGE => Some(Change::Retire.as_str()),
                    _ => set
                        .and_then(|set| set.get(name).map(String::as_str))
                        .or_else(|| place.and_then(|place| row.values[place].as_deref())),
                };
                builder.append_option(value);
            }
            Arc::new(builder.finish())
        };
        let columns = self.schema.fields().iter().map(column).collect();
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(transform::Error::Gather)?)
    }
}

/// The staging columns whose held values a comparison reads; `group` is the column that names a row's group.
pub(super) fn compared_columns(pipeline: &Pipeline, group: Option<&String>) -> Vec<String> {
    let retire = pipeline.retire.as_ref();
    let mut columns = pipeline.identifying_columns();
    columns.extend(group.cloned());
    columns.extend(retire.and_then(|retire| retire.alive_by.clone()));
    columns.extend(retire.and_then(|retire| retire.set.keys().next().cloned()));
    columns.sort();
    columns.dedup();
    columns
}

/// The columns of a plan: staging columns, what is kept of their lineage, and the reason; all texts.
pub(crate) fn plan_schema(pipeline: &Pipeline) -> SchemaRef {
    let columns = pipeline.mapping().columns.iter().map(|column| column.name.as_str());
    let names = columns.chain(lineage::KEPT).chain([CHANGE]);
    Arc::new(Schema::new(names.map(|name| Field::new(name, DataType::Utf8, true)).collect::<Vec<_>>()))
}

pub(crate) fn with_column(
    rows: &RecordBatch,
    name: &str,
    array: ArrayRef,
) -> Result<RecordBatch, arrow::error::ArrowError> {
    let place = rows.schema().index_of(name)?;
    let mut columns = rows.columns().to_vec();
    columns[place] = array;
    RecordBatch::try_new(rows.schema(), columns)
}

/// Ranges in rising order: rows that retire are known only when the staging rows around them are.
fn in_order(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => joined.push(range),
        }
    }
    joined
}

/// A held row in words.
fn title(pipeline: &Pipeline, batch: &HeldBatch, row: usize) -> String {
    let words = pipeline.title.iter().filter_map(|column| batch.values().text(column, row));
    words.collect::<Vec<_>>().join(" ")
}

/// A refused row that has not changed is not sent again before its days are over.
fn waits(at: &str, now: Timestamp) -> bool {
    let wait = SignedDuration::from_hours(24 * limits::WAITING_DAYS);
    at.parse::<Timestamp>().is_ok_and(|at| now.duration_since(at) < wait)
}
