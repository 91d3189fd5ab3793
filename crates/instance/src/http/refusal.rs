//! Everything that is answered instead of what was asked, in the documented shape and as JSON:
//! `{"error":{"message":…,"detail":…},"status":"failure"}`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::error::Error;
use crate::import::ImportError;

/// A refused request.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    message: String,
    detail: Option<String>,
    /// The answer says that the user is known all the same.
    is_logged_in: bool,
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { status, message: message.into(), detail: Some(detail.into()), is_logged_in: false }
    }

    /// No credentials, wrong ones, or a token whose life is over.
    pub(super) fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "User Not Authenticated", "Required to provide Auth information")
    }

    /// An OAuth client whose scope does not reach the interface (Zurich; KB2731346).
    pub(super) fn out_of_scope() -> Self {
        let detail = "Access to unscoped api is not allowed";
        Self { is_logged_in: true, ..Self::new(StatusCode::FORBIDDEN, "User Not Authorized", detail) }
    }

    /// A user without the role that an operation needs; the operation is `Insert`, `Update` or `Delete`.
    pub(super) fn forbidden(operation: &str) -> Self {
        let detail = format!("ACL Exception {operation} Failed due to security constraints");
        Self::new(StatusCode::FORBIDDEN, "Operation Failed", detail)
    }

    /// A table of which the user may read nothing (KB0744425 has the body; the status is that of the interface's other
    /// refusals by access rule).
    pub(super) fn unreadable_table(table: &str) -> Self {
        Self::unreadable(format!("No permission to read table '{table}'"))
    }

    /// A query by a column that the user may not read: it would tell what the column holds.
    pub(super) fn unreadable_fields() -> Self {
        Self::unreadable("Field(s) present in the query do not have permission to be read")
    }

    fn unreadable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Insufficient rights to query records", detail)
    }

    /// A discovery source that is no choice: the one body that a capture shows.
    pub(super) fn invalid_source(source: &str) -> Self {
        let detail = format!(
            "INVALID_INPUT_DATA: In payload invalid data source [{source}] exist. You need to provide a valid choice value \
             from field [discovery_source] in table [cmdb_ci]"
        );
        Self::new(StatusCode::BAD_REQUEST, "INVALID_INPUT_DATA", detail)
    }

    /// No table of that name.
    pub(super) fn invalid_table(table: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("Invalid table {table}"), format!("Table {table} does not exist"))
    }

    /// No record of that id.
    pub(super) fn no_record() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "No Record found",
            "Record doesn't exist or ACL restricts the record retrieval",
        )
    }

    /// An address that is none.
    pub(super) fn nowhere() -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: "Requested URI does not represent any resource".to_owned(),
            detail: None,
            is_logged_in: false,
        }
    }

    /// An address that is asked in a way that it does not answer.
    pub(super) fn wrong_method() -> Self {
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            message: "Method not supported".to_owned(),
            detail: None,
            is_logged_in: false,
        }
    }

    /// A body that cannot be read.
    pub(super) fn invalid_body(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Exception while reading request", detail)
    }

    /// A query parameter that cannot be heeded.
    pub(super) fn invalid_parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("Invalid {name}"), detail)
    }

    /// A body larger than the limit, or one that broke off.
    pub(super) fn body(rejection: &axum::extract::rejection::BytesRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "Request body too large",
                format!("The limit is {} bytes", crate::limits::BODY_BYTES_MAX),
            ),
            status => Self::new(status, "Exception while reading request", "The body could not be read"),
        }
    }

    /// A body of another type than JSON.
    pub(super) fn media_type(found: Option<&str>) -> Self {
        match found {
            Some(found) => Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Unsupported media type",
                format!("Content-Type {found} is not application/json"),
            ),
            None => {
                Self::new(StatusCode::BAD_REQUEST, "Missing Content-Type", "Content-Type application/json is required")
            }
        }
    }

    /// The instance itself failed; what happened is in its log.
    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal error", "The instance could not complete the request")
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Record { .. } | Error::Dictionary(_) => Self::invalid_body(error.to_string()),
            other => {
                tracing::error!(error = &other as &dyn std::error::Error, "a request failed");
                Self::internal()
            }
        }
    }
}

impl From<ImportError> for Refusal {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::InvalidTable => Self::new(
                StatusCode::BAD_REQUEST,
                "Invalid staging table",
                "The table does not exist or is no import set table",
            ),
            ImportError::InvalidBody(error) => Self::invalid_body(format!("The payload is not valid JSON: {error}")),
            ImportError::UnknownRecord(parameter) => Self::invalid_parameter(parameter, "There is no such record"),
            // The text is what official clients look for; the status is not documented.
            ImportError::QuotaSpent => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Transaction cancelled: maximum execution time exceeded",
                "Transaction cancelled: maximum execution time exceeded. Check logs for error trace",
            ),
            ImportError::Failed(error) => Self::from(error),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({
            "error": { "message": self.message, "detail": self.detail },
            "status": "failure",
        });
        let mut response = (self.status, Json(body)).into_response();
        if self.is_logged_in {
            response.headers_mut().insert("x-is-logged-in", HeaderValue::from_static("true"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let realm = HeaderValue::from_static("BASIC realm=\"Service-now\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
        }
        response
    }
}
