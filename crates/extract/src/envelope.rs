//! What stands around a page's records. Four forms are known: a bare list; `{data: […]}` with `offset`, `limit`,
//! `total`, `cursor`; `{results: […]}` with `count`, `next`, `previous`; and `{device_id, apps: […]}`. Or there is
//! none, and the body is one record.

use std::collections::BTreeMap;

use crate::DataSet;
use crate::drift::{Drift, note};
use crate::json::{Reader, Scan};

/// The facts about paging that a page carried beside its records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// `total`: rows of the whole answer, over all pages; often null.
    pub total: Option<u64>,
    /// `cursor`: opaque; null or empty on the last page.
    pub cursor: Option<String>,
    /// `next`: an address that may be on another host. Take its query, never follow it with a token.
    pub next: Option<String>,
    /// `count`: records of the whole list, over all pages.
    pub count: Option<u64>,
}

/// Keys that may stand beside a list of records, and so do not make an object a record.
pub(crate) const ENVELOPE_KEYS: [&str; 8] =
    ["device_id", "offset", "limit", "total", "cursor", "count", "next", "previous"];

/// Where a body's records are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The body is their list.
    List,
    /// The body is an object with their list under this key.
    Under(&'static str),
    /// The body is one record.
    Record,
}

impl Form {
    /// Looks ahead, no further than the first key that tells. A flaw met here ends the search: the reading proper meets
    /// it again and reports it.
    pub(crate) fn of(text: &str, data_set: DataSet) -> Self {
        let mut reader = Reader::new(text);
        match reader.peek() {
            Ok(b'[') => Self::List,
            _ => list_key(&mut reader, data_set).ok().flatten().map_or(Self::Record, Self::Under),
        }
    }
}

fn list_key(reader: &mut Reader<'_>, data_set: DataSet) -> Scan<Option<&'static str>> {
    let mut more = reader.open(b'}')?;
    while more {
        let key = reader.key()?;
        let is_list = reader.peek()? == b'[';
        if let Some(&list) = list_keys(data_set).iter().find(|list| is_list && **list == key) {
            return Ok(Some(list));
        }
        let declared = data_set.fields().iter().any(|field| field.name == key);
        if declared && !ENVELOPE_KEYS.contains(&key.as_ref()) {
            return Ok(None);
        }
        reader.skip()?;
        more = reader.more(b'}')?;
    }
    Ok(None)
}

fn list_keys(data_set: DataSet) -> &'static [&'static str] {
    if data_set == DataSet::Apps { &["data", "results", "apps"] } else { &["data", "results"] }
}

/// What is gathered of an envelope while its keys pass.
#[derive(Default)]
pub(crate) struct EnvelopeReader {
    pub(crate) facts: Envelope,
    /// The device whose applications the page lists.
    pub(crate) device_id: Option<String>,
    unknown: BTreeMap<String, u64>,
}

impl EnvelopeReader {
    /// Reads the value of a key that is not the list's. Facts are taken as far as they can be read: a page is not lost
    /// for its envelope.
    pub(crate) fn read(&mut self, key: &str, reader: &mut Reader<'_>) -> Scan<()> {
        match key {
            "device_id" => self.device_id = scalar(reader)?,
            "total" => self.facts.total = scalar(reader)?.and_then(|text| text.parse().ok()),
            "count" => self.facts.count = scalar(reader)?.and_then(|text| text.parse().ok()),
            "cursor" => self.facts.cursor = scalar(reader)?,
            "next" => self.facts.next = scalar(reader)?,
            "offset" | "limit" | "previous" => reader.skip()?,
            _ => {
                note(&mut self.unknown, key);
                reader.skip()?;
            }
        }
        Ok(())
    }

    pub(crate) fn report(&mut self, drift: &mut Drift) {
        drift.add_unknown("(envelope).", std::mem::take(&mut self.unknown));
    }
}

/// A string that is not empty or a number, as written; none for everything else, which is passed.
fn scalar(reader: &mut Reader<'_>) -> Scan<Option<String>> {
    let text = match reader.peek()? {
        b'"' => Some(reader.string()?.to_owned()),
        b'-' | b'0'..=b'9' => Some(reader.number()?.to_owned()),
        _ => {
            reader.skip()?;
            None
        }
    };
    Ok(text.filter(|text| !text.is_empty()))
}
