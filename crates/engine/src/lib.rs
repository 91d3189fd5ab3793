#![doc = include_str!("../README.md")]

mod durable;
mod error;
mod function;
pub mod limits;
mod refusal;
mod session;
mod text;
mod text_column;

pub use durable::{DurableParquet, FileRows, Layout, Written, digest_of, sync_folder};
pub use error::Error;
pub use function::{Answer, ArrayFunction, ArrayWork, Function, TextFunction};
pub use refusal::{Refusal, is_refused, refusal_in};
pub use session::{Engine, Rows, Settings};
pub use text_column::TextColumn;
