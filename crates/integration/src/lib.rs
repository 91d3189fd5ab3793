#![doc = include_str!("../README.md")]

mod address;
pub mod checks;
mod durable;
mod error;
pub mod limits;
mod name;
mod prefix;
mod settings;
mod vault;

pub use address::{instance_url, tenant_url};
pub use error::Error;
pub use name::Name;
pub use prefix::{iru_subdomain, servicenow_prefix};
pub use settings::{
    ConnectionState, DEFAULT_APPS_SCHEDULE, DEFAULT_DEVICES_SCHEDULE, DEFAULT_TIME_ZONE, Grant, RawSettings, Schedules,
    ScopeSettings, ServiceNowEnd, Settings, TenantEnd, moment, names, read_settings, write_settings,
};
pub use vault::{Credentials, KEYS_VARIABLE, MASTER_KEY_VARIABLE, MasterSource, Vault, default_keys_folder};
