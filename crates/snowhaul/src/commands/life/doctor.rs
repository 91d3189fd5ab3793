//! `doctor`: the checks of both ends, any time. It reads, and changes nothing at either.

use anyhow::Result;
use flow::Clock;
use jiff::SignedDuration;
use serde::Serialize;
use service::{Ends, Looked};
use tenant::FleetConfig;

use super::{DEMONSTRATION, begun, carried, desk, each, exit_code};
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
    let (desk, name) = (desk(common), common.integration.parse()?);
    let looked = match desk.find(&name)? {
        None if common.integration == DEMONSTRATION => demonstration(common, output).await?,
        _ => desk.look(&name, &mut each(common, output)).await?,
    };
    let document = Document {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        integration: &common.integration,
        looked: &looked,
    };
    say(common.output, output, &document, || shown::looked(&looked))?;
    Ok(exit_code(&looked))
}

/// The simulated tenant and the embedded instance, which is made where no run has made it yet.
async fn demonstration(common: &Common, output: &mut Output) -> Result<Looked> {
    let pipelines = carried(common)?;
    let expected = service::expected(&common.pipelines()?, &pipelines)?;
    let fleet = FleetConfig { night: nights_passed(common)?, ..FleetConfig::demonstration() };
    // It lives in its own time, which is nothing to warn of.
    let nights = SignedDuration::from_hours(24 * i64::from(fleet.night));
    let clock = fleet.at.checked_add(nights).map_or_else(|_| Clock::default(), Clock::showing);
    let tenant = Tenant::simulated(fleet, clock).await?;
    let Place { destination, embedded } = Place::embedded(common, &pipelines).await?;
    let ends = Ends::at(tenant.tenant.clone(), destination.base_url, destination.login);
    let looked = ends.look(&expected, &mut each(common, output)).await;
    drop(ends);
    tenant.close().await?;
    if let Some(embedded) = embedded {
        embedded.stop().await?;
    }
    Ok(looked)
}
