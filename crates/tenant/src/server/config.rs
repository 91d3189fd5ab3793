//! What a tenant is served with. Apart because it holds a token, which is never shown.

use super::clock::Clock;
use super::error_shape::ErrorShape;
use super::fault::Faults;
use super::permission::Permissions;
use super::rate::Limits;
use crate::config::FleetConfig;
use crate::limits::SIGNED_URL_SECONDS;
use crate::prism::Headings;
use std::fmt;

/// What a tenant is served with.
#[derive(Clone)]
pub struct TenantConfig {
    /// The fleet that it tells.
    pub fleet: FleetConfig,
    /// The one token that is good, UUID-shaped in the real service.
    pub token: String,
    /// What the token may ask for.
    pub permissions: Permissions,
    /// How often it may ask.
    pub limits: Limits,
    /// What goes wrong.
    pub faults: Faults,
    /// The shape of a refused token's body.
    pub token_error: ErrorShape,
    /// How Prism's exports go.
    pub export: ExportSettings,
    /// Whether Prism's answers have cursors. An older tenant has none, not even the key.
    pub cursors: bool,
    /// Whether bodies are compressed for who accepts it.
    pub gzip: bool,
    /// Whether all whole pages of Prism's applications are made beforehand and held, for measurements: some 1.7 kB a row, a tenth of
    /// it with `gzip`.
    pub prepared: bool,
    /// What time it is.
    pub clock: Clock,
}

impl TenantConfig {
    /// A tenant without faults, with all permissions, the documented limits and a made-up token: no token of this crate is ever a
    /// constant.
    pub fn with_made_up_token(fleet: FleetConfig) -> Self {
        Self {
            fleet,
            token: uuid::Uuid::new_v4().to_string(),
            permissions: Permissions::default(),
            limits: Limits::default(),
            faults: Faults::default(),
            token_error: ErrorShape::default(),
            export: ExportSettings::default(),
            cursors: true,
            gzip: false,
            prepared: false,
            clock: Clock::default(),
        }
    }
}

impl fmt::Debug for TenantConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TenantConfig")
            .field("fleet", &self.fleet)
            .field("permissions", &self.permissions)
            .field("limits", &self.limits)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

/// How Prism's exports go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportSettings {
    /// How long a job is `pending`.
    pub pending: Pending,
    /// How the columns are named; the real headings are in no public document.
    pub headings: Headings,
    /// How long a signed address is good for, in seconds.
    pub signed_seconds: u32,
}

impl Default for ExportSettings {
    fn default() -> Self {
        Self { pending: Pending::Polls(1), headings: Headings::default(), signed_seconds: SIGNED_URL_SECONDS }
    }
}

/// How long an export is `pending`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// For so many polls.
    Polls(u32),
    /// For so many milliseconds of the tenant's clock.
    Milliseconds(u32),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_made_up_and_never_shown() {
        let (one, other) = (
            TenantConfig::with_made_up_token(FleetConfig::demonstration()),
            TenantConfig::with_made_up_token(FleetConfig::demonstration()),
        );
        assert_ne!(one.token, other.token);
        assert!(!format!("{one:?}").contains(&one.token));
    }
}
