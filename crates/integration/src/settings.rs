//! What is remembered of one integration and is no secret. What the file says is a [`RawSettings`]; [`Settings`] is
//! what has been looked at, and only that is written.

mod file;
mod judge;
mod raw;

use extract::{Region, Scope};
use jiff::Timestamp;

pub use file::{names, read_settings, write_settings};
pub use raw::{
    ConnectionState, DEFAULT_APPS_SCHEDULE, DEFAULT_DEVICES_SCHEDULE, DEFAULT_TIME_ZONE, Grant, RawSettings, Schedules,
    ScopeSettings, ServiceNowEnd, TenantEnd, moment,
};

use crate::error::Error;

/// The settings of one integration. They change by [`Settings::to_raw`], a change, and [`Settings::new`].
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    raw: RawSettings,
    tenant_url: String,
    instance_url: String,
    created_at: Timestamp,
    credentials_at: Timestamp,
}

impl Settings {
    /// Looks at every setting.
    ///
    /// # Errors
    /// [`Error::Mistyped`] for an address, prefix or subdomain, [`Error::Setting`] for anything else.
    pub fn new(raw: RawSettings) -> Result<Self, Error> {
        judge::texts(&raw)?;
        judge::scope(&raw.scope)?;
        judge::schedules(&raw.schedules)?;
        Ok(Self {
            tenant_url: judge::tenant(&raw.iru)?,
            instance_url: judge::instance(&raw.servicenow)?,
            created_at: judge::time(&raw.created_at, "created_at")?,
            credentials_at: judge::time(&raw.credentials_at, "credentials_at")?,
            raw,
        })
    }

    /// The settings as they are written, to change some.
    pub fn to_raw(&self) -> RawSettings {
        self.raw.clone()
    }

    /// Where the tenant's API is, `https://acme.api.kandji.io`.
    pub fn tenant_url(&self) -> &str {
        &self.tenant_url
    }

    /// Where the instance is, `https://acme.service-now.com`.
    pub fn instance_url(&self) -> &str {
        &self.instance_url
    }

    /// The client's id in the instance's application registry.
    pub fn client_id(&self) -> &str {
        &self.raw.client_id
    }

    /// How tokens are asked for.
    pub fn grant(&self) -> Grant {
        self.raw.grant
    }

    /// The account that rows are sent as; none where the client's own registration names it.
    pub fn service_account(&self) -> Option<&str> {
        self.raw.service_account.as_deref()
    }

    /// True where applications and their usage are sent as well.
    pub fn sends_apps(&self) -> bool {
        self.raw.send_apps
    }

    /// The devices that are wanted: those that were pinned where any were, else by the conditions.
    pub fn scope(&self) -> Scope {
        let ScopeSettings { conditions, pinned } = &self.raw.scope;
        match pinned.is_empty() {
            true => conditions.clone(),
            false => Scope { serials: pinned.clone(), ..Scope::default() },
        }
    }

    /// When it runs.
    pub fn schedules(&self) -> &Schedules {
        &self.raw.schedules
    }

    /// False where a person has paused it.
    pub fn is_sync_on(&self) -> bool {
        self.raw.sync
    }

    /// When it was connected first.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When its credentials were accepted last; their age is counted from here.
    pub fn credentials_at(&self) -> Timestamp {
        self.credentials_at
    }

    /// Whether both ends accepted it when they were asked last.
    pub fn connection(&self) -> &ConnectionState {
        &self.raw.connection
    }
}

/// A region by the word that the command line has for it.
fn region(word: &str) -> Option<Region> {
    Region::ALL.into_iter().find(|region| region.as_str() == word)
}

#[cfg(test)]
mod tests;
