#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, reason = "a chore speaks to whoever started it, and standard output is where")]

mod bench;
mod dist;
mod needs;
mod step;
mod test;

use std::path::Path;

use anyhow::{Context, Result, bail};

const USAGE: &str = "usage: cargo xtask <test | dist | bench>";

fn main() -> Result<()> {
    enter_repository()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test"] => test::run(),
        ["dist"] => dist::run(),
        ["bench"] => bench::run(),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => bail!("{USAGE}"),
    }
}

/// Every chore names files from the top of the repository, wherever it was started.
fn enter_repository() -> Result<()> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::env::set_current_dir(&top).with_context(|| format!("could not enter {}", top.display()))
}
