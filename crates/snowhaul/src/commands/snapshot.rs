//! `snapshot import` and `snapshots list|show|verify`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use extract::{Recognised, recognise};
use pipeline::{Body, Recorded};
use serde::Serialize;
use snapshot::{Completeness, Manifest, Source};

use super::say;
use crate::arguments::{Common, SnapshotsCommand};
use crate::output::Output;
use crate::{exit, progress, shown};

/// Builds a sealed snapshot from a folder of recorded response bodies.
pub(super) fn import(common: &Common, folder: &Path, output: &mut Output) -> Result<u8> {
    let (mut bodies, left_out) = recorded_bodies(folder)?;
    if bodies.is_empty() {
        let nothing = pipeline::Error::NothingRecognised { folder: folder.to_owned(), files: left_out.len() };
        return Err(nothing.into());
    }
    // By data set, in the order in which they are read; within one, by the files' names.
    bodies.sort_by(|one, other| (one.data_set, &one.name).cmp(&(other.data_set, &other.name)));
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let recorded = Recorded {
        source: Source { kind: "recorded".to_owned(), identity: name },
        completeness: Completeness::Recorded,
        left_out,
    };
    let sealed = pipeline::record(&common.snapshots()?, recorded, bodies.into_iter().map(Ok), &progress::silent())?;
    say(common.output, output, &sealed.manifest, || shown::manifest(&sealed.manifest))?;
    Ok(exit::DONE)
}

type LeftOut = Vec<(String, String)>;

fn recorded_bodies(folder: &Path) -> Result<(Vec<Body>, LeftOut)> {
    let listed =
        std::fs::read_dir(folder).with_context(|| format!("could not read the folder `{}`", folder.display()))?;
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in listed {
        let path = entry.with_context(|| format!("could not read the folder `{}`", folder.display()))?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    let (mut bodies, mut left_out) = (Vec::new(), Vec::new());
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_none_or(|extension| extension != "json") {
            left_out.push((name, "its name does not end in .json".to_owned()));
            continue;
        }
        let bytes = std::fs::read(&path).map_err(|source| pipeline::Error::Body { path: path.clone(), source })?;
        match recognise(&name, &bytes) {
            Recognised::DataSet(data_set) => bodies.push(Body { data_set, name, bytes }),
            Recognised::NotInventory(reason) => left_out.push((name, reason)),
        }
    }
    Ok((bodies, left_out))
}

/// A snapshot in a list.
#[derive(Serialize)]
struct Listed<'a> {
    snapshot: &'a str,
    at: &'a str,
    completeness: Completeness,
    rows: u64,
    source: &'a Source,
}

/// Looks at snapshots.
pub(super) fn look(common: &Common, command: SnapshotsCommand, output: &mut Output) -> Result<u8> {
    let store = common.snapshots()?;
    match command {
        SnapshotsCommand::List => {
            let manifests = store.list()?;
            let listed: Vec<Listed<'_>> = manifests.iter().map(listed).collect();
            say(common.output, output, &listed, || shown::manifests(&manifests))?;
            for unsealed in store.unsealed()? {
                let (id, rows, source) = (&unsealed.snapshot, unsealed.rows, &unsealed.source.identity);
                let advice = format!(
                    "`snowhaul extract --resume {id}` goes on, `snowhaul snapshots discard {id}` throws it away"
                );
                output.talk(&format!("{id} of {source} is not sealed, {rows} rows so far: {advice}"));
            }
        }
        SnapshotsCommand::Show { snapshot } => {
            let manifest = store.show(&snapshot)?;
            say(common.output, output, &manifest, || shown::manifest(&manifest))?;
        }
        SnapshotsCommand::Discard { snapshot } => {
            store.discard(&snapshot)?;
            output.talk(&format!("snapshot {snapshot} was not sealed, and is gone"));
        }
        SnapshotsCommand::Verify { snapshot } => {
            let sealed = store.verify(&snapshot)?;
            let words = || {
                let files = sealed.manifest.data_sets.len();
                format!("snapshot {snapshot} is intact: {files} files, {} rows, every digest as sealed", sealed.rows())
            };
            say(common.output, output, &listed(&sealed.manifest), words)?;
        }
    }
    Ok(exit::DONE)
}

fn listed(manifest: &Manifest) -> Listed<'_> {
    Listed {
        snapshot: &manifest.snapshot,
        at: &manifest.begun_at,
        completeness: manifest.completeness,
        rows: manifest.rows(),
        source: &manifest.source,
    }
}
