//! Exit codes, each with its meaning; what a script that wraps this program relies on.

use pipeline::RunReport;

/// Done.
pub(crate) const DONE: u8 = 0;
/// Failed; the message says what was attempted, on what, and why.
pub(crate) const FAILED: u8 = 1;
/// Changes are waiting (`plan --detailed-exitcode`), or something is otherwise (`reconcile`).
pub(crate) const CHANGES_WAIT: u8 = 2;
/// A brake stopped it before the first row of a table.
pub(crate) const STOPPED: u8 = 4;
/// Done, but rows have errors.
pub(crate) const ROWS_HAVE_ERRORS: u8 = 3;
/// Credentials or permission.
pub(crate) const CREDENTIALS: u8 = 5;
/// The request budget of the hour is spent; what was read is kept.
pub(crate) const BUDGET_SPENT: u8 = 6;
/// An answer is still missing, or rows were not sent; the next run sends again whatever is not proven.
pub(crate) const INCOMPLETE: u8 = 7;
/// The command line does not hold.
pub(crate) const USAGE: u8 = 64;
/// Interrupted; run again to go on.
pub(crate) const INTERRUPTED: u8 = 130;

/// How a finished run ends the process.
pub(crate) fn of_report(report: &RunReport) -> u8 {
    if !report.balanced {
        FAILED
    } else if report.is_stopped() {
        STOPPED
    } else if report.is_credentials() {
        CREDENTIALS
    } else if report.is_incomplete() {
        INCOMPLETE
    } else if report.has_errors() {
        ROWS_HAVE_ERRORS
    } else {
        DONE
    }
}

/// How an error ends the process.
pub(crate) fn of_error(error: &anyhow::Error) -> u8 {
    if error.downcast_ref::<Interrupted>().is_some() {
        INTERRUPTED
    } else if error.downcast_ref::<Usage>().is_some() {
        USAGE
    } else if let Some(error) = error.downcast_ref::<service::Error>() {
        of_kind(error.kind())
    } else if let Some(error) = error.downcast_ref::<integration::Error>() {
        of_kind(error.into())
    } else {
        error.downcast_ref::<pipeline::Error>().map_or(FAILED, |error| of_kind(error.into()))
    }
}

fn of_kind(kind: service::Kind) -> u8 {
    use service::Kind;
    match kind {
        Kind::Asked => USAGE,
        Kind::Credentials => CREDENTIALS,
        Kind::Stopped => STOPPED,
        Kind::BudgetSpent => BUDGET_SPENT,
        Kind::Incomplete => INCOMPLETE,
        Kind::Cancelled | Kind::Failed => FAILED,
    }
}

/// Exit codes from the one that asks least of a person to the one that asks most.
const RISING: [u8; 10] =
    [DONE, CHANGES_WAIT, ROWS_HAVE_ERRORS, BUDGET_SPENT, INCOMPLETE, STOPPED, CREDENTIALS, FAILED, USAGE, INTERRUPTED];

/// How several commands together end the process: as the one of them that went worst.
pub(crate) fn worst(one: u8, other: u8) -> u8 {
    let place = |code: u8| RISING.iter().position(|known| *known == code).unwrap_or(RISING.len());
    if place(other) > place(one) { other } else { one }
}

/// A person or the system asked the process to stop.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("interrupted; nothing that was acknowledged is lost, and the next run goes on")
    }
}

impl std::error::Error for Interrupted {}

/// The command line was understood and does not hold all the same: the words say what is wrong with it.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_ends_the_process_by_what_can_be_done_about_it() {
        let of = |error: anyhow::Error| of_error(&error);
        assert_eq!(of(Usage("`X` is no name".to_owned()).into()), USAGE);
        assert_eq!(of(Interrupted.into()), INTERRUPTED);
        assert_eq!(of(anyhow::anyhow!("anything else")), FAILED);
        let refused = load::Error::LoginRefused { grant: "password", status: 401, said: String::new() };
        let doing = "log in".to_owned();
        let refused = pipeline::Error::Target { doing, source: Box::new(refused) };
        assert_eq!(of(anyhow::Error::from(refused).context("could not begin")), CREDENTIALS);
        let gone = load::Error::NoTable { doing: "send".to_owned(), said: String::new() };
        let gone = pipeline::Error::Target { doing: "send".to_owned(), source: Box::new(gone) };
        assert_eq!(of(gone.into()), FAILED);
        let name: integration::Name = "acme".parse().expect("a name");
        assert_eq!(of(integration::Error::Unknown { name: name.clone() }.into()), USAGE);
        assert_eq!(of(integration::Error::KeyGone { name }.into()), CREDENTIALS);
    }

    #[test]
    fn of_several_the_worst_counts() {
        let all = [ROWS_HAVE_ERRORS, DONE, CREDENTIALS, INCOMPLETE];
        assert_eq!(all.into_iter().fold(DONE, worst), CREDENTIALS);
        assert_eq!(worst(FAILED, CREDENTIALS), FAILED);
        assert_eq!(worst(DONE, DONE), DONE);
    }
}
