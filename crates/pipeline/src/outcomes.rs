//! What became of a run's rows, asked for afterwards. Apart from the loader, which writes it down and knows nothing of
//! who reads it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::Error;
use crate::loader::{OutcomeLine, outcomes_with, read_outcomes};

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
    let folder = folder.join("outcomes").join(format!("{run:06}"));
    let entries = std::fs::read_dir(&folder).map_err(|_| Error::NoOutcomes { run })?;
    let mut files: Vec<File> = entries.filter_map(|entry| File::of(entry.ok()?.path())).collect();
    // What was found out last comes first.
    files.sort_by(|one, other| one.table.cmp(&other.table).then(other.recovered.cmp(&one.recovered)));
    let mut kept = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    for (place, file) in files.iter().enumerate() {
        if place > 0 && files[place - 1].table != file.table {
            known.clear();
        }
        let mut keys = HashSet::new();
        for line in read_outcomes(&file.path)? {
            let line = line?;
            if known.contains(&line.row_key) {
                continue;
            }
            if file.recovered > 0 {
                keys.insert(line.row_key.clone());
            }
            let outcome = told(&file.table, line);
            if keep(&outcome) {
                kept.push(outcome);
            }
        }
        known.extend(keys);
    }
    Ok(kept)
}

/// The outcomes of one row in one run, one a transform map; none where nothing of it was sent, or they are no longer kept.
pub(crate) fn outcomes_of(folder: &Path, run: i64, table: &str, row_key: &str) -> Result<Vec<ToldOutcome>, Error> {
    let folder = folder.join("outcomes").join(format!("{run:06}"));
    let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let mut files: Vec<File> = entries.filter_map(|entry| File::of(entry.ok()?.path())).collect();
    files.retain(|file| file.table == table);
    // What was found out last takes the place of what the run itself knew.
    files.sort_by_key(|file| std::cmp::Reverse(file.recovered));
    for file in files {
        let lines = outcomes_with(&file.path, row_key)?;
        if !lines.is_empty() {
            return Ok(lines.into_iter().map(|line| told(table, line)).collect());
        }
    }
    Ok(Vec::new())
}

fn told(table: &str, line: OutcomeLine) -> ToldOutcome {
    let explained = load::explain(&line.comment);
    ToldOutcome {
        staging_table: table.to_owned(),
        cause: explained.map(|known| known.cause),
        remedy: explained.map(|known| known.remedy),
        line,
    }
}

/// One file of outcomes: a table's, as the run itself wrote it or as the so manieth recovery did.
struct File {
    path: PathBuf,
    table: String,
    recovered: u32,
}

impl File {
    /// None where it is another file, or one that was never finished.
    fn of(path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_str()?.strip_suffix(".parquet")?.to_owned();
        let (table, recovered) = match name.split_once(ledger::RECOVERED) {
            Some((table, number)) => (table.to_owned(), number.parse().ok()?),
            None => (name, 0),
        };
        Some(Self { path, table, recovered })
    }
}
