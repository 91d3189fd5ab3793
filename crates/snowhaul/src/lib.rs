#![doc = include_str!("../README.md")]

mod arguments;
mod bench;
mod commands;
mod embedded;
mod exit;
mod log;
mod output;
mod progress;
mod shown;
mod state;

pub use commands::main_with;
pub use output::Output;
