//! Which crate may use which: an arrow points to a lower level, never sideways or up. A crate exists to make some
//! dependency impossible, and this is what makes it so.

use anyhow::{Context, Result};
use cargo_metadata::Package;

use super::repository;

/// Our crates and their levels; an arrow points from a higher to a lower one. The picture is in the README.
const LEVELS: [(&str, u8); 13] = [
    ("snowhaul", 6),
    ("web", 5),
    ("service", 4),
    ("pipeline", 3),
    ("integration", 3),
    ("extract", 2),
    ("transform", 2),
    ("load", 2),
    ("snapshot", 2),
    ("ledger", 2),
    ("engine", 1),
    ("rest", 1),
    ("flow", 0),
];

/// The two ends of a run that stand in for a vendor's. They use nothing of ours, so that they cannot share a mistake
/// with what reads from them or writes to them, and only these crates may use them.
const STANDS_IN: [&str; 2] = ["instance", "tenant"];
const USES_STANDS_IN: [&str; 2] = ["snowhaul", "tests"];

/// Crates of others that only some of ours may use; `tests` may use any of them.
const RESERVED: [(&str, &[&str]); 12] = [
    ("chacha20poly1305", &["integration"]),
    ("maud", &["snowhaul", "web"]),
    ("plotters", &["snowhaul", "web"]),
    ("datafusion", &["engine"]),
    ("ballista", &["engine"]),
    ("parquet", &["engine", "snapshot"]),
    ("reqwest", &["rest"]),
    ("clap", &["snowhaul"]),
    ("indicatif", &["snowhaul"]),
    ("axum", &["instance", "tenant", "web"]),
    ("rusqlite", &["ledger", "instance"]),
    ("toml", &["pipeline", "instance"]),
];

#[test]
fn no_arrow_points_sideways_or_up() -> Result<()> {
    let faults = faults(|package, dependency, ours| ours.then(|| fault_between(package, dependency)).flatten())?;
    assert!(faults.is_empty(), "forbidden arrows:\n{}", faults.join("\n"));
    Ok(())
}

#[test]
fn reserved_crates_are_used_where_they_belong() -> Result<()> {
    let faults = faults(|package, dependency, _| fault_of_reserved(package, dependency))?;
    assert!(faults.is_empty(), "crates out of place:\n{}", faults.join("\n"));
    Ok(())
}

#[test]
fn a_crate_is_named_as_its_folder() -> Result<()> {
    for package in repository::our_packages()?.packages {
        let folder = package.manifest_path.parent().and_then(|folder| folder.file_name());
        assert_eq!(folder, Some(package.name.as_str()));
    }
    Ok(())
}

#[test]
fn the_rule_itself() {
    assert_eq!(fault_between("load", "flow"), None);
    assert_eq!(fault_between("pipeline", "load"), None);
    assert_eq!(fault_between("snowhaul", "tenant"), None);
    assert_eq!(fault_between("tests", "instance"), None);
    assert!(fault_between("load", "extract").is_some());
    assert!(fault_between("engine", "rest").is_some());
    assert!(fault_between("flow", "engine").is_some());
    assert!(fault_between("pipeline", "integration").is_some());
    assert!(fault_between("load", "instance").is_some());
    assert!(fault_between("tenant", "flow").is_some());
    assert!(fault_between("instance", "tenant").is_some());
    assert!(fault_between("xtask", "flow").is_some());
    assert!(fault_between("snowhaul", "xtask").is_some());
    assert!(fault_between("load", "tests").is_some());
    assert!(fault_of_reserved("load", "reqwest").is_some());
    assert_eq!(fault_of_reserved("rest", "reqwest"), None);
    assert_eq!(fault_of_reserved("tests", "toml"), None);
}

/// Asks a rule about every dependency of every crate of ours, those of tests and of build scripts included: the rule
/// is given the two names and whether the dependency is ours.
fn faults(rule: impl Fn(&str, &str, bool) -> Option<String>) -> Result<Vec<String>> {
    let ours = repository::our_packages().context("the arrows are in the packages' manifests")?.packages;
    let faults_of = |package: &Package| -> Vec<String> {
        let dependencies = package.dependencies.iter();
        dependencies
            .filter_map(|dependency| rule(package.name.as_str(), &dependency.name, dependency.path.is_some()))
            .collect()
    };
    Ok(ours.iter().flat_map(faults_of).collect())
}

/// What is wrong with an arrow between two crates of ours.
fn fault_between(from: &str, to: &str) -> Option<String> {
    let allowed = if STANDS_IN.contains(&to) {
        USES_STANDS_IN.contains(&from)
    } else if from == "tests" {
        level(to).is_some()
    } else {
        level(from).zip(level(to)).is_some_and(|(from, to)| from > to)
    };
    (!allowed).then(|| format!("`{from}` may not use `{to}`"))
}

fn level(name: &str) -> Option<u8> {
    LEVELS.iter().find(|(known, _)| *known == name).map(|(_, level)| *level)
}

fn fault_of_reserved(from: &str, to: &str) -> Option<String> {
    let (_, users) = RESERVED.iter().find(|(reserved, _)| *reserved == to)?;
    let allowed = from == "tests" || users.contains(&from);
    (!allowed).then(|| format!("`{from}` may not use `{to}`; it is for {}", users.join(" and ")))
}
