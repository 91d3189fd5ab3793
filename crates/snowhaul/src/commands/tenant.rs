//! `tenant serve`: the simulated tenant by itself.

use anyhow::{Context, Result};
use tenant::{Faults, FleetConfig, Limits, Tenant, TenantConfig};
use tokio::net::TcpListener;

use super::source::TOKEN;
use crate::arguments::TenantServeArguments;
use crate::exit;
use crate::output::Output;

/// Serves until it is interrupted.
pub(super) async fn serve(arguments: TenantServeArguments, output: &mut Output) -> Result<u8> {
    let token = arguments.token.or_else(|| std::env::var(TOKEN).ok()).unwrap_or_else(|| {
        let made_up = uuid::Uuid::new_v4().to_string();
        output.talk(&format!("token: {made_up}"));
        made_up
    });
    let fleet = FleetConfig {
        devices: arguments.devices,
        apps_per_mac: arguments.apps_per_mac,
        seed: arguments.seed,
        night: arguments.nights,
        churn_per_mille: arguments.churn,
        uncertain_platforms: arguments.uncertain_platforms,
        last_opened_key: Some("last_opened_at".to_owned()),
        ..FleetConfig::demonstration()
    };
    let faults = Faults::read(&arguments.fault).map_err(|unknown| exit::Usage(unknown.to_string()))?;
    let limits = if arguments.no_limits { Limits::off() } else { Limits::default() };
    let made = TenantConfig::with_made_up_token(fleet);
    let config = TenantConfig { token, faults, limits, prepared: arguments.prepared, gzip: arguments.gzip, ..made };
    let tenant = tokio::task::spawn_blocking(|| Tenant::new(config)).await.context("the tenant panicked")?;
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("could not listen on {}", arguments.listen))?;
    output.talk(&format!("serving on http://{}", listener.local_addr().context("could not learn the port")?));
    tenant.serve(listener, super::interrupted()).await.context("the tenant failed")?;
    Ok(exit::DONE)
}
