//! What the tests need of the machine: a C compiler with the headers of the C library, Python with its `venv` for
//! ServiceNow's own client, Chromium with its driver for the console, rustfmt and clippy.
//!
//! Apart because only this may install something, and it says so before it does. SQLite, Zstandard and ring are
//! compiled from C; they come with their sources, so no library of the system and no `pkg-config` is needed.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::step;

/// The packages that bring a C compiler where packages come from apt.
const COMPILER_PACKAGES: [&str; 2] = ["gcc", "libc6-dev"];

/// Those that bring Python.
const PYTHON_PACKAGES: [&str; 2] = ["python3", "python3-venv"];

/// Those that bring the browser that walks the console, and the program that drives it.
const BROWSER_PACKAGES: [&str; 2] = ["chromium", "chromium-driver"];

/// Makes sure that everything is there, or says what is missing and how to get it.
pub(crate) fn provide() -> Result<()> {
    provide_package("C compiler with headers", &COMPILER_PACKAGES, compiles_c)?;
    provide_package("Python with venv", &PYTHON_PACKAGES, makes_environments)?;
    provide_package("Chromium with its driver", &BROWSER_PACKAGES, browses)?;
    require_component("fmt", "rustfmt")?;
    require_component("clippy", "clippy")
}

fn provide_package(what: &str, packages: &[&str], is_there: fn() -> bool) -> Result<()> {
    if is_there() {
        return Ok(());
    }
    let listed = packages.join(" and ");
    println!("==> there is no {what}; installing {listed} with apt");
    ensure!(
        step::succeeds(Command::new("apt-get").arg("--version")),
        "no {what} and no apt here; hint: install what other systems call {listed}"
    );
    step::run(as_root("apt-get").arg("update"))?;
    step::run(as_root("apt-get").args(["install", "--yes", "--no-install-recommends"]).args(packages))?;
    ensure!(is_there(), "there is still no {what} after the installation");
    Ok(())
}

/// `ensurepip` is what Debian leaves out of a Python without `venv`.
fn makes_environments() -> bool {
    step::succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]))
}

/// Both must be there, and of one version: the driver refuses a browser of another, with words that do not say so.
fn browses() -> bool {
    let major = |program: &str| {
        let told = Command::new(program).arg("--version").output().ok().filter(|told| told.status.success())?;
        let words = String::from_utf8_lossy(&told.stdout).into_owned();
        words.split(|letter: char| !letter.is_ascii_digit()).find(|number| !number.is_empty()).map(str::to_owned)
    };
    major("chromium").is_some_and(|version| major("chromedriver") == Some(version))
}

/// Whoever linked this program has a linker by the name of `cc`; that there are headers as well is what this asks.
fn compiles_c() -> bool {
    let probe = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/probe.c");
    step::succeeds(Command::new("cc").arg("-fsyntax-only").arg(probe))
}

/// As it is when we are root already, which is where there is often no `sudo`.
fn as_root(program: &str) -> Command {
    let id = Command::new("id").arg("-u").output();
    if id.is_ok_and(|output| output.stdout.trim_ascii() == b"0") {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.arg(program);
    command
}

fn require_component(subcommand: &str, component: &str) -> Result<()> {
    ensure!(
        step::succeeds(&mut step::cargo(&[subcommand, "--version"])),
        "`cargo {subcommand}` is missing; hint: rustup component add {component}"
    );
    Ok(())
}
