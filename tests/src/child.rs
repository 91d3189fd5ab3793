//! The product's command line as a process that a test may kill. The product's own program would do, but only a program
//! of this package is sure to be built before its tests.

use std::process::ExitCode;

use snowhaul::{Output, main_with};

fn main() -> ExitCode {
    ExitCode::from(main_with(std::env::args_os(), &mut Output::of_process()))
}
