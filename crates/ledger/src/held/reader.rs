//! Reading a committed generation in rising order of keys.

use std::path::Path;
use std::sync::mpsc;

use arrow::array::{AsArray, ListArray, RecordBatch, StringArray};
use engine::{Condition, FileRows, Holding, Part};
use flow::Outcome;

use super::{HeldRow, OWN_COLUMNS, Standing, TARGETS, Values, failed, targets_of, unreadable};
use crate::error::Error;
use crate::limits::HELD_BATCHES_AHEAD;

const ROW_KEY: usize = 0;
const FINGERPRINT: usize = 1;
const MOMENT: usize = 2;
const OUTCOME: usize = 3;
const STANDING: usize = 4;
const FIRST: usize = 5;
const COMMENT: usize = 6;
const AT: usize = 7;
const RUN: usize = 8;
const MISSING: usize = 9;
const MISSING_SINCE: usize = 10;

/// What a comparison does not look at; nor does it read a row's targets, which are as long as all the rest.
const NOT_COMPARED: [usize; 3] = [OUTCOME, COMMENT, RUN];

/// Reads the committed generation in rising order of keys.
pub struct HeldReader {
    table: String,
    batches: Option<FileRows>,
    columns: Vec<String>,
    /// All that is known of a row is read, and not only what a comparison looks at.
    is_whole: bool,
    last_key: String,
}

/// Some held rows, with the values that were asked for.
#[derive(Clone, Debug)]
pub struct HeldBatch {
    texts: Vec<StringArray>,
    standings: Vec<Standing>,
    /// Everything that the ledger knows of the rows; none where they were read to be compared.
    pub(super) whole: Option<Whole>,
    values: Values,
}

/// What a held row says: a value, in any letters, in one of some columns.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// The columns that are looked at.
    pub columns: &'a [String],
    /// The value.
    pub value: &'a str,
}

impl Said<'_> {
    fn condition(&self) -> Condition {
        let value = self.value.to_lowercase();
        // Most texts are of plain letters, and need not be written anew in small ones.
        Condition::says(self.columns.to_vec(), move |text| match text.is_ascii() {
            true => text.eq_ignore_ascii_case(&value),
            false => text.to_lowercase() == value,
        })
    }
}

/// All of what the ledger knows of some rows.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    /// In the order of the file's columns.
    pub(super) own: RecordBatch,
    targets: ListArray,
}

impl HeldReader {
    /// A reader of nothing, for a table that holds nothing yet.
    pub(crate) fn empty(table: &str) -> Self {
        Self { table: table.to_owned(), batches: None, columns: Vec::new(), is_whole: true, last_key: String::new() }
    }

    /// Opens a file of held rows that no commit names, with the values of these staging columns.
    pub fn of_file(table: &str, path: &Path, columns: &[String]) -> Result<Self, Error> {
        Self::open(table, path, columns, &Part::default())
    }

    /// Opens a generation; `part` says which of its rows, and `columns` which values are read with them.
    pub(crate) fn open(table: &str, path: &Path, columns: &[String], part: &Part<'_>) -> Result<Self, Error> {
        let own = OWN_COLUMNS.iter().copied().chain([TARGETS]);
        let wanted: Vec<&str> = own.chain(columns.iter().map(String::as_str)).collect();
        let part = Part { columns: Some(&wanted), ..part.clone() };
        let batches = FileRows::open_part(path, &part).map_err(|source| failed("read", table, source))?;
        Ok(Self { batches: Some(batches), columns: columns.to_vec(), ..Self::empty(table) })
    }

    /// Opens a generation for a comparison: of its rows only what that looks at is read.
    pub(crate) fn open_compared(table: &str, path: &Path, columns: &[String]) -> Result<Self, Error> {
        let own = OWN_COLUMNS.iter().enumerate().filter(|(place, _)| !NOT_COMPARED.contains(place));
        let wanted: Vec<&str> = own.map(|(_, name)| *name).chain(columns.iter().map(String::as_str)).collect();
        let part = Part { columns: Some(&wanted), ..Part::default() };
        let batches = FileRows::open_part(path, &part).map_err(|source| failed("read", table, source))?;
        Ok(Self { batches: Some(batches), columns: columns.to_vec(), is_whole: false, ..Self::empty(table) })
    }

    /// The columns of the file that are read, in the file's order; none where nothing is held.
    pub fn columns_read(&self) -> Vec<String> {
        let names = |batches: &FileRows| batches.schema().fields().iter().map(|field| field.name().clone()).collect();
        self.batches.as_ref().map(names).unwrap_or_default()
    }

    /// The next rows, or `None` at the end. Rows that do not rise from key to key are an error: a comparison that walks
    /// two files side by side would pass over what is out of its place.
    pub fn next_batch(&mut self) -> Result<Option<HeldBatch>, Error> {
        let Some(batches) = &mut self.batches else { return Ok(None) };
        match batches.next() {
            Some(Ok(rows)) => {
                let batch = HeldBatch::new(&rows, &self.columns, self.is_whole)?;
                let batch = batch.ok_or_else(|| unreadable(&self.table))?;
                let mut last = self.last_key.as_str();
                for row in 0..batch.rows() {
                    let key = batch.row_key(row);
                    if key <= last {
                        return Err(Error::Order { table: self.table.clone() });
                    }
                    last = key;
                }
                self.last_key = last.to_owned();
                Ok(Some(batch))
            }
            Some(Err(source)) => Err(failed("read", &self.table, source)),
            None => {
                self.batches = None;
                Ok(None)
            }
        }
    }
}

impl Whole {
    fn of(rows: &RecordBatch, outcomes: &StringArray) -> Option<Self> {
        let own = OWN_COLUMNS.iter().copied().chain([TARGETS]);
        let places = own.map(|name| rows.schema().index_of(name)).collect::<Result<Vec<_>, _>>();
        let own = rows.project(&places.ok()?).ok()?;
        let targets = own.column(OWN_COLUMNS.len()).as_list_opt::<i32>().cloned()?;
        let is_known = (0..rows.num_rows()).all(|row| Outcome::parse(outcomes.value(row)).is_some());
        is_known.then_some(Self { own, targets })
    }
}

impl HeldBatch {
    /// None where a column is missing, or holds a word that is not known.
    fn new(rows: &RecordBatch, columns: &[String], is_whole: bool) -> Result<Option<Self>, Error> {
        let text = |(place, name): (usize, &&str)| match is_whole || !NOT_COMPARED.contains(&place) {
            true => rows.column_by_name(name)?.as_string_opt::<i32>().cloned(),
            false => Some(StringArray::new_null(rows.num_rows())),
        };
        let texts: Option<Vec<StringArray>> = OWN_COLUMNS.iter().enumerate().map(text).collect();
        let Some(texts) = texts else { return Ok(None) };
        let standing = |row: usize| Standing::parse(texts[STANDING].value(row));
        let standings: Option<Vec<Standing>> = (0..rows.num_rows()).map(standing).collect();
        let Some(standings) = standings else { return Ok(None) };
        let whole = match is_whole {
            false => None,
            true => match Whole::of(rows, &texts[OUTCOME]) {
                None => return Ok(None),
                whole => whole,
            },
        };
        Ok(Some(Self { texts, standings, whole, values: Values::of(rows, columns)? }))
    }

    /// The row of a key.
    pub(crate) fn with_key(table: &str, path: &Path, columns: &[String], row_key: &str) -> Result<Option<Self>, Error> {
        let found = engine::rows_with(path, OWN_COLUMNS[ROW_KEY], row_key);
        let found = found.map_err(|source| failed("read", table, source))?;
        let Some(rows) = found.first() else { return Ok(None) };
        Ok(Some(Self::new(rows, columns, true)?.ok_or_else(|| unreadable(table))?))
    }

    /// The rows that say all of this.
    pub(crate) fn saying(table: &str, path: &Path, columns: &[String], all: &[Said<'_>]) -> Result<Vec<Self>, Error> {
        let conditions: Vec<Condition> = all.iter().map(Said::condition).collect();
        let found = engine::rows_where(path, Holding::Anything, &conditions);
        let found = found.map_err(|source| failed("read", table, source))?;
        found.iter().map(|rows| Self::new(rows, columns, true)?.ok_or_else(|| unreadable(table))).collect()
    }

    /// How many they are.
    pub fn rows(&self) -> usize {
        self.standings.len()
    }

    /// A row's key.
    pub fn row_key(&self, row: usize) -> &str {
        self.texts[ROW_KEY].value(row)
    }

    /// A row's fingerprint.
    pub fn fingerprint(&self, row: usize) -> &str {
        self.texts[FINGERPRINT].value(row)
    }

    /// When its device was last seen.
    pub fn moment(&self, row: usize) -> &str {
        self.texts[MOMENT].value(row)
    }

    /// What follows from what became of it.
    pub fn standing(&self, row: usize) -> Standing {
        self.standings[row]
    }

    /// True until the row has been proven a second time.
    pub fn is_first(&self, row: usize) -> bool {
        !self.texts[FIRST].value(row).is_empty()
    }

    /// When it was proven or refused.
    pub fn at(&self, row: usize) -> &str {
        self.texts[AT].value(row)
    }

    /// Complete snapshots, one after the other, that did not have it.
    pub fn missing(&self, row: usize) -> u32 {
        match self.texts[MISSING].value(row) {
            "" => 0,
            text => text.parse().unwrap_or(0),
        }
    }

    /// When the first of them was read.
    pub fn missing_since(&self, row: usize) -> &str {
        self.texts[MISSING_SINCE].value(row)
    }

    /// The rows' values, in the columns that were asked for.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// A row, without its values. Its batch was not read for a comparison.
    pub fn row(&self, row: usize) -> HeldRow {
        let text = |column: usize| self.texts[column].value(row).to_owned();
        let whole = self.whole.as_ref().expect("a row is taken of what was read whole");
        let targets = whole.targets.value(row);
        HeldRow {
            row_key: text(ROW_KEY),
            fingerprint: text(FINGERPRINT),
            moment: text(MOMENT),
            outcome: Outcome::parse(&text(OUTCOME)).expect("a batch has only words that are known"),
            standing: self.standing(row),
            is_first: self.is_first(row),
            comment: text(COMMENT),
            at: text(AT),
            run: text(RUN).parse().unwrap_or_default(),
            missing: self.missing(row),
            missing_since: text(MISSING_SINCE),
            targets: targets.as_struct_opt().and_then(targets_of).unwrap_or_default(),
        }
    }
}

/// A walk over held rows, one at a time, beside something else that is sorted by key.
pub struct HeldWalk {
    source: Source,
    batch: Option<HeldBatch>,
    next: usize,
    /// Rows that were passed, which is the number of the present one in what is read.
    place: usize,
}

impl HeldWalk {
    /// Begins before the first row.
    pub fn over(reader: HeldReader) -> Self {
        Self { source: Source::Here(reader), batch: None, next: 0, place: 0 }
    }

    /// As [`HeldWalk::over`]; a thread of its own reads ahead.
    pub fn ahead(mut reader: HeldReader) -> Self {
        let table = reader.table.clone();
        let (read, batches) = mpsc::sync_channel(HELD_BATCHES_AHEAD);
        std::thread::spawn(move || {
            loop {
                let batch = reader.next_batch();
                let goes_on = matches!(batch, Ok(Some(_)));
                // Whoever no longer walks wants no more.
                if read.send(batch).is_err() || !goes_on {
                    return;
                }
            }
        });
        Self { source: Source::Ahead { table, batches, is_over: false }, batch: None, next: 0, place: 0 }
    }

    /// The row that the walk has come to, as its batch and its place in it; none at the end.
    pub fn current(&mut self) -> Result<Option<(&HeldBatch, usize)>, Error> {
        while self.batch.as_ref().is_none_or(|batch| self.next >= batch.rows()) {
            let Some(batch) = self.source.next_batch()? else {
                self.batch = None;
                return Ok(None);
            };
            (self.batch, self.next) = (Some(batch), 0);
        }
        Ok(self.batch.as_ref().map(|batch| (batch, self.next)))
    }

    /// Goes on to the next row.
    pub fn advance(&mut self) {
        self.next += 1;
        self.place += 1;
    }

    /// The number of the present row, from 0.
    pub fn place(&self) -> usize {
        self.place
    }
}

/// Where a walk's batches come from.
enum Source {
    Here(HeldReader),
    /// The end is said, not inferred: a thread that died must not look like the end of what is held.
    Ahead {
        table: String,
        batches: mpsc::Receiver<Result<Option<HeldBatch>, Error>>,
        is_over: bool,
    },
}

impl Source {
    fn next_batch(&mut self) -> Result<Option<HeldBatch>, Error> {
        match self {
            Self::Here(reader) => reader.next_batch(),
            Self::Ahead { is_over: true, .. } => Ok(None),
            Self::Ahead { table, batches, is_over } => {
                let batch = batches.recv().unwrap_or_else(|_| Err(unreadable(table)))?;
                *is_over = batch.is_none();
                Ok(batch)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::ArrayRef;
    use engine::{DurableParquet, Layout};

    use super::*;

    #[test]
    fn what_is_said_is_found_in_any_letters_of_any_alphabet() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("held.parquet");
        let names: ArrayRef =
            Arc::new(StringArray::from(vec![Some("Två Äpplen"), Some("tva applen"), None, Some("İ")]));
        let batch = RecordBatch::try_from_iter([("u_name", names)]).expect("one column");
        let mut file = DurableParquet::create(&path, batch.schema(), &Layout::default()).expect("begun");
        file.write(&batch).expect("written");
        file.finish().expect("finished");
        let columns = ["u_name".to_owned()];
        let found = |value| {
            let said = Said { columns: &columns, value };
            let rows = engine::rows_where(&path, Holding::Anything, &[said.condition()]).expect("read");
            rows.iter().map(RecordBatch::num_rows).sum::<usize>()
        };
        assert_eq!(["TVÅ äPPLEN", "TVA APPLEN", "två applen", ""].map(found), [1, 1, 0, 0]);
        // Its small letter is longer than itself.
        assert_eq!(found("İ"), 1);
    }
}
