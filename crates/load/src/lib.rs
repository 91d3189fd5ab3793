#![doc = include_str!("../README.md")]

mod delivery;
mod encode;
mod error;
mod import;
mod issuer;
pub mod limits;
mod login;
mod messages;
mod pace;
mod records;
mod refusal;
mod session;
mod table;
mod target;
mod token;
mod transform_map;

pub use delivery::{Patience, Staged};
pub use encode::{BatchLimits, Body, encode_all};
pub use error::{EncodeError, Error};
pub use import::Receipt;
pub use login::{Grant, Login};
pub use messages::{Explanation, explain};
pub use pace::Pace;
pub use records::Walk;
pub use rest::Gate;
pub use table::Column;
pub use target::Target;
pub use transform_map::InstalledMap;
