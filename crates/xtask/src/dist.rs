//! `cargo xtask dist`: the archive that is distributed, under `target/dist`, with its size and digest.
//!
//! It holds one folder: the binary, the pipelines, and what must accompany them. Declarations are in it as files
//! because they are meant to be read and changed.

use std::env::consts::{ARCH, EXE_SUFFIX, OS};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::step::{self, cargo};

/// What accompanies the binary, from the top of the repository.
const COMPANIONS: [&str; 5] = ["pipelines", "README.md", "LICENSE-APACHE", "LICENSE-MIT", "CHANGELOG.md"];

/// Builds the archive and says where it is.
pub(crate) fn run() -> Result<()> {
    step::run(&mut cargo(&["build", "--profile", "dist", "--locked", "--package", "snowhaul"]))?;
    let built = target().join("dist");
    let name = format!("snowhaul-{}-{ARCH}-{OS}", env!("CARGO_PKG_VERSION"));
    fill(&built, &built.join(&name))?;
    let archive = built.join(format!("{name}.tar.gz"));
    step::run(Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(&built).arg(&name))?;
    report(&archive)
}

pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from)
}

/// Fills the archive's folder anew, so that nothing of an earlier archive stays in it.
fn fill(built: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("could not remove {}", folder.display()))?;
    }
    let binary = format!("snowhaul{EXE_SUFFIX}");
    copy(&built.join(&binary), &folder.join(&binary))?;
    COMPANIONS.iter().try_for_each(|companion| copy(Path::new(companion), &folder.join(companion)))
}

/// Copies a file, or a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        for entry in fs::read_dir(from).with_context(|| format!("could not list {}", from.display()))? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).with_context(|| format!("could not make {}", parent.display()))?;
    }
    fs::copy(from, to).with_context(|| format!("could not copy {}", from.display()))?;
    Ok(())
}

fn report(archive: &Path) -> Result<()> {
    let bytes = fs::metadata(archive)?.len();
    println!("{} ({bytes} bytes)", archive.display());
    step::run_last(Command::new("sha256sum").arg(archive))
}
