//! A plan on disk: a folder of Parquet files and `plan.json`, which names them with their digests and what the plan was
//! made by. Apart because what a person approves must be what is sent, to the byte.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use engine::{digest_of, sync_folder};
use flow::Accounts;
use ledger::Basis;
use serde::{Deserialize, Serialize};

use crate::brakes::Brake;
use crate::error::Error;
use crate::planner::{Changes, PlanFile, PlanFiles};
use crate::report::TableReport;

/// The manifest's name in a plan's folder.
const MANIFEST: &str = "plan.json";

/// Version of the manifest's form.
const VERSION: u32 = 1;

/// A plan, as its manifest tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    /// Version of this form.
    pub plan_version: u32,
    /// BLAKE3 over what it would send and what that was made by, 64 hexadecimal digits: by this a person approves it.
    pub plan: String,
    /// The run that made it.
    pub run: i64,
    /// The integration.
    pub integration: String,
    /// The snapshot that it carries.
    pub snapshot: String,
    /// When that was read, RFC 3339.
    pub snapshot_at: String,
    /// When the plan was made, RFC 3339.
    pub made_at: String,
    /// The instance that it is for, as it names itself; empty for a plan that was made without asking one.
    pub instance: String,
    /// Tables, in the order in which they are sent.
    pub tables: Vec<SavedTable>,
    /// BLAKE3 of this document with this field empty.
    pub blake3: String,
}

/// One pipeline's part of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedTable {
    /// The pipeline.
    pub pipeline: String,
    /// Its staging table.
    pub staging_table: String,
    /// Digest of its declaration.
    pub declaration: String,
    /// BLAKE3 of what was held when the plan was made; empty where nothing was.
    pub held: String,
    /// The accounts, whose planned rows are not sent yet.
    pub accounts: Accounts,
    /// Why rows are sent.
    pub changes: Changes,
    /// The snapshot that was compared.
    pub basis: Basis,
    /// Brakes that it trips.
    pub brakes: Vec<Brake>,
    /// What the instance is foretold to make of its rows; none for a plan that was made without asking it.
    pub foretold: Option<Foretold>,
    pub(crate) files: SavedFiles,
    /// What is told of the pipeline before anything is sent.
    pub(crate) report: TableReport,
}

/// What the instance is foretold to make of the rows of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Foretold {
    /// Rows by the worst of their outcomes: `inserted`, `updated`, `ignored`, `skipped`, `error`, `conflict`.
    pub outcomes: std::collections::BTreeMap<String, u64>,
    /// Fields of target records that change, by `table.field`.
    pub fields: std::collections::BTreeMap<String, u64>,
    /// Requests that it took.
    pub requests: u64,
}

/// The files of one pipeline's part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedFiles {
    pub(crate) rows: Option<SavedFile>,
    pub(crate) before: Option<SavedFile>,
    pub(crate) marks: Option<SavedFile>,
    pub(crate) foretold: Option<SavedFile>,
}

/// One file: its name in the plan's folder, and its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedFile {
    pub(crate) file: String,
    pub(crate) blake3: String,
}

impl SavedFile {
    pub(crate) fn of(file: &PlanFile) -> Self {
        let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { file: name, blake3: file.blake3.clone() }
    }

    fn at(&self, folder: &Path) -> PlanFile {
        PlanFile { path: folder.join(&self.file), blake3: self.blake3.clone() }
    }
}

impl SavedFiles {
    pub(crate) fn of(files: &PlanFiles) -> Self {
        let of = |file: &Option<PlanFile>| file.as_ref().map(SavedFile::of);
        Self { rows: of(&files.rows), before: of(&files.before), marks: of(&files.marks), foretold: None }
    }

    fn all(&self) -> impl Iterator<Item = &SavedFile> {
        [&self.rows, &self.before, &self.marks, &self.foretold].into_iter().flatten()
    }

    /// The files where they are.
    pub(crate) fn at(&self, folder: &Path) -> PlanFiles {
        let at = |file: &Option<SavedFile>| file.as_ref().map(|file| file.at(folder));
        PlanFiles { rows: at(&self.rows), before: at(&self.before), marks: at(&self.marks) }
    }

    pub(crate) fn foretold_at(&self, folder: &Path) -> Option<PlanFile> {
        self.foretold.as_ref().map(|file| file.at(folder))
    }
}

impl SavedPlan {
    /// Completes a plan with its digest and makes its manifest durable in the folder of its files.
    pub(crate) fn write(mut self, folder: &Path) -> Result<Self, Error> {
        self.plan_version = VERSION;
        self.plan = self.identity();
        let text = self.with_digest();
        let (temporary, path) = (folder.join("plan.json.partial"), folder.join(MANIFEST));
        let failed = |source| Error::PlanFile { path: path.clone(), source };
        let mut file = File::create(&temporary).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&temporary, &path).map_err(failed)?;
        sync_folder(folder)?;
        Ok(self)
    }

    /// Reads the plan in a folder, and checks every file of it against its digest.
    ///
    /// # Errors
    /// A folder without a plan, and one whose files are not what was written.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(MANIFEST);
        let damaged = |what: &Path| Error::PlanDamaged { path: what.to_owned() };
        let text = std::fs::read(&path).map_err(|source| Error::PlanFile { path: path.clone(), source })?;
        let plan: Self = serde_json::from_slice(&text).map_err(|_| damaged(&path))?;
        if !snapshot::is_as_written(&text, &plan.blake3) || plan.plan != plan.identity() {
            return Err(damaged(&path));
        }
        for file in plan.tables.iter().flat_map(|table| table.files.all()) {
            let path = folder.join(&file.file);
            if Path::new(&file.file).components().count() != 1 || digest_of(&path)?.0 != file.blake3 {
                return Err(damaged(&path));
            }
        }
        Ok(plan)
    }

    /// Copies a plan that was checked into another folder, durably.
    pub fn copy(&self, from: &Path, to: &Path) -> Result<(), Error> {
        std::fs::create_dir_all(to).map_err(|source| Error::PlanFile { path: to.to_owned(), source })?;
        let names = self.tables.iter().flat_map(|table| table.files.all()).map(|file| file.file.as_str());
        for name in names.chain([MANIFEST]) {
            let path = to.join(name);
            let failed = |source| Error::PlanFile { path: path.clone(), source };
            std::fs::copy(from.join(name), &path).map_err(failed)?;
            File::open(&path).and_then(|file| file.sync_all()).map_err(failed)?;
        }
        Ok(sync_folder(to)?)
    }

    /// Brakes that it trips.
    pub fn brakes(&self) -> Vec<Brake> {
        self.tables.iter().flat_map(|table| table.brakes.clone()).collect()
    }

    /// True where it would send anything.
    pub fn has_changes(&self) -> bool {
        self.tables.iter().any(|table| table.accounts.planned > 0)
    }

    /// A digest of what the plan would send, to whom, and what that was made by: neither of when nor of where it was made.
    fn identity(&self) -> String {
        let tables: Vec<_> = self
            .tables
            .iter()
            .map(|table| (&table.pipeline, &table.staging_table, &table.declaration, &table.held, &table.files))
            .collect();
        let said = (&self.integration, &self.instance, &self.snapshot, tables);
        let text = serde_json::to_string(&said).expect("texts are always JSON");
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    /// Its text with its own digest in its last field.
    fn with_digest(&mut self) -> String {
        self.blake3 = String::new();
        let bare = serde_json::to_string_pretty(self).expect("a plan of counts and texts is always JSON");
        self.blake3 = blake3::hash(bare.as_bytes()).to_hex().to_string();
        serde_json::to_string_pretty(self).expect("a plan of counts and texts is always JSON") + "\n"
    }
}

/// The folder of a plan that a person names: its own, or the run that made it.
pub fn plan_folder(integration: &Path, named: &str) -> PathBuf {
    match named.parse::<i64>() {
        Ok(run) => integration.join("plans").join(format!("{run:06}")),
        Err(_) => PathBuf::from(named),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(seconds: f64) -> SavedPlan {
        let report = TableReport { seconds, ..TableReport::empty("devices", "u_device") };
        let table = SavedTable {
            pipeline: report.pipeline.clone(),
            staging_table: report.staging_table.clone(),
            declaration: String::new(),
            held: String::new(),
            accounts: Accounts::default(),
            changes: Changes::default(),
            basis: Basis::default(),
            brakes: Vec::new(),
            foretold: None,
            files: SavedFiles::default(),
            report,
        };
        SavedPlan {
            plan_version: 0,
            plan: String::new(),
            run: 1,
            integration: "test".to_owned(),
            snapshot: String::new(),
            snapshot_at: String::new(),
            made_at: String::new(),
            instance: String::new(),
            tables: vec![table],
            blake3: String::new(),
        }
    }

    #[test]
    fn a_plan_is_read_whatever_digits_its_numbers_have_and_not_after_a_change() {
        let folder = std::env::temp_dir().join(format!("snowhaul-saved-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        // Digits of which a reader that is not exact makes another number now and then.
        for number in 1..2_000_u32 {
            let seconds = f64::from(number) / 7.0 + 1e-9 * f64::from(number * number);
            let written = plan(seconds).write(&folder).expect("written");
            let read = SavedPlan::read(&folder).expect("it is as it was written");
            assert_eq!(read.plan, written.plan, "{seconds}");
        }
        let path = folder.join(MANIFEST);
        let text = std::fs::read_to_string(&path).expect("read");
        std::fs::write(&path, text.replacen("\"run\": 1", "\"run\": 2", 1)).expect("changed");
        assert!(matches!(SavedPlan::read(&folder), Err(Error::PlanDamaged { .. })));
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
