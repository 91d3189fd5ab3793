//! `explain`: the way of one device, or of one application on it, from the page that it was read from to the record that it
//! became, and what would come next. It only looks: it takes no lock, and what cannot be looked at is said and left out.
//!
//! ```text
//!   newest snapshot ─▶ its few records ─▶ the mapping over them ─▶ row, or why there is none ─┐
//!   held · plans · outcomes ─────────────────────────────────────▶ what was sent, and proven ─┼─▶ in words
//!   the instance ────────────────────────────────────────────────▶ what it says now ──────────┘
//! ```

mod narrow;
mod normalised;
mod now;
mod past;
mod row;
mod told;
mod words;

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use flow::Clock;
use jiff::Timestamp;
use ledger::{History, RunRecord, Said};
use load::Target;
use snapshot::{Sealed, Store};
use transform::Compiled;

pub use told::{
    ExplainedColumn, ExplainedRecord, ExplainedRow, Explanation, Fate, HeldTold, LookedAt, Next, RawValue, RunTold,
    TargetNow,
};

use crate::declaration::Pipeline;
use crate::destination::Destination;
use crate::error::Error;
use crate::report::said;
use crate::{limits, preflight};
use narrow::{Narrowed, Place, Wide};
use normalised::{Detail, normalise, records};
use past::HeldOne;
use row::text_of;

/// What is asked.
pub struct ExplainOptions<'a> {
    /// The integration's name.
    pub integration: &'a str,
    /// The integration's folder.
    pub folder: &'a Path,
    /// The pipelines, in order.
    pub pipelines: &'a [Pipeline],
    /// Where its snapshots are.
    pub snapshots: &'a Store,
    /// A serial number, device id or host name.
    pub wanted: &'a str,
    /// An application on it, by name, bundle id or path.
    pub app: Option<&'a str>,
    /// What time it is.
    pub clock: Clock,
}

/// Explains a device, or an application on it; the instance is asked where a destination is given.
pub async fn explain(options: ExplainOptions<'_>, destination: Option<Destination>) -> Result<Explanation, Error> {
    let history = History::open(options.folder)?;
    let runs = history.runs()?;
    let mut explanation = Explanation {
        schema_version: limits::SCHEMA_VERSION,
        integration: options.integration.to_owned(),
        wanted: options.wanted.to_owned(),
        app: options.app.map(str::to_owned),
        verdict: Vec::new(),
        snapshot: None,
        rows: Vec::new(),
        called: 0,
        notes: Vec::new(),
    };
    let target = match destination {
        Some(destination) => match Target::connect(&destination.base_url, destination.login).await {
            Ok(target) => match preflight::identity(&target, &|kind| history.identity(kind), options.integration).await
            {
                Ok(_) => Some(target),
                // What another instance does not have says nothing of this one.
                Err(error) => {
                    explanation.notes.push(format!("the instance was not asked: {}", said(&error)));
                    None
                }
            },
            Err(error) => {
                explanation.notes.push(format!("the instance could not be asked: {}", said(&error)));
                None
            }
        },
        None => None,
    };
    let (now, notes) = (options.clock.now(), Mutex::default());
    let looking = Looking { options: &options, history, runs, target, now, notes };
    looking.all(&mut explanation).await?;
    explanation.notes.extend(looking.notes.into_inner().unwrap_or_else(PoisonError::into_inner));
    words::verdict(&mut explanation, options.pipelines);
    Ok(explanation)
}

/// What is looked with.
struct Looking<'a> {
    options: &'a ExplainOptions<'a>,
    history: History,
    runs: Vec<RunRecord>,
    target: Option<Target>,
    now: Timestamp,
    /// What could not be looked at, and why.
    notes: Mutex<Vec<String>>,
}

/// The records of one device in a snapshot.
struct Seen {
    sealed: Sealed,
    narrowed: Narrowed,
    called: HashSet<Place>,
    /// How many records are called so, of which the first few are looked at.
    called_in_all: usize,
}

impl Looking<'_> {
    /// Notes what could not be looked at; once, however often it was tried.
    fn note(&self, note: String) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if !notes.contains(&note) {
            notes.push(note);
        }
    }

    async fn all(&self, explanation: &mut Explanation) -> Result<(), Error> {
        let snapshots = self.options.snapshots.sealed()?;
        let newest = snapshots.last();
        let leading = self.options.pipelines.iter().filter(|pipeline| within(pipeline).is_none());
        for pipeline in leading {
            let compiled = pipeline.mapping().clone().compile()?;
            let seen = match newest {
                Some(snapshot) => Some(self.see(snapshot, pipeline).await?),
                None => None,
            };
            if let (None, Some(seen)) = (&explanation.snapshot, &seen) {
                explanation.snapshot = Some(looked_at(&seen.sealed));
            }
            if self.options.app.is_none() {
                let (rows, called) = self.device(pipeline, &compiled, seen.as_ref(), &snapshots).await?;
                explanation.rows.extend(rows);
                explanation.called += called;
                continue;
            }
            let groups = self.groups(pipeline, &compiled, seen.as_ref()).await?;
            for child in self.options.pipelines.iter().filter(|child| within(child) == Some(pipeline.name())) {
                let (rows, called) = self.applications(child, seen.as_ref(), &groups).await?;
                explanation.rows.extend(rows);
                explanation.called += called;
            }
        }
        if self.options.app.is_some() && !self.options.pipelines.iter().any(|pipeline| within(pipeline).is_some()) {
            explanation.notes.push("no pipeline of this integration carries applications".to_owned());
        }
        Ok(())
    }

    /// Looks for the device in a snapshot.
    async fn see(&self, snapshot: &str, pipeline: &Pipeline) -> Result<Seen, Error> {
        let mapping = pipeline.mapping();
        let is_alone = self.options.app.is_some() && self.needs_no_partners(pipeline);
        let partners = mapping.joins.iter().filter(|_| !is_alone).map(|join| join.data_set.as_str());
        let mut data_sets: Vec<&str> = partners.chain([mapping.driver.as_str()]).collect();
        if self.options.app.is_some() {
            let children = self.options.pipelines.iter().filter(|child| within(child) == Some(pipeline.name()));
            data_sets.extend(children.map(|child| child.mapping().driver.as_str()));
        }
        let sealed = self.options.snapshots.verify_only(snapshot, &data_sets)?;
        let wide = Wide::open(&sealed).await?;
        let mut called = wide.called(pipeline, self.options.wanted).await?;
        let called_in_all = called.len();
        if called.len() > limits::EXPLAINED_ROWS {
            let mut first: Vec<Place> = called.into_iter().collect();
            first.sort_unstable();
            first.truncate(limits::EXPLAINED_ROWS);
            called = first.into_iter().collect();
        }
        let mut narrowed = Narrowed::default();
        if !called.is_empty() {
            narrowed = wide.narrow(pipeline, called.clone(), is_alone).await?;
            for child in self.options.pipelines.iter().filter(|child| within(child) == Some(pipeline.name())) {
                if self.options.app.is_some() {
                    narrowed = wide.completed_by(child, &narrowed).await?;
                }
            }
        }
        Ok(Seen { sealed, narrowed, called, called_in_all })
    }

    /// The rows of a device.
    async fn device(
        &self,
        pipeline: &Pipeline,
        compiled: &Compiled,
        seen: Option<&Seen>,
        snapshots: &[String],
    ) -> Result<(Vec<ExplainedRow>, usize), Error> {
        let mut rows = Vec::new();
        let mut called = 0;
        if let Some(seen) = seen.filter(|seen| !seen.called.is_empty()) {
            let normalised = normalise(pipeline, compiled, &seen.narrowed, &seen.sealed, Detail::Raw).await?;
            let is_cut = seen.called_in_all > seen.called.len();
            called = if is_cut { seen.called_in_all } else { normalised.driving.len() };
            for (key, driving) in normalised.driving.iter().take(limits::EXPLAINED_ROWS) {
                let mut row = self.row(pipeline, key, Some((&normalised, &seen.sealed))).await?;
                row.records = driving.clone();
                for join in &pipeline.mapping().joins {
                    let joined = records(&seen.narrowed, &join.data_set, &seen.sealed, Fate::Completed);
                    row.records.extend(normalised.partners(key, &join.alias, joined, normalised.driving.len() == 1));
                }
                rows.push(row);
            }
        }
        if let Some(seen) = seen {
            rows.extend(self.unreadable(pipeline, &seen.sealed));
        }
        let held = past::held_called(&self.history, pipeline, self.options.wanted)?;
        called = called.max(held.len());
        let is_elsewhere = |one: &&HeldOne| !rows.iter().any(|row| row.row_key == one.row().row_key);
        let last_seen = match rows.is_empty() || held.iter().any(|one| is_elsewhere(&one)) {
            true => self.last_seen(pipeline, snapshots).await?,
            false => None,
        };
        for one in held.into_iter().take(limits::EXPLAINED_ROWS) {
            let key = one.row().row_key;
            if !rows.iter().any(|row| row.row_key == key) {
                let mut row = self.row(pipeline, &key, None).await?;
                row.last_seen.clone_from(&last_seen);
                rows.push(row);
            }
        }
        if let Some(last_seen) = last_seen.filter(|_| rows.is_empty()) {
            rows.push(ExplainedRow {
                pipeline: pipeline.name().to_owned(),
                staging_table: pipeline.staging_table().to_owned(),
                last_seen: Some(last_seen),
                next: Next { words: "nothing: the newest snapshot does not have it".to_owned(), ..Next::default() },
                ..ExplainedRow::default()
            });
        }
        rows.truncate(limits::EXPLAINED_ROWS);
        let called = called.max(rows.len());
        Ok((rows, called))
    }

    /// Records that could not be read and are called so.
    fn unreadable(&self, pipeline: &Pipeline, sealed: &Sealed) -> Option<ExplainedRow> {
        let wanted = self.options.wanted.trim().to_lowercase();
        let is_called = |record: &&flow::Rejected| {
            record.data_set == pipeline.mapping().driver
                && record.who.to_lowercase().split_whitespace().any(|word| word == wanted)
        };
        let found = sealed.manifest.rejected.iter().filter(is_called);
        let records: Vec<ExplainedRecord> = found
            .map(|record| ExplainedRecord {
                data_set: record.data_set.clone(),
                place: record.place.clone(),
                read_at: sealed.manifest.begun_at.clone(),
                is_carried: false,
                fate: Fate::Unreadable,
                reason: record.reason.clone(),
                column: record.column.clone(),
                value: record.value.clone(),
            })
            .collect();
        (!records.is_empty()).then(|| ExplainedRow {
            pipeline: pipeline.name().to_owned(),
            staging_table: pipeline.staging_table().to_owned(),
            records,
            next: Next { words: "nothing: its record cannot be read".to_owned(), ..Next::default() },
            ..ExplainedRow::default()
        })
    }

    /// The newest snapshot before the newest of all that has the device.
    async fn last_seen(&self, pipeline: &Pipeline, snapshots: &[String]) -> Result<Option<LookedAt>, Error> {
        let driver = pipeline.mapping().driver.as_str();
        for snapshot in snapshots.iter().rev().skip(1).take(limits::SNAPSHOTS_SEARCHED) {
            let sealed = match self.options.snapshots.verify_only(snapshot, &[driver]) {
                Ok(sealed) => sealed,
                Err(error) => {
                    self.note(format!("snapshot {snapshot} could not be looked into: {}", said(&error)));
                    continue;
                }
            };
            let wide = Wide::open(&sealed).await?;
            if !wide.called(pipeline, self.options.wanted).await?.is_empty() {
                return Ok(Some(looked_at(&sealed)));
            }
        }
        Ok(None)
    }

    /// True where what the parts of a device are known by follows from the driving record alone: the records that complete it
    /// need not be looked for then.
    fn needs_no_partners(&self, pipeline: &Pipeline) -> bool {
        let mapping = pipeline.mapping();
        let mut children = self.options.pipelines.iter().filter(|child| within(child) == Some(pipeline.name()));
        children.all(|child| {
            let named = child.retire.as_ref().and_then(|retire| retire.within.as_ref()).map(|within| &within.column);
            let fields = named.map(|name| mapping.fields_of(name)).unwrap_or_default();
            let of_driver = |field: &String| field.split('.').next() == Some(mapping.alias.as_str());
            let joins_others = child.mapping().joins.iter().any(|join| join.data_set != mapping.driver);
            !fields.is_empty() && fields.iter().all(of_driver) && !joins_others
        })
    }

    /// The groups that a device's rows are, as the pipelines of its parts name them: column and value.
    async fn groups(
        &self,
        pipeline: &Pipeline,
        compiled: &Compiled,
        seen: Option<&Seen>,
    ) -> Result<Vec<(String, String)>, Error> {
        let children = self.options.pipelines.iter().filter(|child| within(child) == Some(pipeline.name()));
        let columns = children.filter_map(|child| Some(child.retire.as_ref()?.within.as_ref()?.column.clone()));
        let columns: Vec<String> = columns.collect();
        let held = past::held_called(&self.history, pipeline, self.options.wanted)?;
        let (mut staged, mut groups) = (Vec::new(), Vec::new());
        match seen.filter(|seen| !seen.called.is_empty()) {
            Some(seen) if self.needs_no_partners(pipeline) => {
                let mapping = pipeline.mapping();
                let declared = columns.iter().filter_map(|name| mapping.columns.iter().find(|one| one.name == *name));
                let expressions: Vec<&str> = declared.map(|column| column.value.as_str()).collect();
                let values = seen.narrowed.values(&mapping.driver, &mapping.alias, &expressions).await?;
                for (column, values) in columns.iter().zip(values) {
                    groups.extend(values.into_iter().map(|value| (column.clone(), value)));
                }
            }
            Some(seen) => {
                let normalised = normalise(pipeline, compiled, &seen.narrowed, &seen.sealed, Detail::Rows).await?;
                staged.extend(normalised.staged.into_values());
            }
            None => {}
        }
        for column in columns {
            for row in &staged {
                groups.extend(text_of(row, &column)?.map(|value| (column.clone(), value)));
            }
            groups.extend(held.iter().filter_map(|one| Some((column.clone(), one.value(&column)?.to_owned()))));
        }
        groups.sort();
        groups.dedup();
        Ok(groups)
    }

    /// The rows of applications on a device that are called as was asked.
    async fn applications(
        &self,
        pipeline: &Pipeline,
        seen: Option<&Seen>,
        groups: &[(String, String)],
    ) -> Result<(Vec<ExplainedRow>, usize), Error> {
        let wanted = self.options.app.unwrap_or_default().trim().to_lowercase();
        let compiled = pipeline.mapping().clone().compile()?;
        let (mut rows, mut called) = (Vec::new(), 0);
        if let Some(seen) = seen.filter(|seen| seen.narrowed.has(&pipeline.mapping().driver)) {
            let normalised = normalise(pipeline, &compiled, &seen.narrowed, &seen.sealed, Detail::Raw).await?;
            let keys = normalised.called(pipeline, &wanted)?;
            called = keys.len();
            for key in keys.into_iter().take(limits::EXPLAINED_ROWS) {
                let mut row = self.row(pipeline, &key, Some((&normalised, &seen.sealed))).await?;
                row.records = normalised.driving.get(&key).cloned().unwrap_or_default();
                rows.push(row);
            }
        }
        let columns = pipeline.value_columns();
        for (column, group) in groups {
            let of_device = Said { columns: std::slice::from_ref(column), value: group };
            let called_so = Said { columns: &columns, value: &wanted };
            for one in past::held_saying(&self.history, pipeline, &[of_device, called_so])? {
                let key = one.row().row_key;
                if !rows.iter().any(|row| row.row_key == key) {
                    called += 1;
                    if rows.len() < limits::EXPLAINED_ROWS {
                        rows.push(self.row(pipeline, &key, None).await?);
                    }
                }
            }
        }
        let called = called.max(rows.len());
        Ok((rows, called))
    }
}

/// The pipeline whose rows a pipeline's rows are parts of.
fn within(pipeline: &Pipeline) -> Option<&str> {
    Some(&pipeline.retire.as_ref()?.within.as_ref()?.pipeline)
}

fn looked_at(sealed: &Sealed) -> LookedAt {
    let manifest = &sealed.manifest;
    let read = extract::ReadSettings::parse(&manifest.settings);
    let scope = read.filter(|read| !read.scope.is_everything()).map(|read| words::scope(&read.scope));
    LookedAt {
        snapshot: sealed.snapshot.clone(),
        read_at: manifest.begun_at.clone(),
        completeness: manifest.completeness.as_str(),
        source: format!("{} ({})", manifest.source.identity, manifest.source.kind),
        scope,
    }
}
