//! A disk whose n-th operation fails and none works after it, as if the machine had stopped there.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::{Error, at};

/// Stands for a disk that works.
const ALL: u32 = u32::MAX;

/// How many operations still work; all of them by default.
#[derive(Debug)]
pub(crate) struct Failing {
    left: AtomicU32,
}

impl Default for Failing {
    fn default() -> Self {
        Self { left: AtomicU32::new(ALL) }
    }
}

impl Failing {
    /// Lets the next `operations` work, and nothing after them.
    pub(crate) fn after(&self, operations: u32) {
        self.left.store(operations, Ordering::Relaxed);
    }

    pub(super) fn before(&self, attempt: &'static str, path: &Path) -> Result<(), Error> {
        match self.left.load(Ordering::Relaxed) {
            ALL => Ok(()),
            0 => Err(at(attempt, path, std::io::Error::other("the machine stopped"))),
            left => {
                self.left.store(left - 1, Ordering::Relaxed);
                Ok(())
            }
        }
    }
}
