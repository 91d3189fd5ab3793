//! The process: real streams, the exit code, and nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut output = snowhaul::Output::of_process();
    ExitCode::from(snowhaul::main_with(std::env::args_os(), &mut output))
}
