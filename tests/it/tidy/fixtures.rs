//! Every fixture is used: one that nothing reads any more says what nobody checks.

use std::path::Path;

use anyhow::{Context, Result};

use super::repository;

/// Where a fixture may be named. This folder does not count: it names none.
const READERS: [&str; 3] = ["crates", "tests", "pipelines"];

#[test]
fn every_fixture_is_named_somewhere() -> Result<()> {
    let readers = readers()?;
    let mut unused = Vec::new();
    for fixture in repository::files_under("fixtures")? {
        if !is_named(&fixture, &readers)? {
            unused.push(fixture.display().to_string());
        }
    }
    assert!(unused.is_empty(), "fixtures that nothing names:\n{}", unused.join("\n"));
    Ok(())
}

/// A fixture is named by its stem, or is read with its whole folder, which is named then.
fn is_named(fixture: &Path, readers: &[String]) -> Result<bool> {
    let stem = fixture.file_stem().context("a fixture has a name")?.to_string_lossy();
    let folder = fixture.parent().and_then(Path::file_name).context("a fixture has a folder")?.to_string_lossy();
    let folder_in_quotes = format!("\"{folder}\"");
    let folder_in_path = format!("fixtures/{folder}");
    let names_it =
        |text: &String| text.contains(&*stem) || text.contains(&folder_in_quotes) || text.contains(&folder_in_path);
    Ok(readers.iter().any(names_it))
}

fn readers() -> Result<Vec<String>> {
    let mut paths = repository::files_ending(&READERS, &["rs", "toml"])?;
    paths.retain(|path| !path.starts_with("tests/it/tidy"));
    paths.iter().map(repository::text).collect()
}
