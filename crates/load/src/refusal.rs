//! An answer that is not what was asked for, turned into the error that names its cause. Apart because ServiceNow
//! says the same thing in several ways: a page with status 200, `{"error":{"message","detail"}}`, or
//! `{"error","error_description"}`.

use flow::Rejected;
use rest::Answer;
use serde_json::Value;

use crate::Error;

/// Why an answer of any status other than success is no answer; `doing` completes "could not …".
pub(crate) fn refusal(answer: &Answer, doing: String) -> Error {
    if let Some(page) = page(answer, &doing) {
        return page;
    }
    let said = said(answer);
    let status = answer.status;
    match status {
        401 => Error::NotAuthenticated { doing, said },
        403 if is_scope(answer) => Error::ScopeRestricted { doing, said },
        403 => Error::Forbidden { doing, said },
        400 | 404 if contains(answer, "invalid table") => Error::NoTable { doing, said },
        413 => Error::BodyTooLarge { doing },
        429 | 503 => {
            Error::Busy { doing, status, retry_after: answer.header("retry-after").map(Rejected::shown), said }
        }
        _ => Error::Refused { doing, status, said },
    }
}

/// The error for a page that came instead of JSON; none where the answer is no page. The status is not asked, because
/// a hibernating instance answers 200.
pub(crate) fn page(answer: &Answer, doing: &str) -> Option<Error> {
    let begins = answer.body.trim_ascii_start().first();
    if !answer.content_type.contains("html") && begins != Some(&b'<') {
        return None;
    }
    let doing = doing.to_owned();
    Some(if contains(answer, "hibernat") {
        Error::Hibernating { doing }
    } else {
        Error::Page { doing, status: answer.status }
    })
}

/// What the instance says, short and without control characters. A body that is not an error of ServiceNow's is not
/// repeated.
pub(crate) fn said(answer: &Answer) -> String {
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else { return String::new() };
    let error = &body["error"];
    let parts = [&error["message"], &error["detail"], error, &body["error_description"]];
    let parts: Vec<&str> = parts.into_iter().filter_map(Value::as_str).filter(|part| !part.is_empty()).collect();
    Rejected::shown(&parts.join(": "))
}

fn is_scope(answer: &Answer) -> bool {
    contains(answer, "unscoped api") || contains(answer, "api access scope")
}

/// Looks for a phrase, in any case, in the beginning of the body, where a title and a message stand.
pub(crate) fn contains(answer: &Answer, phrase: &str) -> bool {
    const LOOKED_AT_BYTES: usize = 64 * 1024;
    let beginning = &answer.body[..answer.body.len().min(LOOKED_AT_BYTES)];
    String::from_utf8_lossy(beginning).to_ascii_lowercase().contains(phrase)
}
