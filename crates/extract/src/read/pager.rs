//! How each endpoint is paged, as small machines: which page is next, what the page that came says of the one after,
//! and where to go on after a crash. Apart, and without a socket, because a page left out or read for ever is decided
//! here.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::Envelope;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::limits;

/// Where a reading stands; what a snapshot's journal keeps of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Position {
    /// The next page begins behind so many rows.
    Offset {
        /// Rows before it.
        rows: u64,
        /// Rows in all, as the page before said: where that is another number when the reading is gone on with, rows have
        /// moved over the borders of pages.
        total: Option<u64>,
    },
    /// The next page has this cursor, after so many rows.
    Cursor {
        /// The cursor; opaque.
        cursor: String,
        /// Rows before it.
        rows: u64,
    },
    /// The next page has this number.
    Page {
        /// The number.
        page: u64,
        /// Rows before it.
        rows: u64,
        /// Rows in all, as of an offset.
        total: Option<u64>,
    },
    /// The devices up to this one are done, in the order of the list. Not their number: which devices are asked about may
    /// be others when a reading is gone on with, as the budget that is left is another.
    Device(String),
    /// This export, and so many of its rows are done.
    Export {
        /// The export's id.
        id: String,
        /// Rows that are done.
        rows: u64,
    },
    /// There is no next page; only the account is still to be given.
    End {
        /// Rows in all.
        rows: u64,
    },
}

impl Position {
    /// Parses what [`Position::text`] wrote; nothing for the beginning.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, Error> {
        if text.is_empty() {
            return Ok(None);
        }
        serde_json::from_str(text).map(Some).map_err(|_| Error::Position(flow::Rejected::shown(text)))
    }

    /// As a journal keeps it.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are always JSON")
    }
}

/// How an endpoint says which page is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// `cursor` of the answer; by offset where the answer has none and more is to come.
    Cursor,
    /// The cursor inside `next`.
    Next,
    /// `offset`, until `next` is null.
    Offset,
    /// `page`, until `next` is null.
    Page,
}

/// The pages of one endpoint, in their order.
#[derive(Debug)]
pub(crate) struct Pager {
    endpoint: Endpoint,
    way: Way,
    /// Parameters that every page has.
    fixed: Vec<(&'static str, String)>,
    limit: u64,
    position: Position,
    rows: u64,
    /// What pages that are not chained by cursors said of the number of rows.
    totals: BTreeSet<u64>,
    /// Cursors and pages that were seen, to notice that they come again.
    seen: HashSet<u64>,
}

/// What follows a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// Another page.
    More,
    /// Nothing.
    End,
}

impl Pager {
    /// The pages of an endpoint from the beginning, or from where an earlier reading stopped.
    pub(crate) fn new(
        endpoint: Endpoint,
        fixed: Vec<(&'static str, String)>,
        from: Option<Position>,
    ) -> Result<Self, Error> {
        let (way, limit) = match endpoint {
            Endpoint::Prism(_) => (Way::Cursor, limits::PAGE_ROWS),
            Endpoint::Users => (Way::Next, limits::PAGE_ROWS),
            Endpoint::AuditEvents => (Way::Next, limits::AUDIT_PAGE_ROWS),
            Endpoint::AdeDevices => (Way::Page, limits::PAGE_ROWS),
            _ => (Way::Offset, limits::PAGE_ROWS),
        };
        let begin = match way {
            Way::Cursor | Way::Next => Position::Cursor { cursor: String::new(), rows: 0 },
            Way::Offset => Position::Offset { rows: 0, total: None },
            Way::Page => Position::Page { page: 1, rows: 0, total: None },
        };
        let position = from.unwrap_or(begin);
        let rows = match &position {
            Position::Cursor { rows, .. }
            | Position::Offset { rows, .. }
            | Position::Page { rows, .. }
            | Position::End { rows } => *rows,
            Position::Device(_) | Position::Export { .. } => 0,
        };
        let fits = matches!(
            (way, &position),
            (Way::Cursor, Position::Cursor { .. } | Position::Offset { .. })
                | (Way::Next, Position::Cursor { .. })
                | (Way::Offset, Position::Offset { .. })
                | (Way::Page, Position::Page { .. })
                | (_, Position::End { .. })
        );
        if !fits {
            return Err(Error::Position(position.text()));
        }
        let totals = match &position {
            Position::Offset { total, .. } | Position::Page { total, .. } => total.iter().copied().collect(),
            _ => BTreeSet::new(),
        };
        Ok(Self { endpoint, way, fixed, limit, position, rows, totals, seen: HashSet::new() })
    }

    /// The parameters of the page that is next.
    pub(crate) fn query(&self) -> Vec<(&'static str, String)> {
        self.query_at(&self.position)
    }

    /// The parameters of the page after this one, if its cursor is this; what [`Pager::advance`] will say when it is.
    pub(crate) fn query_after_cursor(&self, cursor: &str) -> Vec<(&'static str, String)> {
        self.query_at(&Position::Cursor { cursor: cursor.to_owned(), rows: 0 })
    }

    fn query_at(&self, position: &Position) -> Vec<(&'static str, String)> {
        let mut query = self.fixed.clone();
        // The directory's parameter has no documented name for a page's size; a tenant ignores what it does not know.
        let limit = if self.endpoint == Endpoint::Users { "sizePerPage" } else { "limit" };
        if self.way != Way::Page {
            query.push((limit, self.limit.to_string()));
        }
        match position {
            // The first call of Prism has an empty cursor, which asks for cursors; elsewhere it would be a fault.
            Position::Cursor { cursor, .. } if !cursor.is_empty() || self.way == Way::Cursor => {
                query.push(("cursor", cursor.clone()));
            }
            Position::Offset { rows, .. } => query.push(("offset", rows.to_string())),
            Position::Page { page, .. } => query.push(("page", page.to_string())),
            Position::Cursor { .. } | Position::Device(_) | Position::Export { .. } | Position::End { .. } => {}
        }
        query
    }

    /// Where to go on after the pages so far.
    pub(crate) fn position(&self) -> &Position {
        &self.position
    }

    /// Rows so far, those before a resumption too.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// True where there is no page left to ask for.
    pub(crate) fn is_at_end(&self) -> bool {
        matches!(self.position, Position::End { .. })
    }

    /// Takes note of a page: its envelope, how many records it had, its body. After the last one the position is the end:
    /// one that named the last page once more would bring its rows a second time.
    pub(crate) fn advance(&mut self, envelope: &Envelope, records: u64, body: &[u8]) -> Result<After, Error> {
        self.rows += records;
        if records > 0 {
            self.notice(xxh3_64(rows_in(body)), "a page came a second time")?;
        }
        let after = self.follow(envelope, records)?;
        if after == After::End {
            self.position = Position::End { rows: self.rows };
        }
        Ok(after)
    }

    fn follow(&mut self, envelope: &Envelope, records: u64) -> Result<After, Error> {
        match self.way {
            Way::Cursor => self.after_cursor(envelope, records),
            Way::Next => match envelope.next.as_deref().and_then(cursor_in) {
                Some(cursor) if records > 0 => self.go_to_cursor(cursor),
                _ => Ok(After::End),
            },
            Way::Offset => {
                // Rows that came, not rows that were asked for: a page may be shorter than its limit and not the last.
                self.position = self.behind(envelope);
                let is_more = records > 0 && envelope.next.is_some();
                Ok(if is_more { After::More } else { After::End })
            }
            Way::Page => {
                let Position::Page { page, .. } = self.position else {
                    return Err(Error::Position(self.position.text()));
                };
                let total = self.note_total(envelope);
                self.position = Position::Page { page: page + 1, rows: self.rows, total };
                let is_more = records > 0 && envelope.next.is_some();
                Ok(if is_more { After::More } else { After::End })
            }
        }
    }

    fn after_cursor(&mut self, envelope: &Envelope, records: u64) -> Result<After, Error> {
        if records == 0 {
            return Ok(After::End);
        }
        if let Some(cursor) = &envelope.cursor {
            return self.go_to_cursor(cursor.clone());
        }
        // Older answers have no cursor. A full page without one may have more behind it; a total says so or denies it.
        let is_by_offset = matches!(self.position, Position::Offset { .. });
        let is_first = self.rows == records;
        let is_more = match envelope.total {
            Some(total) => self.rows < total,
            None => records >= self.limit,
        };
        if is_more && (is_by_offset || is_first) {
            self.position = self.behind(envelope);
            return Ok(After::More);
        }
        if is_by_offset {
            self.note_total(envelope);
        }
        Ok(After::End)
    }

    fn behind(&mut self, envelope: &Envelope) -> Position {
        Position::Offset { rows: self.rows, total: self.note_total(envelope) }
    }

    fn note_total(&mut self, envelope: &Envelope) -> Option<u64> {
        let total = envelope.total.or(envelope.count);
        self.totals.extend(total);
        total
    }

    /// True where rows came or went while pages were read that are told apart by their place alone: others may have moved
    /// over a border, unread or twice.
    pub(crate) fn has_moved(&self) -> bool {
        self.totals.len() > 1
    }

    fn go_to_cursor(&mut self, cursor: String) -> Result<After, Error> {
        self.notice(xxh3_64(cursor.as_bytes()).rotate_left(1), "a cursor led back to a page that was read")?;
        self.position = Position::Cursor { cursor, rows: self.rows };
        Ok(After::More)
    }

    fn notice(&mut self, mark: u64, reason: &str) -> Result<(), Error> {
        if self.seen.insert(mark) {
            return Ok(());
        }
        Err(Error::Paging { path: self.endpoint.path(""), reason: format!("{reason} after {} rows", self.rows) })
    }
}

/// The rows of a body without what stands around them, in which the same page may name another cursor.
fn rows_in(body: &[u8]) -> &[u8] {
    let begin = body.iter().position(|&byte| byte == b'[');
    let end = body.iter().rposition(|&byte| byte == b']');
    begin.zip(end).and_then(|(begin, end)| body.get(begin..=end)).unwrap_or(body)
}

/// The cursor in an address. Its host is never looked at: the vendor's own sample names another one than the API's.
fn cursor_in(next: &str) -> Option<String> {
    let (_, query) = next.split_once('?')?;
    let (_, cursor) = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "cursor")?;
    (!cursor.is_empty()).then(|| cursor.into_owned())
}

#[cfg(test)]
mod tests;
