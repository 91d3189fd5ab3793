//! What the outcomes of one row say together. Apart because a row is believed only when every transform map has told
//! of it, and told of it once.

use flow::{Outcome, RowOutcome};
use ledger::Standing;

use crate::declaration::Pipeline;

/// What became of one row.
pub(crate) struct Fate {
    /// The worst of its outcomes; unresolved where a map has not told of it.
    pub(crate) outcome: Outcome,
    /// What follows from that.
    pub(crate) standing: Standing,
    /// What was told, one a map.
    pub(crate) outcomes: Vec<RowOutcome>,
    /// Outcomes beyond one a map: the row was staged or transformed more than once.
    pub(crate) surplus: u64,
    /// True where the one outcome is final for every map.
    pub(crate) is_for_all_maps: bool,
}

impl Fate {
    /// Judges what was told of one row.
    pub(crate) fn of(told: Vec<RowOutcome>, pipeline: &Pipeline) -> Self {
        let (outcomes, surplus) = one_a_map(told);
        let is_for_all_maps = is_left_out_while_loading(&outcomes);
        let is_whole = is_for_all_maps || outcomes.len() >= pipeline.maps.len();
        let worst = outcomes.iter().map(|outcome| outcome.outcome).max();
        let outcome = worst.filter(|_| is_whole).unwrap_or(Outcome::Unresolved);
        let standing = if outcome == Outcome::Unresolved {
            Standing::Unresolved
        } else if outcomes.iter().all(|outcome| is_settled(outcome, pipeline)) {
            Standing::Held
        } else {
            Standing::Waiting
        };
        Self { outcome, standing, outcomes, surplus, is_for_all_maps }
    }

    /// The outcome for which a row waits: the worst of those that prove nothing.
    pub(crate) fn to_blame(&self) -> Option<&RowOutcome> {
        let unheld = self.outcomes.iter().filter(|outcome| !outcome.is_held());
        unheld.max_by_key(|outcome| outcome.outcome).filter(|_| self.standing == Standing::Waiting)
    }
}

/// An outcome after which nothing is left to do: the target holds the row, or a rule of ours left it alone on purpose.
fn is_settled(outcome: &RowOutcome, pipeline: &Pipeline) -> bool {
    outcome.is_held() || (outcome.outcome == Outcome::Ignored && pipeline.is_own_rule(&outcome.comment))
}

/// One outcome a map, the worst where a map has told more than one, and how many were told beyond. An instance that does
/// not name the maps is known by the tables that they write to.
fn one_a_map(told: Vec<RowOutcome>) -> (Vec<RowOutcome>, u64) {
    let names_maps = told.iter().all(|outcome| !outcome.transform_map.is_empty());
    let map_of = |outcome: &RowOutcome| {
        let map = if names_maps { &outcome.transform_map } else { &outcome.target_table };
        map.clone()
    };
    let mut surplus = 0;
    let mut outcomes: Vec<RowOutcome> = Vec::with_capacity(told.len());
    for outcome in told {
        let map = map_of(&outcome);
        match outcomes.iter_mut().find(|known| map_of(known) == map) {
            None => outcomes.push(outcome),
            Some(known) => {
                surplus += 1;
                if outcome.outcome > known.outcome {
                    *known = outcome;
                }
            }
        }
    }
    (outcomes, surplus)
}

/// True where the instance left the row out while it loaded it, before any map saw it: a row that is longer than its
/// database allows. There is one outcome then, and it names no table.
fn is_left_out_while_loading(outcomes: &[RowOutcome]) -> bool {
    matches!(outcomes, [only] if only.outcome == Outcome::Skipped && only.target_table.is_empty())
}

#[cfg(test)]
mod tests;
