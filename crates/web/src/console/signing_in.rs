//! Signing in by the code that the service printed, and out.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{Console, frame};
use crate::guard::{OwnPath, Refused, SignInForm};
use crate::pages::{self, SignIn, links};

/// Where to go afterwards.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    to: String,
}

pub(super) async fn page(Query(asked): Query<Asked>) -> Response {
    shown(StatusCode::OK, &SignIn { to: own(&asked.to), ..SignIn::default() })
}

/// No token is asked for here: whoever is not signed in has none, and that the form came from our own page is what the
/// guard looked at before.
pub(super) async fn sign_in(State(console): State<Console>, headers: HeaderMap, form: SignInForm) -> Response {
    match console.guard.sign_in(&headers, &form.code) {
        Ok(cookie) => {
            let to = form.to.as_str().to_owned();
            (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie)], [(header::LOCATION, to)]).into_response()
        }
        Err(refused) => {
            let to = form.to.as_str().to_owned();
            let (error, wait_seconds) = match &refused {
                Refused::TooMany { retry_after } => (None, Some(retry_after.as_secs().max(1))),
                Refused::Wrong => {
                    let words = "This is not the present code. A code is good for one sign-in, and the program prints the \
                                 next one as soon as it is used.";
                    (Some(words.to_owned()), None)
                }
                Refused::Random(_) => (Some(refused.to_string()), None),
            };
            let mut answer = shown(refused.status(), &SignIn { error, wait_seconds, to });
            if let Some(retry_after) = refused.retry_after() {
                answer.headers_mut().insert(header::RETRY_AFTER, retry_after);
            }
            answer
        }
    }
}

pub(super) async fn sign_out(
    State(console): State<Console>,
    headers: HeaderMap,
    _form: crate::guard::Posted<Nothing>,
) -> Response {
    let cookie = console.guard.sign_out(&headers);
    (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie)], [(header::LOCATION, links::SIGN_IN)]).into_response()
}

/// A form of which only the token is of interest.
#[derive(Deserialize)]
pub(super) struct Nothing {}

fn own(to: &str) -> String {
    OwnPath::parse(to).unwrap_or_default().as_str().to_owned()
}

fn shown(status: StatusCode, view: &SignIn) -> Response {
    (status, pages::sign_in(&frame(String::new(), false), view)).into_response()
}
