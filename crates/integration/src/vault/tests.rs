//! The vault against whoever moves, flips, copies or reads what it keeps, and against a machine that stops at any step.

mod destroyed;
mod rotated;
mod sealed;
mod sources;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rest::{ExposeSecret, Secret};
use tempfile::TempDir;

use super::{Credentials, MasterSource, Vault};
use crate::error::Error;
use crate::name::Name;

/// A master key that a test may write down; made for these tests and used nowhere.
const MASTER: &str = "3f9a1c5be07d42861ab4cf90e2758d3b6604f1a9d7c28e135b7ee094a6d3208c";

/// Two folders, one beside the other.
struct Place {
    top: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { top: tempfile::tempdir().expect("a folder") }
    }

    fn state(&self) -> PathBuf {
        self.top.path().join("state")
    }

    fn keys(&self) -> PathBuf {
        self.top.path().join("keys")
    }

    fn vault(&self) -> Vault {
        Vault::new(&self.state(), &self.keys(), MasterSource::File).expect("a vault")
    }

    fn credentials_path(&self, name: &str) -> PathBuf {
        self.state().join(name).join("credentials.json")
    }

    fn key_path(&self, name: &str) -> PathBuf {
        self.keys().join(format!("{name}.key"))
    }
}

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

/// Made-up secrets that say whose they are.
fn secrets(of: &str) -> Credentials {
    Credentials {
        iru_token: Secret::from(format!("token-of-{of}")),
        client_secret: Secret::from(format!("client-secret-of-{of}")),
        service_password: Some(Secret::from(format!("password-of-{of}"))),
    }
}

fn assert_opens(vault: &Vault, integration: &str, of: &str) {
    let opened = vault.open(&name(integration)).expect("it opens");
    assert_eq!(opened.iru_token.expose_secret(), format!("token-of-{of}"));
    assert_eq!(opened.client_secret.expose_secret(), format!("client-secret-of-{of}"));
    let password = opened.service_password.expect("a password");
    assert_eq!(password.expose_secret(), format!("password-of-{of}"));
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("changed");
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("read") {
        let path = entry.expect("read").path();
        let target = to.join(path.file_name().expect("a name"));
        match path.is_dir() {
            true => copy_folder(&path, &target),
            false => fs::write(&target, fs::read(&path).expect("read")).expect("written"),
        }
    }
}

/// Every message, cause and debug text of an error, together.
fn everything_said(error: &Error) -> String {
    let cause = std::error::Error::source(error).map(|source| format!("{source} {source:?}"));
    format!("{error} {error:?} {cause:?} {:?}", error.hint())
}
