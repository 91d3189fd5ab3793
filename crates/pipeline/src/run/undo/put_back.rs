//! Whether a value is put back. Apart because this is where a mistake would write over what a person did: a column is put back
//! only where its fields still hold what the run wrote, and a row only where its record is found by what finds it.

use std::collections::HashSet;

use super::former::Former;
use super::rows::{Candidate, Cell};
use super::{ChangedSince, Undone};
use crate::declaration::Pipeline;
use crate::foretell::{Looked, MapPlan};
use crate::limits;
use crate::planner::Change;
use flow::Outcome;

/// What clears a field, as ServiceNow's transform maps read it: a value that was empty before is put back by it.
const CLEARS: &str = "NULL";

/// What decides about the rows of a pipeline.
pub(super) struct PuttingBack<'a> {
    pub(super) pipeline: &'a Pipeline,
    pub(super) columns: &'a [String],
    pub(super) maps: &'a [MapPlan],
}

impl PuttingBack<'_> {
    /// The row that puts back what is still as the run wrote it; none where nothing of it is.
    pub(super) fn back(&self, mut candidate: Candidate, looked: &[Looked], undone: &mut Undone) -> Option<Candidate> {
        let touched = self.touched(looked);
        if let Some(column) = self.pipeline.finding_columns().into_iter().find(|name| touched.contains(name.as_str())) {
            // Sent without what finds it, the row would be lost; sent with it, it might make a record that somebody removed.
            let now = "its record is gone, or is found by another value".to_owned();
            let place = self.columns.iter().position(|name| *name == column);
            let written = place.map(|place| candidate.cells[place].sent.clone()).unwrap_or_default();
            self.note(undone, &candidate.title, ChangedSince { column, written, now, ..ChangedSince::default() });
            return None;
        }
        let mut is_put_back = false;
        let (title, change) = (candidate.title.clone(), candidate.change);
        for (column, cell) in self.columns.iter().zip(&mut candidate.cells) {
            let is_by_hand = touched.contains(column.as_str());
            let is_considered = self.was_changed(column, cell, change);
            if is_considered && cell.now == cell.sent && !is_by_hand {
                match self.former(column, cell, change) {
                    Some(former) => {
                        is_put_back |= self.feeds(column);
                        cell.now = former;
                    }
                    None => undone.not_known += 1,
                }
                continue;
            }
            if is_considered {
                let since = self.since(looked, column, &cell.now, is_by_hand);
                self.note(undone, &title, ChangedSince { written: cell.sent.clone(), ..since });
            }
            if is_by_hand {
                // Sent, it would undo what somebody else did.
                cell.now.clear();
            }
        }
        is_put_back.then_some(candidate)
    }

    /// True where the run changed a value. What was not sent was not changed; a row that came back was held as retired, and
    /// only what said so is put back.
    fn was_changed(&self, column: &str, cell: &Cell, change: Change) -> bool {
        // What a row is found by is the same before and after.
        let is_sent = !cell.sent.is_empty()
            && cell.former != Former::Value(cell.sent.clone())
            && !self.pipeline.finding_columns().iter().any(|name| name == column);
        let retire = self.pipeline.retire.as_ref();
        match change {
            Change::Back => retire.is_some_and(|retire| retire.set.contains_key(column)),
            _ => is_sent,
        }
    }

    /// What is sent to put a value back; none where it is not known what it was.
    fn former(&self, column: &str, cell: &Cell, change: Change) -> Option<String> {
        let retire = self.pipeline.retire.as_ref().filter(|_| change == Change::Retire);
        // What was sent before it retired does not say that it is in use.
        if let Some(back) = retire.and_then(|retire| retire.back.get(column)) {
            return Some(back.clone());
        }
        match &cell.former {
            Former::Value(value) => Some(value.clone()),
            Former::Empty if self.is_written(column) => Some(CLEARS.to_owned()),
            Former::Empty => Some(String::new()),
            Former::Unknown => None,
        }
    }

    /// True where a column reaches a field of a target.
    fn is_written(&self, column: &str) -> bool {
        self.maps.iter().any(|map| map.fields.iter().any(|field| field.from == column))
    }

    /// True where a column reaches a target, by itself or in a rule that computes a field.
    fn feeds(&self, column: &str) -> bool {
        let in_rule = |field: &crate::foretell::FieldPlan| {
            field.rule.as_ref().is_some_and(|rule| rule.arguments.iter().any(|argument| argument == column))
        };
        self.is_written(column) || self.maps.iter().any(|map| map.fields.iter().any(in_rule))
    }

    /// Staging columns whose fields do not hold what is held of them: somebody else changed them, or their record is gone,
    /// or it cannot be seen.
    fn touched(&self, looked: &[Looked]) -> HashSet<&str> {
        let mut touched = HashSet::new();
        for (map, looked) in self.maps.iter().zip(looked) {
            let cannot_be_seen = matches!(looked.told.outcome, Outcome::Error | Outcome::Skipped);
            let is_gone = looked.records.is_empty();
            let is_other = |field: &str| looked.told.fields.iter().any(|changed| changed.field == field);
            for field in map.fields.iter().filter(|field| is_gone || cannot_be_seen || is_other(&field.to)) {
                touched.insert(field.from.as_str());
                touched.extend(field.rule.iter().flat_map(|rule| rule.arguments.iter().map(String::as_str)));
            }
        }
        touched
    }

    /// Who changed a column's value since, as far as that is known.
    fn since(&self, looked: &[Looked], column: &str, now: &str, is_by_hand: bool) -> ChangedSince {
        let by = if is_by_hand { String::new() } else { "a later run".to_owned() };
        let mut since = ChangedSince { column: column.to_owned(), now: now.to_owned(), by, ..ChangedSince::default() };
        for (map, looked) in self.maps.iter().zip(looked).filter(|_| is_by_hand) {
            let Some(field) = map.fields.iter().find(|field| field.from == column) else { continue };
            let changed = looked.told.fields.iter().find(|changed| changed.field == field.to);
            if let (Some(changed), Some(record)) = (changed, looked.records.first()) {
                (since.now, since.by, since.at) = (changed.old.clone(), record.by.clone(), record.at.clone());
            }
        }
        since
    }

    fn note(&self, undone: &mut Undone, title: &str, since: ChangedSince) {
        if undone.changed_since.len() < limits::LISTED_ROWS_MAX {
            let (pipeline, title) = (self.pipeline.name().to_owned(), title.to_owned());
            undone.changed_since.push(ChangedSince { pipeline, title, ..since });
        } else {
            undone.changed_since_not_listed += 1;
        }
    }
}

/// Why a row goes that undoes a change.
pub(super) fn undoing(change: Change) -> Change {
    match change {
        Change::Retire => Change::Back,
        Change::Back => Change::Retire,
        _ => Change::Changed,
    }
}
