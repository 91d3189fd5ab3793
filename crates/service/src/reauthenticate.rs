//! Re-authentication: new credentials in the place of the old ones, all at once, when both ends have accepted them. A run
//! that works meanwhile goes on with those that it began with.

use integration::checks::Check;
use integration::{ConnectionState, Credentials, Name, Settings};
use jiff::Timestamp;
use rest::Secret;

use crate::connected::Connected;
use crate::desk::Desk;
use crate::ends::{Ends, Looked};
use crate::error::Error;
use crate::expected::expected;

/// New secrets; what is none stays as it was.
#[derive(Debug, Default)]
pub struct Renewed {
    /// API token of the tenant.
    pub iru_token: Option<Secret>,
    /// Secret of the OAuth client.
    pub client_secret: Option<Secret>,
    /// Password of the service account.
    pub service_password: Option<Secret>,
}

impl Renewed {
    /// True where all stays as it was.
    pub fn is_nothing(&self) -> bool {
        self.iru_token.is_none() && self.client_secret.is_none() && self.service_password.is_none()
    }
}

/// What became of new credentials.
#[derive(Debug)]
pub struct Reauthenticated {
    /// What was found with them.
    pub looked: Looked,
    /// When the credentials that are in force were accepted.
    pub credentials_at: Timestamp,
}

impl Reauthenticated {
    /// True where the new ones are in force.
    pub fn is_accepted(&self) -> bool {
        self.looked.refused().is_none()
    }
}

impl Desk {
    /// The old credentials with the new ones in their place. None where the old ones are lost and not all are new.
    ///
    /// # Errors
    /// The old ones cannot be opened although they are there.
    pub fn renewed(&self, name: &Name, renewed: Renewed) -> Result<Option<Credentials>, Error> {
        let old = match self.vault()?.open(name) {
            Ok(old) => old,
            Err(integration::Error::NoCredentials { .. } | integration::Error::KeyGone { .. }) => {
                return Ok(match renewed {
                    Renewed { iru_token: Some(iru_token), client_secret: Some(client_secret), service_password } => {
                        Some(Credentials { iru_token, client_secret, service_password })
                    }
                    _ => None,
                });
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Some(Credentials {
            iru_token: renewed.iru_token.unwrap_or(old.iru_token),
            client_secret: renewed.client_secret.unwrap_or(old.client_secret),
            service_password: renewed.service_password.or(old.service_password),
        }))
    }

    /// Looks at both ends with new credentials, and puts them in force where nothing failed.
    ///
    /// # Errors
    /// It is not connected, was deleted meanwhile, or nothing could be written; the old ones are then in force.
    pub async fn reauthenticate(
        &self,
        name: &Name,
        credentials: &Credentials,
        each: &mut (dyn FnMut(&Check) + Send),
    ) -> Result<Reauthenticated, Error> {
        let connected = self.connected(name)?;
        let ends = Ends::of(self, name, &connected.settings, credentials)?;
        let expected = expected(&self.pipelines()?, &self.carried(&connected)?)?;
        let looked = ends.look(&expected, each).await;
        if looked.refused().is_none() {
            self.swap(&connected, credentials).await?;
        }
        let credentials_at = self.connected(name)?.settings.credentials_at();
        Ok(Reauthenticated { looked, credentials_at })
    }

    /// Credentials first: what is written about them is true from then on. A crash in between leaves their age too high,
    /// which asks for a renewal too early and never too late.
    async fn swap(&self, connected: &Connected, credentials: &Credentials) -> Result<(), Error> {
        let _lock = self.settings_lock(&connected.name).await?;
        // Read once more: somebody may have edited or deleted it while both ends were looked at.
        let mut raw = self.still(connected)?.settings.to_raw();
        self.vault()?.seal(&connected.name, credentials)?;
        raw.credentials_at = integration::moment();
        raw.connection = ConnectionState::Connected;
        Ok(integration::write_settings(self.state(), &connected.name, &Settings::new(raw)?)?)
    }

    /// Looks at both ends of a connected integration, and changes nothing.
    ///
    /// # Errors
    /// It is not connected, or its credentials cannot be opened.
    pub async fn look(&self, name: &Name, each: &mut (dyn FnMut(&Check) + Send)) -> Result<Looked, Error> {
        let connected = self.connected(name)?;
        let ends = Ends::of(self, name, &connected.settings, &self.vault()?.open(name)?)?;
        let expected = expected(&self.pipelines()?, &self.carried(&connected)?)?;
        Ok(ends.look(&expected, each).await)
    }
}
