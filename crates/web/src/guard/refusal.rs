//! What the guard answers instead of a page. Apart because all of it is plain text of ours: no refusal repeats what came
//! with the request.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Why a request is refused. It is also among the answer's extensions, for whoever dresses it as a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request is for another host, or for none.
    #[error("The console is not reached under this name. Open it under the address that it printed when it started.")]
    ForeignHost,
    /// A page of another origin sent it.
    #[error("This request came from another page than the console's. Nothing was done.")]
    ForeignOrigin,
    /// Nobody is signed in, or nobody any more.
    #[error("You are not signed in, or no longer. Nothing was done. Sign in again at /sign-in.")]
    NoSession,
    /// The form is not one that this session was given.
    #[error("This form is out of date. Nothing was done. Go back, load the page again, and send it once more.")]
    WrongToken,
    /// The body is no form.
    #[error("This address takes forms only.")]
    NotAForm,
    /// The form is larger than any of ours.
    #[error("This form is too large. Nothing was done.")]
    TooLarge,
    /// The form did not arrive in time.
    #[error("This form took too long to arrive. Nothing was done.")]
    TooSlow,
    /// The form broke off, or lacks a field, or a field is not what it must be.
    #[error("This form is incomplete. Nothing was done.")]
    Unreadable,
}

impl Refusal {
    /// The status that it is answered with.
    pub fn status(self) -> StatusCode {
        match self {
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::ForeignOrigin | Self::WrongToken => StatusCode::FORBIDDEN,
            Self::NoSession => StatusCode::UNAUTHORIZED,
            Self::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Unreadable => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        tracing::debug!(refusal = ?self, "a request is refused");
        let mut response = (self.status(), format!("{self}\n")).into_response();
        response.extensions_mut().insert(self);
        response
    }
}
