//! Sealing: one file a data set out of its parts, then the manifest, then the parts may go. Apart because it may be cut
//! short at any place and is then simply done again.
//!
//! ```text
//! journal: every data set has ended ─▶ parts joined, a durable file each ─▶ manifest durable ─▶ parts and journal removed
//! └────────────────── unsealed, can be resumed and sealed again ───────────┘└──────────────── sealed ────────────────┘
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::join_parquet;
use jiff::Timestamp;

use crate::error::Error;
use crate::manifest::{Completeness, DataSetFile, Field, Manifest};
use crate::progress::DataSetAccount;
use crate::reading::Reading;
use crate::state::{DataSetState, State};
use crate::step::Column;
use crate::store::Sealed;
use crate::writer::part_paths;
use crate::{manifest_file, sweep, verify};

/// Seals what the journal says. `readings` gives each data set's schema and layout.
pub(crate) fn seal(
    folder: PathBuf,
    state: State,
    readings: &BTreeMap<String, Reading>,
    completeness: Completeness,
) -> Result<Sealed, Error> {
    let (header, mut notes) = (state.header, state.loose);
    let mut data_sets = Vec::new();
    for (name, data_set) in state.data_sets {
        let reading = readings.get(&name).ok_or_else(|| Error::NotBegunAgain(name.clone()))?;
        data_sets.push(joined(&folder, &name, &data_set, reading)?);
        notes.merge(data_set.notes);
    }
    notes.pages.sort_by_key(|page| page.number);
    let mut manifest = Manifest {
        manifest_version: Manifest::VERSION,
        snapshot: header.snapshot,
        sealed: true,
        completeness,
        source: header.source,
        settings: header.settings,
        begun_at: header.begun_at,
        sealed_at: Timestamp::now().to_string(),
        data_sets,
        pages: notes.pages,
        rejected: notes.rejected,
        drift: notes.drift.into_iter().collect(),
        left_out: notes.left_out,
        blake3: String::new(),
    };
    manifest_file::write(&folder, &mut manifest)?;
    sweep::sealed(&folder);
    Ok(Sealed { folder, snapshot: manifest.snapshot.clone(), manifest })
}

/// One data set's file. Its parts are verified once more: a reading may take a night, and what is damaged must not be
/// digested anew as if it were whole.
fn joined(folder: &Path, name: &str, data_set: &DataSetState, reading: &Reading) -> Result<DataSetFile, Error> {
    let paths = part_paths(folder, data_set);
    for (part, path) in data_set.parts.iter().zip(&paths) {
        verify::intact(path, part.bytes, &part.blake3)?;
    }
    let file = format!("{name}.parquet");
    let schema = Arc::clone(&reading.schema);
    let written = join_parquet(&paths, &folder.join(&file), schema, &reading.layout)
        .map_err(|source| Error::Write { data_set: name.to_owned(), source })?;
    let parts = data_set.rows();
    if written.rows != parts {
        return Err(Error::Rows { data_set: name.to_owned(), parts, file: written.rows });
    }
    let field = |column: &Column| Field { name: column.name.clone(), r#type: column.r#type.clone() };
    Ok(DataSetFile {
        data_set: name.to_owned(),
        file,
        bytes: written.bytes,
        rows: written.rows,
        blake3: written.digest,
        schema: data_set.columns.iter().map(field).collect(),
        pages: data_set.notes.pages.len() as u64,
        account: data_set.account.clone().unwrap_or_else(DataSetAccount::recorded),
    })
}
