//! What can go wrong between SQL and batches.

use std::path::PathBuf;

/// Why the engine could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The session could not be set up.
    #[error("could not set up the engine")]
    SetUp(#[source] Box<datafusion::error::DataFusionError>),
    /// A file could not be registered as a table.
    #[error("could not open `{}` as table `{table}`", path.display())]
    Table {
        /// The table's name in SQL.
        table: String,
        /// The Parquet file.
        path: PathBuf,
        /// DataFusion's own words.
        #[source]
        source: Box<datafusion::error::DataFusionError>,
    },
    /// SQL that does not parse, or names what is not there.
    #[error("the query does not plan")]
    Query(#[source] Box<datafusion::error::DataFusionError>),
    /// A planned query failed while it ran.
    #[error("the query failed while it ran")]
    Run(#[source] Box<datafusion::error::DataFusionError>),
    /// Rows could not be put in order.
    #[error("could not sort rows")]
    Sort(#[source] arrow::error::ArrowError),
    /// Rows that do not fit into memory could not be kept on disk.
    #[error("could not keep rows on disk, in `{}`, while they are sorted", folder.display())]
    Spill {
        /// The folder.
        folder: PathBuf,
        /// Arrow's own words.
        #[source]
        source: arrow::error::ArrowError,
    },
    /// A file could not be written durably.
    #[error("could not {attempt} `{}`", path.display())]
    File {
        /// What was attempted, e.g. `write`.
        attempt: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A batch could not be encoded as Parquet.
    #[error("could not encode rows for `{}`", path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// The encoder's words.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// A Parquet file could not be read back.
    #[error("could not read rows of `{}`", path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// The decoder's words.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
