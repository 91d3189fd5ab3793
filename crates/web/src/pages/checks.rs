//! What was looked at at both ends: each check with its result, what was seen, and what a person does about it.

use maud::{Markup, html};

use super::parts::{Tone, badge};
use super::words::prose;

/// What one check found.
#[derive(Clone, Debug)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// At which end.
    pub area: Area,
    /// How it stands.
    pub result: CheckResult,
    /// What was seen.
    pub evidence: String,
    /// What a person does about it; empty where nothing is to be done.
    pub remedy: String,
}

/// The end that a check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Iru Endpoint.
    Tenant,
    /// ServiceNow.
    Instance,
}

impl Area {
    fn id(self) -> &'static str {
        match self {
            Self::Tenant => "checks-tenant",
            Self::Instance => "checks-instance",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Tenant => "Iru Endpoint",
            Self::Instance => "ServiceNow",
        }
    }
}

/// How a check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckResult {
    /// As it should be.
    Passed,
    /// A run goes through, and something is left out or is not as it should be.
    Warning,
    /// A run would stop at it.
    Failed,
    /// Not looked at, because of an earlier check.
    Skipped,
}

impl CheckResult {
    fn badge(self) -> Markup {
        match self {
            Self::Passed => badge(Tone::Good, "Passed"),
            Self::Warning => badge(Tone::Warning, "Warning"),
            Self::Failed => badge(Tone::Bad, "Failed"),
            Self::Skipped => badge(Tone::Quiet, "Skipped"),
        }
    }
}

/// One check; `number` is its place among all of them, from 1. It goes at the end of the list of its end.
pub fn check_line(number: usize, check: &Check) -> Markup {
    html! {
        li.check id={ "check-" (number) } data-into=(check.area.id()) {
            div.check-head { h3 { (prose(&check.name)) } (check.result.badge()) }
            @if !check.evidence.is_empty() { p.evidence { (prose(&check.evidence)) } }
            @if !check.remedy.is_empty() { p.remedy { b { "To do: " } (prose(&check.remedy)) } }
        }
    }
}

/// How many stand how.
pub fn checks_tally(checks: &[Check]) -> Markup {
    let of = |result| checks.iter().filter(|check| check.result == result).count();
    let counts = [
        (of(CheckResult::Passed), "passed"),
        (of(CheckResult::Warning), "with a warning"),
        (of(CheckResult::Failed), "failed"),
        (of(CheckResult::Skipped), "skipped"),
    ];
    let told: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}")).collect();
    html! { span #checks-tally { @if told.is_empty() { "The first check is under way." } @else { (told.join(", ")) "." } } }
}

/// Both lists, filled so far.
pub(super) fn checks(checks: &[Check]) -> Markup {
    html! {
        div.columns #checks {
            @for area in [Area::Tenant, Area::Instance] {
                section.card aria-labelledby={ (area.id()) "-name" } {
                    h2 id={ (area.id()) "-name" } { (area.words()) }
                    ol.checks id=(area.id()) {
                        @for (at, check) in checks.iter().enumerate().filter(|(_, check)| check.area == area) {
                            (check_line(at + 1, check))
                        }
                    }
                }
            }
        }
    }
}

/// Those that failed alone, where something was refused because of them.
pub(super) fn failed(checks: &[Check]) -> Markup {
    html! {
        ol.checks #failed-checks {
            @for (at, check) in checks.iter().enumerate().filter(|(_, check)| check.result == CheckResult::Failed) {
                (check_line(at + 1, check))
            }
        }
    }
}
