#![doc = include_str!("../README.md")]

mod apart;
mod connect;
mod connected;
mod delete;
mod desk;
mod edit;
mod ends;
mod error;
mod expected;
mod history;
pub mod limits;
mod lock;
mod night;
mod reader;
mod reauthenticate;
pub mod schedule;
mod spent;
mod status;
mod tidy;

pub use apart::apart;
pub use connect::Connecting;
pub use connected::{Connected, carried, login_of, wanted};
pub use delete::{Deleted, Deleting, Deletion, deletion};
pub use desk::{Desk, Pipelines, Serving};
pub use edit::{Edited, Edits, Refusal};
pub use ends::{Ends, Looked};
pub use error::{Error, Kind};
pub use expected::expected;
pub use night::{Night, Reading, Sends, Work, read};
pub use reader::Reader;
pub use reauthenticate::{Reauthenticated, Renewed};
pub use spent::Spent;
pub use status::{EndsTold, Standing, StatusTold};
pub use tidy::Tidied;
