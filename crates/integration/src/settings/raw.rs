//! `integration.json` as it is written: words and numbers that nobody has looked at. A key that is not known is
//! refused, because a person may edit the file, and a misspelt switch must not be taken for one that is off.

use std::collections::BTreeSet;

use extract::Scope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Changed devices are seen within a quarter of an hour.
pub const DEFAULT_DEVICES_SCHEDULE: &str = "*/15 * * * *";

/// Applications are read at night, when the tenant's hourly budget is nobody else's.
pub const DEFAULT_APPS_SCHEDULE: &str = "0 2 * * *";

/// The zone that schedules are written in where none is named.
pub const DEFAULT_TIME_ZONE: &str = "UTC";

/// The settings of one integration, as they are written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSettings {
    /// The format; [`RawSettings::VERSION`].
    pub version: u32,
    /// The tenant's end.
    pub iru: TenantEnd,
    /// The instance's end.
    pub servicenow: ServiceNowEnd,
    /// The client's id in the instance's application registry.
    pub client_id: String,
    /// How tokens are asked for.
    pub grant: Grant,
    /// The account that rows are sent as; needed for [`Grant::Password`].
    #[serde(default)]
    pub service_account: Option<String>,
    /// Whether applications and their usage are sent as well.
    #[serde(default)]
    pub send_apps: bool,
    /// The devices that are wanted.
    #[serde(default)]
    pub scope: ScopeSettings,
    /// When it runs.
    #[serde(default)]
    pub schedules: Schedules,
    /// False while a person has paused it.
    pub sync: bool,
    /// When it was connected first, as `2026-11-30T02:00:00Z`.
    pub created_at: String,
    /// When its credentials were accepted last, in the same form.
    pub credentials_at: String,
    /// Whether both ends accepted it when they were asked last.
    pub connection: ConnectionState,
}

impl RawSettings {
    /// The format that this program writes.
    pub const VERSION: u32 = 1;

    /// Those of a connection that is made now: devices at once, applications when a person turns them on, as with the
    /// vendor's own. A number of devices is pinned when the tenant was asked.
    pub fn new(
        iru: TenantEnd,
        servicenow: ServiceNowEnd,
        client_id: String,
        (grant, service_account): (Grant, Option<String>),
        conditions: Scope,
    ) -> Self {
        let now = moment();
        Self {
            version: Self::VERSION,
            iru,
            servicenow,
            client_id,
            grant,
            service_account,
            send_apps: false,
            scope: ScopeSettings { conditions, pinned: BTreeSet::new() },
            schedules: Schedules::default(),
            sync: true,
            created_at: now.clone(),
            credentials_at: now,
            connection: ConnectionState::Connected,
        }
    }
}

/// The present, as settings keep it.
pub fn moment() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Which tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TenantEnd {
    /// By its name on one of the vendor's hosts.
    Subdomain {
        /// As `acme`.
        subdomain: String,
        /// `us`, `eu` or `iru`.
        region: String,
    },
    /// By its address.
    Url(String),
}

/// Which instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ServiceNowEnd {
    /// As `acme` for `acme.service-now.com`.
    Prefix(String),
    /// By its address.
    Url(String),
}

/// How tokens are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// With the service account's name and password, as the vendor's integration does.
    Password,
    /// With the client's id and secret alone.
    ClientCredentials,
}

/// The devices that are wanted, and those that a number of devices came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScopeSettings {
    /// By serial number, tag, blueprint, platform or number; all devices where nothing is said.
    pub conditions: Scope,
    /// The serial numbers that the conditions came to when they were set. A trial with ten devices stays with those
    /// ten, although the first ten of the tenant are others tomorrow.
    pub pinned: BTreeSet<String>,
}

/// When an integration runs: cron expressions of five fields, minute first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schedules {
    /// For devices.
    pub devices: String,
    /// For applications and their usage.
    pub apps: String,
    /// The time zone of both, as `Europe/Berlin`.
    pub time_zone: String,
}

impl Default for Schedules {
    fn default() -> Self {
        Self {
            devices: DEFAULT_DEVICES_SCHEDULE.to_owned(),
            apps: DEFAULT_APPS_SCHEDULE.to_owned(),
            time_zone: DEFAULT_TIME_ZONE.to_owned(),
        }
    }
}

/// Whether both ends accepted an integration when they were asked last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ConnectionState {
    /// Both did.
    Connected,
    /// One did not, and a person must do something.
    NeedsAttention {
        /// What, in words for a person; never a secret, never a body.
        reason: String,
    },
}
