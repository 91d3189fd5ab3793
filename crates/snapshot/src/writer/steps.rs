//! How what was read becomes durable: parts first, then one line of the journal that names them. Apart because this order
//! is the promise, and every public step goes through it.

use super::SnapshotWriter;
use crate::error::Error;
use crate::progress::DataSetAccount;
use crate::reading::Reading;
use crate::step::{Notes, Step, columns_of};

impl SnapshotWriter {
    /// Appends one line: what is new beside a data set, then these steps.
    pub(crate) fn record(&mut self, steps: Vec<Step>) -> Result<(), Error> {
        let mut line = self.news();
        line.extend(steps);
        if line.is_empty() {
            return Ok(());
        }
        self.journal.append(&line).map_err(|error| self.broken(error))?;
        for step in line {
            self.state.apply(step).expect("a data set is announced before the first step of it");
        }
        Ok(())
    }

    /// Data sets that no line has announced yet, and what was noted that belongs to none.
    fn news(&mut self) -> Vec<Step> {
        let is_new = |(name, _): &(&String, &Reading)| !self.state.data_sets.contains_key(*name);
        let announced = |(name, reading): (&String, &Reading)| Step::Announced {
            data_set: name.clone(),
            columns: columns_of(&reading.schema),
            few_distinct: reading.layout.few_distinct.clone(),
        };
        let mut news: Vec<Step> = self.readings.iter().filter(is_new).map(announced).collect();
        if !self.loose.is_empty() {
            news.push(Step::Noted { notes: std::mem::take(&mut self.loose) });
        }
        news
    }

    /// Makes a data set's part durable; its step is still to be recorded.
    pub(super) fn taken(&mut self, data_set: &str) -> Result<Vec<Step>, Error> {
        let now = (self.now)();
        let taken = self.readings.get_mut(data_set).map(|reading| reading.take(data_set, now)).transpose();
        let taken = taken.map_err(|source| self.broken(Error::Write { data_set: data_set.to_owned(), source }))?;
        Ok(taken.flatten().into_iter().collect())
    }

    /// The same, and the data set is over.
    pub(super) fn ended(&mut self, data_set: &str, account: DataSetAccount) -> Result<Vec<Step>, Error> {
        let mut steps = self.taken(data_set)?;
        steps.push(Step::Ended { data_set: data_set.to_owned(), account: account.storable() });
        Ok(steps)
    }

    /// A data set that was begun and is not over.
    pub(super) fn going_on(&mut self, data_set: &str) -> Result<&mut Reading, Error> {
        if self.state.is_ended(data_set) {
            return Err(Error::Ended(data_set.to_owned()));
        }
        self.readings.get_mut(data_set).ok_or_else(|| Error::DataSet(data_set.to_owned()))
    }

    /// Where to note what belongs to a data set; what belongs to none, or to one that is over, is not lost either.
    pub(super) fn notes(&mut self, data_set: &str) -> &mut Notes {
        match self.readings.get_mut(data_set) {
            Some(reading) if !self.state.is_ended(data_set) => reading.notes(),
            _ => &mut self.loose,
        }
    }

    pub(super) fn sound(&self) -> Result<(), Error> {
        if self.is_broken { Err(Error::Broken { snapshot: self.id().to_owned() }) } else { Ok(()) }
    }

    pub(super) fn broken(&mut self, error: Error) -> Error {
        self.is_broken = true;
        error
    }
}
