//! One import set from start to end: blocks of rows, the counts of its runs, its state.

use std::sync::Arc;
use std::time::Instant;

use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::compile::compile;
use super::dates;
use super::field::{Caches, Evaluation};
use super::plan::Plan;
use super::robust;
use super::row::{self, Outcome, State};
use crate::dictionary::{Dictionary, quoted};
use crate::error::Error;
use crate::limits::{BLOCK_ROWS, COMMENT_CHARACTERS_MAX};
use crate::records::{Memory, Records};
use crate::{clock, sys_id};

/// Imports run as the user System (ServiceNow: importing data).
const USER: &str = "system";

/// The transformation of one import set. It lives across blocks, which are transactions of their own.
pub(crate) struct Runner {
    set: String,
    dictionary: Arc<Dictionary>,
    plan: Plan,
    caches: Caches,
    zone: TimeZone,
    memory: Memory,
    /// One run a map; one without a map where the staging table has none.
    runs: Vec<Run>,
    cursor: i64,
    started: Instant,
}

/// A `sys_import_set_run` record.
#[derive(Default)]
struct Run {
    id: String,
    total: u64,
    inserts: u64,
    updates: u64,
    ignored: u64,
    skipped: u64,
    errors: u64,
}

impl Run {
    fn count(&mut self, state: State) {
        let counter = match state {
            State::Inserted => &mut self.inserts,
            State::Updated => &mut self.updates,
            State::Ignored => &mut self.ignored,
            State::Skipped => &mut self.skipped,
            State::Error => &mut self.errors,
        };
        *counter += 1;
    }

    fn processed(&self) -> u64 {
        self.inserts + self.updates + self.ignored + self.skipped + self.errors
    }
}

/// The time zone of who loaded the set.
fn zone_of_importer(connection: &Connection, set: &str) -> Result<TimeZone, Error> {
    let zone: Option<String> = connection
        .prepare_cached(
            "SELECT u.time_zone FROM sys_import_set s JOIN sys_user u ON u.user_name = s.sys_created_by COLLATE NOCASE \
             WHERE s.sys_id = ?1 LIMIT 1",
        )?
        .query_row([set], |row| row.get(0))
        .optional()?;
    Ok(dates::zone_of_user(&zone.unwrap_or_default()))
}

/// A pending row of the staging table.
struct Pending {
    row: i64,
    id: String,
    values: Vec<String>,
}

impl Runner {
    /// Compiles the maps of the set's staging table and opens its runs, or takes up those that a crash left. Rows up
    /// to and including `after` are done: a set that stays open for single rows would else be read from its start.
    pub(crate) fn start(
        connection: &Connection,
        dictionary: Arc<Dictionary>,
        set: &str,
        after: i64,
    ) -> Result<Self, Error> {
        let staging: String = connection
            .prepare_cached("SELECT table_name FROM sys_import_set WHERE sys_id = ?1")?
            .query_row([set], |row| row.get(0))?;
        let plan = compile(connection, &dictionary, &staging)?;
        let mut runner = Self {
            set: set.to_owned(),
            caches: Caches::new(&plan),
            zone: zone_of_importer(connection, set)?,
            memory: Memory::default(),
            runs: Vec::new(),
            cursor: after,
            started: Instant::now(),
            dictionary,
            plan,
        };
        runner.open_runs(connection)?;
        Ok(runner)
    }

    /// Transforms the next block and answers whether there may be more.
    pub(crate) fn block(&mut self, connection: &Connection) -> Result<bool, Error> {
        let pending = self.pending(connection)?;
        let now = clock::now();
        for row in &pending {
            self.row(connection, row, &now)?;
            self.cursor = row.row;
        }
        self.store_counts(connection)?;
        Ok(pending.len() == BLOCK_ROWS)
    }

    /// Row outcomes so far, by state.
    pub(crate) fn counts(&self) -> [(&'static str, u64); 5] {
        let sum = |count: fn(&Run) -> u64| self.runs.iter().map(count).sum();
        [
            (State::Inserted.as_str(), sum(|run| run.inserts)),
            (State::Updated.as_str(), sum(|run| run.updates)),
            (State::Ignored.as_str(), sum(|run| run.ignored)),
            (State::Skipped.as_str(), sum(|run| run.skipped)),
            (State::Error.as_str(), sum(|run| run.errors)),
        ]
    }

    /// Closes the runs, and the set too unless it stays open for more rows.
    pub(crate) fn finish(&mut self, connection: &Connection, close_set: bool) -> Result<(), Error> {
        let now = clock::now();
        let seconds = self.started.elapsed().as_secs();
        let run_time = format!("1970-01-01 {:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        for run in &self.runs {
            let state = if run.errors == 0 { "Complete" } else { "Complete with errors" };
            connection
                .prepare_cached("UPDATE sys_import_set_run SET state = ?2, completed = ?3, run_time = ?4, sys_updated_on = ?3 WHERE sys_id = ?1")?
                .execute(params![run.id, state, now, run_time])?;
        }
        if close_set {
            set_state(connection, &self.set, "processed")?;
        }
        Ok(())
    }

    fn pending(&self, connection: &Connection) -> Result<Vec<Pending>, Error> {
        let width = self.plan.columns.len();
        let mut statement = connection.prepare_cached(&self.plan.read)?;
        let limit = i64::try_from(BLOCK_ROWS).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![self.set, self.cursor, limit], |row| {
            let values = (0..width).map(|position| row.get(position + 2)).collect::<Result<Vec<String>, _>>()?;
            Ok(Pending { row: row.get(0)?, id: row.get(1)?, values })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Takes one row through all maps. The first map's result is on the row itself, each further one on a copy.
    fn row(&mut self, connection: &Connection, row: &Pending, now: &str) -> Result<(), Error> {
        if self.plan.maps.is_empty() {
            let outcome =
                Outcome::of(State::Error, "No transform entry or scripts are defined; Target record not found");
            return self.store_outcome(connection, row, 0, outcome, now);
        }
        let mut outcomes = Vec::new();
        for position in 0..self.plan.maps.len() {
            let mut records = Records {
                connection,
                dictionary: &self.dictionary,
                user: USER,
                now: now.to_owned(),
                memory: &mut self.memory,
            };
            let mut evaluation = Evaluation {
                records: &mut records,
                caches: &mut self.caches,
                values: &row.values,
                notes: &mut Vec::new(),
                strict_truth: self.plan.strict_truth,
                zone: &self.zone,
            };
            let outcome = row::transform(&mut evaluation, &self.plan.maps[position])?;
            if self.plan.robust.is_some() {
                outcomes.push(outcome);
            } else {
                self.store_outcome(connection, row, position, outcome, now)?;
            }
        }
        if self.plan.robust.is_some() {
            self.store_entities(connection, row, &outcomes)?;
            self.store_outcome(connection, row, 0, robust::together(&outcomes), now)?;
        }
        Ok(())
    }

    /// What became of a row in each target entity of a robust transformer.
    fn store_entities(&mut self, connection: &Connection, row: &Pending, outcomes: &[Outcome]) -> Result<(), Error> {
        let mut records = Records::new(connection, &self.dictionary, USER, &mut self.memory);
        for (entity, outcome) in self.plan.maps.iter().zip(outcomes) {
            let values = [
                ("import_set_row", row.id.as_str()),
                ("import_set_run", self.runs[0].id.as_str()),
                ("entity", entity.id.as_str()),
                ("state", outcome.state.as_str()),
                ("target_table", outcome.target.as_str()),
                ("target_record", outcome.target_id.as_str()),
                ("error_message", outcome.comment.as_str()),
            ];
            records.insert("sys_import_set_target_row", &values)?;
        }
        Ok(())
    }

    fn store_outcome(
        &mut self,
        connection: &Connection,
        row: &Pending,
        position: usize,
        mut outcome: Outcome,
        now: &str,
    ) -> Result<(), Error> {
        self.runs[position].count(outcome.state);
        if let Some((end, _)) = outcome.comment.char_indices().nth(COMMENT_CHARACTERS_MAX) {
            outcome.comment.truncate(end);
        }
        let first = position == 0;
        let row_id = if first { row.id.clone() } else { sys_id::fresh() };
        let row_error = self.store_error(connection, position, &row_id, &outcome)?;
        let map = self.plan.maps.get(position).filter(|_| self.plan.robust.is_none());
        let map = map.map_or("", |map| map.id.as_str());
        let result = params![
            row.row,
            outcome.state.as_str(),
            outcome.comment,
            outcome.target,
            outcome.target_id,
            self.runs[position].id,
            map,
            row_error,
            now,
            USER,
        ];
        if first {
            connection.prepare_cached(&self.plan.finish)?.execute(result)?;
        } else {
            let copy: Vec<&dyn rusqlite::ToSql> =
                result.iter().copied().chain([&row_id as &dyn rusqlite::ToSql]).collect();
            connection.prepare_cached(&self.plan.copy)?.execute(copy.as_slice())?;
        }
        Ok(())
    }

    /// Records the error of a row and answers its id; empty where the row has none.
    fn store_error(
        &mut self,
        connection: &Connection,
        position: usize,
        row_id: &str,
        outcome: &Outcome,
    ) -> Result<String, Error> {
        if outcome.state != State::Error {
            return Ok(String::new());
        }
        let code = outcome.code.unwrap_or(800).to_string();
        let values = [
            ("import_set_row", row_id),
            ("import_set_run", self.runs[position].id.as_str()),
            ("error_code", code.as_str()),
            ("message", outcome.comment.as_str()),
        ];
        Records::new(connection, &self.dictionary, USER, &mut self.memory).insert("sys_import_set_row_error", &values)
    }

    fn open_runs(&mut self, connection: &Connection) -> Result<(), Error> {
        let maps: Vec<String> = if self.plan.maps.is_empty() || self.plan.robust.is_some() {
            vec![String::new()]
        } else {
            self.plan.maps.iter().map(|map| map.id.clone()).collect()
        };
        for map in &maps {
            let run = match self.left_run(connection, map)? {
                Some(run) => run,
                None => self.new_run(connection, map)?,
            };
            self.runs.push(run);
        }
        self.adopt_skipped(connection, &maps[0])?;
        self.store_counts(connection)
    }

    /// A run of this set and map that a crash left in the middle.
    fn left_run(&self, connection: &Connection, map: &str) -> Result<Option<Run>, Error> {
        let mut statement = connection.prepare_cached(
            "SELECT sys_id, total, inserts, updates, ignored, skipped, errors FROM sys_import_set_run \
             WHERE sys_import_set = ?1 AND sys_transform_map = ?2 AND state = 'Running'",
        )?;
        let number = |row: &rusqlite::Row<'_>, position: usize| -> rusqlite::Result<u64> {
            Ok(row.get::<_, String>(position)?.parse().unwrap_or_default())
        };
        let run = statement
            .query_row([self.set.as_str(), map], |row| {
                Ok(Run {
                    id: row.get(0)?,
                    total: number(row, 1)?,
                    inserts: number(row, 2)?,
                    updates: number(row, 3)?,
                    ignored: number(row, 4)?,
                    skipped: number(row, 5)?,
                    errors: number(row, 6)?,
                })
            })
            .optional()?;
        Ok(run)
    }

    fn new_run(&mut self, connection: &Connection, map: &str) -> Result<Run, Error> {
        let sql = format!(
            "SELECT COUNT(*) FROM {} WHERE sys_import_set = ?1 AND rowid > ?2 AND sys_import_state = 'pending'",
            quoted(&self.plan.staging)
        );
        let total: i64 =
            connection.prepare_cached(&sql)?.query_row(params![self.set, self.cursor], |row| row.get(0))?;
        let now = clock::now();
        let values = [
            ("sys_import_set", self.set.as_str()),
            ("sys_transform_map", map),
            ("robust_transformer", self.plan.robust.as_deref().unwrap_or_default()),
            ("state", "Running"),
            ("started", now.as_str()),
        ];
        let id =
            Records::new(connection, &self.dictionary, USER, &mut self.memory).insert("sys_import_set_run", &values)?;
        Ok(Run { id, total: total.unsigned_abs(), ..Run::default() })
    }

    /// Rows that were skipped while they were loaded, because they are too long, are counted in the first run.
    fn adopt_skipped(&mut self, connection: &Connection, map: &str) -> Result<(), Error> {
        let sql = format!(
            "UPDATE {} SET import_set_run = ?2, sys_transform_map = ?3 \
             WHERE sys_import_set = ?1 AND rowid > ?4 AND sys_import_state = 'skipped' AND import_set_run = ''",
            quoted(&self.plan.staging)
        );
        let adopted = connection.prepare_cached(&sql)?.execute(params![self.set, self.runs[0].id, map, self.cursor])?;
        let adopted = u64::try_from(adopted).unwrap_or(u64::MAX);
        self.runs[0].total += adopted;
        self.runs[0].skipped += adopted;
        Ok(())
    }

    fn store_counts(&self, connection: &Connection) -> Result<(), Error> {
        let mut statement = connection.prepare_cached(
            "UPDATE sys_import_set_run SET total = ?2, inserts = ?3, updates = ?4, ignored = ?5, skipped = ?6, errors = ?7, \
             processed = ?8 WHERE sys_id = ?1",
        )?;
        for run in &self.runs {
            let counts = [run.total, run.inserts, run.updates, run.ignored, run.skipped, run.errors, run.processed()];
            let counts = counts.map(|count| count.to_string());
            statement.execute(rusqlite::params_from_iter(std::iter::once(&run.id).chain(&counts)))?;
        }
        Ok(())
    }
}

/// Moves an import set to a state.
pub(crate) fn set_state(connection: &Connection, set: &str, state: &str) -> Result<(), Error> {
    connection
        .prepare_cached(
            "UPDATE sys_import_set SET state = ?2, sys_updated_on = ?3, sys_updated_by = ?4 WHERE sys_id = ?1",
        )?
        .execute(params![set, state, clock::now(), USER])?;
    Ok(())
}

/// Gives up a set that could not be transformed: its runs did not complete.
pub(super) fn give_up(connection: &Connection, set: &str) -> Result<(), Error> {
    connection
        .prepare_cached("UPDATE sys_import_set_run SET state = 'Did not complete', completed = ?2 WHERE sys_import_set = ?1 AND state = 'Running'")?
        .execute([set, clock::now().as_str()])?;
    set_state(connection, set, "cancelled")
}
