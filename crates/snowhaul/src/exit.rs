//! Exit codes, each with its meaning; what a script that wraps this program relies on.

use pipeline::RunReport;

/// Done.
pub(crate) const DONE: u8 = 0;
/// Failed; the message says what was attempted, on what, and why.
pub(crate) const FAILED: u8 = 1;
/// Done, but rows have errors.
pub(crate) const ROWS_HAVE_ERRORS: u8 = 3;
/// Credentials or permission.
pub(crate) const CREDENTIALS: u8 = 5;
/// An answer is still missing; the next run asks first.
pub(crate) const INCOMPLETE: u8 = 7;
/// The command line does not hold.
pub(crate) const USAGE: u8 = 64;
/// Interrupted; run again to go on.
pub(crate) const INTERRUPTED: u8 = 130;

/// How a finished run ends the process.
pub(crate) fn of_report(report: &RunReport) -> u8 {
    if report.is_unresolved() {
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
    } else if error.downcast_ref::<pipeline::Error>().is_some_and(pipeline::Error::is_credentials) {
        CREDENTIALS
    } else {
        FAILED
    }
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
