//! `status`: how integrations stand, from what is kept here; neither end is asked.

use anyhow::Result;
use serde::Serialize;
use service::StatusTold;

use super::{begun, desk};
use crate::arguments::{Common, StatusArguments};
use crate::commands::say;
use crate::output::Output;
use crate::{exit, shown};

/// All integrations, as they are printed.
#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    integrations: &'a [StatusTold],
}

/// Tells how one integration stands, or all that are connected.
pub(crate) fn status(common: &Common, arguments: &StatusArguments, output: &mut Output) -> Result<u8> {
    let common = &begun(common, arguments.name.as_deref())?;
    let desk = desk(common);
    if !arguments.all {
        let told = desk.status(&common.integration.parse()?);
        say(common.output, output, &told, || shown::status(std::slice::from_ref(&told)))?;
        return Ok(exit::DONE);
    }
    let integrations: Vec<StatusTold> = desk.names()?.iter().map(|name| desk.status(name)).collect();
    let document = Document { schema_version: pipeline::limits::SCHEMA_VERSION, integrations: &integrations };
    say(common.output, output, &document, || shown::status(&integrations))?;
    Ok(exit::DONE)
}
