//! Each way in which an instance refuses leads to its own error, with what to do about it.

use rest::{Answer, Headers};

use super::*;
use crate::refusal::{page, refusal};

fn answer(status: u16, content_type: &str, body: &str) -> Answer {
    Answer {
        status,
        headers: Headers::default(),
        content_type: content_type.to_owned(),
        body: body.as_bytes().to_vec(),
        attempts: 1,
    }
}

fn error(status: u16, message: &str, detail: &str) -> Error {
    let body = format!(r#"{{"error":{{"message":"{message}","detail":"{detail}"}},"status":"failure"}}"#);
    refusal(&answer(status, "application/json", &body), "read `t`".to_owned())
}

#[test]
fn a_refusal_is_named_for_its_cause_and_says_what_to_do() {
    let scope = error(403, "User Not Authorized", "Access to unscoped api is not allowed");
    assert!(matches!(scope, Error::ScopeRestricted { .. }), "{scope}");
    assert!(scope.hint().is_some_and(|hint| hint.contains("Broadly scoped")));
    assert!(scope.is_credentials());

    let acl = error(403, "Operation Failed", "ACL Exception Insert Failed due to security constraints");
    assert!(matches!(acl, Error::Forbidden { .. }), "{acl}");
    assert!(acl.hint().is_some_and(|hint| hint.contains("role")));

    let table = error(400, "Invalid table t", "Table t does not exist");
    assert_eq!(
        table.to_string(),
        "could not read `t`: the instance has no such table, `Invalid table t: Table t does not exist`"
    );
    assert!(table.hint().is_some_and(|hint| hint.contains("update set")));
    assert!(!table.is_credentials());

    let token = error(401, "User Not Authenticated", "Required to provide Auth information");
    assert!(matches!(token, Error::NotAuthenticated { .. }) && token.is_credentials(), "{token}");

    assert!(matches!(error(429, "Rate limit exceeded", ""), Error::Busy { status: 429, .. }));
    assert!(matches!(error(413, "", ""), Error::BodyTooLarge { .. }));
    assert!(matches!(error(400, "Requested URI does not represent any resource", ""), Error::Refused { .. }));
}

#[test]
fn the_token_endpoints_opaque_answer_is_said_as_it_came() {
    let body = r#"{"error_description":"access_denied","error":"server_error"}"#;
    assert_eq!(crate::refusal::said(&answer(401, "application/json", body)), "server_error: access_denied");
}

#[test]
fn a_page_is_recognised_by_its_type_or_its_first_character() {
    let sleeping = answer(200, "text/html", "<html><title>Instance Hibernating page</title>");
    assert!(matches!(page(&sleeping, "read"), Some(Error::Hibernating { .. })));
    let untyped = answer(200, "", "\n <!DOCTYPE html>");
    assert!(matches!(page(&untyped, "read"), Some(Error::Page { status: 200, .. })));
    assert!(page(&answer(200, "application/json", "{}"), "read").is_none());
    assert!(matches!(refusal(&sleeping, "read".to_owned()), Error::Hibernating { .. }));
}

#[test]
fn what_an_instance_says_reaches_no_terminal_unescaped() {
    let said = error(500, r"\u001b[31m", "d").to_string();
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn only_a_batch_whose_fate_is_unknown_is_ambiguous() {
    let unusable =
        Error::AnswerUnusable { staging_table: "t".to_owned(), status: 200, reason: "it is empty".to_owned() };
    assert!(unusable.is_ambiguous() && !unusable.is_credentials());
    assert!(!error(403, "m", "d").is_ambiguous());
}
