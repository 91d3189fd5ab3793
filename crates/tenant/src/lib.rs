#![doc = include_str!("../README.md")]

mod account;
mod config;
mod fleet;
mod limits;
mod pages;
mod people;

mod ageing;
mod audit;
mod catalogue;
mod category;
mod device;
mod enrolment;
mod group;
mod hazards;
mod install;
mod inventory;
mod model;
mod moment;
mod naming;
mod prism;
mod seed;
mod server;
mod system;
mod uncertain;
mod wire;

pub use account::Account;
pub use category::Category;
pub use config::FleetConfig;
pub use fleet::Fleet;
pub use pages::{Endpoint, Page};
pub use people::User;
pub use prism::Headings;
pub use server::{
    Clock, ErrorShape, ExportSettings, Fault, FaultKind, Faults, Limits, ManualClock, Pending, Permission, Permissions,
    RefusalStatus, Retry, RetryAfter, Tenant, TenantConfig, UnknownFault, UnknownPermission, Violation, ViolationKind,
    Window, Witness,
};

#[cfg(test)]
mod tests;
