//! Reading a journal back: every line's digest is checked before the line is believed. Apart because it changes nothing:
//! who only lists snapshots replays as well, beside a writer.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::line;
use crate::error::{Error, at};
use crate::state::State;
use crate::step::{Header, Line, Step};

/// What a journal says.
pub(crate) struct Replayed {
    pub(crate) state: State,
    /// The digest of the last whole line.
    pub(crate) chain: String,
    /// How many whole lines there are.
    pub(crate) lines: u64,
    /// How long they are; what comes behind is torn.
    pub(crate) bytes: u64,
}

/// Only this is read of a header before its version is known.
#[derive(Deserialize)]
struct Version {
    journal_version: u32,
}

/// Replays a journal line by line, so that memory holds its sum and never the file.
pub(crate) fn replay(path: &Path) -> Result<Replayed, Error> {
    let mut lines = Lines::open(path)?;
    let Some(first) = lines.next_line()? else { return Err(lines.damaged()) };
    let version: Version = lines.parse(&first)?;
    if version.journal_version != Header::VERSION {
        let (found, expected) = (version.journal_version, Header::VERSION);
        return Err(Error::Version { path: path.to_owned(), found, expected });
    }
    let mut state = State::new(lines.parse(&first)?);
    while let Some(line) = lines.next_line()? {
        let line: Line<Vec<Step>> = lines.parse(&line)?;
        for step in line.steps {
            state.apply(step).ok_or_else(|| lines.damaged())?;
        }
    }
    Ok(Replayed { state, chain: lines.chain, lines: lines.whole, bytes: lines.bytes })
}

struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    chain: String,
    /// The number of the line that was read last, from 1.
    number: u64,
    whole: u64,
    bytes: u64,
}

impl Lines {
    fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|source| at("open", path, source))?;
        let reader = BufReader::new(file);
        Ok(Self { path: path.to_owned(), reader, chain: String::new(), number: 0, whole: 0, bytes: 0 })
    }

    /// The next line without its digest; `None` at the end, and where the last line is torn. Without its first line
    /// nothing is known of a snapshot, so that one must be whole.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let mut line = Vec::new();
        let read = self.reader.read_until(b'\n', &mut line).map_err(|source| at("read", &self.path, source))?;
        self.number += 1;
        if read == 0 {
            return Ok(None);
        }
        let is_ended = line.ends_with(b"\n");
        if let Some((json, digest)) = line::open(&self.chain, line) {
            (self.chain, self.whole) = (digest, self.number);
            self.bytes += read as u64;
            return Ok(Some(json));
        }
        // A line without an end is the last, whatever a writer beside us has appended since.
        let is_last = !is_ended || self.reader.fill_buf().map_err(|source| at("read", &self.path, source))?.is_empty();
        if is_last && self.number > 1 { Ok(None) } else { Err(self.damaged()) }
    }

    fn parse<T: for<'de> Deserialize<'de>>(&self, json: &[u8]) -> Result<T, Error> {
        let failed = |source| Error::Journal { path: self.path.clone(), line: self.number, source };
        serde_json::from_slice(json).map_err(failed)
    }

    fn damaged(&self) -> Error {
        Error::JournalDamaged { path: self.path.clone(), line: self.number }
    }
}
