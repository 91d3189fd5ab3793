//! The five shapes in which the API says no. Which endpoint uses which is not uniform in the real service, so every one is kept by
//! name and a complaint carries its own.

use super::answer::Answer;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The shape of an error's body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorShape {
    /// `{"detail": "…"}`: most of the API.
    #[default]
    Detail,
    /// `["…"]`: actions on devices.
    List,
    /// `{"field": ["…"]}`: a parameter that cannot be read.
    Fields,
    /// `{"error": "Bad Request"}`: the words of the status, as in the vendor's specification.
    Error,
    /// `{"message": "…", "request_id": "…"}`: the gateway in front of the API.
    Gateway,
}

/// A request that is refused.
#[derive(Clone, Debug)]
pub(crate) struct Complaint {
    status: StatusCode,
    shape: ErrorShape,
    text: String,
    /// The parameter at fault, where one is.
    field: &'static str,
}

impl Complaint {
    pub(crate) fn new(status: StatusCode, shape: ErrorShape, text: impl Into<String>) -> Self {
        Self { status, shape, text: text.into(), field: "non_field_errors" }
    }

    /// A request that cannot be answered as it is.
    pub(crate) fn bad_request(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorShape::Detail, text)
    }

    /// A parameter that cannot be read.
    pub(crate) fn of_field(field: &'static str, text: impl Into<String>) -> Self {
        Self { field, ..Self::new(StatusCode::BAD_REQUEST, ErrorShape::Fields, text) }
    }

    /// A record that is not there.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorShape::Detail, "Not found.")
    }

    /// What the gateway itself refuses.
    pub(crate) fn of_gateway(status: StatusCode, text: impl Into<String>) -> Self {
        Self::new(status, ErrorShape::Gateway, text)
    }

    fn body(&self) -> Value {
        match self.shape {
            ErrorShape::Detail => json!({ "detail": self.text }),
            ErrorShape::List => json!([self.text]),
            ErrorShape::Fields => json!({ self.field: [self.text] }),
            ErrorShape::Error => json!({ "error": self.status.canonical_reason().unwrap_or("Error") }),
            ErrorShape::Gateway => {
                json!({ "message": self.text, "request_id": uuid::Uuid::new_v4().simple().to_string() })
            }
        }
    }
}

impl From<Complaint> for Answer {
    fn from(complaint: Complaint) -> Self {
        Self::json(complaint.body().to_string().into_bytes()).with_status(complaint.status)
    }
}
