//! What held rows were last compared with: what a brake needs to tell a tenant that shrank from one that was read in part,
//! and from another tenant. Apart because it is of the comparison, not of any row.

use serde::{Deserialize, Serialize};

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

    /// What an older version wrote says nothing, and is no error.
    pub(crate) fn of_text(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}
