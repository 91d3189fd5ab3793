//! What an instance will make of a plan, foretold by the rules of its transform maps. Apart because it is a second reading of
//! those rules, held against what truly happens: where the two differ, one of them is wrong, and it is said which rows.
//!
//! ```text
//!   plan's rows ─▶ coalesce values ─▶ records that have them ─┐
//!               ─▶ names of references ─▶ records, or none ───┼─▶ rules ─▶ fields: old → new ─▶ outcome, one a map
//!                                          choices ───────────┘
//! ```
//!
//! Records are asked for by the values of the plan's rows, a group at a time: a night's changes cost a request a hundred
//! rows, and a table of any size is never in memory.

mod file;
mod group;
mod maps;

use std::collections::BTreeMap;
use std::path::Path;

use flow::Outcome;
use load::Target;
use serde::{Deserialize, Serialize};

use crate::declaration::Pipeline;
use crate::error::Error;
use crate::limits;
use crate::planner::{self, PlanFile};
use file::ForetoldFile;
pub use file::{ForetoldField, ForetoldLine, ForetoldMap, read};
pub(crate) use file::{Lines, lines};
pub use group::UnknownReference;
pub(crate) use group::{Looked, Oracle, Record};
pub(crate) use maps::{FieldKind, FieldPlan, MapPlan, target_of};

/// What the instance was foretold to make of rows, and how much of it came so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foretelling {
    /// Rows by the worst of their outcomes.
    pub outcomes: BTreeMap<String, u64>,
    /// Rows for which several records match.
    pub conflicts: u64,
    /// Records whose field changes, by `table.field`.
    pub fields: BTreeMap<String, u64>,
    /// Requests that it took.
    pub requests: u64,
    /// Rows whose outcomes came as foretold; none before they were sent.
    pub as_foretold: Option<u64>,
    /// Rows whose outcomes did not.
    pub otherwise: Option<u64>,
    /// Some of those, each with what was foretold and what came.
    pub otherwise_named: Vec<String>,
}

/// One pipeline's plan that is to be foretold.
pub(crate) struct Subject<'p> {
    pub(crate) pipeline: &'p Pipeline,
    pub(crate) rows: Option<PlanFile>,
    pub(crate) foretold: &'p mut Option<Foretelling>,
    pub(crate) file: &'p mut Option<PlanFile>,
}

/// What was foretold of one pipeline's plan before.
pub(crate) struct Told<'p> {
    pub(crate) pipeline: &'p Pipeline,
    pub(crate) rows: &'p PlanFile,
    pub(crate) foretold: &'p PlanFile,
}

/// Foretells the plans of a run, in the order in which they are sent: what one inserts, the next one's references find.
pub(crate) async fn all(target: &Target, subjects: &mut [Subject<'_>], run: i64, folder: &Path) -> Result<(), Error> {
    let maps = maps_of(target, subjects.iter().map(|subject| subject.pipeline)).await?;
    let mut oracle = Oracle::new(target, run).referring(maps.iter().flatten());
    for (subject, maps) in subjects.iter_mut().zip(&maps) {
        let Some(rows) = &subject.rows else {
            *subject.foretold = Some(Foretelling::default());
            continue;
        };
        let path = folder.join(format!("{}.foretold.parquet", subject.pipeline.staging_table()));
        let before = oracle.requests();
        let (file, mut foretold) = tell(&mut oracle, (subject.pipeline, maps), rows, &path).await?;
        foretold.requests = oracle.requests() - before;
        (*subject.foretold, *subject.file) = (Some(foretold), Some(file));
    }
    Ok(())
}

/// The maps of several pipelines, in their order.
async fn maps_of(target: &Target, pipelines: impl Iterator<Item = &Pipeline>) -> Result<Vec<Vec<MapPlan>>, Error> {
    let mut maps = Vec::new();
    for pipeline in pipelines {
        maps.push(MapPlan::all(target, pipeline).await?);
    }
    Ok(maps)
}

async fn tell(
    oracle: &mut Oracle<'_>,
    (pipeline, maps): (&Pipeline, &[MapPlan]),
    rows: &PlanFile,
    path: &Path,
) -> Result<(PlanFile, Foretelling), Error> {
    let mut file = ForetoldFile::create(path)?;
    let mut foretold = Foretelling::default();
    for group in planner::groups(&rows.path)? {
        for line in oracle.group(pipeline, maps, &group?).await? {
            let worst = line.maps.iter().map(|map| map.outcome).max().unwrap_or(Outcome::Unresolved);
            *foretold.outcomes.entry(worst.as_str().to_owned()).or_default() += 1;
            foretold.conflicts += u64::from(line.maps.iter().any(|map| map.matches > 1));
            for map in &line.maps {
                for field in &map.fields {
                    *foretold.fields.entry(format!("{}.{}", map.table, field.field)).or_default() += 1;
                }
            }
            file.write(&line)?;
        }
    }
    Ok((file.finish()?, foretold))
}

/// Foretells plans again and refuses where what they would change has changed since.
pub(crate) async fn still_holds(target: &Target, told: &[Told<'_>], run: i64, folder: &Path) -> Result<(), Error> {
    let maps = maps_of(target, told.iter().map(|told| told.pipeline)).await?;
    let mut oracle = Oracle::new(target, run).referring(maps.iter().flatten());
    let mut changed = Vec::new();
    for (told, maps) in told.iter().zip(&maps) {
        let path = folder.join(format!("{}.foretold-again.parquet", told.pipeline.staging_table()));
        let (again, _) = tell(&mut oracle, (told.pipeline, maps), told.rows, &path).await?;
        let mut now = file::lines(&again.path)?;
        for before in file::lines(&told.foretold.path)? {
            let (before, now) = (before?, now.next().transpose()?);
            if let Some(difference) = now.as_ref().map_or(Some("gone".to_owned()), |now| before.difference(now))
                && changed.len() < limits::BRAKE_EXAMPLES
            {
                changed.push(format!("{}: {difference}", before.title));
            }
        }
        // It was of use only here.
        drop(std::fs::remove_file(&again.path));
    }
    if changed.is_empty() {
        return Ok(());
    }
    let reason = "records that it would change have changed since".to_owned();
    Err(Error::PlanStale { reason, examples: changed })
}

/// Counts how many rows came as foretold. Both files are in the order of the rows' keys.
pub(crate) fn compare(told: &PlanFile, outcomes: &Path, foretelling: &mut Foretelling) -> Result<(), Error> {
    let mut came = Came::open(outcomes)?;
    let (mut as_foretold, mut otherwise) = (0, 0);
    for line in file::lines(&told.path)? {
        let line = line?;
        let found = came.of(&line.row_key)?;
        let mut expected: Vec<&str> = line.maps.iter().map(|map| map.outcome.as_str()).collect();
        expected.sort_unstable();
        if found == expected {
            as_foretold += 1;
            continue;
        }
        otherwise += 1;
        if foretelling.otherwise_named.len() < limits::BRAKE_EXAMPLES {
            let (expected, found) = (expected.join(", "), found.join(", "));
            foretelling.otherwise_named.push(format!("{}: foretold {expected}; came {found}", line.title));
        }
    }
    (foretelling.as_foretold, foretelling.otherwise) = (Some(as_foretold), Some(otherwise));
    Ok(())
}

/// What came of rows, in the order of their keys.
pub(crate) struct Came {
    lines: Box<dyn Iterator<Item = Result<crate::loader::OutcomeLine, Error>>>,
    next: Option<crate::loader::OutcomeLine>,
}

impl Came {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        // Where no row left there is no file.
        if !path.exists() {
            return Ok(Self { lines: Box::new(std::iter::empty()), next: None });
        }
        let mut lines = crate::loader::read_outcomes(path)?;
        let next = lines.next().transpose()?;
        Ok(Self { lines: Box::new(lines), next })
    }

    /// The outcomes of a row, in the order of their names.
    pub(crate) fn of(&mut self, row_key: &str) -> Result<Vec<String>, Error> {
        let mut found = Vec::new();
        while let Some(line) = self.next.take_if(|line| line.row_key.as_str() <= row_key) {
            if line.row_key == row_key {
                found.push(line.outcome);
            }
            self.next = self.lines.next().transpose()?;
        }
        found.sort_unstable();
        Ok(found)
    }
}
