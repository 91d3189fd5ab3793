//! What was told of one integration, and so what is worth telling. Apart, and without a clock or a socket, because
//! people stop reading what comes every quarter of an hour: each thing is told once, and its end once.
//!
//! | seen | told before | notice |
//! |---|---|---|
//! | a run failed in a way not told yet | | `run_failed` |
//! | it failed in the same way again | that failure | – |
//! | a brake holds a plan | another plan, or none, and no brake within the hour | `brake` |
//! | no success for as long as was set | no silence | `silent` |
//! | a run succeeded | anything | `recovered`; then nothing is told any more |
//! | a run was interrupted, or spent its budget | | – |

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Event, Notice};
use crate::limits;

/// How a run ended, as far as somebody may want to be told.
#[derive(Clone, Copy, Debug)]
pub enum Ended<'a> {
    /// It did what it should.
    Succeeded,
    /// It failed; its state, as `failed` or `incomplete`, is what tells one failure from another.
    Failed {
        /// Why, as a sentence.
        reason: &'a str,
        /// What to do.
        hint: Option<&'a str>,
    },
    /// A brake holds its plan.
    Stopped {
        /// The plan's id, which an approval names.
        plan: &'a str,
        /// Why, as a sentence.
        reason: &'a str,
        /// What to do.
        hint: Option<&'a str>,
    },
    /// It was interrupted, cancelled or has spent its budget, and goes on by itself.
    Neither,
}

/// What was told of one integration. It is kept over a restart, so that a start tells nothing twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Noticed {
    /// The states of failures that were told.
    failures: BTreeSet<String>,
    brake: Option<Brake>,
    silent: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Brake {
    plan: String,
    told_at: Timestamp,
}

/// What to tell, if anything, and what was told when it has been. Where the notice cannot be told, the former state
/// stays, and the next event is judged by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What to tell.
    pub notice: Option<Notice>,
    /// What was told once it is.
    pub noticed: Noticed,
}

impl Noticed {
    /// A run ended.
    pub fn ended(&self, integration: &str, run: &str, state: &str, ended: Ended<'_>, now: Timestamp) -> Judged {
        let notice = |event, reason, hint| Notice::new(event, integration, reason, now).of_run(run, state, hint);
        match ended {
            Ended::Neither => self.nothing(),
            Ended::Succeeded if *self == Self::default() => self.nothing(),
            Ended::Succeeded => Judged {
                notice: Some(notice(Event::Recovered, "a run succeeded again", None)),
                noticed: Self::default(),
            },
            Ended::Failed { reason, hint } if self.is_new_failure(state) => {
                let mut noticed = self.clone();
                noticed.failures.insert(state.to_owned());
                Judged { notice: Some(notice(Event::RunFailed, reason, hint)), noticed }
            }
            Ended::Stopped { plan, reason, hint } if self.is_new_brake(plan, now) => {
                let brake = Some(Brake { plan: plan.to_owned(), told_at: now });
                Judged { notice: Some(notice(Event::Brake, reason, hint)), noticed: Self { brake, ..self.clone() } }
            }
            Ended::Failed { .. } | Ended::Stopped { .. } => self.nothing(),
        }
    }

    /// Time passed. `quiet_since` is when a run succeeded last, or when the integration was connected or resumed where
    /// none has since; `silent_after` is what was set.
    pub fn looked(
        &self,
        integration: &str,
        quiet_since: Timestamp,
        silent_after: SignedDuration,
        now: Timestamp,
    ) -> Judged {
        if self.silent || now.duration_since(quiet_since) < silent_after {
            return self.nothing();
        }
        let hours = now.duration_since(quiet_since).as_hours();
        let reason = format!("no run has succeeded for {hours} hours, since {}", to_second(quiet_since));
        let mut notice = Notice::new(Event::Silent, integration, &reason, now);
        notice.hint = Some(format!("`snowhaul status --integration {integration}` says how its last runs ended"));
        Judged { notice: Some(notice), noticed: Self { silent: true, ..self.clone() } }
    }

    fn nothing(&self) -> Judged {
        Judged { notice: None, noticed: self.clone() }
    }

    fn is_new_failure(&self, state: &str) -> bool {
        !self.failures.contains(state) && self.failures.len() < limits::FAILURES_TOLD_MAX
    }

    fn is_new_brake(&self, plan: &str, now: Timestamp) -> bool {
        self.brake.as_ref().is_none_or(|told| {
            // A clock that went back makes the pause no longer than it is.
            let pause = now.duration_since(told.told_at).abs();
            told.plan != plan && pause >= limits::BRAKE_NOTICE_PAUSE
        })
    }
}

/// Fractions of a second are of no use to a person.
fn to_second(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}

#[cfg(test)]
mod tests;
