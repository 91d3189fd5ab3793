//! Findings, collected in their order and told one by one. Apart because it is held here that a check behind one that
//! failed is skipped, and names the one that it is skipped by.

use std::error::Error;

use super::{Area, Check, CheckResult};

/// Names that one finding lists; more of them are counted.
const NAMES_SHOWN_MAX: usize = 5;

/// What a check found, before it has a name.
#[derive(Debug)]
pub(super) struct Finding {
    result: CheckResult,
    evidence: String,
    remedy: String,
}

impl Finding {
    pub(super) fn passed(evidence: impl Into<String>) -> Self {
        Self { result: CheckResult::Passed, evidence: evidence.into(), remedy: String::new() }
    }

    pub(super) fn warning(evidence: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { result: CheckResult::Warning, evidence: evidence.into(), remedy: remedy.into() }
    }

    pub(super) fn failed(evidence: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { result: CheckResult::Failed, evidence: evidence.into(), remedy: remedy.into() }
    }

    /// Not looked at for a reason of its own.
    pub(super) fn skipped(evidence: impl Into<String>) -> Self {
        Self { result: CheckResult::Skipped, evidence: evidence.into(), remedy: String::new() }
    }

    /// The same, as a warning where it failed: a run goes on without.
    pub(super) fn softened(self) -> Self {
        let result = if self.result == CheckResult::Failed { CheckResult::Warning } else { self.result };
        Self { result, ..self }
    }
}

/// A check that others cannot be made behind, and the one that failed in the first place.
struct Stopped {
    name: &'static str,
    by: &'static str,
}

/// The findings of one end.
pub(super) struct Findings<'e> {
    area: Area,
    each: &'e mut (dyn FnMut(&Check) + Send),
    checks: Vec<Check>,
    stopped: Vec<Stopped>,
}

impl<'e> Findings<'e> {
    pub(super) fn of(area: Area, each: &'e mut (dyn FnMut(&Check) + Send)) -> Self {
        Self { area, each, checks: Vec::new(), stopped: Vec::new() }
    }

    /// Makes a check, unless one that it needs failed or was skipped: then its future is dropped before it began.
    pub(super) async fn check(
        &mut self,
        name: &'static str,
        needs: &[&'static str],
        finding: impl Future<Output = Finding>,
    ) {
        match self.stopped_by(needs) {
            Some(by) => self.skip(name, by),
            None => self.note(name, finding.await),
        }
    }

    /// Takes down what a check found.
    pub(super) fn note(&mut self, name: &'static str, finding: Finding) {
        if finding.result == CheckResult::Failed {
            self.stopped.push(Stopped { name, by: name });
        }
        let Finding { result, evidence, remedy } = finding;
        let check = Check { name, area: self.area, result, evidence, remedy };
        (self.each)(&check);
        self.checks.push(check);
    }

    /// Skips a check whatever it needs, because of one that failed or was skipped.
    pub(super) fn skip_behind(&mut self, name: &'static str, needed: &'static str) {
        let by = self.stopped_by(&[needed]).unwrap_or(needed);
        self.skip(name, by);
    }

    pub(super) fn all(self) -> Vec<Check> {
        self.checks
    }

    fn skip(&mut self, name: &'static str, by: &'static str) {
        self.stopped.push(Stopped { name, by });
        self.note(name, Finding::skipped(format!("not looked at, because \"{by}\" failed")));
    }

    fn stopped_by(&self, needs: &[&'static str]) -> Option<&'static str> {
        self.stopped.iter().find(|stopped| needs.contains(&stopped.name)).map(|stopped| stopped.by)
    }
}

/// An error with its causes. Neither end's errors hold a credential, and what a server said is escaped in them.
pub(super) fn told(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        words.push_str(": ");
        words.push_str(&source.to_string());
        cause = source.source();
    }
    words
}

/// Names in a row, as many as are read at a glance.
pub(super) fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(NAMES_SHOWN_MAX).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(NAMES_SHOWN_MAX) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_stands_behind_a_failure_is_skipped_and_names_it() {
        let mut told = Vec::new();
        let mut each = |check: &Check| told.push(check.name);
        let mut said = Findings::of(Area::Instance, &mut each);
        said.check("first", &[], async { Finding::failed("no", "mend it") }).await;
        said.check("second", &["first"], async { unreachable!("it is not looked at") }).await;
        said.check("third", &["second"], async { unreachable!("nor is this") }).await;
        said.check("apart", &[], async { Finding::failed("no", "mend it").softened() }).await;
        said.check("behind a warning", &["apart"], async { Finding::passed("yes") }).await;
        let results: Vec<_> = said.all().into_iter().map(|check| (check.result, check.evidence)).collect();
        assert_eq!(told, ["first", "second", "third", "apart", "behind a warning"]);
        assert_eq!(results[2], (CheckResult::Skipped, "not looked at, because \"first\" failed".to_owned()));
        assert_eq!((results[3].0, results[4].0), (CheckResult::Warning, CheckResult::Passed));
    }

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (0..7).map(|one| format!("n{one}")).collect();
        assert_eq!(listed(&names[..2]), "`n0`, `n1`");
        assert!(listed(&names).ends_with("`n4` and 2 more"));
    }
}
