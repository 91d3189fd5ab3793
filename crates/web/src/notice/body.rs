//! What is told, as JSON. Apart because its shape is a contract with programs that we do not know.
//!
//! ```json
//! {"schema_version":1,"event":"run_failed","integration":"acme","run":"2026-11-30T02-00-00Z-1","state":"failed",
//!  "reason":"could not reach the server","hint":"look whether the machine has a network","at":"2026-11-30T02:00:41Z"}
//! ```
//!
//! | field | what it is |
//! |---|---|
//! | `schema_version` | 1; it rises when a field goes or means something else, not when one is added |
//! | `event` | `run_failed`, `brake`, `silent` or `recovered` |
//! | `integration` | its name |
//! | `run` | the run's id; null for `silent` |
//! | `state` | the state in which the run ended, as `failed`, `stopped`, `incomplete`; null for `silent` |
//! | `reason` | a sentence for a person, at most 1,000 characters |
//! | `hint` | what to do, or null |
//! | `at` | when it was noticed, in UTC |
//!
//! What must hold: a reason is a message of ours, which never has a secret or a body in it, and no counts by device.

use jiff::Timestamp;
use serde::Serialize;

use crate::limits;

/// The shape's version.
pub const SCHEMA_VERSION: u32 = 1;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A run failed.
    RunFailed,
    /// A brake holds a plan until a person has looked.
    Brake,
    /// No run has succeeded for as long as was set.
    Silent,
    /// A run succeeded after something of the above was told.
    Recovered,
}

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    schema_version: u32,
    /// What happened.
    pub event: Event,
    /// To which integration.
    pub integration: String,
    /// In which run.
    pub run: Option<String>,
    /// How the run ended.
    pub state: Option<String>,
    /// Why, for a person.
    pub reason: String,
    /// What to do.
    pub hint: Option<String>,
    /// When it was noticed.
    pub at: Timestamp,
}

impl Notice {
    /// A notice without a run.
    pub(super) fn new(event: Event, integration: &str, reason: &str, at: Timestamp) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            event,
            integration: integration.to_owned(),
            run: None,
            state: None,
            reason: cut(reason),
            hint: None,
            at,
        }
    }

    /// The same, of this run, with what to do.
    pub(super) fn of_run(self, run: &str, state: &str, hint: Option<&str>) -> Self {
        Self { run: Some(run.to_owned()), state: Some(state.to_owned()), hint: hint.map(cut), ..self }
    }

    /// The bytes that are sent, and signed.
    pub(super) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts, numbers and a time can always be written as JSON")
    }
}

fn cut(text: &str) -> String {
    text.chars().take(limits::NOTICE_TEXT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_is_the_one_that_is_documented() {
        let at = "2026-11-30T02:00:41Z".parse().expect("a time");
        let notice = Notice::new(Event::RunFailed, "acme", "could not reach the server", at);
        let text = |notice: &Notice| String::from_utf8(notice.to_json()).expect("JSON is text");
        assert_eq!(
            text(&notice.clone().of_run("r1", "failed", Some("look at the network"))),
            r#"{"schema_version":1,"event":"run_failed","integration":"acme","run":"r1","state":"failed","reason":"could not reach the server","hint":"look at the network","at":"2026-11-30T02:00:41Z"}"#
        );
        assert_eq!(
            text(&Notice { event: Event::Silent, ..notice }),
            r#"{"schema_version":1,"event":"silent","integration":"acme","run":null,"state":null,"reason":"could not reach the server","hint":null,"at":"2026-11-30T02:00:41Z"}"#
        );
    }

    #[test]
    fn a_reason_from_outside_is_cut_and_stays_one_text() {
        let reason = format!("\u{1b}[31m\n{}", "é".repeat(5_000));
        let notice = Notice::new(Event::Brake, "acme", &reason, Timestamp::UNIX_EPOCH);
        assert_eq!(notice.reason.chars().count(), limits::NOTICE_TEXT_CHARS_MAX);
        let text = String::from_utf8(notice.to_json()).expect("JSON is text");
        assert!(!text.chars().any(char::is_control), "{text}");
    }
}
