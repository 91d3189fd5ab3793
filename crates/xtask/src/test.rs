//! `cargo xtask test`: everything that must hold before a change is accepted, the quickest to fail first.
//!
//! The tests come last, so that the output ends in the test runner's own summary.

use std::process::Command;

use anyhow::Result;

use crate::dist;
use crate::needs;
use crate::step::{self, cargo};

/// Runs all steps; the first that fails ends it.
pub(crate) fn run() -> Result<()> {
    needs::provide()?;
    step::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    step::run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
    document()?;
    check_pipelines()?;
    // All of them, also behind one that fails: whoever mends it knows what else there is.
    step::run_last(&mut cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]))
}

/// Tries every pipeline. The binary is built with the whole workspace: built alone it would have other features of
/// shared packages, and DataFusion would be compiled once more.
fn check_pipelines() -> Result<()> {
    step::run(&mut cargo(&["build", "--workspace", "--bins", "--locked"]))?;
    let binary = dist::target().join("debug").join("snowhaul");
    step::run(Command::new(binary).arg("check"))
}

/// Builds the documentation, private items as well: a link that leads nowhere is an error.
fn document() -> Result<()> {
    let arguments = ["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"];
    step::run(cargo(&arguments).env("RUSTDOCFLAGS", "-D warnings"))
}
