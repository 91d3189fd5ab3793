//! What became of a run's rows, asked for afterwards. Apart from the loader, which writes it down and knows nothing of
//! who reads it.

use std::collections::HashSet;
use std::path::Path;

use serde::Serialize;

use crate::error::Error;
use crate::loader::{OutcomeLine, read_outcomes};

/// One outcome, with the table and what is known of the instance's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ToldOutcome {
    /// The staging table.
    pub staging_table: String,
    /// The outcome.
    #[serde(flatten)]
    pub line: OutcomeLine,
    /// What is behind the comment, where it is known.
    pub cause: Option<&'static str>,
    /// What to do about it, where it is known.
    pub remedy: Option<&'static str>,
}

impl ToldOutcome {
    /// True where the row is not in the target as it was sent.
    pub fn is_refused(&self) -> bool {
        matches!(self.line.outcome.as_str(), "error" | "skipped" | "unresolved")
    }
}

/// The outcomes of a run that `keep` lets through, table by table in the order of their names, rows in the order of
/// their keys. What a later run found out about a row takes the place of what the run itself knew.
///
/// # Errors
/// A run whose outcomes are not kept: it is too old, or sent nothing.
pub fn outcomes(folder: &Path, run: i64, keep: impl Fn(&ToldOutcome) -> bool) -> Result<Vec<ToldOutcome>, Error> {
    const RECOVERED: &str = "-recovered";
    let folder = folder.join("outcomes").join(format!("{run:06}"));
    let entries = std::fs::read_dir(&folder).map_err(|_| Error::NoOutcomes { run })?;
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "parquet"));
    files.sort();
    // What was recovered of a table comes before what the run itself knew.
    files.sort_by_key(|path| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let table = name.strip_suffix(RECOVERED).map(str::to_owned);
        (table.clone().unwrap_or_else(|| name.clone()), table.is_none())
    });
    let mut told = Vec::new();
    let mut recovered: HashSet<String> = HashSet::new();
    for path in files {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_recovered = name.ends_with(RECOVERED);
        if is_recovered {
            recovered.clear();
        }
        let table = name.strip_suffix(RECOVERED).unwrap_or(&name).to_owned();
        for line in read_outcomes(&path)? {
            let line = line?;
            if is_recovered {
                recovered.insert(format!("{table} {}", line.row_key));
            } else if recovered.contains(&format!("{table} {}", line.row_key)) {
                continue;
            }
            let known = load::explain(&line.comment);
            let outcome = ToldOutcome {
                staging_table: table.clone(),
                cause: known.map(|known| known.cause),
                remedy: known.map(|known| known.remedy),
                line,
            };
            if keep(&outcome) {
                told.push(outcome);
            }
        }
    }
    Ok(told)
}
