//! What an instance is opened with. Apart because it holds secrets, which are never shown.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::limits::{ACCESS_TOKEN_SECONDS_DEFAULT, IMPORT_QUOTA};

/// Where an instance keeps its database and who may log in.
///
/// Credentials are never stored: whoever opens a database again says them again.
#[derive(Clone)]
pub struct Config {
    /// Folder for the database `instance.sqlite`; `None` keeps it in a temporary folder that goes with the instance.
    pub data: Option<PathBuf>,
    /// Client id of the OAuth registration.
    pub client_id: String,
    /// Client secret of the OAuth registration.
    pub client_secret: String,
    /// User name of the account that loads: roles `cmdb_read`, `import_transformer`, `rest_api_explorer`, and
    /// `snowhaul_loader` once an update set brings it.
    pub service_account: String,
    /// Its password.
    pub service_password: String,
    /// Password of the user `admin`.
    pub admin_password: String,
    /// Life of an access token in seconds; 1800 unless told otherwise.
    pub access_token_seconds: u32,
    /// Whether users with *Web service access only* get tokens for their password: reports disagree, so it is a setting;
    /// true unless told otherwise.
    pub web_service_users_log_in: bool,
    /// How long an import may work before it is cancelled and undone: 60 s by ServiceNow's default quota rules.
    pub import_quota: Duration,
}

impl Config {
    /// A temporary database and fresh random secrets: no secret of this crate is ever a constant.
    pub fn with_made_up_secrets() -> Self {
        Self {
            data: None,
            client_id: crate::sys_id::of(&[&secret()]),
            client_secret: secret(),
            service_account: "snowhaul.loader".to_owned(),
            service_password: secret(),
            admin_password: secret(),
            access_token_seconds: ACCESS_TOKEN_SECONDS_DEFAULT,
            web_service_users_log_in: true,
            import_quota: IMPORT_QUOTA,
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Config")
            .field("data", &self.data)
            .field("client_id", &self.client_id)
            .field("service_account", &self.service_account)
            .field("access_token_seconds", &self.access_token_seconds)
            .finish_non_exhaustive()
    }
}

/// 192 random bits as URL-safe text.
fn secret() -> String {
    let bytes: [u8; 24] = rand::random();
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_made_up_and_never_shown() {
        let (one, other) = (Config::with_made_up_secrets(), Config::with_made_up_secrets());
        assert_ne!(one.client_secret, other.client_secret);
        assert_ne!(one.admin_password, other.admin_password);
        let shown = format!("{one:?}");
        for hidden in [&one.client_secret, &one.service_password, &one.admin_password] {
            assert!(!shown.contains(hidden.as_str()));
        }
    }
}
