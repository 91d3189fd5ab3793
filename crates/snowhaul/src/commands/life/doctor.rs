//! `doctor`: the checks of both ends, any time. It reads, and changes nothing at either.

use anyhow::Result;
use flow::Clock;
use jiff::SignedDuration;
use pipeline::Pipeline;
use serde::Serialize;
use tenant::FleetConfig;

use super::expected::expected;
use super::{Connected, DEMONSTRATION, Ends, Looked, begun, carried};
use crate::arguments::{Common, DoctorArguments};
use crate::commands::run::Place;
use crate::commands::say;
use crate::commands::source::{Tenant, nights_passed};
use crate::output::Output;
use crate::shown;

/// What was found, as it is printed.
#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    integration: &'a str,
    #[serde(flatten)]
    looked: &'a Looked,
}

/// Looks at both ends of an integration.
pub(crate) async fn doctor(common: &Common, arguments: DoctorArguments, output: &mut Output) -> Result<u8> {
    let common = &begun(common, arguments.name.as_deref())?;
    let pipelines = carried(common)?;
    let looked = match Connected::of(common)? {
        None if common.integration == DEMONSTRATION => demonstration(common, &pipelines, output).await?,
        _ => connected(common, &pipelines, output).await?,
    };
    let document = Document {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        integration: &common.integration,
        looked: &looked,
    };
    say(common.output, output, &document, || shown::looked(&looked))?;
    Ok(looked.exit_code())
}

async fn connected(common: &Common, pipelines: &[Pipeline], output: &mut Output) -> Result<Looked> {
    let connected = Connected::required(common)?;
    let ends = Ends::of(common, &connected.name, &connected.settings, &connected.credentials(common)?)?;
    let looked = ends.look(common, &expected(&common.pipelines()?, pipelines)?, output).await;
    ends.close().await?;
    Ok(looked)
}

/// The simulated tenant and the embedded instance, which is made where no run has made it yet.
async fn demonstration(common: &Common, pipelines: &[Pipeline], output: &mut Output) -> Result<Looked> {
    let expected = expected(&common.pipelines()?, pipelines)?;
    let fleet = FleetConfig { night: nights_passed(common)?, ..FleetConfig::demonstration() };
    // It lives in its own time, which is nothing to warn of.
    let nights = SignedDuration::from_hours(24 * i64::from(fleet.night));
    let clock = fleet.at.checked_add(nights).map_or_else(|_| Clock::default(), Clock::showing);
    let tenant = Tenant::simulated(fleet, clock).await?;
    let Place { destination, embedded } = Place::embedded(common, pipelines).await?;
    let ends = Ends { tenant, instance_url: destination.base_url, login: destination.login };
    let looked = ends.look(common, &expected, output).await;
    ends.close().await?;
    if let Some(embedded) = embedded {
        embedded.stop().await?;
    }
    Ok(looked)
}
