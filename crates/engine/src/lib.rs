#![doc = include_str!("../README.md")]

mod durable;
mod error;
mod function;
pub mod limits;
mod refusal;
mod session;
mod text;

pub use durable::{DurableParquet, Layout, Written, digest_of, sync_folder};
pub use error::Error;
pub use function::{Answer, ArrayFunction, ArrayWork, Function, TextFunction};
pub use refusal::{Refusal, refusal_in};
pub use session::{Engine, Rows, Settings};
