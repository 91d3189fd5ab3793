#![doc = include_str!("../README.md")]

mod account;
mod config;
mod error;
mod instance;
mod limits;
mod misbehaviour;

mod clock;
mod sys_id;

mod dictionary;
mod store;

mod reconcile;
mod records;
mod shipped;

mod update_set;

mod import;
mod transform;

mod http;
mod query;

pub use account::{Account, Heard};
pub use config::Config;
pub use error::Error;
pub use instance::Instance;
pub use misbehaviour::{Fault, FaultKind, UnknownFault};
pub use update_set::Installed;

#[cfg(test)]
mod tests;
