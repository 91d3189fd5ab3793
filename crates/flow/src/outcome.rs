//! What became of one row. Apart because the instance's words for it are parsed in one place only.

use serde::{Deserialize, Serialize};

/// What became of one staging row, in rising order of how bad it is for its owner.
///
/// A row that passes several transform maps has the worst of its outcomes: `Error`, `Skipped`,
/// `Inserted`, `Updated`, `Ignored`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The target record was already as the row says, or a rule left it alone.
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

    /// True where the target is proven to hold what the row says.
    pub fn is_held(self) -> bool {
        matches!(self, Self::Ignored | Self::Updated | Self::Inserted)
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
    fn a_state_that_nobody_documents_is_an_error_and_not_a_guess() {
        assert_eq!(Outcome::from_import_state("Inserted").ok(), Some(Outcome::Inserted));
        assert_eq!(Outcome::from_import_state("pending").ok(), Some(Outcome::Unresolved));
        assert!(Outcome::from_import_state("done").is_err());
    }
}
