//! What can go wrong with what was read.

use std::io;
use std::path::{Path, PathBuf};

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
        source: io::Error,
    },
    /// A folder could not be made durable.
    #[error("could not make the entries of `{}` durable", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: engine::Error,
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
    /// A file could not be read to be verified.
    #[error("could not verify `{}`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
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
    /// A manifest or journal of another version of this program.
    #[error("`{}` has version {found}, and this program reads version {expected}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The version that this program reads and writes.
        expected: u32,
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
    /// A line of the journal is whole, but not what this version writes.
    #[error("line {line} of the journal `{}` cannot be read", path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// Where it fails.
        #[source]
        source: serde_json::Error,
    },
    /// A line of the journal before its last is not what was written, or does not follow the line before it.
    #[error("the journal `{}` is damaged in line {line}: its digest does not fit its text", path.display())]
    JournalDamaged {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
    },
    /// A file's bytes are not those that were sealed, or that the journal says.
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
    /// The parts of a data set held another number of rows than the file that was made of them.
    #[error("the parts of data set `{data_set}` have {parts} rows, and the file made of them has {file}")]
    Rows {
        /// The data set.
        data_set: String,
        /// Rows of the parts, as the journal says.
        parts: u64,
        /// Rows of the file.
        file: u64,
    },
    /// The snapshot's reading was interrupted, or is still going on.
    #[error("snapshot `{snapshot}` is not sealed")]
    NotSealed {
        /// The snapshot.
        snapshot: String,
    },
    /// What only an unsealed snapshot allows was asked of a sealed one.
    #[error("snapshot `{snapshot}` is sealed already")]
    AlreadySealed {
        /// The snapshot.
        snapshot: String,
    },
    /// Another writer has the snapshot.
    #[error("snapshot `{snapshot}` is being written by {writer}")]
    InUse {
        /// The snapshot.
        snapshot: String,
        /// The other writer, as its journal tells.
        writer: String,
    },
    /// Writing failed before, so that nobody knows what is on disk.
    #[error("writing snapshot `{snapshot}` has failed before, and nothing more is written to it")]
    Broken {
        /// The snapshot.
        snapshot: String,
    },
    /// A data set was written that was not announced, or announced twice.
    #[error("data set `{0}` was not begun in this snapshot, or was begun twice")]
    DataSet(String),
    /// A data set's name is also a file's name.
    #[error("`{0}` is no name of a data set: lower-case letters, digits, `_` and `-` are")]
    Name(String),
    /// After an interruption a data set came with other columns than it was begun with.
    #[error("data set `{0}` has other columns now than when its reading began")]
    Schema(String),
    /// A batch came with other columns than its data set was announced with.
    #[error("a batch for data set `{0}` has other columns than the data set was begun with")]
    Batch(String),
    /// Something was to be added to a data set that is over.
    #[error("data set `{0}` has ended, and nothing can be added to it")]
    Ended(String),
    /// A snapshot was to be sealed without a data set that its journal names.
    #[error("data set `{0}` is in the journal and was not begun again")]
    NotBegunAgain(String),
    /// Rows were to become durable that lie beyond the last position: going on from there would double them.
    #[error("rows of data set `{0}` were written after its last position was noted")]
    Unplaced(String),
}

impl Error {
    /// What the person who reads the error can do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unknown { .. } => "`snowhaul snapshots list` names those that are there",
            Self::Damaged { .. } | Self::ManifestDamaged { .. } => {
                "a damaged snapshot cannot be mended; take an older one, or read the tenant again"
            }
            Self::JournalDamaged { .. } | Self::Journal { .. } => {
                "a damaged journal cannot be gone on from; discard its snapshot and read the tenant again"
            }
            Self::Version { .. } => "use the version that wrote it, or read the tenant again",
            Self::NotSealed { .. } => "its reading was interrupted; `snowhaul extract --resume` goes on with it",
            Self::InUse { .. } => "wait until it has ended, or stop it",
            Self::Broken { .. } => "what was durable before is intact; `snowhaul extract --resume` goes on from there",
            Self::Schema(_) => "a reading ends with the version that began it; discard it and read the tenant again",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// An error of the system, with what was attempted and on what.
pub(crate) fn at(attempt: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File { attempt, path: path.to_owned(), source }
}
