//! The declared fields of every data set, in the order in which the service sends them. Names and types are those of
//! the vendor's published samples (the Postman collection of its API documentation, <https://api-docs.kandji.io>) and
//! of recorded answers; which of them a record always has is marked with `always`.

mod apps;
mod details;
mod devices;
mod directory;
mod enrolment;
mod information;
mod prism;

pub(crate) use apps::APPS;
pub(crate) use details::DEVICE_DETAILS;
pub(crate) use devices::DEVICES;
pub(crate) use directory::{BLUEPRINTS, TAGS, USERS};
pub(crate) use enrolment::{ADE_DEVICES, AUDIT_EVENTS};
pub(crate) use information::DEVICE_INFORMATION;
pub(crate) use prism::*;
