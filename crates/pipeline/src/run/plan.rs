//! One pipeline's plan within a run: compared, judged by the brakes, and told. Apart from the loading, because a plan is
//! made as well for whoever only wants to see it.

use std::collections::BTreeMap;
use std::time::Instant;

use engine::{Engine, FileRows, Part, TextColumn};
use flow::Accounts;
use ledger::{Basis, Held, Ledger};
use transform::{Compiled, lineage};

use super::left_out;
use super::{Run, earlier::Earlier};
use crate::brakes::{self, Brake, Judged};
use crate::declaration::Pipeline;
use crate::error::Error;
use crate::limits;
use crate::planner::{self, CHANGE, Change, PlanFile, PlanFiles, PlanOptions, Planned};
use crate::report::{Imbalanced, TableReport};
use crate::saved::{Foretold, SavedFiles, SavedTable};

/// One pipeline that is planned.
pub(super) struct Planning<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) engine: &'a Engine,
    pub(super) pipeline: &'a Pipeline,
    pub(super) mapping: &'a Compiled,
}

/// A pipeline's plan.
pub(super) struct TablePlan<'a> {
    pub(super) pipeline: &'a Pipeline,
    pub(super) files: PlanFiles,
    pub(super) foretold: Option<PlanFile>,
    pub(super) report: TableReport,
    pub(super) basis: Basis,
    /// Digest of what was held when it was made.
    pub(super) held: String,
    /// The sum of the accounts that does not hold; nothing is sent then.
    pub(super) imbalance: Option<Imbalanced>,
    /// What the query lost or doubled of the driving records, in words.
    pub(super) difference: Option<String>,
    pub(super) everything_in_doubt: bool,
    /// Why nothing may be sent to the table.
    pub(super) fence: Option<load::Error>,
}

impl<'a> Planning<'a> {
    pub(super) async fn plan(&self, ledger: &Ledger, earlier: Earlier) -> Result<TablePlan<'a>, Error> {
        let began = Instant::now();
        let options = self.run.options;
        let plan_options = PlanOptions {
            now: self.run.now,
            run: self.run.number,
            pipelines: options.pipelines,
            retry_refused: options.retry_refused,
            everything_in_doubt: earlier.everything_in_doubt,
            is_evidence: options.may_retire && !options.older && planner::is_whole(options.snapshot),
            events: &options.events,
        };
        let mut planned =
            planner::plan(self.engine, self.pipeline, self.mapping, options.snapshot, ledger, &plan_options).await?;
        let left_out = left_out::list(self, &mut planned.tally).await?;
        let held = ledger.held(self.pipeline.staging_table())?;
        let basis = self.basis(&planned);
        let brakes = self.brakes(&planned, held.as_ref(), &basis)?;
        let mut accounts = planned.accounts.clone();
        accounts.not_sent = accounts.planned;
        let imbalance = imbalance(self.pipeline, &accounts, planned.difference.as_deref());
        let mut notes = earlier.notes;
        if held.as_ref().is_some_and(|held| held.rows > 0 && held.basis.scope != basis.scope) {
            notes.push(
                "the scope is another than before: rows that enter or leave by it are judged by no brake this time"
                    .to_owned(),
            );
        }
        let tally = planned.tally;
        let report = TableReport {
            accounts,
            orphans: left_out.orphans,
            changes: planned.changes,
            brakes,
            seconds: began.elapsed().as_secs_f64(),
            out_of_scope_by_rule: tally.out_of_scope,
            adjusted: tally.adjusted,
            unreadable: tally.unreadable,
            left_out: left_out.listed,
            left_out_not_listed: left_out.not_listed,
            notes,
            ..TableReport::empty(self.pipeline.name(), self.pipeline.staging_table())
        };
        Ok(TablePlan {
            pipeline: self.pipeline,
            files: planned.files,
            foretold: None,
            report,
            basis,
            held: held.map(|held| held.blake3).unwrap_or_default(),
            imbalance,
            difference: planned.difference,
            everything_in_doubt: earlier.everything_in_doubt,
            fence: earlier.fence,
        })
    }

    fn basis(&self, planned: &Planned) -> Basis {
        let manifest = &self.run.options.snapshot.manifest;
        let read = extract::ReadSettings::parse(&manifest.settings);
        let is_recorded = manifest.completeness == snapshot::Completeness::Recorded;
        Basis {
            tenant: if is_recorded {
                String::new()
            } else {
                format!("{} ({})", manifest.source.identity, manifest.source.kind)
            },
            scope: format!("{:?} {:?}", read.map(|read| read.scope), self.pipeline.mapping().scope),
            is_full: planner::is_whole(self.run.options.snapshot),
            staging_rows: planned.accounts.staging_rows - planned.accounts.retire,
        }
    }

    fn brakes(&self, planned: &Planned, held: Option<&Held>, basis: &Basis) -> Result<Vec<Brake>, Error> {
        let manifest = &self.run.options.snapshot.manifest;
        let is_partial = manifest.completeness == snapshot::Completeness::Partial;
        let judged = Judged {
            pipeline: self.pipeline,
            changes: &planned.changes,
            held,
            basis,
            is_empty: planned.accounts.read == 0 && !is_partial,
            examples: examples(self.pipeline, planned.files.rows.as_ref())?,
        };
        brakes::judge(&judged)
    }
}

impl TablePlan<'_> {
    /// As the plan's manifest tells it.
    pub(super) fn saved(&self) -> SavedTable {
        let mut files = SavedFiles::of(&self.files);
        files.foretold = self.foretold.as_ref().map(crate::saved::SavedFile::of);
        SavedTable {
            pipeline: self.pipeline.name().to_owned(),
            staging_table: self.pipeline.staging_table().to_owned(),
            declaration: self.pipeline.digest(),
            held: self.held.clone(),
            accounts: self.report.accounts.clone(),
            changes: self.report.changes.clone(),
            basis: self.basis.clone(),
            brakes: self.report.brakes.clone(),
            foretold: self.report.foretold.as_ref().map(|foretold| Foretold {
                outcomes: foretold.outcomes.clone(),
                fields: foretold.fields.clone(),
                requests: foretold.requests,
            }),
            files,
            report: self.report.clone(),
        }
    }
}

/// The first sum that does not hold, with what is known of the cause.
pub(super) fn imbalance(pipeline: &Pipeline, accounts: &Accounts, difference: Option<&str>) -> Option<Imbalanced> {
    let sum = accounts.balance().err()?.to_string();
    let sum = match difference {
        Some(difference) => format!("{sum}: {difference}"),
        None => sum,
    };
    Some(Imbalanced { pipeline: pipeline.name().to_owned(), sum })
}

/// Titles of planned rows, a few for each reason.
pub(super) fn examples(pipeline: &Pipeline, rows: Option<&PlanFile>) -> Result<BTreeMap<Change, Vec<String>>, Error> {
    let mut examples: BTreeMap<Change, Vec<String>> = BTreeMap::new();
    let Some(rows) = rows else { return Ok(examples) };
    let wanted: Vec<&str> = pipeline.title.iter().map(String::as_str).chain([CHANGE, lineage::ROW_KEY]).collect();
    for batch in FileRows::open_part(&rows.path, &Part { columns: Some(&wanted), ..Part::default() })? {
        let batch = batch?;
        let column = |name: &str| {
            let array = batch.column_by_name(name).expect("a plan has its own columns");
            TextColumn::new(array).map_err(transform::Error::Gather)
        };
        let reasons = column(CHANGE)?;
        let titles = pipeline.title.iter().map(|name| column(name)).collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let Some(change) = reasons.text(row).and_then(Change::parse) else { continue };
            let named = examples.entry(change).or_default();
            if named.len() < limits::BRAKE_EXAMPLES {
                named.push(titles.iter().filter_map(|title| title.text(row)).collect::<Vec<_>>().join(" "));
            }
        }
    }
    Ok(examples)
}
