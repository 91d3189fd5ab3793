//! The README tells the truth: its two commands are the ones that are run elsewhere, and its code map has every crate.

use std::path::Path;

use anyhow::{Context, Result};

use super::repository;

/// The README's first block of commands: run it, test it.
const COMMANDS: [&str; 2] = ["cargo run --release -- run", "cargo xtask test"];

#[test]
fn the_first_commands_are_the_two() -> Result<()> {
    let readme = repository::text("README.md")?;
    let block = first_block(&readme).context("README.md has no block of `sh`")?;
    assert_eq!(commands(block), COMMANDS);
    Ok(())
}

#[test]
fn continuous_integration_runs_the_second() -> Result<()> {
    let run = repository::text(".ci/run")?;
    let called = run.lines().any(|line| line.trim().trim_start_matches("exec ") == COMMANDS[1]);
    assert!(called, ".ci/run does not call `{}`", COMMANDS[1]);
    Ok(())
}

#[test]
fn the_code_map_has_every_crate() -> Result<()> {
    let readme = repository::text("README.md")?;
    let mut missing = Vec::new();
    for folder in repository::entries(Path::new("crates"))? {
        let name = folder.file_name().context("an entry of a folder has a name")?.to_string_lossy();
        if !readme.contains(&format!("`{name}`")) && !readme.contains(&format!("crates/{name}")) {
            missing.push(name.into_owned());
        }
    }
    assert!(missing.is_empty(), "README.md names no `{}`", missing.join("`, no `"));
    Ok(())
}

#[test]
fn commands_are_read_without_their_comments() {
    let readme = "text\n```text\nx\n```\n```sh\ncargo a   # why\n\n# alone\n$ cargo b\n```\n```sh\nc\n```\n";
    assert_eq!(first_block(readme).map(commands), Some(vec!["cargo a", "cargo b"]));
}

/// The text between the fences of the first block that is marked `sh`.
fn first_block(readme: &str) -> Option<&str> {
    let (_, behind) = readme.split_once("```sh\n")?;
    behind.split_once("```").map(|(block, _)| block)
}

fn commands(block: &str) -> Vec<&str> {
    block.lines().map(command).filter(|command| !command.is_empty()).collect()
}

/// A line's command, without a prompt before and a comment behind it.
fn command(line: &str) -> &str {
    let command = line.split('#').next().unwrap_or_default().trim();
    command.strip_prefix("$ ").unwrap_or(command)
}
