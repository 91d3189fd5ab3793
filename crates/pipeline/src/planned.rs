//! A saved plan row by row, for whoever looks at it before it is sent: what it would change in the target records where that was
//! foretold, else in what is held. Apart from the planner, which knows nothing of who reads what it wrote.

use std::collections::BTreeMap;
use std::path::Path;

use engine::TextColumn;
use flow::Outcome;
use ledger::{HeldBatch, Values};
use serde::Serialize;
use transform::lineage;

use crate::declaration::Pipeline;
use crate::error::Error;
use crate::foretell::{self, ForetoldLine};
use crate::planner::{self, CHANGE, Change};
use crate::saved::SavedTable;

/// One row of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedRow {
    /// The pipeline.
    pub pipeline: String,
    /// The row's key.
    pub row_key: String,
    /// The row in words.
    pub title: String,
    /// Why it is sent.
    pub change: Change,
    /// `+` makes a record, `~` changes one, `-` retires one, `=` changes nothing, `?` is left out, refused or a conflict.
    pub sign: char,
    /// The worst outcome that is foretold; absent where nothing was.
    pub outcome: Option<Outcome>,
    /// Why it is left out or refused, or that several records match.
    pub comment: String,
    /// What it changes: fields of target records, or staging columns where nothing was foretold.
    pub fields: Vec<PlannedField>,
}

/// One value that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedField {
    /// The field, with its table; or the staging column.
    pub field: String,
    /// What it holds.
    pub old: String,
    /// What it will hold.
    pub new: String,
}

/// The rows of one table of a plan in the order of their keys, at most so many for each reason and sign.
pub fn planned(folder: &Path, table: &SavedTable, pipeline: &Pipeline, limit: usize) -> Result<Vec<PlannedRow>, Error> {
    let files = table.files.at(folder);
    let Some(rows) = &files.rows else { return Ok(Vec::new()) };
    let mut foretold = match table.files.foretold_at(folder) {
        Some(file) => Some(foretell::read(&file.path)?),
        None => None,
    };
    let columns = pipeline.value_columns();
    let mut before = Before::open(files.before.as_ref().map(|file| file.path.as_path()), table, &columns)?;
    let mut listed: BTreeMap<(Change, char), usize> = BTreeMap::new();
    let mut planned = Vec::new();
    for group in planner::groups(&rows.path)? {
        let group = group?;
        let column = |name: &str| {
            let array = group.column_by_name(name).expect("a plan has its own columns");
            TextColumn::new(array).map_err(transform::Error::Gather)
        };
        let (keys, reasons) = (column(lineage::ROW_KEY)?, column(CHANGE)?);
        let values = Values::of(&group, &columns)?;
        for row in 0..group.num_rows() {
            let line = foretold.as_mut().and_then(Iterator::next).transpose()?;
            let key = keys.text(row).unwrap_or_default();
            let held = before.of(key)?;
            let change = reasons.text(row).and_then(Change::parse).unwrap_or(Change::Unproven);
            let sign = line.as_ref().map_or(change.sign(), |line| sign_of(line, change));
            let count = listed.entry((change, sign)).or_default();
            *count += 1;
            if *count > limit {
                continue;
            }
            let title = pipeline.title.iter().filter_map(|column| values.text(column, row));
            let fields = match &line {
                Some(line) => foretold_fields(line),
                None => changed_columns(&columns, &values, row, held.as_ref()),
            };
            planned.push(PlannedRow {
                pipeline: table.pipeline.clone(),
                row_key: key.to_owned(),
                title: title.collect::<Vec<_>>().join(" "),
                change,
                sign,
                outcome: line.as_ref().and_then(|line| line.maps.iter().map(|map| map.outcome).max()),
                comment: line.as_ref().map(comment_of).unwrap_or_default(),
                fields,
            });
        }
    }
    Ok(planned)
}

fn sign_of(line: &ForetoldLine, change: Change) -> char {
    let worst = line.maps.iter().map(|map| map.outcome).max();
    let is_conflict = line.maps.iter().any(|map| map.matches > 1);
    match worst {
        _ if is_conflict => '?',
        Some(Outcome::Inserted) => '+',
        Some(Outcome::Updated) if change == Change::Retire => '-',
        Some(Outcome::Updated) => '~',
        Some(Outcome::Ignored) => '=',
        _ => '?',
    }
}

fn comment_of(line: &ForetoldLine) -> String {
    let said = line.maps.iter().filter_map(|map| {
        let conflict = (map.matches > 1).then(|| format!("{} records of `{}` match", map.matches, map.table));
        let said = (!map.comment.is_empty()).then(|| map.comment.clone());
        conflict.or(said)
    });
    said.collect::<Vec<_>>().join("; ")
}

fn foretold_fields(line: &ForetoldLine) -> Vec<PlannedField> {
    let of_map = |map: &crate::foretell::ForetoldMap| {
        let table = map.table.clone();
        map.fields.clone().into_iter().map(move |field| PlannedField {
            field: format!("{table}.{}", field.field),
            old: field.old,
            new: field.new,
        })
    };
    line.maps.iter().flat_map(of_map).collect()
}

/// Staging columns whose values differ from what is held.
fn changed_columns(
    columns: &[String],
    values: &Values,
    row: usize,
    held: Option<&(Values, usize)>,
) -> Vec<PlannedField> {
    let old = |column: &str| held.and_then(|(held, place)| held.text(column, *place)).unwrap_or_default();
    let changed = columns.iter().filter_map(|column| {
        let (old, new) = (old(column), values.text(column, row).unwrap_or_default());
        // An empty value is not sent and changes nothing.
        (old != new && !new.is_empty()).then(|| PlannedField {
            field: column.clone(),
            old: old.to_owned(),
            new: new.to_owned(),
        })
    });
    changed.collect()
}

/// Held rows of a plan, walked beside its rows.
pub(crate) struct Before {
    walk: Option<ledger::HeldWalk>,
}

impl Before {
    pub(crate) fn open(path: Option<&Path>, table: &SavedTable, columns: &[String]) -> Result<Self, Error> {
        let walk = match path {
            Some(path) => {
                Some(ledger::HeldWalk::over(ledger::HeldReader::of_file(&table.staging_table, path, columns)?))
            }
            None => None,
        };
        Ok(Self { walk })
    }

    /// The held values of a row; none where nothing was held of it. Keys come in rising order.
    pub(crate) fn of(&mut self, key: &str) -> Result<Option<(Values, usize)>, Error> {
        Ok(self.held(key)?.map(|(batch, place)| (batch.values().clone(), place)))
    }

    /// The row as it was held; none where nothing was. Keys come in rising order.
    pub(crate) fn held(&mut self, key: &str) -> Result<Option<(HeldBatch, usize)>, Error> {
        let Some(walk) = &mut self.walk else { return Ok(None) };
        loop {
            let Some((batch, place)) = walk.current()? else { return Ok(None) };
            match batch.row_key(place).cmp(key) {
                std::cmp::Ordering::Less => walk.advance(),
                std::cmp::Ordering::Greater => return Ok(None),
                std::cmp::Ordering::Equal => return Ok(Some((batch.clone(), place))),
            }
        }
    }
}
