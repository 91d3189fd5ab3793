#![doc = include_str!("../README.md")]

mod account;
mod config;
mod fleet;
mod pages;
mod people;

mod catalogue;
mod device;
mod enrolment;
mod group;
mod hazards;
mod install;
mod model;
mod moment;
mod naming;
mod seed;
mod system;
mod wire;

pub use account::Account;
pub use config::FleetConfig;
pub use fleet::Fleet;
pub use pages::{Endpoint, Page};
pub use people::User;

#[cfg(test)]
mod tests;
