//! Brakes: limits on a plan that stop it before its first row leaves, all or nothing a table. Apart because they judge a
//! plan by its counts alone, and whoever reads what they say has to decide at once whether it is a mistake.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ledger::{Basis, Held};
use serde::{Deserialize, Serialize};

use crate::declaration::{Limits, Pipeline};
use crate::error::Error;
use crate::planner::{Change, Changes};

/// What a brake is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrakeKind {
    /// Too many rows retire, or are missing for the first time.
    Retire,
    /// The snapshot is much smaller than the one before.
    Shrink,
    /// Too many rows change.
    Change,
    /// A column is empty far more often than it was.
    Null,
    /// Too many rows are new.
    Create,
    /// It is another tenant.
    Identity,
}

impl BrakeKind {
    /// As declarations and reports write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retire => "retire",
            Self::Shrink => "shrink",
            Self::Change => "change",
            Self::Null => "null",
            Self::Create => "create",
            Self::Identity => "identity",
        }
    }
}

/// A limit that a plan passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brake {
    /// What it is about.
    pub brake: BrakeKind,
    /// The pipeline.
    pub pipeline: String,
    /// The staging table, of which nothing is sent.
    pub staging_table: String,
    /// What is too much, and how much would not be, in a sentence.
    pub reason: String,
    /// What is behind it most often, and what to do.
    pub remedy: String,
    /// Some of the rows, columns or groups that tripped it.
    pub examples: Vec<String>,
}

/// What a plan is judged by.
pub(crate) struct Judged<'a> {
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) changes: &'a Changes,
    /// What the plan was compared with.
    pub(crate) held: Option<&'a Held>,
    /// The snapshot that it carries.
    pub(crate) basis: &'a Basis,
    /// The driving data set has no records, in a snapshot that no scope made so.
    pub(crate) is_empty: bool,
    /// Titles of planned rows, a few for each reason.
    pub(crate) examples: BTreeMap<Change, Vec<String>>,
}

/// The brakes that a plan trips; none on a first run, which has nothing to be compared with.
pub(crate) fn judge(judged: &Judged<'_>) -> Result<Vec<Brake>, Error> {
    // Before the first run that came to its end there is nothing to compare with, whatever of it has arrived.
    let is_known = |held: &&Held| held.rows > 0 && held.basis != Basis::default();
    let Some(held) = judged.held.filter(is_known) else { return Ok(Vec::new()) };
    let is_same_scope = held.basis.scope == judged.basis.scope;
    let mut brakes = Vec::new();
    brakes.extend(judged.identity(held));
    brakes.extend(judged.retire());
    brakes.extend(judged.shrink(held, is_same_scope));
    brakes.extend(judged.change());
    if is_same_scope {
        brakes.extend(judged.null(held)?);
        brakes.extend(judged.create(held));
    }
    Ok(brakes)
}

impl Judged<'_> {
    fn brake(&self, brake: BrakeKind, reason: String, remedy: &str, examples: Vec<String>) -> Brake {
        Brake {
            brake,
            pipeline: self.pipeline.name().to_owned(),
            staging_table: self.pipeline.staging_table().to_owned(),
            reason,
            remedy: remedy.to_owned(),
            examples,
        }
    }

    fn limits(&self) -> &Limits {
        &self.pipeline.brakes
    }

    fn examples(&self, change: Change) -> Vec<String> {
        self.examples.get(&change).cloned().unwrap_or_default()
    }

    /// An address may change overnight and a fleet does not: another tenant is one that has other devices.
    fn identity(&self, held: &Held) -> Option<Brake> {
        let (before, now) = (&held.basis.tenant, &self.basis.tenant);
        let is_other = !before.is_empty() && !now.is_empty() && before != now;
        if !is_other || self.changes.present * 2 >= self.changes.held {
            return None;
        }
        let reason = format!(
            "what is held came from the tenant {before}, and this snapshot is of {now}: it has {} of the {} rows that are held",
            self.changes.present, self.changes.held
        );
        let remedy =
            "carry another tenant under another --integration name, so that neither retires what is the other's";
        Some(self.brake(BrakeKind::Identity, reason, remedy, self.examples(Change::New)))
    }

    fn retire(&self) -> Option<Brake> {
        let limits = self.limits();
        let share = share_of(limits.retire, self.changes.held);
        let most = limits.retire_rows.map_or(share, |rows| rows.min(share)).max(limits.floor);
        let (retiring, missing) = (self.changes.of(Change::Retire), self.changes.newly_missing);
        let remedy = "look whether the token, the scope or the tenant lost devices, and read again; approve the plan if they are truly gone";
        if retiring > most || missing > most {
            let (what, examples) = if retiring > most {
                (format!("{retiring} rows retire"), self.examples(Change::Retire))
            } else {
                (format!("{missing} rows are missing for the first time"), self.changes.missing_named.clone())
            };
            let held = self.changes.held;
            let reason = format!("{what} of {held} that are held, and at most {most} may without a person's word");
            return Some(self.brake(BrakeKind::Retire, reason, remedy, examples));
        }
        if self.changes.groups_retiring > limits.retire_groups {
            let reason = format!(
                "more than {} % of the rows retire in {} groups, and at most {} may without a person's word",
                limits.retire_of_group, self.changes.groups_retiring, limits.retire_groups
            );
            return Some(self.brake(BrakeKind::Retire, reason, remedy, self.changes.groups_named.clone()));
        }
        None
    }

    fn shrink(&self, held: &Held, is_same_scope: bool) -> Option<Brake> {
        let limits = self.limits();
        let remedy =
            "look whether the tenant answered in full, and read again; approve the plan if it truly is so small now";
        if self.is_empty && self.changes.held > limits.floor {
            let reason = format!("the snapshot is empty, and {} rows are held", self.changes.held);
            return Some(self.brake(BrakeKind::Shrink, reason, remedy, self.changes.missing_named.clone()));
        }
        let is_comparable = is_same_scope && held.basis.is_full && self.basis.is_full;
        let (before, now) = (held.basis.staging_rows, self.basis.staging_rows);
        let fewer = before.saturating_sub(now);
        if !is_comparable || fewer <= share_of(limits.shrink, before).max(limits.floor) {
            return None;
        }
        let reason = format!(
            "the snapshot has {now} rows and the one before had {before}: {fewer} fewer, and more than {} % stop it",
            limits.shrink
        );
        Some(self.brake(BrakeKind::Shrink, reason, remedy, self.changes.missing_named.clone()))
    }

    fn change(&self) -> Option<Brake> {
        let limits = self.limits();
        let (changed, all) = (self.changes.of(Change::Changed), self.basis.staging_rows);
        if changed <= share_of(limits.change, all).max(limits.floor) {
            return None;
        }
        let mut columns: Vec<(&String, &u64)> = self.changes.by_column.iter().collect();
        columns.sort_by(|one, other| other.1.cmp(one.1).then(one.0.cmp(other.0)));
        let mut reason = format!("{changed} of {all} rows change, and more than {} % stop it", limits.change);
        for (place, (column, count)) in columns.iter().take(crate::limits::BRAKE_EXAMPLES).enumerate() {
            let joint = if place == 0 { "; by column: " } else { ", " };
            let _ = write!(reason, "{joint}{column} {count}");
        }
        let remedy = "a change of the declaration, of a function or of the tenant's answers changes every row: look at the plan, and approve it if it is meant";
        Some(self.brake(BrakeKind::Change, reason, remedy, self.examples(Change::Changed)))
    }

    fn null(&self, held: &Held) -> Result<Option<Brake>, Error> {
        let limits = self.limits();
        let (rows_before, nulls_before) = held.null_counts()?;
        let rows = self.basis.staging_rows;
        if rows <= limits.floor || rows_before <= limits.floor {
            return Ok(None);
        }
        let mut emptied = Vec::new();
        for (column, &nulls) in &self.changes.empty {
            // A column that was not held is new, and says nothing about values that were lost.
            let Some(&before) = nulls_before.get(column) else { continue };
            let (before, now) = (percent(before, rows_before), percent(nulls, rows));
            if now - before > limits.null {
                emptied.push(format!("{column}: {before:.0} % empty before, {now:.0} % now"));
            }
        }
        if emptied.is_empty() {
            return Ok(None);
        }
        let reason = format!(
            "{} columns are empty far more often than they were, and more than {} points stop it",
            emptied.len(),
            limits.null
        );
        let remedy = "look whether the token may still read what fills them, and whether the tenant renamed a field; approve the plan if they are truly empty";
        emptied.truncate(crate::limits::BRAKE_EXAMPLES);
        Ok(Some(self.brake(BrakeKind::Null, reason, remedy, emptied)))
    }

    /// Rows of the snapshot before that never arrived, because its run was cut short, are none that nobody expects.
    fn create(&self, held: &Held) -> Option<Brake> {
        let limits = self.limits();
        let expected = held.basis.staging_rows.saturating_sub(self.changes.held);
        let (new, all) = (self.changes.of(Change::New).saturating_sub(expected), self.basis.staging_rows);
        if new <= share_of(limits.create, all).max(limits.floor) {
            return None;
        }
        let reason = format!("{new} of {all} rows are new, and more than {} % stop it", limits.create);
        let remedy = "look whether it is the right tenant; approve the plan if the fleet truly grew so much";
        Some(self.brake(BrakeKind::Create, reason, remedy, self.examples(Change::New)))
    }
}

/// So many percent of a number of rows, rounded down.
fn share_of(share: f64, rows: u64) -> u64 {
    (share / 100.0 * rows as f64).floor() as u64
}

fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}
