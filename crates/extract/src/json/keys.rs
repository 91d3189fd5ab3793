//! The keys of one object that no declaration names. Apart because they alone must be remembered to find duplicates.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::JsonFlaw;
use crate::limits::OBJECT_KEYS_MAX;

/// Below this many keys, comparing each is cheaper than hashing.
const FEW: usize = 16;

/// The keys seen so far; empty, it has allocated nothing.
#[derive(Default)]
pub(crate) struct Keys<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Keys<'a> {
    /// Remembers a key, or says why it must not be there.
    pub(crate) fn insert(&mut self, key: Cow<'a, str>) -> Result<(), JsonFlaw> {
        if self.few.len() < FEW {
            if self.few.contains(&key) {
                return Err(duplicate(&key));
            }
            self.few.push(key);
            return Ok(());
        }
        if self.few.contains(&key) || self.many.contains(&key) {
            return Err(duplicate(&key));
        }
        if self.few.len() + self.many.len() >= OBJECT_KEYS_MAX {
            return Err(JsonFlaw::TooManyKeys);
        }
        self.many.insert(key);
        Ok(())
    }
}

/// The flaw for a repeated key; the key comes from outside, so it is shown cut and escaped.
pub(crate) fn duplicate(key: &str) -> JsonFlaw {
    JsonFlaw::DuplicateKey(flow::Rejected::shown(key))
}
