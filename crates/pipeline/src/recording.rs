//! Response bodies to a sealed snapshot: decoded side by side, written in order. Apart because a night, an import and
//! a check all begin so.

use extract::{DataSet, DecodeError, Decoded, Drift, PageRef, decode_pages};
use flow::{RunEvent, Step};
use snapshot::{Completeness, PageRead, Sealed, SnapshotWriter, Source, Store};

use crate::error::Error;
use crate::limits;
use crate::run::Events;

/// One response body and the data set that it belongs to.
#[derive(Clone, Debug)]
pub struct Body {
    /// The data set.
    pub data_set: DataSet,
    /// Its path, or its file's name.
    pub name: String,
    /// The body.
    pub bytes: Vec<u8>,
}

/// What is to become a snapshot beside its bodies.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Where the bodies came from.
    pub source: Source,
    /// How much of the tenant they are.
    pub completeness: Completeness,
    /// Bodies that belong to no data set, and why.
    pub left_out: Vec<(String, String)>,
}

/// Text columns of each data set that hold few distinct values in a row group, so that a normalising function runs
/// once for each of them.
pub fn few_distinct(data_set: DataSet) -> Vec<String> {
    let names: &[&str] = match data_set {
        DataSet::Apps => &[
            "device_id",
            "device__name",
            "device__family",
            "serial_number",
            "last_collected_at",
            "path",
            "obtained_from",
            "bundle_id",
            "name",
            "version",
            "short_version",
            "signature",
            "developer_name",
            "app_id",
            "app_name",
            "creation_date",
            "modification_date",
        ],
        _ => &[],
    };
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Decodes bodies into a new snapshot and seals it. A body that cannot be read as a whole is an error, and nothing is
/// sealed: half a page is not a page.
pub fn record(
    store: &Store,
    recorded: Recorded,
    bodies: impl Iterator<Item = Result<Body, Error>>,
    events: &Events,
) -> Result<Sealed, Error> {
    let mut writer = store.begin(recorded.source)?;
    for data_set in DataSet::ALL {
        writer.data_set(data_set.name(), data_set.schema(), few_distinct(data_set))?;
    }
    let mut recording = Recording { writer, drift: Drift::default(), pages: 0, current: None, events };
    let mut waiting: Vec<Body> = Vec::new();
    for body in bodies {
        let body = body?;
        let is_full = waiting.len() == limits::PAGES_AT_ONCE;
        if is_full || waiting.first().is_some_and(|first| first.data_set != body.data_set) {
            recording.pages(&std::mem::take(&mut waiting))?;
        }
        waiting.push(body);
    }
    recording.pages(&waiting)?;
    recording.enter(None);
    for (name, reason) in &recorded.left_out {
        recording.writer.left_out(name, reason);
    }
    recording.writer.drift(summed(recording.drift));
    Ok(recording.writer.seal(recorded.completeness)?)
}

struct Recording<'a> {
    writer: SnapshotWriter,
    drift: Drift,
    pages: u32,
    current: Option<DataSet>,
    events: &'a Events,
}

impl Recording<'_> {
    fn enter(&mut self, data_set: Option<DataSet>) {
        if self.current == data_set {
            return;
        }
        let named = |data_set: DataSet| data_set.name().to_owned();
        if let Some(ended) = self.current {
            (self.events)(RunEvent::StepEnded { flow: named(ended), step: Step::Extract });
        }
        if let Some(begun) = data_set {
            (self.events)(RunEvent::StepStarted { flow: named(begun), step: Step::Extract, rows: None });
        }
        self.current = data_set;
    }

    /// Decodes pages of one data set on all cores and writes them in their order.
    fn pages(&mut self, bodies: &[Body]) -> Result<(), Error> {
        let Some(first) = bodies.first() else { return Ok(()) };
        let data_set = first.data_set;
        self.enter(Some(data_set));
        let pages: Vec<(PageRef<'_>, &[u8])> = bodies
            .iter()
            .zip(self.pages + 1..)
            .map(|(body, number)| (PageRef { name: &body.name, number }, body.bytes.as_slice()))
            .collect();
        for (decoded, (page, _)) in decode_pages(data_set, &pages).into_iter().zip(&pages) {
            self.page(data_set, *page, decoded)?;
        }
        self.pages += u32::try_from(bodies.len()).expect("a chunk of pages is counted in dozens");
        Ok(())
    }

    fn page(
        &mut self,
        data_set: DataSet,
        page: PageRef<'_>,
        decoded: Result<Decoded, DecodeError>,
    ) -> Result<(), Error> {
        let decoded = decoded.map_err(|source| Error::Page(Box::new(source)))?;
        self.writer.write(data_set.name(), &decoded.batch)?;
        self.writer.page(PageRead {
            number: page.number,
            data_set: data_set.name().to_owned(),
            name: page.name.to_owned(),
            records: decoded.records,
        });
        self.writer.rejected(decoded.rejected);
        let mut drift = Drift::default();
        let within = |counts: std::collections::BTreeMap<String, u64>| {
            counts.into_iter().map(|(field, count)| (format!("{}.{field}", data_set.name()), count)).collect()
        };
        drift.unknown = within(decoded.drift.unknown);
        drift.missing = within(decoded.drift.missing);
        drift.coerced = within(decoded.drift.coerced);
        self.drift.merge(drift);
        (self.events)(RunEvent::RowsPassed {
            flow: data_set.name().to_owned(),
            step: Step::Extract,
            rows: decoded.records,
        });
        Ok(())
    }
}

fn summed(drift: Drift) -> Vec<(String, u64)> {
    let kinds = [("unknown", drift.unknown), ("missing", drift.missing), ("coerced", drift.coerced)];
    kinds
        .into_iter()
        .flat_map(|(kind, counts)| counts.into_iter().map(move |(field, count)| (format!("{kind} {field}"), count)))
        .collect()
}
