//! The fleet that is served at the moment, with what is worth keeping of it between requests. A change of the fleet makes another
//! world; who is being answered keeps the old one.

use crate::audit::{AuditEvent, events};
use crate::category::Category;
use crate::fleet::Fleet;
use crate::limits::{PAGE_ROWS_MAX, SELECTIONS_HELD_MAX};
use crate::pages::body_of;
use crate::prism::{Cursor, CursorField, Frame, Selection, TooManyRows, Wanted};
use crate::server::shared::locked;
use crate::server::transport::compressed;
use axum::body::Bytes;
use rayon::prelude::*;
use std::sync::{Arc, Mutex, OnceLock};

/// A fleet as it is served.
pub(crate) struct World {
    pub(crate) fleet: Arc<Fleet>,
    prepared: Option<Prepared>,
    /// Selections by their fingerprints, the one asked for last at the end.
    selections: Mutex<Vec<(Key, Arc<Selection>)>>,
    events: OnceLock<Vec<AuditEvent>>,
}

/// A category and the fingerprint of a query in it.
type Key = (Category, u64);

/// Whole pages of Prism's applications, made beforehand.
struct Prepared {
    pages: Vec<Bytes>,
    are_compressed: bool,
}

/// A page that was made beforehand.
pub(crate) struct PreparedPage {
    pub(crate) body: Bytes,
    pub(crate) is_compressed: bool,
}

impl World {
    pub(crate) fn new(fleet: Fleet) -> Self {
        Self { fleet: Arc::new(fleet), prepared: None, selections: Mutex::default(), events: OnceLock::new() }
    }

    /// Makes all whole pages of Prism's applications, on all processors; compressed, if that is how they will be asked for.
    pub(crate) fn prepare(&mut self, compress: bool) {
        let selection = Selection::all(&self.fleet, Category::Apps);
        let count = (selection.total() as usize).div_ceil(PAGE_ROWS_MAX).max(1);
        let page = |number: usize| -> Bytes {
            let body = whole_page(&self.fleet, &selection, number);
            if compress { compressed(&body).into() } else { body.into() }
        };
        let pages = (0..count).into_par_iter().map(page).collect();
        self.prepared = Some(Prepared { pages, are_compressed: compress });
    }

    /// The whole page of applications that begins at a row, if it was made beforehand and the client can read it.
    pub(crate) fn prepared(&self, start: u64, accepts_gzip: bool) -> Option<PreparedPage> {
        let prepared = self.prepared.as_ref().filter(|prepared| accepts_gzip || !prepared.are_compressed)?;
        let rows = PAGE_ROWS_MAX as u64;
        let page = start.is_multiple_of(rows).then(|| prepared.pages.get((start / rows) as usize)).flatten()?;
        Some(PreparedPage { body: page.clone(), is_compressed: prepared.are_compressed })
    }

    /// The rows of a query, found once for all its pages.
    pub(crate) fn selection(&self, wanted: &Wanted, fingerprint: u64) -> Result<Arc<Selection>, TooManyRows> {
        let key = (wanted.category, fingerprint);
        if let Some(found) = self.held(key) {
            return Ok(found);
        }
        // Made outside of the lock: a slow query must not hold up the others. Two that come at once both make it.
        let made = Arc::new(Selection::of(&self.fleet, wanted)?);
        let mut selections = locked(&self.selections);
        if selections.len() >= SELECTIONS_HELD_MAX {
            selections.remove(0);
        }
        selections.push((key, Arc::clone(&made)));
        Ok(made)
    }

    fn held(&self, key: Key) -> Option<Arc<Selection>> {
        let mut selections = locked(&self.selections);
        let place = selections.iter().position(|(held, _)| *held == key)?;
        let entry = selections.remove(place);
        let selection = Arc::clone(&entry.1);
        selections.push(entry);
        Some(selection)
    }

    /// The audit log, oldest first.
    pub(crate) fn events(&self) -> &[AuditEvent] {
        self.events.get_or_init(|| events(&self.fleet))
    }

    /// What the tenant says of itself, as JSON.
    pub(crate) fn account(&self) -> Vec<u8> {
        body_of(&self.fleet.account())
    }
}

/// The page of a number as a reader by cursor gets it.
fn whole_page(fleet: &Fleet, selection: &Selection, number: usize) -> Vec<u8> {
    let start = (number * PAGE_ROWS_MAX) as u64;
    let total = selection.total();
    let end = (start + PAGE_ROWS_MAX as u64).min(total);
    let cursor = if end < total {
        CursorField::Text(Cursor { told: end, query: 0 }.text(selection.device_before(fleet, end)))
    } else {
        CursorField::Null
    };
    let frame = Frame { offset: None, limit: PAGE_ROWS_MAX, total: Some(total), cursor };
    frame.around(fleet, selection, std::slice::from_ref(&(start..end)))
}
