//! What a person writes in `pipelines/*.toml`, as it stands there. Unknown keys are refused; everything else is
//! judged by [`super::Pipeline::parse`].

use std::collections::BTreeMap;

use serde::Deserialize;

use super::retire::{Limits, RawRetire};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPipeline {
    pub(super) name: String,
    #[serde(default)]
    pub(super) summary: String,
    pub(super) staging: RawStaging,
    pub(super) source: RawSource,
    pub(super) key: Vec<String>,
    /// What a batch calls the columns: their `labels`, or their `names`.
    #[serde(default = "RawPipeline::keys")]
    pub(super) keys: String,
    /// Columns that name a row to a person; the key's otherwise.
    #[serde(default)]
    pub(super) title: Vec<String>,
    #[serde(default = "RawPipeline::volatile_days")]
    pub(super) volatile_days: u32,
    /// The most bytes of one row; what ServiceNow's tables hold where absent.
    pub(super) row_bytes_max: Option<u32>,
    #[serde(default = "RawPipeline::promote")]
    pub(super) promote: String,
    pub(super) retire: Option<RawRetire>,
    #[serde(default)]
    pub(super) brakes: Limits,
    #[serde(default)]
    pub(super) join: Vec<RawJoin>,
    #[serde(default)]
    pub(super) scope: Vec<RawScope>,
    pub(super) column: Vec<RawColumn>,
    pub(super) map: Vec<RawMap>,
    #[serde(default)]
    pub(super) table: Vec<RawTable>,
    #[serde(default)]
    pub(super) check: Vec<RawCheck>,
}

impl RawPipeline {
    fn keys() -> String {
        "labels".to_owned()
    }

    fn volatile_days() -> u32 {
        7
    }

    fn promote() -> String {
        "transform-map".to_owned()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStaging {
    pub(super) table: String,
    pub(super) label: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSource {
    pub(super) data_set: String,
    pub(super) alias: String,
    pub(super) newest: String,
    pub(super) who: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawJoin {
    pub(super) data_set: String,
    pub(super) alias: String,
    pub(super) on: Vec<RawJoinOn>,
    pub(super) newest: String,
    #[serde(default)]
    pub(super) orphans: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawJoinOn {
    pub(super) source: String,
    pub(super) joined: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawScope {
    pub(super) name: String,
    pub(super) out_when: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawColumn {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) r#type: String,
    pub(super) length: Option<u32>,
    pub(super) value: String,
    pub(super) required: Option<String>,
    #[serde(default = "RawColumn::reject")]
    pub(super) longer: String,
    #[serde(default = "RawColumn::empty")]
    pub(super) unreadable: String,
    #[serde(default)]
    pub(super) volatile: bool,
    /// True for a column that only rules and people read, and no field map.
    #[serde(default)]
    pub(super) lineage: bool,
}

impl RawColumn {
    fn reject() -> String {
        "reject".to_owned()
    }

    fn empty() -> String {
        "empty".to_owned()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMap {
    pub(super) name: String,
    #[serde(default = "RawMap::order")]
    pub(super) order: u32,
    pub(super) target: String,
    #[serde(default)]
    pub(super) rules: Vec<String>,
    pub(super) field: Vec<RawField>,
}

impl RawMap {
    fn order() -> u32 {
        100
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawField {
    pub(super) from: String,
    pub(super) to: String,
    #[serde(default)]
    pub(super) coalesce: bool,
    /// The column of the referenced table that the value names.
    pub(super) reference: Option<String>,
    /// What happens where the reference or choice is unknown: `create`, `ignore` or `reject`.
    pub(super) unknown: Option<String>,
    /// A named rule that computes the value.
    pub(super) rule: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTable {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) column: Vec<RawTableColumn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTableColumn {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) r#type: String,
    pub(super) length: Option<u32>,
    pub(super) reference: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCheck {
    pub(super) name: String,
    /// Response bodies by data set, as the API writes them.
    pub(super) given: BTreeMap<String, String>,
    /// Staging columns and their values; an empty text for none.
    #[serde(default)]
    pub(super) then: BTreeMap<String, String>,
    /// A part of the reason for which the record is rejected instead.
    pub(super) rejected: Option<String>,
    /// The rule that leaves it out instead.
    pub(super) out_of_scope: Option<String>,
}

/// `nightly.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOrder {
    pub(super) order: Vec<String>,
    #[serde(default)]
    pub(super) read: Vec<String>,
}
