//! What comes out of a reading, piece by piece.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::error::Error;
use crate::{DataSet, Decoded};

/// One page that was read.
#[derive(Debug)]
pub struct Read {
    /// Its data set.
    pub data_set: DataSet,
    /// Its number, which the records' `_page` column holds; numbers are given out when a page is asked for, so they do
    /// not rise from piece to piece where data sets are read side by side.
    pub number: u32,
    /// True for the answer of one device, which sees other columns than Prism.
    pub is_by_device: bool,
    /// Its path and query, or the rows of an export.
    pub name: String,
    /// Its records.
    pub decoded: Decoded,
    /// Where to go on once this page is durable.
    pub position: String,
    /// Requests of this data set so far.
    pub requests: u64,
}

/// How the reading of one data set ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The way that was taken.
    pub strategy: &'static str,
    /// Requests that it took.
    pub requests: u64,
    /// How long it took.
    pub took: Duration,
    /// True where every record that the tenant listed throughout is there.
    pub complete: bool,
    /// True where the rest of the records is to be carried over from an earlier snapshot.
    pub carries_over: bool,
    /// Why it is not complete, what was refused, what the tenant's counts say: whole sentences.
    pub notes: Vec<String>,
}

/// One thing that a reading says.
#[derive(Debug)]
pub enum Piece {
    /// A data set begins; `rows` is the number expected, when known.
    Began {
        /// The data set.
        data_set: DataSet,
        /// Rows expected.
        rows: Option<u64>,
        /// True where the rest of the records is to be carried over: what comes is to be told apart from it.
        carries_over: bool,
    },
    /// A page was read.
    Page(Box<Read>),
    /// What was read of a data set so far is void: its reading begins again.
    Restarted {
        /// The data set.
        data_set: DataSet,
    },
    /// A data set has ended.
    Ended {
        /// The data set.
        data_set: DataSet,
        /// Its account.
        account: Account,
    },
    /// Something a person should read.
    Noted {
        /// A whole sentence.
        text: String,
    },
}

/// Where pieces go; it holds the reading back when whoever takes them is slower.
#[derive(Clone, Debug)]
pub struct PieceSender(pub(crate) mpsc::Sender<Piece>);

impl PieceSender {
    /// A channel of the named capacity.
    pub fn channel() -> (Self, mpsc::Receiver<Piece>) {
        let (sender, receiver) = mpsc::channel(crate::limits::PIECES_WAITING);
        (Self(sender), receiver)
    }

    pub(crate) async fn send(&self, piece: Piece) -> Result<(), Error> {
        self.0.send(piece).await.map_err(|_| Error::NobodyListens)
    }
}
