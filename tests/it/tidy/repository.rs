//! Where the repository is and what is in it. Apart because every rule reads some of its files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};

/// The top of the repository.
pub(super) fn top() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("`tests` is a folder of the repository").to_owned()
}

/// A file's text, by its path from the top.
pub(super) fn text(path: impl AsRef<Path>) -> Result<String> {
    let path = path.as_ref();
    fs::read_to_string(top().join(path)).with_context(|| format!("could not read {}", path.display()))
}

/// The paths, from the top and in order, of all files under a folder; none when there is no such folder.
pub(super) fn files_under(folder: impl AsRef<Path>) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.as_ref().to_owned()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder)? {
            let found = if top().join(&path).is_dir() { &mut folders } else { &mut files };
            found.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// What is in a folder, as paths from the top; `target` and what is hidden are nobody's sources.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let whole = top().join(folder);
    if !whole.exists() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(&whole).with_context(|| format!("could not list {}", folder.display()))? {
        let name = entry?.file_name();
        if name != "target" && !name.to_string_lossy().starts_with('.') {
            paths.push(folder.join(name));
        }
    }
    Ok(paths)
}

/// The files of some folders whose names end so.
pub(super) fn files_ending(folders: &[&str], endings: &[&str]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in folders {
        files.extend(files_under(folder)?);
    }
    files.retain(|path| path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)));
    Ok(files)
}

/// Our own packages, as their manifests declare them.
pub(super) fn our_packages() -> Result<Metadata> {
    command().no_deps().exec().context("could not ask cargo for our packages")
}

/// Every package that any build of ours can contain, on whatever platform.
pub(super) fn all_packages() -> Result<Metadata> {
    let locked = vec!["--locked".to_owned()];
    command().other_options(locked).exec().context("could not ask cargo for all packages")
}

fn command() -> MetadataCommand {
    let mut command = MetadataCommand::new();
    command.manifest_path(top().join("Cargo.toml"));
    command
}
