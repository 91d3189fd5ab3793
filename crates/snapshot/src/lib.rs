#![doc = include_str!("../README.md")]

mod error;
mod journal;
pub mod limits;
mod manifest;
mod manifest_file;
mod progress;
mod reading;
mod seal;
mod state;
mod step;
mod store;
mod sweep;
mod verify;
mod writer;

pub use error::Error;
pub use manifest::{Completeness, DataSetFile, Field, Manifest, PageRead, Source};
pub use manifest_file::is_as_written;
pub use progress::{DataSetAccount, DataSetProgress, Progress, Unsealed};
pub use store::{Sealed, Store};
pub use writer::SnapshotWriter;

#[cfg(test)]
mod tests;
