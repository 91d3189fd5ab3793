//! Response bodies to a sealed snapshot: decoded side by side, written in order. Apart from reading a tenant, because
//! bodies that were recorded have no budget, no cursor and no end that could be missed.

use extract::{DataSet, Decoded, Drift, PageRef, decode_pages};
use flow::{RunEvent, Step};
use jiff::Timestamp;
use snapshot::{Completeness, DataSetAccount, PageRead, Sealed, SnapshotWriter, Source, Store};

use crate::error::Error;
use crate::limits;
use crate::run::Events;
use crate::stored::{few_distinct, stored, stored_schema};

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

/// Decodes bodies into a new snapshot and seals it. A body that cannot be read as a whole is an error, and nothing is
/// sealed: half a page is not a page.
pub fn record(
    store: &Store,
    recorded: Recorded,
    bodies: impl Iterator<Item = Result<Body, Error>>,
    events: &Events,
) -> Result<Sealed, Error> {
    let writer = store.begin(recorded.source, "")?;
    let id = writer.id().to_owned();
    let mut recording =
        Recording { writer, begun: Vec::new(), pages: 0, current: None, read_at: Timestamp::now().as_second(), events };
    match recording.all(bodies) {
        Ok(()) => {}
        Err(error) => {
            // Bodies are still where they came from: nothing is lost with what was made of them.
            drop(recording);
            store.discard(&id)?;
            return Err(error);
        }
    }
    for (name, reason) in &recorded.left_out {
        recording.writer.left_out(name, reason);
    }
    Ok(recording.writer.seal(recorded.completeness)?)
}

struct Recording<'a> {
    writer: SnapshotWriter,
    begun: Vec<DataSet>,
    pages: u32,
    current: Option<DataSet>,
    read_at: i64,
    events: &'a Events,
}

impl Recording<'_> {
    fn all(&mut self, bodies: impl Iterator<Item = Result<Body, Error>>) -> Result<(), Error> {
        let mut waiting: Vec<Body> = Vec::new();
        let mut waiting_bytes = 0;
        for body in bodies {
            let body = body?;
            let is_full = waiting.len() == limits::PAGES_AT_ONCE || waiting_bytes >= limits::PAGES_AT_ONCE_BYTES;
            if is_full || waiting.first().is_some_and(|first| first.data_set != body.data_set) {
                self.pages(&std::mem::take(&mut waiting))?;
                waiting_bytes = 0;
            }
            waiting_bytes += body.bytes.len();
            waiting.push(body);
        }
        self.pages(&waiting)?;
        self.enter(None);
        for data_set in std::mem::take(&mut self.begun) {
            let fresh = self.writer.rows(data_set.name());
            let account = DataSetAccount { strategy: "recorded".to_owned(), fresh, ..DataSetAccount::recorded() };
            self.writer.end(data_set.name(), account)?;
        }
        Ok(())
    }

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
        if !self.begun.contains(&data_set) {
            self.writer.data_set(data_set.name(), stored_schema(data_set), few_distinct(data_set))?;
            self.begun.push(data_set);
        }
        let pages: Vec<(PageRef<'_>, &[u8])> = bodies
            .iter()
            .zip(self.pages + 1..)
            .map(|(body, number)| (PageRef { name: &body.name, number }, body.bytes.as_slice()))
            .collect();
        for (decoded, (page, _)) in decode_pages(data_set, &pages).into_iter().zip(&pages) {
            let decoded = decoded.map_err(|source| Error::Page(Box::new(source)))?;
            write_page(&mut self.writer, data_set, *page, decoded, self.read_at, self.events)?;
            self.writer.checkpoint(data_set.name(), &page.number.to_string(), 0)?;
        }
        self.pages += u32::try_from(bodies.len()).expect("a chunk of pages is counted in dozens");
        Ok(())
    }
}

/// Writes one page's records, and notes the page, what was rejected and how far it was from what is declared.
pub(crate) fn write_page(
    writer: &mut SnapshotWriter,
    data_set: DataSet,
    page: PageRef<'_>,
    decoded: Decoded,
    read_at: i64,
    events: &Events,
) -> Result<(), Error> {
    let name = data_set.name();
    let rows = decoded.batch.num_rows() as u64;
    writer.write(name, &stored(data_set, &decoded.batch, read_at))?;
    writer.page(PageRead {
        number: page.number,
        data_set: name.to_owned(),
        name: page.name.to_owned(),
        records: decoded.records,
    });
    writer.rejected(name, decoded.rejected);
    writer.drift(name, &listed(data_set, decoded.drift));
    (events)(RunEvent::RowsPassed { flow: name.to_owned(), step: Step::Extract, rows });
    Ok(())
}

/// Drift as a report tells it.
fn listed(data_set: DataSet, drift: Drift) -> Vec<(String, u64)> {
    let kinds = [("unknown", drift.unknown), ("missing", drift.missing), ("coerced", drift.coerced)];
    kinds
        .into_iter()
        .flat_map(|(kind, counts)| {
            counts.into_iter().map(move |(field, count)| (format!("{kind} {data_set}.{field}"), count))
        })
        .collect()
}
