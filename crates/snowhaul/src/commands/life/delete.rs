//! `delete`: an integration ends, and nothing opens its credentials any more.
//!
//! ```text
//! said what is lost ── name typed ── running sync told to stop ── tokens revoked ──┐
//! ┌────────────────────────────────────────────────────────────────────────────────┘
//! └─ key destroyed, then credentials ── settings removed: not connected ── history marked, or purged
//! ```
//!
//! What must hold: it may break off anywhere and be begun again; what cannot be revoked is said, and keeps no key
//! alive.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};
use integration::Name;
use jiff::{SignedDuration, Timestamp};
use load::Target;
use rest::ClientConfig;
use serde::{Deserialize, Serialize};

use super::{ATTEMPTS_MAX, Connected, begun, moment, secrets, vault};
use crate::arguments::{Common, DeleteArguments};
use crate::commands::say;
use crate::output::Output;
use crate::{exit, shown};

/// How long the history of an integration is kept that was deleted.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long a run that works is waited for: a batch and what the instance makes of it take less, but for a pause that the
/// instance asks for.
const RUN_ENDS_WITHIN: std::time::Duration = std::time::Duration::from_secs(120);

/// How often it is looked for.
const RUN_LOOKED_FOR_EVERY: std::time::Duration = std::time::Duration::from_millis(250);

/// The file in an integration's folder that says that it was deleted, and when.
const DELETED: &str = "deleted.json";

/// The settings' file. Without it a folder is no integration that is connected.
const SETTINGS: &str = "integration.json";

/// What is kept of a deletion.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deletion {
    version: u32,
    pub(super) deleted_at: String,
    pub(super) history_until: String,
}

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

/// Ends an integration.
pub(crate) async fn delete(common: &Common, arguments: DeleteArguments, output: &mut Output) -> Result<u8> {
    let common = &begun(common, arguments.name.as_deref())?;
    let folder = common.state.join(&common.integration);
    if Connected::of(common)?.is_none() && arguments.purge && deletion(&folder)?.is_some() {
        return purge_history(common, &folder, &arguments, output).await;
    }
    let connected = Connected::required(common)?;
    let sharing = sharing(common, &connected)?;
    warn(&connected, &sharing, &arguments, output);
    confirmed(&connected.name, &arguments, output).await?;
    // What could be refused is refused before anything is done.
    let vault = vault(common)?;
    pipeline::cancel(&folder)?;
    let is_over = runs_are_over(&folder, output).await;
    let tokens = match (sharing.is_empty() || arguments.revoke_shared, is_over) {
        (false, _) => format!("not revoked: {} has the same client", shown::names(&sharing)),
        // A run that renews its token meanwhile would have one that is good.
        (true, false) => {
            format!("{}; a run is still ending, and may have asked for others", revoked(common, &connected).await)
        }
        (true, true) => revoked(common, &connected).await,
    };
    vault.destroy(&connected.name)?;
    let deletion = end(&folder)?;
    let is_purged = arguments.purge && purge(&folder, output)?;
    told(common, tokens, (!is_purged).then_some(deletion.history_until), output)?;
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

/// The other integrations of this state folder that use the same client of the same instance.
fn sharing(common: &Common, connected: &Connected) -> Result<Vec<Name>> {
    let own = &connected.settings;
    let mut names = integration::names(&common.state)?;
    names.retain(|name| {
        // Settings that cannot be read may name the same client.
        *name != connected.name
            && integration::read_settings(&common.state, name).map_or(true, |other| {
                other.instance_url() == own.instance_url() && other.client_id() == own.client_id()
            })
    });
    Ok(names)
}

/// Waits until no run of the integration is at work: each ends before its next batch. False where one still is.
async fn runs_are_over(folder: &Path, output: &mut Output) -> bool {
    let began = std::time::Instant::now();
    let mut is_told = false;
    loop {
        match ledger::Ledger::open(folder) {
            Err(ledger::Error::Locked { .. }) if began.elapsed() < RUN_ENDS_WITHIN => {
                if !is_told {
                    output.talk("a run is at work: it ends before its next batch");
                    is_told = true;
                }
                tokio::time::sleep(RUN_LOOKED_FOR_EVERY).await;
            }
            Err(ledger::Error::Locked { .. }) => return false,
            // A ledger that cannot be opened has no run.
            _ => return true,
        }
    }
}

/// What became of the tokens. That they could not be revoked keeps nobody from destroying what asks for new ones.
async fn revoked(common: &Common, connected: &Connected) -> String {
    match revoke(common, connected).await {
        Ok(()) => "revoked".to_owned(),
        Err(error) => format!("not revoked, they end by themselves: {error:#}"),
    }
}

async fn revoke(common: &Common, connected: &Connected) -> Result<()> {
    let login = connected.login(&connected.credentials(common)?)?;
    let config = ClientConfig { attempts_max: ATTEMPTS_MAX, ..ClientConfig::new(connected.settings.instance_url()) };
    Ok(Target::connect_with(config, login).await?.revoke().await?)
}

/// Makes the folder one of an integration that was.
fn end(folder: &Path) -> Result<Deletion> {
    let until = Timestamp::now().saturating_add(KEPT).context("the time that history is kept is too long")?;
    let history_until = until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let deletion = Deletion { version: 1, deleted_at: moment(), history_until };
    let text = serde_json::to_string_pretty(&deletion).context("could not write when it was deleted")? + "\n";
    let path = folder.join(DELETED);
    std::fs::write(&path, text).with_context(|| format!("could not write `{}`", path.display()))?;
    removed(&folder.join(SETTINGS))?;
    Ok(deletion)
}

/// When the integration of a folder was deleted; none where it was not.
pub(super) fn deletion(folder: &Path) -> Result<Option<Deletion>> {
    let path = folder.join(DELETED);
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).with_context(|| format!("`{}` is damaged", path.display())).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("could not read `{}`", path.display())),
    }
}

/// An integration that is connected again was not deleted.
pub(super) fn forget_deletion(folder: &Path) -> Result<()> {
    removed(&folder.join(DELETED))
}

fn removed(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("could not remove `{}`", path.display()))
        }
        _ => Ok(()),
    }
}

/// Removes the history of an integration that was deleted before.
async fn purge_history(common: &Common, folder: &Path, arguments: &DeleteArguments, output: &mut Output) -> Result<u8> {
    output.talk("lost: runs, snapshots, plans and what is held of an integration that was deleted before");
    confirmed(&common.integration.parse()?, arguments, output).await?;
    let until = deletion(folder)?.map(|deletion| deletion.history_until);
    let is_purged = purge(folder, output)?;
    told(common, "revoked or ended before".to_owned(), until.filter(|_| !is_purged), output)?;
    Ok(if is_purged { exit::DONE } else { exit::FAILED })
}

/// Removes an integration's folder, unless a run still works in it. True where it is gone.
fn purge(folder: &Path, output: &mut Output) -> Result<bool> {
    let held = ledger::Ledger::open(folder);
    if let Err(ledger::Error::Locked { .. }) = held {
        output.talk(
            "a run is still ending, so its history is there: `snowhaul delete NAME --purge` once more removes it",
        );
        return Ok(false);
    }
    // A ledger that cannot be opened is thrown away as any other.
    std::fs::remove_dir_all(folder).with_context(|| format!("could not remove `{}`", folder.display()))?;
    drop(held);
    Ok(true)
}

fn told(common: &Common, tokens: String, history_until: Option<String>, output: &mut Output) -> Result<()> {
    let document = Document {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        integration: &common.integration,
        deleted: true,
        tokens,
        history_until,
        rotate: ["client secret", "password of the service account", "API token of the tenant"],
    };
    say(common.output, output, &document, || {
        shown::deleted(document.integration, &document.tokens, document.history_until.as_deref(), &document.rotate)
    })
}
