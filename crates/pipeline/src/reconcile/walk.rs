//! A target table from its first record to its last, for what no staging row leads to: records that say that we sent them and
//! that nothing of the tenant explains, and parts of what is no longer there.

use std::collections::HashSet;

use super::finding::{Finding, FindingKind, Reconciled};
use super::judge::{SENDER, retired_field};
use super::{One, number_of};
use crate::declaration::Unknown;
use crate::error::Error;
use crate::foretell::{FieldKind, MapPlan};

/// Which records of a map's target are ours: those that say so, or all of a table of our own; none where nothing tells.
pub(super) fn query(map: &MapPlan, senders: &HashSet<String>, is_own: bool) -> Option<String> {
    if is_own {
        return Some(String::new());
    }
    let says = map.slots.iter().any(|slot| slot == SENDER) && !senders.is_empty();
    let mut senders: Vec<&String> = senders.iter().collect();
    senders.sort();
    let terms: Vec<String> = senders.iter().map(|sender| format!("{SENDER}={}", sender.replace('^', "^^"))).collect();
    says.then(|| terms.join("^OR"))
}

/// Walks a target table, and reports the records that no row explains.
pub(super) async fn walk(
    one: &One<'_>,
    map: &MapPlan,
    query: &str,
    (table, explained): (usize, &HashSet<u128>),
    report: &mut Reconciled,
) -> Result<(), Error> {
    let mut fields: Vec<&str> = map.slots.iter().map(String::as_str).collect();
    fields.extend(["sys_updated_by", "sys_updated_on"]);
    let mut walk = one.target.walk(&map.target, query, &fields);
    let doing = || format!("walk `{}`", map.target);
    while let Some(page) = walk.next_page().await.map_err(|source| Error::target(doing())(source))? {
        for record in page {
            let (sys_id, values) = (&record[0], &record[1..]);
            let is_explained = number_of(sys_id).is_some_and(|id| explained.contains(&id));
            let finding = |kind, field: &str, detail: &str| Finding {
                kind,
                pipeline: one.pipeline.name().to_owned(),
                row_key: String::new(),
                title: title(map, values),
                table: map.target.clone(),
                sys_id: sys_id.clone(),
                field: field.to_owned(),
                expected: String::new(),
                found: String::new(),
                by: values[map.slots.len()].clone(),
                at: values[map.slots.len() + 1].clone(),
                detail: detail.to_owned(),
            };
            let parent = map.fields.iter().find(|field| is_parent(field));
            if let Some(parent) = parent.filter(|field| values[field.slot].is_empty()) {
                let detail = "it refers to nothing any more";
                report.find(table, finding(FindingKind::WithoutComputer, &parent.to, detail));
            } else if !is_explained && one.is_whole && retired_field(one.pipeline, map, values).is_none() {
                let detail = "it says that it was sent from here, and no staging row explains it: its device is gone, out of scope or rejected";
                report.find(table, finding(FindingKind::Stale, "", detail));
            }
        }
    }
    Ok(())
}

/// A field without which a record is a part of nothing.
fn is_parent(field: &crate::foretell::FieldPlan) -> bool {
    field.unknown == Unknown::Reject && matches!(field.kind, FieldKind::Reference { .. })
}

/// A record in words: what it is found by, and its name.
fn title(map: &MapPlan, values: &[String]) -> String {
    let is_telling =
        |field: &&crate::foretell::FieldPlan| field.coalesce || matches!(field.to.as_str(), "name" | "display_name");
    let words = map.fields.iter().filter(is_telling).map(|field| values[field.slot].as_str());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
