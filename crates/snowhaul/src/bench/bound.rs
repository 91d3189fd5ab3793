//! The bounds: what anybody would write with serde_json, on all cores.

use arrow::record_batch::RecordBatch;
use engine::TextColumn;
use rayon::prelude::*;
use serde::Deserialize;

/// A page of Prism's applications.
#[derive(Deserialize)]
struct Page {
    data: Vec<Row>,
}

/// The same fields as the data set's, each an owned text.
#[derive(Deserialize)]
#[expect(dead_code, non_snake_case, reason = "the API's own names; the bound parses them and nobody reads them")]
struct Row {
    device_id: Option<String>,
    device__name: Option<String>,
    device__family: Option<String>,
    device__user_id: Option<String>,
    device__user_name: Option<String>,
    device__user_email: Option<String>,
    blueprint_id: Option<String>,
    blueprint_name: Option<String>,
    tags: Option<String>,
    asset_tag: Option<String>,
    serial_number: Option<String>,
    model_id: Option<String>,
    count: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
    last_changed_at: Option<String>,
    last_collected_at: Option<String>,
    path: Option<String>,
    obtained_from: Option<String>,
    bundle_size: Option<String>,
    bundle_id: Option<String>,
    name: Option<String>,
    short_version: Option<String>,
    signature: Option<String>,
    ad_hoc_code_signed: Option<String>,
    app_store_vendable: Option<String>,
    beta_app: Option<String>,
    device_based_vpp: Option<String>,
    download_canceled: Option<String>,
    download_failed: Option<String>,
    download_paused: Option<String>,
    download_waiting: Option<String>,
    dynamic_size: Option<String>,
    external_version_identifier: Option<String>,
    has_update_available: Option<String>,
    installing: Option<String>,
    version: Option<String>,
    app_clip: Option<String>,
    validated: Option<String>,
    executable: Option<String>,
    bundle_name: Option<String>,
    bundle_type: Option<String>,
    environment_variables: Option<String>,
    compiler: Option<String>,
    bundle_region: Option<String>,
    bundle_display_name: Option<String>,
    info: Option<String>,
    minimum_system_version: Option<String>,
    category: Option<String>,
    apple_scriptable: Option<String>,
    copyright: Option<String>,
    developer_name: Option<String>,
    team_id: Option<String>,
}

/// Parses one page and returns its rows.
pub(super) fn parse(body: &[u8]) -> usize {
    serde_json::from_slice::<Page>(body).map_or(0, |page| page.data.len())
}

/// Serialises a batch's rows as an `insertMultiple` body would have them, and returns the bytes.
pub(super) fn serialise(batch: &RecordBatch, keys: &[String]) -> usize {
    let columns: Vec<TextColumn> = batch.columns().iter().filter_map(|array| TextColumn::new(array).ok()).collect();
    let half = batch.num_rows() / 2;
    [0..half, half..batch.num_rows()]
        .into_par_iter()
        .map(|rows| {
            let records = rows.map(|row| {
                let pairs = keys.iter().zip(&columns);
                pairs
                    .filter_map(|(key, column)| Some((key, column.text(row)?)))
                    .collect::<std::collections::BTreeMap<_, _>>()
            });
            serde_json::to_vec(&records.collect::<Vec<_>>()).map_or(0, |body| body.len())
        })
        .sum()
}
