//! Forms as browsers send them, and the token that each has to bring. Apart because secrets pass through here.
//!
//! The body is gathered in one buffer that never grows, and wiped when it has been read; no error of the decoder is kept,
//! as it may repeat what stood in a field. What is out of our hands: the socket's own buffer, and a value with escapes in
//! it, which the decoder writes out once before it is moved into its field. So a secret's field is a type that wipes
//! itself, and the rest is a matter of milliseconds.

use std::fmt;

use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use futures::StreamExt as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::limits::{FORM_BYTES_MAX, FORM_READ, SIGN_IN_BYTES_MAX};
use super::own_path::OwnPath;
use super::refusal::Refusal;
use super::secret::is_same;
use super::sessions::Session;

/// A form of whoever is signed in, sent from a page of the same session. Fields that `T` does not know are left out, and
/// `csrf` is one of them, so `T` must not deny unknown fields; a field that is sent several times is a list.
pub struct Posted<T>(pub T);

/// The form of the sign-in page: its fields are `code` and `to`.
pub struct SignInForm {
    /// What was typed.
    pub code: Zeroizing<String>,
    /// Where to go afterwards; `/` where the form says something else than a path of ours.
    pub to: OwnPath,
}

/// The one field that every form has.
#[derive(Deserialize)]
struct Token {
    csrf: String,
}

#[derive(Deserialize)]
struct SignInFields {
    code: String,
    #[serde(default)]
    to: String,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Posted<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let session = request.extensions().get::<Session>().cloned().ok_or(Refusal::NoSession)?;
        let body = read(request, FORM_BYTES_MAX).await?;
        let token: Token = serde_html_form::from_bytes(&body).map_err(|_| Refusal::WrongToken)?;
        if !is_same(&token.csrf, &session.csrf) {
            return Err(Refusal::WrongToken);
        }
        serde_html_form::from_bytes(&body).map(Self).map_err(|_| Refusal::Unreadable)
    }
}

impl<S: Send + Sync> FromRequest<S> for SignInForm {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let body = read(request, SIGN_IN_BYTES_MAX).await?;
        let fields: SignInFields = serde_html_form::from_bytes(&body).map_err(|_| Refusal::Unreadable)?;
        Ok(Self { code: Zeroizing::new(fields.code), to: OwnPath::parse(&fields.to).unwrap_or_default() })
    }
}

impl<T> fmt::Debug for Posted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Posted")
    }
}

impl fmt::Debug for SignInForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignInForm")
    }
}

/// The whole body of a form, in time and within its limit.
async fn read(request: Request, bytes_max: usize) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    if !is_form(request.headers()) {
        return Err(Refusal::NotAForm);
    }
    let gathered = gather(request.into_body(), bytes_max);
    tokio::time::timeout(FORM_READ, gathered).await.unwrap_or(Err(Refusal::TooSlow))
}

async fn gather(body: Body, bytes_max: usize) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let announced = body.size_hint().upper().map_or(Ok(bytes_max), usize::try_from);
    let room = announced.ok().filter(|bytes| *bytes <= bytes_max).ok_or(Refusal::TooLarge)?;
    // A buffer that grows moves, and leaves behind what it held.
    let mut whole = Zeroizing::new(Vec::with_capacity(room));
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Refusal::Unreadable)?;
        if whole.len() + piece.len() > room {
            return Err(Refusal::TooLarge);
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split_once(';').map_or(kind, |(kind, _)| kind);
    kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
