//! What every file and every crate owes to whoever opens it: a header that says why it is there, and nothing left undone.

use std::path::Path;

use anyhow::Result;

use super::repository;

/// What no source file may hold, and why.
const FORBIDDEN: [(&str, &str); 4] = [
    ("todo!(", "what is not written yet must not compile as if it were"),
    ("unimplemented!(", "what is not written yet must not compile as if it were"),
    ("#[ignore", "a test that does not run shows nothing"),
    ("#[should_panic", "a panic for another reason would pass; assert on the error instead"),
];

#[test]
fn every_file_begins_with_why_it_is_there() -> Result<()> {
    let mut faults = Vec::new();
    for path in repository::files_ending(&["crates", "tests"], &["rs"])? {
        let is_build_script = path.file_name().is_some_and(|name| name == "build.rs");
        let text = repository::text(&path)?;
        if !is_build_script && !text.starts_with("//!") && !text.starts_with("#![doc") {
            faults.push(path.display().to_string());
        }
    }
    assert!(faults.is_empty(), "files without a `//!` header:\n{}", faults.join("\n"));
    Ok(())
}

#[test]
fn nothing_is_left_undone() -> Result<()> {
    let mut faults = Vec::new();
    for path in repository::files_ending(&["crates", "tests"], &["rs"])? {
        // This folder names the words.
        if path.starts_with("tests/it/tidy") {
            continue;
        }
        let text = repository::text(&path)?;
        let found = FORBIDDEN.iter().filter(|(words, _)| text.contains(words));
        faults.extend(found.map(|(words, why)| format!("{}: `{words}`: {why}", path.display())));
    }
    assert!(faults.is_empty(), "sources hold what they may not:\n{}", faults.join("\n"));
    Ok(())
}

#[test]
fn every_crate_has_a_readme_of_its_own() -> Result<()> {
    let crates = repository::entries(Path::new("crates"))?;
    assert!(!crates.is_empty(), "there are no crates, so this test shows nothing");
    let without: Vec<_> =
        crates.iter().filter(|folder| !repository::top().join(folder).join("README.md").is_file()).collect();
    assert!(without.is_empty(), "crates without a README.md: {without:?}");
    Ok(())
}
