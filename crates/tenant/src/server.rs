//! The tenant as an HTTP server: what is around the fleet when somebody asks for it.
//!
//! ```text
//!  door ──> handle ──> witness · rate · faults        what a gateway does, in this order
//!             └──────> respond ──> token · permissions · endpoints      plain functions, on a thread that may block
//!             <────── transport   headers, compression, cut and slow bodies
//! ```

mod answer;
mod call;
mod clock;
mod config;
mod control;
mod door;
mod error_shape;
mod fault;
mod handle;
mod permission;
mod rate;
mod respond;
mod route;
mod shared;
mod tenant;
mod transport;
mod witness;
mod world;

mod endpoint;

pub use clock::{Clock, ManualClock};
pub use config::{ExportSettings, Pending, TenantConfig};
pub use error_shape::ErrorShape;
pub use fault::{Fault, FaultKind, Faults, Retry, UnknownFault};
pub use permission::{Permission, Permissions, RefusalStatus, UnknownPermission};
pub use rate::{Limits, RetryAfter, Window};
pub use tenant::Tenant;
pub use witness::{Violation, ViolationKind, Witness};
