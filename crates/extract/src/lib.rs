#![doc = include_str!("../README.md")]

mod body;
mod column;
mod data_set;
mod declared;
mod decode;
mod drift;
mod endpoint;
mod envelope;
mod error;
mod field;
mod host;
mod json;
pub mod limits;
mod probe;
mod read;
mod recognise;
mod records;
mod refusal;
mod rejects;
mod scope;
mod strategy;
mod tenant;

pub use data_set::DataSet;
pub use decode::{Decoded, PageRef, decode, decode_pages};
pub use drift::Drift;
pub use endpoint::Endpoint;
pub use envelope::Envelope;
pub use error::{DecodeError, Error, JsonFlaw};
pub use field::{Field, Kind};
pub use host::{Region, base_url};
pub use probe::Probed;
pub use read::{
    Account, Known, KnownDevice, Listed, Piece, PieceSender, Read, ReadOptions, ReadSettings, Window, explain, listed,
    read, spoken_of,
};
pub use recognise::{Recognised, recognise};
pub use scope::Scope;
pub use strategy::{Choice, Explanation, Price, Strategy};
pub use tenant::Tenant;
