//! A tenant to a sealed snapshot. Apart from recording, because a tenant can refuse, hold back, change while it is read
//! and be gone in the middle: then what was read stays, durable and unsealed, and a later reading goes on from there.
//!
//! ```text
//!  extract ── pieces ──▶ writer, on a thread of its own: parts made durable, then the position behind them
//!                        └─ a data set ends: what an earlier snapshot holds and nobody asked for is carried over
//! ```

mod earlier;
mod writing;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use arrow::array::RecordBatch;

use extract::{DataSet, PieceSender, ReadOptions, ReadSettings, Tenant};
use jiff::Timestamp;
use snapshot::{Completeness, DataSetAccount, Progress, Sealed, SnapshotWriter, Source, Store};

use crate::carried;
use crate::error::Error;
use crate::run::Events;
use crate::stored::{few_distinct, stored_schema};
use writing::{Earlier, Writing};

/// Which reading is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resume {
    /// A new one.
    No,
    /// The newest that is not sealed; an error where there is none.
    Newest,
    /// The newest that is not sealed, was begun with the same settings and is not older than
    /// [`crate::limits::RESUMED_HOURS_MAX`]; a new one where there is none.
    IfFitting,
    /// This one.
    Snapshot(String),
}

/// What a reading is told.
pub struct ReadRequest<'a> {
    /// Where snapshots are.
    pub store: &'a Store,
    /// The tenant.
    pub tenant: &'a Tenant,
    /// What the snapshot says of where it came from.
    pub source: Source,
    /// What is read; a resumed reading keeps the settings that it was begun with.
    pub settings: ReadSettings,
    /// Which reading is meant.
    pub resume: Resume,
    /// How long what was read may wait to become durable.
    pub checkpoint_every: Duration,
    /// Where events go.
    pub events: &'a Events,
}

/// How a reading ended.
#[derive(Clone, Debug)]
pub struct Extracted {
    /// The sealed snapshot.
    pub sealed: Sealed,
    /// Accounts by data set, in the order of reading.
    pub accounts: Vec<(DataSet, DataSetAccount)>,
}

/// Reads a tenant into a snapshot and seals it, if it is complete.
///
/// # Errors
/// [`Error::Reading`] where the reading stopped, [`Error::Incomplete`] where something is missing: the snapshot stays
/// unsealed, and [`Resume`] goes on with it.
pub async fn extract(request: ReadRequest<'_>) -> Result<Extracted, Error> {
    let store = request.store;
    let (mut writer, progress, settings) = begin(&request)?;
    writer.set_checkpoint_every(request.checkpoint_every);
    let snapshot = writer.id().to_owned();
    let earlier = earlier::newest(store, &request.source, &settings, request.events)?;
    let mut options = options(&mut writer, progress.as_ref(), &settings, earlier.as_ref())?;
    options.now = request.tenant.now();
    let begun_at = writer.begun_at().parse().unwrap_or(options.now);
    let (sender, pieces) = PieceSender::channel();
    let announced = progress.iter().flat_map(|progress| progress.data_sets.keys());
    let announced = announced.filter_map(|name| DataSet::parse(name)).collect();
    let writing = Writing {
        fresh: HashMap::new(),
        writer,
        announced,
        earlier: earlier.map(Earlier::new),
        // Above those of an earlier reading, and of all that this one may still give out.
        next_carried: crate::limits::CARRIED_PAGES_FROM.max(options.next_page.saturating_add(1 << 24)),
        read_at: options.now.as_second(),
        accounts: BTreeMap::new(),
        listed: options.listed.iter().map(|one| one.device_id.clone()).collect(),
        events: request.events.clone(),
        pages: HashMap::new(),
        requests_before: requests_before(progress.as_ref()),
        tenant: request.tenant.clone(),
        begun_at,
    };
    // Encoding and fsync are no work for the threads that serve sockets.
    let written = tokio::task::spawn_blocking(move || writing.all(pieces));
    let read = extract::read(request.tenant, &options, sender).await;
    let writing = written.await.expect("writing a snapshot does not panic")?;
    if let Err(source) = read {
        let source = Box::new(source);
        let is_resumable = source.budget_wait().is_some() || matches!(*source, extract::Error::Unavailable { .. });
        if is_resumable || writing.has_rows() {
            return Err(Error::Reading { snapshot, source });
        }
        // There is nothing to go on with.
        drop(writing);
        store.discard(&snapshot)?;
        return Err(Error::Reading { snapshot: String::new(), source });
    }
    seal(writing, progress, &settings)
}

/// What a reading would do.
///
/// # Errors
/// Those of the tenant.
pub async fn explain_reading(request: ReadRequest<'_>) -> Result<extract::Explanation, Error> {
    let earlier = earlier::newest(request.store, &request.source, &request.settings, request.events)?;
    let known = earlier::known(earlier.as_ref())?;
    let now = request.tenant.now();
    let options = ReadOptions { known, now, ..ReadOptions::new(request.settings.clone()) };
    let explained = extract::explain(request.tenant, &options).await;
    explained.map_err(|source| Error::Reading { snapshot: String::new(), source: Box::new(source) })
}

fn begin(request: &ReadRequest<'_>) -> Result<(SnapshotWriter, Option<Progress>, ReadSettings), Error> {
    let store = request.store;
    let unsealed = store.unsealed()?;
    let ours = unsealed.iter().rev().find(|one| one.source == request.source);
    let chosen = match &request.resume {
        Resume::No => None,
        Resume::Newest => Some(ours.ok_or(Error::NothingToResume)?.snapshot.clone()),
        Resume::IfFitting => {
            ours.filter(|one| fits(one, &request.settings, request.tenant.now())).map(|one| one.snapshot.clone())
        }
        Resume::Snapshot(snapshot) => Some(snapshot.clone()),
    };
    let Some(chosen) = chosen else {
        let writer = store.begin_at(request.source.clone(), &request.settings.text(), request.tenant.now())?;
        return Ok((writer, None, request.settings.clone()));
    };
    if let Some(other) = unsealed.iter().find(|one| one.snapshot == chosen && one.source != request.source) {
        return Err(Error::OtherTenant { snapshot: chosen, tenant: other.source.identity.clone() });
    }
    let (writer, progress) = store.resume(&chosen)?;
    let settings =
        ReadSettings::parse(&progress.settings).ok_or_else(|| Error::NotResumable { snapshot: chosen.clone() })?;
    Ok((writer, Some(progress), settings))
}

fn fits(unsealed: &snapshot::Unsealed, settings: &ReadSettings, now: Timestamp) -> bool {
    let age = unsealed.begun_at.parse::<Timestamp>().map(|begun| now.duration_since(begun));
    let is_young = age.is_ok_and(|age| age.as_hours() < crate::limits::RESUMED_HOURS_MAX);
    is_young && unsealed.settings == settings.text()
}

/// What is durable of a data set, batch by batch, in its own schema.
fn durable(writer: &SnapshotWriter, data_set: DataSet) -> impl Iterator<Item = Result<RecordBatch, Error>> {
    let files = writer.durable_parts(data_set.name()).into_iter().map(|part| engine::FileRows::open(&part));
    files.flat_map(move |file| -> Box<dyn Iterator<Item = Result<RecordBatch, Error>>> {
        match file {
            Ok(rows) => Box::new(rows.map(move |batch| carried::plain(data_set, &batch?))),
            Err(error) => Box::new(std::iter::once(Err(error.into()))),
        }
    })
}

/// Requests that interrupted readings of the same snapshot took, by data set.
fn requests_before(progress: Option<&Progress>) -> HashMap<DataSet, u64> {
    let before = progress.iter().flat_map(|progress| &progress.data_sets);
    before.filter_map(|(name, reached)| Some((DataSet::parse(name)?, reached.requests))).collect()
}

/// The options of a reading: from the beginning, or from where an earlier one stopped.
fn options(
    writer: &mut SnapshotWriter,
    progress: Option<&Progress>,
    settings: &ReadSettings,
    earlier: Option<&Sealed>,
) -> Result<ReadOptions, Error> {
    let mut options = ReadOptions { known: earlier::known(earlier)?, ..ReadOptions::new(settings.clone()) };
    let Some(progress) = progress else { return Ok(options) };
    options.next_page = progress.next_page;
    for (name, reached) in &progress.data_sets {
        let unknown = || Error::NotResumable { snapshot: writer.id().to_owned() };
        let data_set = DataSet::parse(name).ok_or_else(unknown)?;
        writer.data_set(name, stored_schema(data_set), few_distinct(data_set))?;
        match &reached.ended {
            Some(account) if account.complete || account.strategy == REFUSED => {
                options.ended.insert(data_set);
            }
            // It ended short: it is read once more.
            Some(_) => writer.restart(name)?,
            None if !reached.position.is_empty() => {
                options.positions.insert(data_set, reached.position.clone());
            }
            None => writer.restart(name)?,
        }
    }
    let is_listed = options.ended.contains(&DataSet::Devices) || options.positions.contains_key(&DataSet::Devices);
    if is_listed {
        for batch in durable(writer, DataSet::Devices) {
            options.listed.extend(extract::listed(&batch?));
        }
        for batch in durable(writer, DataSet::AuditEvents) {
            options.touched.extend(extract::spoken_of(&batch?));
        }
    } else {
        // Whatever was read behind a list belongs to a list that is not there.
        let behind = std::mem::take(&mut options.positions).into_keys().chain(std::mem::take(&mut options.ended));
        for data_set in behind {
            writer.restart(data_set.name())?;
        }
    }
    Ok(options)
}

/// How an account names a data set that the token may not read.
pub(crate) const REFUSED: &str = "refused";

fn seal(writing: Writing, progress: Option<Progress>, settings: &ReadSettings) -> Result<Extracted, Error> {
    let Writing { writer, mut accounts, .. } = writing;
    for (name, reached) in progress.map(|progress| progress.data_sets).unwrap_or_default() {
        if let (Some(data_set), Some(account)) = (DataSet::parse(&name), reached.ended) {
            accounts.entry(data_set).or_insert(account);
        }
    }
    let snapshot = writer.id().to_owned();
    let counts = |data_set: &DataSet| !settings.hints.contains(data_set);
    let counted = || accounts.iter().filter(|(data_set, _)| counts(data_set));
    let short = counted().filter(|(_, account)| !account.complete && account.strategy != REFUSED);
    let reasons: Vec<String> =
        short.map(|(data_set, account)| format!("{data_set}: {}", account.notes.join(" "))).collect();
    if !reasons.is_empty() {
        return Err(Error::Incomplete { snapshot, reasons });
    }
    let is_refused = counted().any(|(_, account)| account.strategy == REFUSED);
    // A device whose record could not be read would look as if it had vanished.
    let is_read = counted().all(|(data_set, _)| writer.rejected_records(data_set.name()) == 0);
    let is_whole = settings.scope.is_everything() && !is_refused && is_read;
    let completeness = if is_whole { Completeness::Full } else { Completeness::Partial };
    let sealed = writer.seal(completeness)?;
    Ok(Extracted { sealed, accounts: accounts.into_iter().collect() })
}

/// The data sets that these pipelines need.
pub fn data_sets_of(pipelines: &[crate::Pipeline]) -> Result<BTreeSet<DataSet>, Error> {
    let mut wanted = BTreeSet::new();
    for pipeline in pipelines {
        let compiled = pipeline.mapping().clone().compile()?;
        wanted.extend(compiled.data_sets().into_iter().filter_map(DataSet::parse));
    }
    Ok(wanted)
}
