//! `cargo xtask bench`: the benchmark of a release build. Its JSON is the last thing on standard output.

use anyhow::Result;

use crate::step::{self, cargo};

/// Builds and runs the benchmark.
pub(crate) fn run() -> Result<()> {
    step::run_last(&mut cargo(&["run", "--release", "--locked", "--package", "snowhaul", "--", "bench"]))
}
