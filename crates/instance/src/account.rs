//! What the instance received, staged and applied since it was opened: the witness of whoever tests a sender.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::limits::ACCOUNT_REQUESTS_MAX;

/// The account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Requests of any kind.
    pub requests: u64,
    /// Answers by status code; 0 stands for an answer that was lost on purpose.
    pub by_status: BTreeMap<u16, u64>,
    /// Tokens that were given out, by grant.
    pub tokens: BTreeMap<String, u64>,
    /// Batches that were staged, at once or late.
    pub batches_staged: u64,
    /// Their rows.
    pub rows_staged: u64,
    /// Row outcomes, one a row and transform map, by state.
    pub transformed: BTreeMap<String, u64>,
    /// The newest requests, in the order in which they came, at most 10,000.
    pub log: VecDeque<Heard>,
}

/// One request, as it was heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Heard {
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its query, decoded, without a token.
    pub query: String,
    /// The status that was answered; 0 where the answer was lost on purpose.
    pub status: u16,
}

/// The account while it is written.
#[derive(Debug, Default)]
pub(crate) struct Books(Mutex<Account>);

impl Books {
    /// The account so far.
    pub(crate) fn account(&self) -> Account {
        self.change(|account| account.clone())
    }

    pub(crate) fn answered(&self, heard: Heard) {
        self.change(|account| {
            account.requests += 1;
            *account.by_status.entry(heard.status).or_default() += 1;
            if account.log.len() == ACCOUNT_REQUESTS_MAX {
                account.log.pop_front();
            }
            account.log.push_back(heard);
        });
    }

    pub(crate) fn token(&self, grant: &str) {
        self.change(|account| *account.tokens.entry(grant.to_owned()).or_default() += 1);
    }

    pub(crate) fn staged(&self, rows: u64) {
        self.change(|account| {
            account.batches_staged += 1;
            account.rows_staged += rows;
        });
    }

    pub(crate) fn transformed(&self, counts: &[(&str, u64)]) {
        self.change(|account| {
            for (state, count) in counts.iter().filter(|(_, count)| *count > 0) {
                *account.transformed.entry((*state).to_owned()).or_default() += count;
            }
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
