#![doc = include_str!("../README.md")]

mod body;
mod column;
mod data_set;
mod declared;
mod decode;
mod drift;
mod envelope;
mod error;
mod field;
mod json;
pub mod limits;
mod recognise;
mod records;
mod rejects;

pub use data_set::DataSet;
pub use decode::{Decoded, PageRef, decode, decode_pages};
pub use drift::Drift;
pub use envelope::Envelope;
pub use error::{DecodeError, JsonFlaw};
pub use field::{Field, Kind};
pub use recognise::{Recognised, recognise};
