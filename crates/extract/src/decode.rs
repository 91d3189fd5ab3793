//! One page of bytes in, one batch out.

use arrow::array::RecordBatch;
use flow::Rejected;
use rayon::prelude::*;

use crate::body;
use crate::column::kind_of;
use crate::envelope::{EnvelopeReader, Form};
use crate::json::{Keys, Reader, Scan};
use crate::records::Records;
use crate::{DataSet, DecodeError, Drift, Envelope};

/// What JSON takes as white space: less than any other definition of it.
const JSON_SPACE: [char; 4] = [' ', '\n', '\r', '\t'];

/// Which page is read: errors and rejected records name it, rows carry its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRef<'a> {
    /// For people, e.g. `devices page 3`.
    pub name: &'a str,
    /// For the column `_page`.
    pub number: u32,
}

/// What one page holds.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The records that could be read, in the data set's schema and in the page's order.
    pub batch: RecordBatch,
    /// Records in the page, the rejected ones too.
    pub records: u64,
    /// Records that could not be read; `place` names the page and the record, counted from 0 as in `_record`.
    pub rejected: Vec<Rejected>,
    /// How far the page was from what is declared.
    pub drift: Drift,
    /// What the page says about paging.
    pub envelope: Envelope,
}

/// Reads one response body into a batch of the data set's schema, in one pass.
///
/// # Errors
///
/// When the page as a whole cannot be trusted: not JSON, not UTF-8, a key twice in one object at any depth, text
/// after the end, one of [`crate::limits`] passed, or no records of this data set in it.
pub fn decode(data_set: DataSet, page: PageRef<'_>, bytes: &[u8]) -> Result<Decoded, DecodeError> {
    let text = body::checked(page.name, bytes)?;
    if !text.trim_start_matches(JSON_SPACE).starts_with(['{', '[']) {
        return Err(no_container(data_set, page, text));
    }
    let mut reader = Reader::new(text);
    let read = match Form::of(text, data_set) {
        Form::List => read_list(data_set, page, &mut reader).map(Some),
        Form::Under(key) => read_envelope(data_set, page, key, &mut reader).map(Some),
        Form::Record => read_record(data_set, page, &mut reader),
    };
    let read = read.and_then(|decoded| reader.end().map(|()| decoded)).map_err(|flaw| DecodeError::Unreadable {
        page: page.name.to_owned(),
        offset: flaw.offset,
        flaw: flaw.flaw,
    })?;
    read.ok_or_else(|| shape(data_set, page, described(text)))
}

/// Reads many pages on all cores; the answers are in the pages' order.
pub fn decode_pages(data_set: DataSet, pages: &[(PageRef<'_>, &[u8])]) -> Vec<Result<Decoded, DecodeError>> {
    pages.par_iter().map(|(page, bytes)| decode(data_set, *page, bytes)).collect()
}

fn read_list(data_set: DataSet, page: PageRef<'_>, reader: &mut Reader<'_>) -> Scan<Decoded> {
    reader.peek()?;
    let mut records = Records::for_list(data_set, reader.rest());
    records.read_list(reader)?;
    Ok(records.finish(page, None))
}

fn read_record(data_set: DataSet, page: PageRef<'_>, reader: &mut Reader<'_>) -> Scan<Option<Decoded>> {
    reader.peek()?;
    let mut records = Records::with_room(data_set, 1);
    let is_record = records.read_only(reader)?;
    Ok(is_record.then(|| records.finish(page, None)))
}

fn read_envelope(data_set: DataSet, page: PageRef<'_>, list: &str, reader: &mut Reader<'_>) -> Scan<Decoded> {
    let mut records = None;
    let mut envelope = EnvelopeReader::default();
    let mut keys = Keys::default();
    reader.peek()?;
    let mut more = reader.open(b'}')?;
    while more {
        let key = reader.new_key(&mut keys)?;
        if key == list && reader.peek()? == b'[' {
            records.insert(Records::for_list(data_set, reader.rest())).read_list(reader)?;
        } else {
            envelope.read(&key, reader)?;
        }
        more = reader.more(b'}')?;
    }
    let records = records.unwrap_or_else(|| Records::with_room(data_set, 0));
    let device_id = envelope.device_id.take().filter(|_| list == "apps");
    let mut decoded = records.finish(page, device_id.as_deref());
    envelope.report(&mut decoded.drift);
    decoded.envelope = envelope.facts;
    Ok(decoded)
}

/// A body that begins like neither a list nor an object: a lone JSON value, or no JSON.
#[cold]
fn no_container(data_set: DataSet, page: PageRef<'_>, text: &str) -> DecodeError {
    let mut reader = Reader::new(text);
    match reader.skip().and_then(|()| reader.end()) {
        Ok(()) => {
            let first = text.trim_start_matches(JSON_SPACE).as_bytes()[0];
            shape(data_set, page, kind_of(first).to_owned())
        }
        Err(_) => body::refused(page.name, text.as_bytes(), "plain text"),
    }
}

fn shape(data_set: DataSet, page: PageRef<'_>, found: String) -> DecodeError {
    DecodeError::Shape { page: page.name.to_owned(), data_set: data_set.name(), found }
}

/// An object by its first keys; its text has been read before, so there is no flaw in it.
fn described(text: &str) -> String {
    const KEYS_SHOWN: usize = 4;
    let mut reader = Reader::new(text);
    let mut keys = Vec::new();
    let mut next = || -> Scan<bool> {
        let more = if keys.is_empty() { reader.peek().and_then(|_| reader.open(b'}'))? } else { reader.more(b'}')? };
        if more {
            keys.push(format!("`{}`", Rejected::shown(&reader.key()?)));
            reader.skip()?;
        }
        Ok(more && keys.len() < KEYS_SHOWN)
    };
    while next().unwrap_or(false) {}
    if keys.is_empty() { "an empty object".to_owned() } else { format!("an object with {}", keys.join(", ")) }
}

#[cfg(test)]
mod tests;
