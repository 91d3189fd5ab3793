//! Whether a user may come in at all, and the OAuth client's scope: asked of the records at every request, as the
//! platform does, so that a user who is locked out is out at once. Apart from roles, which are asked later.
//!
//! Rules for users are those of ServiceNow's documentation on OAuth request parameters: a token needs a user who is
//! active and not locked out. That `password_needs_reset` and `web_service_access_only` make the password grant fail is
//! one observer's report, and whether the second does is open: it is a setting of the instance.
//!
//! The scope restriction is that of the Zurich release (KB2731346; REST API scope troubleshooting): checked before roles,
//! for OAuth only, read from the client's record at run time.

use rusqlite::{Connection, OptionalExtension as _};

use crate::error::Error;
use crate::shipped;
use crate::transform::property;

/// The registration's setting under which only linked APIs are reached.
const SECURELY_SCOPED: &str = "securely_scoped";

/// What a user's record says of coming in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    active: bool,
    locked_out: bool,
    needs_reset: bool,
    web_service_only: bool,
}

impl Standing {
    /// Reads the record; a user who is not there may nothing.
    pub(super) fn of(connection: &Connection, user: &str) -> Result<Self, Error> {
        let mut statement = connection.prepare_cached(
            "SELECT active = 'true', locked_out = 'true', password_needs_reset = 'true', \
             web_service_access_only = 'true' FROM sys_user WHERE sys_id = ?1",
        )?;
        let found = statement
            .query_row([shipped::user_id(user)], |row| {
                Ok(Self {
                    active: row.get(0)?,
                    locked_out: row.get(1)?,
                    needs_reset: row.get(2)?,
                    web_service_only: row.get(3)?,
                })
            })
            .optional()?;
        Ok(found.unwrap_or_default())
    }

    /// True where requests of this user are heard, with whatever credentials.
    pub(super) fn comes_in(self) -> bool {
        self.active && !self.locked_out
    }

    /// True where the password grant gives a token.
    pub(super) fn gets_a_token_for_a_password(self, web_service_users_log_in: bool) -> bool {
        self.comes_in() && !self.needs_reset && (!self.web_service_only || web_service_users_log_in)
    }
}

/// True where the OAuth client's scope reaches the unscoped APIs, which are all that there are here.
pub(super) fn is_in_scope(connection: &Connection, client_id: &str) -> Result<bool, Error> {
    let mut statement = connection.prepare_cached("SELECT scope_restriction FROM oauth_entity WHERE client_id = ?1")?;
    let restriction: Option<String> = statement.query_row([client_id], |row| row.get(0)).optional()?;
    if restriction.as_deref() != Some(SECURELY_SCOPED) {
        return Ok(true);
    }
    let says = |name: &str, value: &str| Ok::<_, Error>(property(connection, name)?.as_deref() == Some(value));
    Ok(says("com.glide.rest.api.auth.scope.check.enable", "false")?
        || says("glide.security.oauth_allow_unscoped_clients", "true")?)
}

/// True where the client-credentials grant is given (`glide.oauth.inbound.client.credential.grant_type.enabled`).
pub(super) fn gives_client_credentials(connection: &Connection) -> Result<bool, Error> {
    Ok(property(connection, "glide.oauth.inbound.client.credential.grant_type.enabled")?.as_deref() != Some("false"))
}
