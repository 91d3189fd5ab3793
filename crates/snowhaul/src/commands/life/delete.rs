//! `delete`: says what is lost and what stays, has the name typed, and says what became of it.

use anyhow::Result;
use integration::Name;
use serde::Serialize;
use service::{Connected, Deleting, ROTATED, deletion};

use super::{begun, desk, secrets};
use crate::arguments::{Common, DeleteArguments};
use crate::commands::say;
use crate::output::Output;
use crate::{exit, shown};

/// What became of an integration, as it is printed.
#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    integration: &'a str,
    deleted: bool,
    tokens: String,
    history_until: Option<String>,
    rotate: [&'static str; 3],
}

/// What is said where a purge has to wait.
const HELD: &str =
    "a run is still ending, so its history is there: `snowhaul delete NAME --purge` once more removes it";

/// Ends an integration.
pub(crate) async fn delete(common: &Common, arguments: DeleteArguments, output: &mut Output) -> Result<u8> {
    let common = &begun(common, arguments.name.as_deref())?;
    let (desk, name): (_, Name) = (desk(common), common.integration.parse()?);
    if arguments.purge && desk.find(&name)?.is_none() && deletion(&desk.folder_of(&name))?.is_some() {
        return purge_history(common, &name, &arguments, output).await;
    }
    let connected = desk.connected(&name)?;
    let sharing = desk.sharing(&connected)?;
    warn(&connected, &sharing, &arguments, output);
    confirmed(&name, &arguments, output).await?;
    let deleting = Deleting { purge: arguments.purge, revoke_shared: arguments.revoke_shared };
    let mut waiting = || output.talk("a run is at work: it ends before its next batch");
    let became = desk.delete(&connected, deleting, &mut waiting).await?;
    if became.is_held {
        output.talk(HELD);
    }
    told(common, became.tokens, became.history_until, output)?;
    Ok(exit::DONE)
}

/// What is lost, what stays, and what is another's as well: said before anything is done.
fn warn(connected: &Connected, sharing: &[Name], arguments: &DeleteArguments, output: &mut Output) {
    let Connected { name, settings } = connected;
    let (tenant, instance) = (settings.tenant_url(), settings.instance_url());
    output.talk(&format!("`{name}` joins {tenant} and {instance}; deleting it cannot be undone"));
    output.talk(
        "lost: its credentials, their key, its settings and schedule; a sync that works stops before its next batch",
    );
    output.talk("kept: every record in ServiceNow, and the staging tables, maps and roles of the update set");
    output.talk(if arguments.purge {
        "lost as well, as you say --purge: runs, snapshots, plans and what is held"
    } else {
        "kept for 30 days: runs, snapshots, plans and what is held"
    });
    if !sharing.is_empty() {
        let names = shown::names(sharing);
        let what = match arguments.revoke_shared {
            true => "they are revoked all the same, as you say --revoke-shared: its runs have to log in anew",
            false => "they are not revoked; say --revoke-shared to do it",
        };
        output.talk(&format!("warning: {names} uses tokens of the same client of the same instance: {what}"));
    }
}

/// The name, typed once more: a slip of the hand ends nothing.
async fn confirmed(name: &Name, arguments: &DeleteArguments, output: &Output) -> Result<()> {
    let typed = match &arguments.yes {
        Some(typed) => typed.clone(),
        None => {
            let question = format!("type `{name}` to delete it");
            secrets::answer(&question, &format!("say --yes {name}"), output).await?
        }
    };
    match typed == name.as_str() {
        true => Ok(()),
        false => Err(exit::Usage(format!("what was typed is not `{name}`: nothing was deleted")).into()),
    }
}

/// Removes the history of an integration that was deleted before.
async fn purge_history(common: &Common, name: &Name, arguments: &DeleteArguments, output: &mut Output) -> Result<u8> {
    output.talk("lost: runs, snapshots, plans and what is held of an integration that was deleted before");
    confirmed(name, arguments, output).await?;
    let desk = desk(common);
    let until = deletion(&desk.folder_of(name))?.map(|deletion| deletion.history_until);
    let is_purged = desk.purge(name).await?;
    if !is_purged {
        output.talk(HELD);
    }
    told(common, "revoked or ended before".to_owned(), until.filter(|_| !is_purged), output)?;
    Ok(if is_purged { exit::DONE } else { exit::FAILED })
}

fn told(common: &Common, tokens: String, history_until: Option<String>, output: &mut Output) -> Result<()> {
    let document = Document {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        integration: &common.integration,
        deleted: true,
        tokens,
        history_until,
        rotate: ROTATED,
    };
    say(common.output, output, &document, || {
        shown::deleted(document.integration, &document.tokens, document.history_until.as_deref(), &document.rotate)
    })
}
