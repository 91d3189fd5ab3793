//! What can go wrong when an instance is opened, seeded or given an update set.

use std::path::PathBuf;

/// A call to the instance that failed. A row that fails is no error: its state and comment say so.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder of the database could not be made.
    #[error("could not make the instance's folder `{path}`")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The transformer's thread could not be started.
    #[error("could not start the transformer")]
    Thread(#[source] std::io::Error),
    /// SQLite refused a statement or could not reach its file.
    #[error("could not read or write the instance's database")]
    Database(#[from] rusqlite::Error),
    /// A table or column is declared in a way that cannot be.
    #[error("the dictionary cannot hold {0}")]
    Dictionary(String),
    /// Seed records, or the shipped ones, are not valid TOML of the expected form.
    #[error("could not read the records")]
    Records(#[source] Box<toml::de::Error>),
    /// A record names a table, a column or a referenced record that does not exist.
    #[error("could not store a record of `{table}`: {reason}")]
    Record {
        /// The table.
        table: String,
        /// What does not exist.
        reason: String,
    },
    /// The update set is not XML.
    #[error("could not read the update set at byte {at}")]
    Xml {
        /// Where.
        at: u64,
        /// Why.
        #[source]
        source: Box<quick_xml::Error>,
    },
    /// The update set is XML of another form, or holds what this instance does not do.
    #[error("could not install the update set: {0}")]
    UpdateSet(String),
}

impl Error {
    /// A record that cannot be stored.
    pub(crate) fn record(table: &str, reason: impl Into<String>) -> Self {
        Self::Record { table: table.to_owned(), reason: reason.into() }
    }
}
