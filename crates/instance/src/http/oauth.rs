//! `POST /oauth_token.do` and `/oauth_revoke_token.do`.
//!
//! Parameters count only in a form body (`glide.oauth.allow.parameters.in.post.body.only`). Whatever is wrong, the
//! answer is the one opaque body that live instances give; which of it was wrong is in the log.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use super::caller::{basic, password_is_right, same};
use super::parameters::Parameters;
use super::standing::{self, Standing};
use super::tokens::Grant;
use crate::error::Error;
use crate::instance::Shared;

/// The documented answer.
#[derive(Serialize)]
struct Answer {
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    scope: &'static str,
    token_type: &'static str,
    expires_in: u64,
}

/// Gives out tokens.
pub(super) async fn token(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let granted = tokio::task::spawn_blocking(move || {
        body.map_err(|_| "the body could not be read").and_then(|body| grant(&shared, &headers, &body))
    });
    match granted.await.unwrap_or(Err("a grant ended in a panic")) {
        Ok(answer) => Json(answer).into_response(),
        Err(reason) => {
            tracing::info!(reason, "refused a token");
            let body = json!({ "error_description": "access_denied", "error": "server_error" });
            (StatusCode::UNAUTHORIZED, Json(body)).into_response()
        }
    }
}

/// Ends a token. Asks for no authentication, and does not say whether there was such a token.
pub(super) async fn revoke(
    State(shared): State<Arc<Shared>>,
    uri: Uri,
    body: Result<Bytes, BytesRejection>,
) -> StatusCode {
    let form = body.map(|body| Parameters::of_form(&body)).unwrap_or_default();
    for parameters in [Parameters::of_uri(&uri), form] {
        if let Some(token) = parameters.get("token") {
            shared.tokens.revoke(token);
        }
    }
    StatusCode::OK
}

fn grant(shared: &Shared, headers: &HeaderMap, body: &[u8]) -> Result<Answer, &'static str> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !content_type.starts_with("application/x-www-form-urlencoded") {
        return Err("the body is no form");
    }
    let form = Parameters::of_form(body);
    // Official clients that use an OAuth library name the client in the header instead (RFC 6749 §2.3.1).
    let (given_id, given_secret) = match form.get("client_id") {
        Some(id) if form.get("client_secret").is_some() => {
            (id.to_owned(), form.get("client_secret").unwrap_or_default().to_owned())
        }
        _ => basic(headers).unwrap_or_default(),
    };
    let client = same(&given_id, &shared.config.client_id);
    let secret = same(&given_secret, &shared.config.client_secret);
    if !(client & secret) {
        return Err("the client is not known");
    }
    let granted = match form.get("grant_type") {
        Some("password") => {
            let user = form.get("username").unwrap_or_default();
            if !password_is_right(&shared.config, user, form.get("password").unwrap_or_default()) {
                return Err("user name and password do not fit");
            }
            if !standing(shared, user)?.gets_a_token_for_a_password(shared.config.web_service_users_log_in) {
                return Err("the user is not active, is locked out, has to reset the password or may not log in");
            }
            Ok(answer(shared.tokens.log_in(user), true))
        }
        Some("refresh_token") => {
            let refresh = form.get("refresh_token").unwrap_or_default();
            let user = shared.tokens.user_of_refresh(refresh).ok_or("the refresh token does not count")?;
            if !standing(shared, &user)?.comes_in() {
                return Err("the user is not active, or is locked out");
            }
            let granted = shared.tokens.refresh(refresh).map(|grant| answer(grant, true));
            granted.ok_or("the refresh token does not count")
        }
        // The application user of the registration is the account that loads.
        Some("client_credentials") => {
            let user = &shared.config.service_account;
            let is_given = shared.database.read(standing::gives_client_credentials);
            if !is_given.map_err(unreadable)? || !standing(shared, user)?.comes_in() {
                return Err("client credentials are not given, or the application user may not come in");
            }
            Ok(answer(shared.tokens.log_in(user), false))
        }
        _ => Err("the grant type is not known"),
    };
    if granted.is_ok() {
        shared.books.token(form.get("grant_type").unwrap_or_default());
    }
    granted
}

fn standing(shared: &Shared, user: &str) -> Result<Standing, &'static str> {
    shared.database.read(|connection| Standing::of(connection, user)).map_err(unreadable)
}

fn unreadable(error: Error) -> &'static str {
    tracing::error!(error = &error as &dyn std::error::Error, "a user could not be looked up");
    "the user could not be looked up"
}

/// Client credentials get no refresh token: they are one.
fn answer(grant: Grant, with_refresh: bool) -> Answer {
    Answer {
        access_token: grant.access,
        refresh_token: with_refresh.then_some(grant.refresh),
        scope: "useraccount",
        token_type: "Bearer",
        expires_in: grant.seconds_left,
    }
}
