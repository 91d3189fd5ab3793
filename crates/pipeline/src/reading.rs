//! A tenant to a sealed snapshot. Apart from recording, because a tenant can refuse, hold back, change while it is read
//! and be gone in the middle: then what was read stays, durable and unsealed, and a later reading goes on from there.
//!
//! ```text
//!  extract ── pieces ──▶ writer, on a thread of its own: parts made durable, then the position behind them
//!                        └─ a data set ends: what an earlier snapshot holds and nobody asked for is carried over
//! ```

mod settings;
mod writing;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use extract::{DataSet, Known, KnownDevice, PieceSender, ReadOptions, Tenant, Window};
use jiff::Timestamp;
use snapshot::{Completeness, DataSetAccount, Progress, Sealed, SnapshotWriter, Source, Store};

use crate::carried::{self, Fresh};
use crate::error::Error;
use crate::run::Events;
use crate::stored::{few_distinct, stored_schema};
pub use settings::ReadSettings;
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
    let earlier = earlier(store, &request.source, &settings)?;
    let options = options(&mut writer, progress.as_ref(), &settings, earlier.as_ref())?;
    let (sender, pieces) = PieceSender::channel();
    let announced = progress.iter().flat_map(|progress| progress.data_sets.keys());
    let announced = announced.filter_map(|name| DataSet::parse(name)).collect();
    let writing = Writing {
        fresh: fresh(&writer, &options)?,
        writer,
        announced,
        earlier: earlier.map(|earlier| Earlier::new(earlier, &options)),
        // Above those of an earlier reading, and of all that this one may still give out.
        next_carried: crate::limits::CARRIED_PAGES_FROM.max(options.next_page.saturating_add(1 << 24)),
        read_at: options.now.as_second(),
        accounts: BTreeMap::new(),
        listed: options.listed.iter().map(|one| one.device_id.clone()).collect(),
        events: request.events.clone(),
        pages: HashMap::new(),
        budget_left: {
            let tenant = request.tenant.clone();
            Box::new(move || tenant.budget().map(|budget| budget.remaining))
        },
    };
    // Encoding and fsync are no work for the threads that serve sockets.
    let written = tokio::task::spawn_blocking(move || writing.all(pieces));
    let read = extract::read(request.tenant, &options, sender).await;
    let writing = written.await.expect("writing a snapshot does not panic")?;
    read.map_err(|source| Error::Reading { snapshot: snapshot.clone(), source: Box::new(source) })?;
    seal(writing, progress, &settings)
}

/// What a reading would do.
///
/// # Errors
/// Those of the tenant.
pub async fn explain_reading(request: ReadRequest<'_>) -> Result<extract::Explanation, Error> {
    let earlier = earlier(request.store, &request.source, &request.settings)?;
    let options = ReadOptions { known: known(earlier.as_ref())?, ..request.settings.options() };
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
        Resume::IfFitting => ours.filter(|one| fits(one, &request.settings)).map(|one| one.snapshot.clone()),
        Resume::Snapshot(snapshot) => Some(snapshot.clone()),
    };
    let Some(chosen) = chosen else {
        let writer = store.begin(request.source.clone(), &request.settings.text())?;
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

fn fits(unsealed: &snapshot::Unsealed, settings: &ReadSettings) -> bool {
    let age = unsealed.begun_at.parse::<Timestamp>().map(|begun| Timestamp::now().duration_since(begun));
    let is_young = age.is_ok_and(|age| age.as_hours() < crate::limits::RESUMED_HOURS_MAX);
    is_young && unsealed.settings == settings.text()
}

/// The newest sealed snapshot of the same tenant that a merged one may build on. One of a scope, or of recorded bodies,
/// is no whole to build on.
fn earlier(store: &Store, source: &Source, settings: &ReadSettings) -> Result<Option<Sealed>, Error> {
    if settings.whole {
        return Ok(None);
    }
    let manifests = store.list()?;
    let newest = manifests.iter().rev().find(|one| one.source == *source && one.completeness == Completeness::Full);
    newest.map_or(Ok(None), |manifest| Ok(Some(store.verify(&manifest.snapshot)?)))
}

/// The options of a reading: from the beginning, or from where an earlier one stopped.
fn options(
    writer: &mut SnapshotWriter,
    progress: Option<&Progress>,
    settings: &ReadSettings,
    earlier: Option<&Sealed>,
) -> Result<ReadOptions, Error> {
    let mut options = ReadOptions { known: known(earlier)?, ..settings.options() };
    let Some(progress) = progress else { return Ok(options) };
    options.next_page = progress.next_page;
    for (name, reached) in &progress.data_sets {
        let unknown = || Error::NotResumable { snapshot: String::new() };
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
        for part in writer.durable_parts(DataSet::Devices.name()) {
            for batch in engine::FileRows::open(&part)? {
                options.listed.extend(extract::listed(&carried::plain(DataSet::Devices, &batch?)?));
            }
        }
    } else {
        // What was read of the devices' details belongs to a list that is not there.
        for data_set in std::mem::take(&mut options.positions).into_keys() {
            writer.restart(data_set.name())?;
        }
    }
    Ok(options)
}

/// What an earlier part of this reading has read afresh, where some of the rest is to be carried over.
fn fresh(writer: &SnapshotWriter, options: &ReadOptions) -> Result<HashMap<DataSet, Fresh>, Error> {
    let mut all = HashMap::new();
    for &data_set in options.positions.keys().filter(|&&data_set| carried::can_be_carried(data_set)) {
        let mut fresh = Fresh::default();
        for part in writer.durable_parts(data_set.name()) {
            for batch in engine::FileRows::open(&part)? {
                fresh.note(data_set, &carried::plain(data_set, &batch?)?);
            }
        }
        all.insert(data_set, fresh);
    }
    Ok(all)
}

/// How an account names a data set that the token may not read.
pub(crate) const REFUSED: &str = "refused";

/// What an earlier snapshot makes it unnecessary to ask.
fn known(earlier: Option<&Sealed>) -> Result<Known, Error> {
    let Some(earlier) = earlier else { return Ok(Known::default()) };
    let moment = |seconds: i64| Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    let details = carried::details_read_at(earlier)?;
    let devices = details.into_iter().map(|(device, at)| (device, KnownDevice { details_at: moment(at) })).collect();
    let since = earlier.manifest.begun_at.parse::<Timestamp>().ok();
    let mut windows = BTreeMap::new();
    for data_set in [DataSet::Apps, DataSet::DeviceInformation] {
        let file = earlier.manifest.data_set(data_set.name());
        let Some((file, since)) = file.zip(since) else { continue };
        let is_by_rows = matches!(file.account.strategy.as_str(), "pages" | "export");
        if let Some(whole_at) = file.account.whole_at.filter(|_| is_by_rows && file.account.complete) {
            windows.insert(data_set, Window { since, whole_at: moment(whole_at) });
        }
    }
    Ok(Known { devices, windows, since })
}

fn seal(writing: Writing, progress: Option<Progress>, settings: &ReadSettings) -> Result<Extracted, Error> {
    let Writing { writer, mut accounts, .. } = writing;
    for (name, reached) in progress.map(|progress| progress.data_sets).unwrap_or_default() {
        if let (Some(data_set), Some(account)) = (DataSet::parse(&name), reached.ended) {
            accounts.entry(data_set).or_insert(account);
        }
    }
    let snapshot = writer.id().to_owned();
    let short = accounts.iter().filter(|(_, account)| !account.complete && account.strategy != REFUSED);
    let reasons: Vec<String> =
        short.map(|(data_set, account)| format!("{data_set}: {}", account.notes.join(" "))).collect();
    if !reasons.is_empty() {
        return Err(Error::Incomplete { snapshot, reasons });
    }
    let is_refused = accounts.values().any(|account| account.strategy == REFUSED);
    // A device whose record could not be read would look as if it had vanished.
    let is_whole = settings.scope.is_everything() && !is_refused && writer.rejected_records() == 0;
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
