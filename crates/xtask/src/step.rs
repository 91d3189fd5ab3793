//! One step of a chore: a program that is announced, run, timed and required to succeed.

use std::ffi::OsString;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

/// The cargo that runs this program, else the one on the path.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.args(arguments);
    command
}

/// Runs a step and says how long it took.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let start = Instant::now();
    run_last(command)?;
    println!("==> done in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Runs the last step of a chore, behind which nothing more is said: its own last line is the answer.
pub(crate) fn run_last(command: &mut Command) -> Result<()> {
    let line = shown(command);
    println!("==> {line}");
    let status = command.status().with_context(|| format!("could not start `{line}`"))?;
    ensure!(status.success(), "`{line}` failed: {status}");
    Ok(())
}

/// True when a program can be started and succeeds; what it says is not shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// A command as a person would type it: the program without its folder, then its arguments.
fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
