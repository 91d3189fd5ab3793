//! `keys`: a new master key in the place of the old one. No credentials are sealed anew, and at every instant something opens
//! them.

use anyhow::Result;
use serde::Serialize;

use super::{desk, secrets};
use crate::arguments::{Common, KeysCommand};
use crate::commands::say;
use crate::exit;
use crate::output::Output;

/// What was done, as it is printed.
#[derive(Serialize)]
struct Document {
    schema_version: u32,
    done: &'static str,
    master_key: String,
    next: &'static str,
}

/// Changes the master key.
pub(crate) async fn keys(common: &Common, command: KeysCommand, output: &mut Output) -> Result<u8> {
    let desk = desk(common);
    let vault = desk.vault()?;
    let (done, next) = match command {
        KeysCommand::Rotate => {
            vault.rotate()?;
            ("a new master key wraps every integration's key, and the old one opens nothing", "")
        }
        KeysCommand::Prepare { new_key_fd } => {
            vault.prepare(&secrets::new_master_key(new_key_fd, output).await?)?;
            (
                "every integration's key opens with the present master key and with the new one",
                "put the new one where the present one comes from, then `snowhaul keys settle`",
            )
        }
        KeysCommand::Settle => {
            vault.settle()?;
            ("the master key that is in force is the only one", "")
        }
    };
    let document =
        Document { schema_version: pipeline::limits::SCHEMA_VERSION, done, master_key: desk.master_key()?, next };
    say(common.output, output, &document, || {
        let next = if next.is_empty() { String::new() } else { format!("\nnext: {next}") };
        format!("{done}; it is in {}{next}", document.master_key)
    })?;
    Ok(exit::DONE)
}
