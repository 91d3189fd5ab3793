//! Work that a person waits for: a connection that is made, both ends that are looked at, new credentials that are tried.
//! Apart from the requests that begin and watch it, because it goes on when a page is closed, and ends when it is done.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use integration::Name;
use integration::checks::Check;
use tokio::sync::watch;

use crate::limits;
use crate::pages::{ConnectForm, WorkKind};

/// The works of this process.
#[derive(Clone, Default)]
pub(crate) struct Works {
    works: Arc<Mutex<VecDeque<Arc<Working>>>>,
}

/// One of them.
pub(crate) struct Working {
    /// By which it is found; nobody can guess it.
    pub(crate) id: String,
    pub(crate) kind: WorkKind,
    pub(crate) integration: Name,
    pub(crate) tenant: String,
    pub(crate) instance: String,
    /// What was typed, without secrets, for whoever tries again.
    pub(crate) form: Option<ConnectForm>,
    began: Instant,
    told: watch::Sender<Told>,
}

/// What a work has told so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub(crate) checks: Vec<Check>,
    pub(crate) came_to: Option<CameTo>,
}

/// What came of a work.
#[derive(Clone, Debug)]
pub(crate) struct CameTo {
    pub(crate) is_accepted: bool,
    /// What went wrong beside the checks; empty where nothing did.
    pub(crate) failure: String,
}

/// What is to be done, and for whom.
pub(crate) struct Begun {
    pub(crate) kind: WorkKind,
    pub(crate) integration: Name,
    pub(crate) tenant: String,
    pub(crate) instance: String,
    pub(crate) form: Option<ConnectForm>,
}

impl Works {
    /// Notes a new work. The oldest that is over makes room; none where all are still at it.
    pub(crate) fn begin(&self, id: String, begun: Begun) -> Option<Arc<Working>> {
        let mut works = self.lock();
        works.retain(|work| !work.is_over() || work.began.elapsed() < limits::WORK_KEPT);
        if works.len() >= limits::WORKS_MAX {
            let oldest = works.iter().position(|work| work.is_over())?;
            works.remove(oldest);
        }
        let Begun { kind, integration, tenant, instance, form } = begun;
        let told = watch::Sender::new(Told::default());
        let work = Arc::new(Working { id, kind, integration, tenant, instance, form, began: Instant::now(), told });
        works.push_back(Arc::clone(&work));
        Some(work)
    }

    /// A work by its id.
    pub(crate) fn find(&self, id: &str) -> Option<Arc<Working>> {
        self.lock().iter().find(|work| work.id == id).map(Arc::clone)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Working>>> {
        // Whoever panicked while it held this left a list that is whole.
        self.works.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Working {
    /// A check was made.
    pub(crate) fn check(&self, check: &Check) {
        self.told.send_modify(|told| told.checks.push(check.clone()));
    }

    /// It is over.
    pub(crate) fn end(&self, came_to: CameTo) {
        self.told.send_modify(|told| told.came_to = Some(came_to));
    }

    /// What it has told so far.
    pub(crate) fn told(&self) -> Told {
        self.told.borrow().clone()
    }

    /// Changes whenever it tells something.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Told> {
        self.told.subscribe()
    }

    fn is_over(&self) -> bool {
        self.told.borrow().came_to.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(works: &Works, id: &str) -> Option<Arc<Working>> {
        let begun = Begun {
            kind: WorkKind::Check,
            integration: "acme".parse().expect("a name"),
            tenant: String::new(),
            instance: String::new(),
            form: None,
        };
        works.begin(id.to_owned(), begun)
    }

    #[test]
    fn what_is_over_makes_room_and_what_is_not_stays() {
        let works = Works::default();
        for number in 0..limits::WORKS_MAX {
            assert!(begin(&works, &number.to_string()).is_some());
        }
        assert!(begin(&works, "one more").is_none(), "all are still at it");
        let third = works.find("2").expect("kept");
        third.end(CameTo { is_accepted: true, failure: String::new() });
        assert!(begin(&works, "one more").is_some() && works.find("2").is_none() && works.find("0").is_some());
    }
}
