//! What became of one row. Apart because the instance's words for it are parsed in one place only.

use serde::{Deserialize, Serialize};

/// What became of one staging row, in rising order of how bad it is for its owner.
///
/// A row that passes several transform maps has the worst of its outcomes: `Error`, `Skipped`,
/// `Inserted`, `Updated`, `Ignored`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The target record was already as the row says, or the instance left the row alone: a rule of ours, or its own.
    Ignored,
    /// A target record was changed.
    Updated,
    /// A target record was created.
    Inserted,
    /// No coalesce value, or the instance's own rules left it out.
    Skipped,
    /// The instance refused the row; its comment says why.
    Error,
    /// Sent, and nothing proven yet.
    Unresolved,
}

impl Outcome {
    /// The outcome as reports and the ledger write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::Updated => "updated",
            Self::Inserted => "inserted",
            Self::Skipped => "skipped",
            Self::Error => "error",
            Self::Unresolved => "unresolved",
        }
    }

    /// Parses what [`Outcome::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Ignored, Self::Updated, Self::Inserted, Self::Skipped, Self::Error, Self::Unresolved];
        all.into_iter().find(|outcome| outcome.as_str() == text)
    }

    /// Parses `sys_import_set_row.sys_import_state`, in any case; `pending` is `Unresolved`.
    pub fn from_import_state(state: &str) -> Result<Self, UnknownState> {
        match state.to_ascii_lowercase().as_str() {
            "inserted" => Ok(Self::Inserted),
            "updated" => Ok(Self::Updated),
            "ignored" => Ok(Self::Ignored),
            "skipped" => Ok(Self::Skipped),
            "error" => Ok(Self::Error),
            "pending" | "" => Ok(Self::Unresolved),
            _ => Err(UnknownState(state.to_owned())),
        }
    }
}

/// An import-set row state that no documentation names.
#[derive(Debug, thiserror::Error)]
#[error("import-set row state `{0}` is none of inserted, updated, ignored, skipped, error, pending")]
pub struct UnknownState(pub String);

/// The outcome of one row in one transform map, as the instance told it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowOutcome {
    /// The row's key: 32 hexadecimal digits.
    pub row_key: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The instance's comment, empty when it made none.
    pub comment: String,
    /// The table of the target record; empty when there is none.
    pub target_table: String,
    /// The target record; empty when there is none.
    pub target_sys_id: String,
    /// The `sys_id` of the transform map; empty where the instance does not tell it.
    pub transform_map: String,
    /// The `sys_id` of the import set.
    pub import_set: String,
    /// The `sys_id` of the import-set row.
    pub import_row: String,
}

impl RowOutcome {
    /// True where the outcome proves that the target holds what the row says. A row that was ignored proves it only
    /// with the record that was found to be so already: without one the instance left the row out.
    pub fn is_held(&self) -> bool {
        match self.outcome {
            Outcome::Updated | Outcome::Inserted => true,
            Outcome::Ignored => !self.target_sys_id.is_empty(),
            Outcome::Skipped | Outcome::Error | Outcome::Unresolved => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_outcome_of_several_maps_is_the_greatest() {
        let worst = [Outcome::Ignored, Outcome::Skipped, Outcome::Inserted].into_iter().max();
        assert_eq!(worst, Some(Outcome::Skipped));
        assert!(Outcome::Error > Outcome::Skipped);
        assert!(Outcome::Inserted > Outcome::Updated);
    }

    #[test]
    fn what_is_written_is_read_back() {
        for outcome in [Outcome::Ignored, Outcome::Skipped, Outcome::Error, Outcome::Unresolved] {
            assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
        }
        assert_eq!(Outcome::parse("pending"), None);
    }

    #[test]
    fn an_ignored_row_is_held_only_with_its_record() {
        let told = |outcome, target_sys_id: &str| RowOutcome {
            row_key: "k".to_owned(),
            outcome,
            comment: String::new(),
            target_table: "t".to_owned(),
            target_sys_id: target_sys_id.to_owned(),
            transform_map: String::new(),
            import_set: String::new(),
            import_row: String::new(),
        };
        assert!(told(Outcome::Ignored, "1").is_held());
        assert!(!told(Outcome::Ignored, "").is_held());
        assert!(told(Outcome::Inserted, "1").is_held());
        assert!(!told(Outcome::Error, "1").is_held());
    }

    #[test]
    fn a_state_that_nobody_documents_is_an_error_and_not_a_guess() {
        assert_eq!(Outcome::from_import_state("Inserted").ok(), Some(Outcome::Inserted));
        assert_eq!(Outcome::from_import_state("pending").ok(), Some(Outcome::Unresolved));
        assert!(Outcome::from_import_state("done").is_err());
    }
}
