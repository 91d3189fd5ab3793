//! What we build from: every package's licence is one that `deny.toml` accepts, no package is banned there, and all
//! come from the public registry. cargo-deny holds the same; this needs no other tool and no list of advisories.

use anyhow::{Context, Result};
use cargo_metadata::Package;
use toml::Table;

use super::{repository, spdx};

#[test]
fn every_licence_is_accepted() -> Result<()> {
    let accepted = accepted_licences(&deny()?)?;
    let mut faults = Vec::new();
    for package in repository::all_packages()?.packages {
        let licence = package.license.as_deref().unwrap_or_default();
        let satisfied = spdx::is_satisfied(licence, &accepted).with_context(|| format!("of `{}`", package.name))?;
        if !satisfied {
            faults.push(format!("`{}` is under `{licence}`", package.name));
        }
    }
    assert!(faults.is_empty(), "licences that deny.toml does not accept:\n{}", faults.join("\n"));
    Ok(())
}

#[test]
fn no_banned_package_is_used() -> Result<()> {
    let banned = banned_packages(&deny()?)?;
    assert!(!banned.is_empty(), "deny.toml bans nothing, so this test shows nothing");
    let packages = repository::all_packages()?.packages;
    let used: Vec<_> =
        packages.iter().map(|package| package.name.as_str()).filter(|name| is_in(&banned, name)).collect();
    assert!(used.is_empty(), "packages that deny.toml bans: {used:?}");
    Ok(())
}

#[test]
fn packages_come_from_the_public_registry_or_from_here() -> Result<()> {
    let elsewhere = |package: &Package| package.source.as_ref().is_some_and(|source| !source.is_crates_io());
    let packages = repository::all_packages()?.packages;
    let strangers: Vec<_> = packages.iter().filter(|package| elsewhere(package)).map(|package| &package.name).collect();
    assert!(strangers.is_empty(), "packages from elsewhere: {strangers:?}");
    Ok(())
}

fn deny() -> Result<Table> {
    repository::text("deny.toml")?.parse::<Table>().context("deny.toml is not TOML")
}

fn accepted_licences(deny: &Table) -> Result<Vec<String>> {
    let allow = deny["licenses"]["allow"].as_array().context("deny.toml has no list `licenses.allow`")?;
    let names = allow.iter().map(|name| name.as_str().map(str::to_owned));
    names.collect::<Option<_>>().context("`licenses.allow` of deny.toml holds something other than texts")
}

fn banned_packages(deny: &Table) -> Result<Vec<String>> {
    let bans = deny["bans"]["deny"].as_array().context("deny.toml has no list `bans.deny`")?;
    let names = bans.iter().map(|ban| ban.get("crate").and_then(|name| name.as_str()).map(str::to_owned));
    names.collect::<Option<_>>().context("a ban of deny.toml names no crate")
}

fn is_in(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known == name)
}
