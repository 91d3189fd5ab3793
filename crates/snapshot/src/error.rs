//! What can go wrong with what was read.

use std::path::PathBuf;

/// Why a snapshot could not be written, found or believed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("could not {attempt} `{}`", path.display())]
    File {
        /// What was attempted.
        attempt: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A Parquet file could not be written durably.
    #[error("could not write data set `{data_set}`")]
    Write {
        /// The data set.
        data_set: String,
        /// Why.
        #[source]
        source: engine::Error,
    },
    /// No such snapshot.
    #[error("there is no snapshot `{snapshot}` in `{}`", folder.display())]
    Unknown {
        /// What was asked for.
        snapshot: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// The manifest is not what this version writes.
    #[error("the manifest `{}` cannot be read", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Where it fails.
        #[source]
        source: serde_json::Error,
    },
    /// The manifest's own digest differs: somebody or something changed it.
    #[error("the manifest `{}` is damaged: its digest does not fit its text", path.display())]
    ManifestDamaged {
        /// The manifest.
        path: PathBuf,
    },
    /// A file's bytes are not those that were sealed.
    #[error("`{}` is damaged: {found} bytes with digest {found_digest}, sealed were {sealed} with {sealed_digest}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Length found.
        found: u64,
        /// Length sealed.
        sealed: u64,
        /// First digits of the digest found.
        found_digest: String,
        /// First digits of the digest sealed.
        sealed_digest: String,
    },
    /// The manifest says that the snapshot was never finished.
    #[error("snapshot `{snapshot}` is not sealed")]
    NotSealed {
        /// The snapshot.
        snapshot: String,
    },
    /// A data set was written that was not announced, or announced twice.
    #[error("data set `{0}` was not begun in this snapshot, or was begun twice")]
    DataSet(String),
}

impl Error {
    /// What the person who reads the error can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { .. } => Some("`snowhaul snapshots list` names those that are there".to_owned()),
            Self::Damaged { .. } | Self::ManifestDamaged { .. } => {
                Some("a damaged snapshot cannot be mended; take an older one, or read the tenant again".to_owned())
            }
            Self::NotSealed { .. } => Some("its reading was interrupted; read the tenant again".to_owned()),
            _ => None,
        }
    }
}
