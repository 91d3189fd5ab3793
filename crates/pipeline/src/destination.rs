//! Where a run's rows go.

use std::time::Duration;

use load::Login;

/// One ServiceNow instance and who asks it.
#[derive(Debug)]
pub struct Destination {
    /// Its address, e.g. `https://acme.service-now.com`.
    pub base_url: String,
    /// Who asks.
    pub login: Login,
    /// How long one import set is waited for; [`load::limits::CONFIRM_DEADLINE`] where absent.
    pub confirm_within: Option<Duration>,
}
