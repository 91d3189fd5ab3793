//! Commands that only look: `runs`, `check`, `export update-set`.

use std::path::Path;

use anyhow::{Context, Result};
use ledger::History;
use serde::Serialize;

use super::{no_table, say};
use crate::arguments::{Common, Form, RunsCommand};
use crate::output::Output;
use crate::{exit, shown};

/// Looks at runs.
pub(super) fn runs(common: &Common, command: RunsCommand, output: &mut Output) -> Result<u8> {
    // Looking takes no lock: a run may be at work.
    let history = History::open(&common.folder()?)?;
    match command {
        RunsCommand::List => {
            let runs = history.runs()?;
            say(common.output, output, &runs, || shown::runs(&runs))?;
        }
        RunsCommand::Audit => {
            let trail = history.audit()?;
            say(common.output, output, &trail, || shown::audit(&trail))?;
        }
        RunsCommand::Show { run, errors, rows } if errors || rows => {
            history.run(run)?;
            let told = pipeline::outcomes(&common.folder()?, run, |told| rows || told.is_refused())?;
            match common.output {
                Form::Csv => output.data(shown::outcomes_csv(&told)?.trim_end()),
                form => say(form, output, &told, || shown::outcomes(run, &told))?,
            }
        }
        RunsCommand::Show { run, .. } => {
            let (record, report) = history.run(run)?;
            // The report is the document that the run printed; a run that ended with an error has none.
            match common.output {
                Form::Json if report.is_empty() => {
                    output.data(&serde_json::to_string_pretty(&record).context("could not write the document")?);
                }
                Form::Json => output.data(&report),
                Form::Text => output.data(&shown::run_record(&record, &report)),
                Form::Csv => return Err(no_table()),
            }
        }
    }
    Ok(exit::DONE)
}

#[derive(Serialize)]
struct Checked<'a> {
    pipeline: &'a str,
    check: &'a str,
    failure: Option<&'a str>,
}

/// Tries every declaration and its checks.
pub(super) async fn check(common: &Common, output: &mut Output) -> Result<u8> {
    let set = common.pipelines()?;
    let mut results = Vec::new();
    for pipeline in set.all() {
        results.extend(pipeline::check(pipeline).await?);
    }
    let checked: Vec<Checked<'_>> = results
        .iter()
        .map(|result| Checked { pipeline: &result.pipeline, check: &result.check, failure: result.failure.as_deref() })
        .collect();
    say(common.output, output, &checked, || shown::checks(&results))?;
    let holds = results.iter().all(|result| result.failure.is_none());
    Ok(if holds { exit::DONE } else { exit::FAILED })
}

/// Writes the update set of all nightly pipelines.
pub(super) fn update_set(common: &Common, out: Option<&Path>, output: &mut Output) -> Result<u8> {
    let xml = pipeline::update_set(&common.pipelines()?.nightly());
    match out {
        None => output.data(xml.trim_end()),
        Some(path) => {
            std::fs::write(path, &xml).with_context(|| format!("could not write `{}`", path.display()))?;
            output.talk(&format!(
                "wrote {}: in ServiceNow, open Retrieved Update Sets, Import Update Set from XML, preview, commit; then give the \
                 service account the role {}",
                path.display(),
                pipeline::LOADER_ROLE
            ));
        }
    }
    Ok(exit::DONE)
}
