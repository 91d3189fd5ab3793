//! Where a run's rows go.

use load::{Login, Patience};

/// One ServiceNow instance and who asks it.
#[derive(Debug)]
pub struct Destination {
    /// Its address, e.g. `https://acme.service-now.com`.
    pub base_url: String,
    /// Who asks.
    pub login: Login,
    /// How long its answers are waited for.
    pub patience: Patience,
}
