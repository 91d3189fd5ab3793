//! Reading a tenant: what is asked, in which order, and what comes out of it. Pages come out of a bounded channel, each
//! decoded, each with the position that a later reading goes on from; whoever takes them makes them durable. Apart from
//! decoding, which has no socket.
//!
//! ```text
//!  devices ──▶ ids ──┬─▶ details   a device at a time ─┐
//!                    ├─▶ apps      device · pages · export ─┤──▶ channel (PIECES_WAITING) ──▶ snapshot
//!                    └─▶ information, users, …  pages ─┘
//! ```
//!
//! What must hold: a data set that is called complete has every record that the tenant listed throughout its reading;
//! a refused endpoint costs itself and not the run; nothing is asked beyond the client's budget.

mod ahead;
mod by_device;
mod chain;
mod csv;
mod devices;
mod export;
mod options;
mod pager;
mod piece;
mod reader;
mod settings;

pub use devices::listed;
pub(crate) use pager::Position;

pub use options::{Known, KnownDevice, Listed, ReadOptions, Window};
pub use piece::{Account, Piece, PieceSender, Read};
pub use reader::{explain, read, spoken_of};
pub use settings::ReadSettings;
