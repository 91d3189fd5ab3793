//! `manifest.json`: what is in a snapshot, how it is known to be intact, and how much of the tenant it is.

use serde::{Deserialize, Serialize};

use crate::progress::DataSetAccount;

/// How much of the tenant a snapshot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completeness {
    /// Every data set was read to its end. Only such a snapshot may ever retire.
    Full,
    /// Something was left out: a scope, a refused category, a rejected page.
    Partial,
    /// Built from recorded response bodies; what they leave out is not known.
    Recorded,
}

impl Completeness {
    /// As the manifest writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial => "partial",
            Self::Recorded => "recorded",
        }
    }
}

/// Where the records came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// `tenant`, `demonstration` or `recorded`.
    pub kind: String,
    /// Which one: a host, a seed, a folder's name.
    pub identity: String,
}

/// One page that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageRead {
    /// Its number, as the records' `_page` column holds it.
    pub number: u32,
    /// Its data set; empty for a page that belongs to none.
    pub data_set: String,
    /// Its path, or its file's name.
    pub name: String,
    /// Records in it, rejected ones included.
    pub records: u64,
}

/// One column, as schemas are compared from run to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The column's name.
    pub name: String,
    /// Its Arrow type.
    pub r#type: String,
}

/// One data set's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSetFile {
    /// The data set.
    pub data_set: String,
    /// The file's name in the snapshot's folder.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// Its rows.
    pub rows: u64,
    /// BLAKE3 of its bytes, 64 hexadecimal digits.
    pub blake3: String,
    /// Its columns.
    pub schema: Vec<Field>,
    /// Pages that it was read from.
    pub pages: u64,
    /// How it was read, at what cost, and whether all of it was.
    pub account: DataSetAccount,
}

/// The whole manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this form.
    pub manifest_version: u32,
    /// The snapshot's id, which is its folder's name.
    pub snapshot: String,
    /// Sealed: every file is whole and digested.
    pub sealed: bool,
    /// How much of the tenant it is.
    pub completeness: Completeness,
    /// Where it came from.
    pub source: Source,
    /// The settings that it was read with, in the caller's own words; empty where there were none.
    #[serde(default)]
    pub settings: String,
    /// When the reading began, RFC 3339, UTC.
    pub begun_at: String,
    /// When it was sealed, RFC 3339, UTC.
    pub sealed_at: String,
    /// Files, one a data set.
    pub data_sets: Vec<DataSetFile>,
    /// Pages by rising number. Data sets are read side by side, so theirs are mixed.
    pub pages: Vec<PageRead>,
    /// Records that could not be read, with place and reason, one data set after the other.
    pub rejected: Vec<flow::Rejected>,
    /// Fields that came unannounced, were missing, or had another type than declared, as the caller names them, and how
    /// often; by name.
    pub drift: Vec<(String, u64)>,
    /// Bodies that belong to no data set, and why.
    pub left_out: Vec<(String, String)>,
    /// BLAKE3 of this document with this field empty.
    pub blake3: String,
}

impl Manifest {
    /// The version that this program writes.
    pub const VERSION: u32 = 2;

    /// Rows of all data sets together.
    pub fn rows(&self) -> u64 {
        self.data_sets.iter().map(|file| file.rows).sum()
    }

    /// The file of one data set.
    pub fn data_set(&self, name: &str) -> Option<&DataSetFile> {
        self.data_sets.iter().find(|file| file.data_set == name)
    }

    /// The page of a number, as people read it.
    pub fn page_name(&self, number: u32) -> &str {
        let found = self.pages.binary_search_by_key(&number, |page| page.number);
        found.map_or("an unknown page", |index| &self.pages[index].name)
    }
}
