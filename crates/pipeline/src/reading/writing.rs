//! The thread that takes pieces and makes them durable.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow::array::RecordBatch;
use extract::{Account, DataSet, PageRef, Piece, Read, Tenant};
use flow::{RunEvent, Step};
use jiff::Timestamp;
use snapshot::{DataSetAccount, Sealed, SnapshotWriter};
use tokio::sync::mpsc::Receiver;

use crate::carried::{self, Fresh, Unseen};
use crate::error::Error;
use crate::recording::write_page;
use crate::run::Events;
use crate::stored::{few_distinct, stored_schema};

/// The snapshot that records are carried over from.
pub(super) struct Earlier {
    sealed: Sealed,
    /// What the app list of a device cannot see; looked up when the first such list comes.
    unseen: Option<Unseen>,
}

impl Earlier {
    pub(super) fn new(sealed: Sealed) -> Self {
        Self { sealed, unseen: None }
    }
}

/// What the thread works with, and what it leaves.
pub(super) struct Writing {
    pub(super) writer: SnapshotWriter,
    /// Data sets that the writer knows.
    pub(super) announced: HashSet<DataSet>,
    pub(super) earlier: Option<Earlier>,
    /// Numbers of carried pages: far above those of pages that are read, which are given out elsewhere.
    pub(super) next_carried: u32,
    pub(super) read_at: i64,
    pub(super) accounts: BTreeMap<DataSet, DataSetAccount>,
    /// What is fresh of the data sets of which the rest is carried over, 16 bytes a record.
    pub(super) fresh: HashMap<DataSet, Fresh>,
    pub(super) listed: HashSet<String>,
    pub(super) events: Events,
    /// Pages of each data set so far.
    pub(super) pages: HashMap<DataSet, u64>,
    /// Requests that interrupted readings of this snapshot took.
    pub(super) requests_before: HashMap<DataSet, u64>,
    /// Asked what is left of its request budget, and what its clock says.
    pub(super) tenant: Tenant,
    /// When the reading began, the first of them if it was interrupted, by our clock.
    pub(super) begun_at: Timestamp,
}

impl Writing {
    /// Takes pieces until there are no more; then everything that was taken is durable, whatever ended the reading.
    pub(super) fn all(mut self, mut pieces: Receiver<Piece>) -> Result<Self, Error> {
        let mut open = HashSet::new();
        while let Some(piece) = pieces.blocking_recv() {
            match &piece {
                Piece::Began { data_set, .. } => {
                    open.insert(*data_set);
                }
                Piece::Ended { data_set, .. } => {
                    open.remove(data_set);
                }
                _ => {}
            }
            self.one(piece)?;
        }
        for data_set in open {
            self.writer.make_durable(data_set.name())?;
        }
        Ok(self)
    }

    /// True where anything was read, in this reading or in an interrupted one.
    pub(super) fn has_rows(&self) -> bool {
        self.announced.iter().any(|data_set| self.writer.rows(data_set.name()) > 0)
    }

    fn one(&mut self, piece: Piece) -> Result<(), Error> {
        match piece {
            Piece::Began { data_set, rows, carries_over } => {
                self.announce(data_set)?;
                self.fresh.remove(&data_set);
                if carries_over {
                    let fresh = self.durable(data_set)?;
                    self.fresh.insert(data_set, fresh);
                }
                (self.events)(RunEvent::StepStarted { flow: data_set.name().to_owned(), step: Step::Extract, rows });
                Ok(())
            }
            Piece::Page(read) => self.page(*read),
            Piece::Restarted { data_set } => {
                self.announce(data_set)?;
                if let Some(fresh) = self.fresh.get_mut(&data_set) {
                    *fresh = Fresh::default();
                }
                Ok(self.writer.restart(data_set.name())?)
            }
            Piece::Ended { data_set, account } => self.ended(data_set, account),
            Piece::Noted { text } => {
                (self.events)(RunEvent::Noted { text });
                Ok(())
            }
        }
    }

    /// Fills in what the app list of a device cannot see.
    fn fill(&mut self, batch: &mut RecordBatch) -> Result<(), Error> {
        if let Some(earlier) = &mut self.earlier {
            let unseen = match &mut earlier.unseen {
                Some(unseen) => unseen,
                none => {
                    let unseen = Unseen::of(&earlier.sealed)?;
                    if unseen.is_cut() {
                        let most = crate::limits::UNSEEN_VALUES_MAX;
                        let text = format!(
                            "Of more than {most} applications what their devices do not tell is not carried over; \
                             `--apps pages` brings it."
                        );
                        (self.events)(RunEvent::Noted { text });
                    }
                    none.insert(unseen)
                }
            };
            *batch = unseen.filled(batch);
        }
        Ok(())
    }

    fn announce(&mut self, data_set: DataSet) -> Result<(), Error> {
        if self.announced.insert(data_set) {
            self.writer.data_set(data_set.name(), stored_schema(data_set), few_distinct(data_set))?;
        }
        Ok(())
    }

    fn page(&mut self, mut read: Read) -> Result<(), Error> {
        let data_set = read.data_set;
        if data_set == DataSet::Apps && read.is_by_device {
            self.fill(&mut read.decoded.batch)?;
        }
        if data_set == DataSet::Devices {
            self.listed.extend(extract::listed(&read.decoded.batch).into_iter().map(|one| one.device_id));
        }
        if let Some(fresh) = self.fresh.get_mut(&data_set) {
            fresh.note(data_set, &read.decoded.batch);
        }
        let page = PageRef { name: &read.name, number: read.number };
        write_page(&mut self.writer, data_set, page, read.decoded, self.read_at, &self.events)?;
        let pages = self.pages.entry(data_set).or_default();
        *pages += 1;
        (self.events)(RunEvent::PagesRead {
            flow: data_set.name().to_owned(),
            pages: *pages,
            requests: self.requests(data_set, read.requests),
            budget_left: self.tenant.budget().map(|budget| budget.remaining),
        });
        let requests = self.requests(data_set, read.requests);
        self.writer.checkpoint(data_set.name(), &read.position, requests)?;
        Ok(())
    }

    fn ended(&mut self, data_set: DataSet, account: Account) -> Result<(), Error> {
        let name = data_set.name();
        // A data set that was refused before it began is there all the same, and empty.
        self.announce(data_set)?;
        let fresh = self.writer.rows(name);
        let mut notes = account.notes;
        let mut rows_carried = 0;
        let is_refused = account.strategy == super::REFUSED;
        if account.carries_over || is_refused {
            rows_carried = self.carry(data_set)?;
        }
        if is_refused && rows_carried > 0 {
            notes.push(format!("{rows_carried} records are carried over from the snapshot before."));
        }
        for note in &notes {
            (self.events)(RunEvent::Noted { text: format!("{data_set}: {note}") });
        }
        let whole_at = if account.carries_over { self.whole_at(data_set) } else { Some(self.read_at) };
        let account = DataSetAccount {
            strategy: account.strategy.to_owned(),
            requests: self.requests(data_set, account.requests),
            seconds: account.took.as_secs_f64(),
            complete: account.complete,
            fresh,
            carried: rows_carried,
            whole_at: whole_at.filter(|_| !is_refused),
            as_of: Some(self.tenant.moment(self.begun_at).as_second()),
            notes,
        };
        self.writer.end(name, account.clone())?;
        self.accounts.insert(data_set, account);
        (self.events)(RunEvent::StepEnded { flow: name.to_owned(), step: Step::Extract });
        Ok(())
    }

    /// The requests of a data set, those of interrupted readings included.
    fn requests(&self, data_set: DataSet, requests: u64) -> u64 {
        self.requests_before.get(&data_set).copied().unwrap_or_default() + requests
    }

    fn carry(&mut self, data_set: DataSet) -> Result<u64, Error> {
        if self.earlier.is_none() || !carried::can_be_carried(data_set) {
            return Ok(0);
        }
        let fresh = match self.fresh.remove(&data_set) {
            Some(fresh) => fresh,
            // Refused in the middle of what was to be the whole.
            None => self.all_so_far(data_set)?,
        };
        let Some(earlier) = &self.earlier else { return Ok(0) };
        let next = &mut self.next_carried;
        let mut number = || {
            *next += 1;
            *next
        };
        carried::carry(&mut self.writer, data_set, &earlier.sealed, &self.listed, &fresh, &mut number)
    }

    /// The identities of what is durable of a data set: what was read before an interruption.
    fn durable(&self, data_set: DataSet) -> Result<Fresh, Error> {
        let mut fresh = Fresh::default();
        if self.earlier.is_none() || !carried::can_be_carried(data_set) {
            return Ok(fresh);
        }
        for batch in super::durable(&self.writer, data_set) {
            fresh.note(data_set, &batch?);
        }
        Ok(fresh)
    }

    /// The identities of all that was read of a data set.
    fn all_so_far(&mut self, data_set: DataSet) -> Result<Fresh, Error> {
        self.writer.make_durable(data_set.name())?;
        self.durable(data_set)
    }

    fn whole_at(&self, data_set: DataSet) -> Option<i64> {
        self.earlier.as_ref()?.sealed.manifest.data_set(data_set.name())?.account.whole_at
    }
}
