//! What held rows were last compared with: what a brake needs to tell a tenant that shrank from one that was read in part,
//! and from another tenant. Apart because it is of the comparison, not of any row.

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The snapshot that a staging table was last compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Basis {
    /// Which tenant it was of, as its manifest names it; empty where none is known.
    pub tenant: String,
    /// The scope and the rules that it was read and mapped with.
    pub scope: String,
    /// True where it was all of the tenant.
    pub is_full: bool,
    /// Staging rows of it, those that retire left out.
    pub staging_rows: u64,
}

impl Basis {
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).expect("counts and texts are always JSON")
    }

    /// Reads what [`Basis::to_text`] wrote. Rows that were recovered before any run came to its end have none; a text that
    /// cannot be read is an error, as without a basis no brake would hold.
    pub(crate) fn of_text(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let wrong = |_| Error::Unreadable { value: text.to_owned(), expected: "what held rows were compared with" };
        serde_json::from_str(text).map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basis_that_cannot_be_read_is_an_error_and_not_a_first_run() {
        let basis = Basis { tenant: "acme".to_owned(), scope: String::new(), is_full: true, staging_rows: 7 };
        assert_eq!(Basis::of_text(&basis.to_text()).ok(), Some(basis));
        assert_eq!(Basis::of_text("").ok(), Some(Basis::default()));
        assert!(matches!(Basis::of_text("{\"tenant\":"), Err(Error::Unreadable { .. })));
    }
}
