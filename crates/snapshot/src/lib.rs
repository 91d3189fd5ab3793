#![doc = include_str!("../README.md")]

mod error;
mod manifest;
mod store;
mod writer;

pub use error::Error;
pub use manifest::{Completeness, DataSetFile, Field, Manifest, PageRead, Source};
pub use store::{Sealed, Store};
pub use writer::SnapshotWriter;
