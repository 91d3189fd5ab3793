//! Who asks: a bearer token or Basic authentication, and the roles of that user.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::Connection;

use super::blocking;
use super::refusal::Refusal;
use super::standing::{self, Standing};
use crate::config::Config;
use crate::error::Error;
use crate::instance::Shared;
use crate::shipped;

/// An authenticated user, and the address under which the instance was asked.
pub(super) struct Caller {
    pub(super) user: String,
    /// `http://host:port`, what links begin with.
    pub(super) base: String,
}

impl FromRequestParts<Arc<Shared>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Self::Rejection> {
        let authorization = authorization(&parts.headers);
        let is_token = authorization.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"));
        let user = authenticate(shared, authorization).ok_or_else(Refusal::unauthenticated)?;
        let user = admit(Arc::clone(shared), user, is_token).await?;
        let host = parts.headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("localhost");
        Ok(Self { user, base: format!("http://{host}") })
    }
}

impl Caller {
    /// True where the user holds the role, directly or contained in another; `admin` holds all.
    pub(super) fn has_role(&self, connection: &Connection, role: &str) -> Result<bool, Error> {
        Ok(self.roles(connection)?.values().any(|held| held == role || held == "admin"))
    }

    /// The roles that the user holds, directly or contained in another: their ids and names.
    pub(super) fn roles(&self, connection: &Connection) -> Result<HashMap<String, String>, Error> {
        let mut statement = connection.prepare_cached(
            "WITH RECURSIVE held(role) AS (\
               SELECT role FROM sys_user_has_role WHERE \"user\" = ?1 \
               UNION SELECT c.\"contains\" FROM sys_user_role_contains c JOIN held ON c.role = held.role) \
             SELECT r.sys_id, r.name FROM held JOIN sys_user_role r ON r.sys_id = held.role",
        )?;
        let roles = statement.query_map([shipped::user_id(&self.user)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(roles.collect::<Result<_, _>>()?)
    }
}

fn authorization(headers: &HeaderMap) -> &str {
    headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Who asks, whether or not they may.
pub(super) fn user_of(shared: &Shared, headers: &HeaderMap) -> Option<String> {
    authenticate(shared, authorization(headers))
}

/// Lets a user in whose record says so, and a client whose scope reaches that far.
async fn admit(shared: Arc<Shared>, user: String, is_token: bool) -> Result<String, Refusal> {
    blocking(move || {
        shared.database.read(|connection| {
            if !Standing::of(connection, &user)?.comes_in() {
                return Err(Refusal::unauthenticated());
            }
            if is_token && !standing::is_in_scope(connection, &shared.config.client_id)? {
                return Err(Refusal::out_of_scope());
            }
            Ok(user)
        })
    })
    .await
}

fn authenticate(shared: &Shared, authorization: &str) -> Option<String> {
    let (scheme, credentials) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return shared.tokens.user(credentials.trim());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let (user, password) = pair(credentials)?;
    password_is_right(&shared.config, &user, &password).then_some(user)
}

/// The name and the password of Basic authentication.
pub(super) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, credentials) = authorization(headers).split_once(' ')?;
    if scheme.eq_ignore_ascii_case("basic") { pair(credentials) } else { None }
}

fn pair(credentials: &str) -> Option<(String, String)> {
    let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    decoded.split_once(':').map(|(name, password)| (name.to_owned(), password.to_owned()))
}

/// True where the password is that of the user. Only two users can log in: `admin` and the service account.
pub(super) fn password_is_right(config: &Config, user: &str, password: &str) -> bool {
    let admin = same(user, "admin") & same(password, &config.admin_password);
    let service = same(user, &config.service_account) & same(password, &config.service_password);
    admin | service
}

/// Compares without stopping at the first difference, so that the time taken does not tell how much was right.
pub(super) fn same(given: &str, expected: &str) -> bool {
    let differences = given.bytes().zip(expected.bytes()).fold(0_u8, |all, (one, other)| all | (one ^ other));
    (given.len() == expected.len()) & (std::hint::black_box(differences) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_text_is_the_same() {
        assert!(same("secret", "secret") && same("", ""));
        for other in ["", "secre", "secret ", "Secret"] {
            assert!(!same(other, "secret"), "{other}");
        }
    }
}
