//! What may be kept as a setting. Apart because each rule is a line, and a setting that passes here is trusted by
//! whatever reads it later.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::raw::{ConnectionState, Grant, RawSettings, Schedules, ScopeSettings, ServiceNowEnd, TenantEnd};
use crate::address::{instance_url, tenant_url};
use crate::error::Error;
use crate::limits;
use crate::prefix::{iru_subdomain, servicenow_prefix};

/// The platforms that the tenant's list knows.
const PLATFORMS: [&str; 6] = ["Mac", "iPhone", "iPad", "AppleTV", "Windows", "Android"];

/// The tenant's address.
pub(super) fn tenant(end: &TenantEnd) -> Result<String, Error> {
    match end {
        TenantEnd::Url(url) => tenant_url(url),
        TenantEnd::Subdomain { subdomain, region } => {
            let subdomain = iru_subdomain(subdomain)?;
            let region = super::region(region).ok_or_else(|| setting("region", "is none of us, eu and iru"))?;
            extract::base_url(&subdomain, region).map_err(|_| setting("subdomain", "is none"))
        }
    }
}

/// The instance's address.
pub(super) fn instance(end: &ServiceNowEnd) -> Result<String, Error> {
    match end {
        ServiceNowEnd::Url(url) => instance_url(url),
        ServiceNowEnd::Prefix(prefix) => Ok(format!("https://{}.service-now.com", servicenow_prefix(prefix)?)),
    }
}

/// Who asks, and what is said about the connection.
pub(super) fn texts(raw: &RawSettings) -> Result<(), Error> {
    text(&raw.client_id, "client_id", limits::TEXT_BYTES_MAX)?;
    match &raw.service_account {
        Some(account) => text(account, "service_account", limits::TEXT_BYTES_MAX)?,
        None if raw.grant == Grant::Password => {
            return Err(setting("service_account", "is needed where tokens are asked for with a password"));
        }
        None => {}
    }
    match &raw.connection {
        ConnectionState::Connected => Ok(()),
        ConnectionState::NeedsAttention { reason } => text(reason, "reason", limits::REASON_BYTES_MAX),
    }
}

/// Which devices.
pub(super) fn scope(scope: &ScopeSettings) -> Result<(), Error> {
    let ScopeSettings { conditions, pinned } = scope;
    values(&conditions.serials, "serials")?;
    values(&conditions.tags, "tags")?;
    values(&conditions.blueprints, "blueprints")?;
    values(&conditions.platforms, "platforms")?;
    values(pinned, "pinned")?;
    if conditions.platforms.iter().any(|platform| !PLATFORMS.contains(&platform.as_str())) {
        return Err(setting("platforms", "has one that is none of Mac, iPhone, iPad, AppleTV, Windows and Android"));
    }
    match conditions.devices_max {
        Some(0) => Err(setting("devices_max", "is 0, which would send nothing; turn `sync` off instead")),
        _ => Ok(()),
    }
}

/// When. Whether an expression ever comes true is for the scheduler's own parser to say, before it is kept.
pub(super) fn schedules(schedules: &Schedules) -> Result<(), Error> {
    cron(&schedules.devices, "devices")?;
    cron(&schedules.apps, "apps")?;
    let zone = &schedules.time_zone;
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '+' | '-');
    // The name is looked up in a folder by some libraries, so it stays inside it.
    let is_zone =
        zone.starts_with(|c: char| c.is_ascii_alphabetic()) && zone.chars().all(is_part) && !zone.contains("//");
    match is_zone && zone.len() <= limits::TIME_ZONE_BYTES_MAX {
        true => Ok(()),
        false => Err(setting("time_zone", "is no name of a time zone, as `Europe/Berlin`")),
    }
}

/// A moment.
pub(super) fn time(text: &str, field: &'static str) -> Result<Timestamp, Error> {
    text.parse().map_err(|_| setting(field, "is no time, as `2026-11-30T02:00:00Z`"))
}

fn cron(expression: &str, field: &'static str) -> Result<(), Error> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '*' | '/' | ',' | '-' | ' ' | '#' | '?');
    if expression.len() > limits::CRON_BYTES_MAX || !expression.chars().all(is_part) {
        return Err(setting(field, "is no cron expression, as `0 2 * * *`"));
    }
    match expression.split(' ').filter(|part| !part.is_empty()).count() {
        5 => Ok(()),
        _ => Err(setting(field, "has not five fields: minute, hour, day, month, weekday")),
    }
}

fn values(values: &BTreeSet<String>, field: &'static str) -> Result<(), Error> {
    if values.len() > limits::SCOPE_VALUES_MAX {
        return Err(setting(field, "has more than 10,000 values"));
    }
    values.iter().try_for_each(|value| text(value, field, limits::TEXT_BYTES_MAX))
}

fn text(value: &str, field: &'static str, bytes_max: usize) -> Result<(), Error> {
    if value.trim().is_empty() {
        return Err(setting(field, "is empty"));
    }
    if value.trim() != value {
        return Err(setting(field, "has a space before or after it"));
    }
    if value.len() > bytes_max {
        return Err(setting(field, "is longer than any that is known"));
    }
    match value.chars().any(char::is_control) {
        true => Err(setting(field, "has a control character in it")),
        false => Ok(()),
    }
}

fn setting(field: &'static str, reason: &'static str) -> Error {
    Error::Setting { field, reason }
}
