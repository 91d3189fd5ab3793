//! Who logs in, and the three forms that ask for a token. Apart because these forms are the only place where a secret
//! leaves.
//!
//! The password grant is what a classic integration uses; OWASP's ASVS 5.0 (V10.4.4) advises against it. Client
//! credentials are to be preferred where the instance has them.

use rest::{ExposeSecret as _, Request, Secret};

/// An OAuth client of one instance and how it logs in.
#[derive(Clone, Debug)]
pub struct Login {
    /// The client's id, from its application-registry record.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: Secret,
    /// How the client proves on whose behalf it comes.
    pub grant: Grant,
}

/// The OAuth grants that a loader can use.
#[derive(Clone, Debug)]
pub enum Grant {
    /// The service account's own name and password.
    Password {
        /// The service account's user name.
        service_account: String,
        /// Its password.
        service_password: Secret,
    },
    /// The client acts as the user of its own registry record; nobody's password is involved.
    ClientCredentials,
}

impl Login {
    /// The request that asks for a first token.
    pub(crate) fn request(&self) -> Request {
        match &self.grant {
            Grant::Password { service_account, service_password } => {
                self.form(&[("username", service_account.as_str()), ("password", service_password.expose_secret())])
            }
            Grant::ClientCredentials => self.form(&[]),
        }
    }

    /// The request that exchanges a refresh token for a new token.
    pub(crate) fn refresh(&self, refresh_token: &Secret) -> Request {
        self.token_request(REFRESH, &[("refresh_token", refresh_token.expose_secret())])
    }

    /// The grant's name, as the protocol writes it.
    pub(crate) fn grant_type(&self) -> &'static str {
        match self.grant {
            Grant::Password { .. } => "password",
            Grant::ClientCredentials => "client_credentials",
        }
    }

    /// True where a failed login counts against a person's or service's account.
    pub(crate) fn is_password(&self) -> bool {
        matches!(self.grant, Grant::Password { .. })
    }

    fn form(&self, further: &[(&str, &str)]) -> Request {
        self.token_request(self.grant_type(), further)
    }

    /// Everything goes into the body: new instances accept parameters nowhere else, and an address is written to
    /// logs.
    fn token_request(&self, grant_type: &str, further: &[(&str, &str)]) -> Request {
        let client = [
            ("grant_type", grant_type),
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose_secret()),
        ];
        let fields: Vec<_> = client.into_iter().chain(further.iter().copied()).collect();
        Request::form("/oauth_token.do", &fields).header("accept", "application/json")
    }
}

/// The name of the grant that renews a token.
pub(crate) const REFRESH: &str = "refresh_token";
