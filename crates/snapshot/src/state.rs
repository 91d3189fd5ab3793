//! What is durable of an unsealed snapshot: the sum of its journal. Apart because there must be one sum, whether the
//! steps were just written or are read back after a crash.

use std::collections::BTreeMap;

use crate::progress::{DataSetAccount, DataSetProgress, Progress};
use crate::step::{Column, Header, Notes, Part, Step};

/// The sum of a journal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct State {
    pub(crate) header: Header,
    /// Who wrote last: a process, and since when.
    pub(crate) writer: (u32, String),
    pub(crate) data_sets: BTreeMap<String, DataSetState>,
    /// What belongs to no data set.
    pub(crate) loose: Notes,
    next_page: u32,
}

/// What is durable of one data set.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DataSetState {
    pub(crate) columns: Vec<Column>,
    pub(crate) few_distinct: Vec<String>,
    pub(crate) position: String,
    pub(crate) requests: u64,
    pub(crate) parts: Vec<Part>,
    /// Parts that were ever written; a number is not given out twice, even after a restart.
    pub(crate) parts_begun: u64,
    pub(crate) notes: Notes,
    pub(crate) account: Option<DataSetAccount>,
}

impl DataSetState {
    pub(crate) fn rows(&self) -> u64 {
        self.parts.iter().map(|part| part.rows).sum()
    }
}

impl State {
    pub(crate) fn new(header: Header) -> Self {
        let writer = (header.process, header.begun_at.clone());
        Self { header, writer, data_sets: BTreeMap::new(), loose: Notes::default(), next_page: 1 }
    }

    /// Adds one step. `None` when it cannot follow those before it.
    #[must_use = "a step that does not fit means a damaged journal"]
    pub(crate) fn apply(&mut self, step: Step) -> Option<()> {
        match step {
            Step::Resumed { process, at } => self.writer = (process, at),
            Step::Announced { data_set, columns, few_distinct } => {
                let announced = DataSetState { columns, few_distinct, ..DataSetState::default() };
                if self.data_sets.insert(data_set, announced).is_some() {
                    return None;
                }
            }
            Step::Noted { notes } => {
                self.count_pages(&notes);
                self.loose.merge(notes);
            }
            Step::Read { data_set, position, requests, part, notes } => {
                self.count_pages(&notes);
                let read = self.data_sets.get_mut(&data_set)?;
                (read.position, read.requests) = (position, requests);
                read.notes.merge(notes);
                read.parts_begun += u64::from(part.is_some());
                read.parts.extend(part);
            }
            Step::Restarted { data_set } => {
                let read = self.data_sets.get_mut(&data_set)?;
                (read.position, read.requests) = (String::new(), 0);
                (read.parts, read.notes, read.account) = (Vec::new(), Notes::default(), None);
            }
            Step::Ended { data_set, account } => self.data_sets.get_mut(&data_set)?.account = Some(account),
        }
        Some(())
    }

    /// Rows of all data sets together.
    pub(crate) fn rows(&self) -> u64 {
        self.data_sets.values().map(DataSetState::rows).sum()
    }

    /// Whether a data set is over.
    pub(crate) fn is_ended(&self, data_set: &str) -> bool {
        self.data_sets.get(data_set).is_some_and(|read| read.account.is_some())
    }

    /// The sum as the caller is told.
    pub(crate) fn progress(&self) -> Progress {
        let progress = |(name, read): (&String, &DataSetState)| {
            let progress = DataSetProgress {
                position: read.position.clone(),
                rows: read.rows(),
                pages: read.notes.pages.len() as u64,
                requests: read.requests,
                ended: read.account.clone(),
            };
            (name.clone(), progress)
        };
        Progress {
            settings: self.header.settings.clone(),
            begun_at: self.header.begun_at.clone(),
            next_page: self.next_page,
            data_sets: self.data_sets.iter().map(progress).collect(),
        }
    }

    /// A restart forgets pages but not their numbers, so that a number means one page for ever.
    fn count_pages(&mut self, notes: &Notes) {
        let highest = notes.pages.iter().map(|page| page.number).max().unwrap_or_default();
        self.next_page = self.next_page.max(highest.saturating_add(1));
    }
}
