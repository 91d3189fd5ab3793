//! One integration's ledger: the lock, the notes of what is under way, the commits.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use engine::{Part, digest_of};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::basis::Basis;
use crate::batches::FORGET_NOTES;
use crate::error::{Error, at, sqlite};
use crate::held::{HeldReader, HeldWriter};
use crate::identity::{Identity, IdentityKind};
use crate::runs::{Ending, NewRun, PipelineRecord, RunState};
use crate::{folder, limits, schema};

/// The committed generation of one staging table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The staging table.
    pub staging_table: String,
    /// Rows in it.
    pub rows: u64,
    /// The run that wrote it.
    pub run: i64,
    /// When the newest snapshot that went into it was read, RFC 3339.
    pub snapshot_at: String,
    /// What it was last compared with.
    pub basis: Basis,
    /// BLAKE3 of its file, 64 hexadecimal digits.
    pub blake3: String,
    path: PathBuf,
}

impl Held {
    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Rows, and how many of them have no value in each column, as the file's own footer says.
    pub fn null_counts(&self) -> Result<(u64, BTreeMap<String, u64>), Error> {
        engine::null_counts(&self.path).map_err(|source| Error::Held {
            attempt: "read",
            table: self.staging_table.clone(),
            source: source.into(),
        })
    }
}

/// A plan whose rows may have left, and of which nothing is committed: the note that is made before the first batch of
/// a table leaves and goes with the commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// The run that sends, or sent.
    pub run: i64,
    /// Its plan of the table.
    pub plan: PathBuf,
    /// BLAKE3 of that file, 64 hexadecimal digits.
    pub blake3: String,
}

impl Sending {
    /// True where the plan is there as it was noted.
    pub fn is_intact(&self) -> bool {
        digest_of(&self.plan).is_ok_and(|(digest, _)| digest == self.blake3)
    }
}

/// One pipeline of a run, about to be committed.
pub struct Commit<'a> {
    /// The run.
    pub run: i64,
    /// The pipeline's place in it.
    pub position: usize,
    /// What became of its rows.
    pub record: &'a PipelineRecord,
    /// When the snapshot was read, RFC 3339.
    pub snapshot_at: &'a str,
    /// What the ledger is bound to from now on, unless it is bound already: rows of it are held.
    pub identity: Option<&'a Identity>,
    /// Batches of which nothing is open any more, by their ids.
    pub accounted: &'a [String],
    /// What its targets were compared with.
    pub basis: &'a Basis,
    /// What its targets hold now; none where nothing of it is another than before.
    pub held: Option<HeldWriter>,
}

/// The ledger of one integration, locked for this process.
pub struct Ledger {
    pub(crate) folder: PathBuf,
    pub(crate) database: Connection,
    _lock: File,
}

impl Ledger {
    /// Opens the ledger in an integration's folder, making both where they are not there yet. Nobody else works with
    /// it from now on, so a run that is still noted as working was killed, and is noted as such.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        folder::make(&folder.join("held"))?;
        let lock = lock(folder)?;
        let database = schema::open(folder)?;
        database
            .execute(
                "UPDATE runs SET state = ?1, failure = ?2 WHERE state = ?3",
                params![
                    RunState::Interrupted.as_str(),
                    "the process ended before the run did",
                    RunState::Running.as_str()
                ],
            )
            .map_err(sqlite("note what was interrupted"))?;
        Ok(Self { folder: folder.to_owned(), database, _lock: lock })
    }

    /// Removes what no run needs any more: plans but the last [`limits::PLANS_KEPT`] and those that may be on their
    /// way, outcomes but those of the last [`limits::OUTCOMES_KEPT`] runs, files that were begun and never finished, and
    /// held rows that no commit names.
    pub fn sweep(&self) -> Result<(), Error> {
        let noted = self.plans_in_use()?;
        for (place, (run, plans)) in folder::of_runs(&self.folder.join("plans")).into_iter().enumerate() {
            folder::sweep_partial(&plans);
            if place >= limits::PLANS_KEPT && !noted.contains(&run) {
                // What cannot be removed now is only disk space.
                drop(std::fs::remove_dir_all(plans));
            }
        }
        for (run, outcomes) in
            folder::of_runs(&self.folder.join(folder::OUTCOMES)).into_iter().skip(limits::OUTCOMES_KEPT)
        {
            if !noted.contains(&run) {
                drop(std::fs::remove_dir_all(outcomes));
            }
        }
        for table in folder::entries(&self.folder.join("held")) {
            let Some(name) = table.file_name().and_then(|name| name.to_str()) else { continue };
            let held = self.held(name)?;
            folder::sweep_files(&table, |file| held.as_ref().is_some_and(|held| held.path == file));
        }
        Ok(())
    }

    /// Notes that a run begins; its number rises from run to run.
    pub fn begin_run(&mut self, new: NewRun) -> Result<i64, Error> {
        self.database
            .execute(
                "INSERT INTO runs (command, snapshot, snapshot_at, begun_at, state) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![new.command, new.snapshot, new.snapshot_at, now(), RunState::Running.as_str()],
            )
            .map_err(sqlite("begin a run"))?;
        Ok(self.database.last_insert_rowid())
    }

    /// Notes how a run ended.
    pub fn end_run(&mut self, run: i64, ending: Ending<'_>) -> Result<(), Error> {
        self.database
            .execute(
                "UPDATE runs SET ended_at = ?2, state = ?3, failure = ?4, report = ?5 WHERE run = ?1",
                params![run, now(), ending.state.as_str(), ending.failure, ending.report],
            )
            .map_err(sqlite("end a run"))?;
        Ok(())
    }

    /// The file of a run's plan of a staging table, its folder made where it is not there yet.
    pub fn plan_file(&self, run: i64, staging_table: &str) -> Result<PathBuf, Error> {
        let plan = self.plan(run, staging_table);
        if let Some(plans) = plan.parent() {
            folder::make(plans)?;
        }
        Ok(plan)
    }

    fn plan(&self, run: i64, staging_table: &str) -> PathBuf {
        self.folder.join("plans").join(format!("{run:06}")).join(format!("{staging_table}.parquet"))
    }

    /// Another file of the same plan, by what is in it: `before` or `marks`.
    pub fn plan_part(&self, run: i64, staging_table: &str, part: &str) -> Result<PathBuf, Error> {
        Ok(self.plan_file(run, staging_table)?.with_extension(format!("{part}.parquet")))
    }

    /// The folder of a run's plan, made where it is not there yet.
    pub fn plan_folder(&self, run: i64) -> Result<PathBuf, Error> {
        let plans = self.folder.join("plans").join(format!("{run:06}"));
        folder::make(&plans)?;
        Ok(plans)
    }

    /// Begins a file of held rows beside the committed generation, which nothing is committed by.
    pub fn begin_rows(&self, path: &Path, staging_table: &str, columns: &[String]) -> Result<HeldWriter, Error> {
        HeldWriter::create(staging_table, path, columns)
    }

    /// Notes a pipeline of a run of which nothing was sent: its accounts, and nothing that is held.
    pub fn note_pipeline(&mut self, run: i64, position: usize, record: &PipelineRecord) -> Result<(), Error> {
        let text = serde_json::to_string(record).expect("a record of counts and texts is always JSON");
        self.database
            .execute(
                "INSERT INTO pipelines (run, position, pipeline, record) VALUES (?1, ?2, ?3, ?4)",
                params![run, position as i64, record.pipeline, text],
            )
            .map_err(sqlite("note a pipeline"))?;
        Ok(())
    }

    /// Notes, before the first batch leaves, that a run sends its plan of a table; `blake3` is the plan file's. Until
    /// the pipeline is committed nobody knows what the target holds of the plan's rows.
    pub fn note_sending(&mut self, run: i64, staging_table: &str, blake3: &str) -> Result<(), Error> {
        self.database
            .execute(
                "INSERT OR REPLACE INTO sending (staging_table, run, blake3, noted_at) VALUES (?1, ?2, ?3, ?4)",
                params![staging_table, run, blake3, now()],
            )
            .map_err(sqlite("note that rows are sent"))?;
        Ok(())
    }

    /// The plans of a table whose rows may have left in runs that have not accounted for them all, oldest first.
    pub fn sending(&self, staging_table: &str) -> Result<Vec<Sending>, Error> {
        let failed = sqlite("read what is on its way");
        let mut statement = self
            .database
            .prepare_cached("SELECT run, blake3 FROM sending WHERE staging_table = ?1 ORDER BY run")
            .map_err(&failed)?;
        let notes = statement.query_map([staging_table], |row| {
            let run = row.get(0)?;
            Ok(Sending { run, plan: self.plan(run, staging_table), blake3: row.get(1)? })
        });
        notes.and_then(Iterator::collect).map_err(&failed)
    }

    /// Begins a new generation of what a staging table's targets hold, with the values of these staging columns.
    pub fn begin_held(&self, run: i64, staging_table: &str, columns: &[String]) -> Result<HeldWriter, Error> {
        let held = self.folder.join("held").join(staging_table);
        folder::make(&held)?;
        HeldWriter::create(staging_table, &held.join(generation(run)), columns)
    }

    /// Removes the generation that a commit replaced with `file`; what cannot be removed now is only disk space.
    pub(crate) fn remove_generation(&self, before: Option<&Held>, file: &str) {
        if let Some(before) = before
            && !before.path.ends_with(file)
        {
            drop(std::fs::remove_file(&before.path));
        }
    }

    /// Commits one pipeline of a run: its accounts, the new generation, the identity of who holds it, and that these
    /// batches are accounted, together. The notes of what was on its way to its table go with it, but for those of runs
    /// that have other batches on their way.
    pub fn commit_pipeline(&mut self, commit: Commit<'_>) -> Result<(), Error> {
        let failed = sqlite("commit a pipeline");
        let written = commit.held.map(HeldWriter::finish).transpose()?;
        let (run, record) = (commit.run, commit.record);
        let table = &record.staging_table;
        let before = self.held(table)?;
        // An older snapshot that was sent on purpose does not make what is held older.
        let snapshot_at = match &before {
            Some(before) if is_later(&before.snapshot_at, commit.snapshot_at) => before.snapshot_at.as_str(),
            _ => commit.snapshot_at,
        };
        let text = serde_json::to_string(record).expect("a record of counts and texts is always JSON");
        let transaction = self.database.transaction().map_err(&failed)?;
        transaction
            .execute(
                "INSERT INTO pipelines (run, position, pipeline, record) VALUES (?1, ?2, ?3, ?4)",
                params![run, commit.position as i64, record.pipeline, text],
            )
            .map_err(&failed)?;
        let basis = commit.basis.to_text();
        match &written {
            Some(written) => transaction.execute(
                "INSERT OR REPLACE INTO held (staging_table, file, blake3, rows, run, snapshot_at, basis)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![table, generation(run), written.digest, written.rows as i64, run, snapshot_at, basis],
            ),
            None => transaction.execute(
                "UPDATE held SET snapshot_at = ?2, basis = ?3 WHERE staging_table = ?1",
                params![table, snapshot_at, basis],
            ),
        }
        .map_err(&failed)?;
        for batch in commit.accounted {
            transaction.execute("DELETE FROM batches WHERE batch = ?1", [batch]).map_err(&failed)?;
        }
        transaction.execute(FORGET_NOTES, [table]).map_err(&failed)?;
        if let Some(identity) = commit.identity {
            transaction
                .execute(
                    "INSERT OR IGNORE INTO identity (name, value) VALUES (?1, ?2)",
                    params![identity.kind.as_str(), identity.value],
                )
                .map_err(&failed)?;
        }
        transaction.commit().map_err(&failed)?;
        if written.is_some() {
            self.remove_generation(before.as_ref(), &generation(run));
        }
        Ok(())
    }

    /// The committed generation of a staging table.
    pub fn held(&self, staging_table: &str) -> Result<Option<Held>, Error> {
        held_of(&self.database, &self.folder, staging_table)
    }

    /// Opens the committed generation for reading, with the values of these staging columns, after checking its digest.
    pub fn read_held(&self, staging_table: &str, columns: &[String]) -> Result<HeldReader, Error> {
        self.check_held(staging_table)?;
        self.read_held_part(staging_table, columns, &Part::default())
    }

    /// As [`Ledger::read_held`], for a comparison: what that does not look at is not read, and no whole row can be taken.
    pub fn read_held_compared(&self, staging_table: &str, columns: &[String]) -> Result<HeldReader, Error> {
        self.check_held(staging_table)?;
        match self.held(staging_table)? {
            Some(held) => HeldReader::open_compared(staging_table, &held.path, columns),
            None => Ok(HeldReader::empty(staging_table)),
        }
    }

    fn check_held(&self, staging_table: &str) -> Result<(), Error> {
        if let Some(held) = self.held(staging_table)? {
            let (digest, _) = digest_of(&held.path).map_err(|source| Error::Held {
                attempt: "verify",
                table: staging_table.to_owned(),
                source: source.into(),
            })?;
            if digest != held.blake3 {
                return Err(Error::Damaged { path: held.path });
            }
        }
        Ok(())
    }

    /// Opens a part of the committed generation. Its digest is not checked: for a second look at what was checked before,
    /// and for whoever looks at a few rows.
    pub fn read_held_part(
        &self,
        staging_table: &str,
        columns: &[String],
        part: &Part<'_>,
    ) -> Result<HeldReader, Error> {
        read_part(self.held(staging_table)?, staging_table, columns, part)
    }

    /// The identity of one kind that this ledger is bound to.
    pub fn identity(&self, kind: IdentityKind) -> Result<Option<String>, Error> {
        identity_of(&self.database, kind)
    }
}

/// The identity of one kind that a ledger is bound to.
pub(crate) fn identity_of(database: &Connection, kind: IdentityKind) -> Result<Option<String>, Error> {
    database
        .query_row("SELECT value FROM identity WHERE name = ?1", [kind.as_str()], |row| row.get(0))
        .optional()
        .map_err(sqlite("read an identity"))
}

/// The committed generation of a staging table, by whoever may look into the database.
pub(crate) fn held_of(database: &Connection, folder: &Path, staging_table: &str) -> Result<Option<Held>, Error> {
    let folder = folder.join("held").join(staging_table);
    let found = database
        .query_row(
            "SELECT file, blake3, rows, run, snapshot_at, basis FROM held WHERE staging_table = ?1",
            [staging_table],
            |row| {
                let held = Held {
                    staging_table: staging_table.to_owned(),
                    path: folder.join(row.get::<_, String>(0)?),
                    blake3: row.get(1)?,
                    rows: row.get::<_, i64>(2)? as u64,
                    run: row.get(3)?,
                    snapshot_at: row.get(4)?,
                    basis: Basis::default(),
                };
                Ok((held, row.get::<_, String>(5)?))
            },
        )
        .optional()
        .map_err(sqlite("read what is held"))?;
    found.map(|(held, basis)| Ok(Held { basis: Basis::of_text(&basis)?, ..held })).transpose()
}

/// A reader of a part of a generation; of nothing where there is none.
pub(crate) fn read_part(
    held: Option<Held>,
    staging_table: &str,
    columns: &[String],
    part: &Part<'_>,
) -> Result<HeldReader, Error> {
    match held {
        Some(held) => HeldReader::open(staging_table, &held.path, columns, part),
        None => Ok(HeldReader::empty(staging_table)),
    }
}

fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|source| at("open", &path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Locked { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(at("lock", &path, source)),
    }
}

/// True where one moment is after the other; a text that is no moment is after nothing.
pub(crate) fn is_later(one: &str, other: &str) -> bool {
    matches!((one.parse::<Timestamp>(), other.parse::<Timestamp>()), (Ok(one), Ok(other)) if one > other)
}

fn generation(run: i64) -> String {
    format!("{run:06}.parquet")
}

fn now() -> String {
    Timestamp::now().to_string()
}
