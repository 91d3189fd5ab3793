//! The snapshot that a reading builds on, and what it makes it unnecessary to ask. Apart because here it is decided what
//! may be believed of an earlier night: whatever was read to its end, of a whole fleet, and is intact.

use std::collections::BTreeMap;

use extract::{DataSet, Known, KnownDevice, ReadSettings, Window};
use flow::RunEvent;
use jiff::Timestamp;
use snapshot::{DataSetFile, Manifest, Sealed, Source, Store};

use crate::carried;
use crate::error::Error;
use crate::run::Events;

/// The newest sealed snapshot of the same tenant that a merged one may build on, those first that hold everything that
/// could be carried over. One that is damaged is passed over, and told: what it held is asked for again.
pub(super) fn newest(
    store: &Store,
    source: &Source,
    settings: &ReadSettings,
    events: &Events,
) -> Result<Option<Sealed>, Error> {
    if settings.whole {
        return Ok(None);
    }
    let passed_over = |snapshot: &str, error: &snapshot::Error| {
        let text = format!("Snapshot {snapshot} is passed over, and what it held is asked for again: {error}.");
        (events)(RunEvent::Noted { text });
    };
    let mut candidates = Vec::new();
    for snapshot in store.sealed()?.into_iter().rev() {
        match store.show(&snapshot) {
            Ok(manifest) if is_of_the_fleet(&manifest, source) => candidates.push(manifest),
            Ok(_) => {}
            Err(error) => passed_over(&snapshot, &error),
        }
    }
    let wanted = settings.data_sets.iter().copied().filter(|&data_set| carried::can_be_carried(data_set));
    let wanted: Vec<DataSet> = wanted.collect();
    // Stable: among equals the newest stays first.
    candidates.sort_by_key(|manifest| wanted.iter().filter(|data_set| !has_records(manifest, **data_set)).count());
    for manifest in candidates {
        match store.verify(&manifest.snapshot) {
            Ok(sealed) => return Ok(Some(sealed)),
            Err(error) => passed_over(&manifest.snapshot, &error),
        }
    }
    Ok(None)
}

/// True for a snapshot of every device of this tenant. One of a scope, or of recorded bodies, is nothing to build on.
fn is_of_the_fleet(manifest: &Manifest, source: &Source) -> bool {
    let is_everything = ReadSettings::parse(&manifest.settings).is_some_and(|read| read.scope.is_everything());
    manifest.source == *source && is_everything && held(manifest, DataSet::Devices).is_some()
}

/// True where there is something to carry over: what was read to its end, or carried over because it was refused.
fn has_records(manifest: &Manifest, data_set: DataSet) -> bool {
    let file = manifest.data_set(data_set.name());
    file.is_some_and(|file| file.account.complete || file.account.carried > 0)
}

/// A data set that was read to its end.
fn held(manifest: &Manifest, data_set: DataSet) -> Option<&DataSetFile> {
    manifest.data_set(data_set.name()).filter(|file| file.account.complete)
}

/// What an earlier snapshot makes it unnecessary to ask.
pub(super) fn known(earlier: Option<&Sealed>) -> Result<Known, Error> {
    let Some(earlier) = earlier else { return Ok(Known::default()) };
    let moment = |seconds: i64| Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    let details = carried::details_read_at(earlier)?;
    let devices = details.into_iter().map(|(device, at)| (device, KnownDevice { details_at: moment(at) })).collect();
    let mut windows = BTreeMap::new();
    for data_set in [DataSet::Apps, DataSet::DeviceInformation] {
        if let Some(window) = held(&earlier.manifest, data_set).and_then(|file| window(&earlier.manifest, file)) {
            windows.insert(data_set, window);
        }
    }
    let since = held(&earlier.manifest, DataSet::Devices).and_then(|file| file.account.as_of).map(moment);
    Ok(Known { devices, listed: carried::listed(earlier)?, windows, since })
}

/// The window that a data set leaves open. A record of it that could not be read is nowhere and may never change, so that
/// no window would bring it.
fn window(manifest: &Manifest, file: &DataSetFile) -> Option<Window> {
    let is_by_rows = matches!(file.account.strategy.as_str(), "pages" | "export");
    let is_whole = manifest.rejected.iter().all(|rejected| rejected.data_set != file.data_set);
    let moment = |seconds: Option<i64>| seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let window = Window { since: moment(file.account.as_of)?, whole_at: moment(file.account.whole_at)? };
    (is_by_rows && is_whole).then_some(window)
}
