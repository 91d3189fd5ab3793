#![doc = include_str!("../README.md")]

mod config;
mod error;
mod instance;
mod limits;

mod clock;
mod sys_id;

mod dictionary;
mod store;

mod records;
mod shipped;

mod update_set;

mod import;
mod transform;

mod http;
mod query;

pub use config::Config;
pub use error::Error;
pub use instance::Instance;
pub use update_set::Installed;

#[cfg(test)]
mod tests;
