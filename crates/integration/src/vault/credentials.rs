//! `<state>/<name>/credentials.json`: each secret sealed by itself, for its integration and its field. Apart because
//! this is the only place where secrets become bytes and bytes secrets.

use std::fmt;
use std::path::Path;

use rest::{ExposeSecret, Secret};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::cipher::{Key, Sealed};
use super::data_key::{read_exactly, written};
use crate::durable::open_if_there;
use crate::error::Error;
use crate::limits::SECRET_BYTES_MAX;
use crate::name::Name;

/// The format that this program writes.
const VERSION: u32 = 1;

/// The secrets of one integration. Their `Debug` shows nothing, not even which there are.
#[derive(Clone)]
pub struct Credentials {
    /// The token for the tenant's API.
    pub iru_token: Secret,
    /// The secret of the client in the instance's application registry.
    pub client_secret: Secret,
    /// The service account's password; none where tokens are asked for by the client alone.
    pub service_password: Option<Secret>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl Credentials {
    /// Refuses what cannot be a secret.
    pub(super) fn check(&self) -> Result<(), Error> {
        check(&self.iru_token, "API token")?;
        check(&self.client_secret, "client secret")?;
        self.service_password.as_ref().map_or(Ok(()), |password| check(password, "service account's password"))
    }
}

fn check(secret: &Secret, field: &'static str) -> Result<(), Error> {
    match secret.expose_secret().len() {
        0 => Err(Error::Secret { field, reason: "is empty" }),
        1..=SECRET_BYTES_MAX => Ok(()),
        _ => Err(Error::Secret { field, reason: "is longer than any that is known" }),
    }
}

/// The file. A password is always there, sealed with a mark before it that says whether there is one: so nobody can
/// take it out without being noticed, or see that there is none.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealedCredentials {
    version: u32,
    integration: String,
    /// The name of the data key that sealed them.
    key: String,
    iru_token: Sealed,
    client_secret: Sealed,
    service_password: Sealed,
}

impl SealedCredentials {
    /// Seals each secret for its place.
    pub(super) fn seal(name: &Name, id: &str, key: &Key, credentials: &Credentials) -> Result<Self, Error> {
        let seal = |field: &str, text: &[u8]| key.seal(&place(name, field), text);
        let password = credentials.service_password.as_ref().map_or("", |password| password.expose_secret());
        let mut marked = Zeroizing::new(Vec::with_capacity(password.len() + 1));
        marked.push(u8::from(credentials.service_password.is_some()));
        marked.extend_from_slice(password.as_bytes());
        Ok(Self {
            version: VERSION,
            integration: name.to_string(),
            key: id.to_owned(),
            iru_token: seal("iru_token", credentials.iru_token.expose_secret().as_bytes())?,
            client_secret: seal("client_secret", credentials.client_secret.expose_secret().as_bytes())?,
            service_password: seal("service_password", &marked)?,
        })
    }

    /// Reads the file; none where it is not there.
    pub(super) fn read(path: &Path, name: &Name) -> Result<Option<Self>, Error> {
        let Some(file) = open_if_there(path)? else { return Ok(None) };
        let found: Self = read_exactly(file, path)?;
        if found.version != VERSION {
            return Err(Error::Version { path: path.to_owned(), found: found.version, known: VERSION });
        }
        match found.integration == name.as_str() {
            true => Ok(Some(found)),
            false => Err(Error::Damaged { path: path.to_owned() }),
        }
    }

    /// The name of the data key that sealed them.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Opens all of them, or none.
    pub(super) fn open(&self, name: &Name, key: &Key) -> Option<Credentials> {
        let open = |field: &str, sealed: &Sealed| key.open(&place(name, field), sealed);
        let marked = open("service_password", &self.service_password)?;
        Some(Credentials {
            iru_token: secret(&open("iru_token", &self.iru_token)?)?,
            client_secret: secret(&open("client_secret", &self.client_secret)?)?,
            service_password: match marked.split_first()? {
                (0, []) => None,
                (1, password) => Some(secret(password)?),
                _ => return None,
            },
        })
    }

    /// As it is written.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        written(self)
    }
}

/// What a secret is sealed for. Neither part can hold the separator.
fn place(name: &Name, field: &str) -> String {
    format!("snowhaul|{VERSION}|{name}|{field}")
}

/// A text as a secret. It is copied once, to its exact length: a longer buffer would be copied once more when it is
/// shortened, and that copy would not be wiped.
fn secret(bytes: &[u8]) -> Option<Secret> {
    Some(Secret::from(std::str::from_utf8(bytes).ok()?.to_owned()))
}
