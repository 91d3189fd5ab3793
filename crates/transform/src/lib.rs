#![doc = include_str!("../README.md")]

mod arrays;
mod compile;
mod error;
pub mod functions;
pub mod limits;
mod mapping;
mod raw;
mod stage;
mod tally;

pub use compile::{Compiled, lineage};
pub use error::Error;
pub use mapping::{Column, Join, JoinOn, Longer, Mapping, ScopeRule, Unreadable};
pub use stage::{Staged, Stager, register};
pub use tally::{LeftOut, Tally};

#[cfg(test)]
mod tests;
