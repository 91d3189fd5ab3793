#![doc = include_str!("../README.md")]

mod durable;
mod effort;
mod error;
mod function;
pub mod limits;
mod memo;

mod refusal;
mod session;
mod sorted;
mod text;
mod text_column;

pub use durable::{
    Condition, DurableParquet, FileRows, Holding, Layout, Part, Written, digest_of, join_parquet, null_counts,
    rows_where, rows_with, sync_folder,
};
pub use effort::Effort;
pub use error::Error;
pub use function::{Answer, ArrayFunction, ArrayWork, Function, TextFunction};
pub use memo::{Memo, is_same};
pub use refusal::{Refusal, is_refused, refusal_in};
pub use session::{Engine, Rows, Settings};
pub use sorted::{Order, Seen, Sorted, Then};
pub use text_column::TextColumn;
