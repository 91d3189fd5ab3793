//! What the instance does wrong when it is told to, in words: `NAME[=VALUE][,every=N][,times=N][,skip=N][,path=PREFIX]`,
//! the same in an argument and in the control endpoint's JSON.
//!
//! ```text
//!  lose-answer,every=2                         every second batch is staged and its answer lost
//!  commit-late=1500,times=1,skip=3             the fourth batch gets no answer and is staged 1.5 s later
//!  html,path=/api/now/import                   imports are answered with a web page
//!  slow-transform=200                          each import set waits 200 ms before it is transformed
//! ```
//!
//! Each fault counts what it concerns by itself (requests, batches or import sets), so that one does not move another.

mod kind;

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

pub(crate) use kind::Concern;
pub use kind::FaultKind;

use crate::limits::FAULTS_MAX;

/// One thing that goes wrong, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// Only under paths that begin so, `/api/now/import`.
    pub path: Option<String>,
    /// At each so manieth that it concerns; 1 is each.
    pub every: u32,
    /// So often at most.
    pub times: Option<u32>,
    /// Not at the first so many that it concerns.
    pub skip: u32,
}

/// A text that means no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the instance knows no fault `{0}`")]
pub struct UnknownFault(pub String);

impl From<FaultKind> for Fault {
    /// At each, for ever.
    fn from(kind: FaultKind) -> Self {
        Self { kind, path: None, every: 1, times: None, skip: 0 }
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let unknown = || UnknownFault(text.to_owned());
        let mut parts = text.split(',').map(str::trim);
        let first = parts.next().unwrap_or_default();
        let (name, value) = first.split_once('=').unwrap_or((first, ""));
        let mut fault = Self::from(FaultKind::read(name, value).ok_or_else(unknown)?);
        for part in parts {
            let (name, value) = part.split_once('=').ok_or_else(unknown)?;
            let number = || value.parse::<u32>().map_err(|_| unknown());
            match name {
                "path" => fault.path = Some(value.to_owned()),
                "every" => fault.every = number()?.max(1),
                "times" => fault.times = Some(number()?),
                "skip" => fault.skip = number()?,
                _ => return Err(unknown()),
            }
        }
        Ok(fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.kind)?;
        if self.every != 1 {
            write!(formatter, ",every={}", self.every)?;
        }
        if let Some(times) = self.times {
            write!(formatter, ",times={times}")?;
        }
        if self.skip != 0 {
            write!(formatter, ",skip={}", self.skip)?;
        }
        if let Some(path) = &self.path {
            write!(formatter, ",path={path}")?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Fault {
    type Error = UnknownFault;

    fn try_from(text: String) -> Result<Self, UnknownFault> {
        text.parse()
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        fault.to_string()
    }
}

/// The faults that are on, with their counts.
#[derive(Debug, Default)]
pub(crate) struct Misbehaviour {
    entries: Mutex<Vec<Entry>>,
}

#[derive(Debug)]
struct Entry {
    fault: Fault,
    /// What it concerned so far.
    concerned: u32,
    /// How often it happened.
    happened: u32,
}

impl Misbehaviour {
    /// These and no others, counted from nothing.
    pub(crate) fn set(&self, faults: Vec<Fault>) -> Result<(), UnknownFault> {
        if faults.len() > FAULTS_MAX {
            return Err(UnknownFault(format!("{} faults at once", faults.len())));
        }
        let entries = faults.into_iter().map(|fault| Entry { fault, concerned: 0, happened: 0 });
        *self.entries.lock().unwrap_or_else(PoisonError::into_inner) = entries.collect();
        Ok(())
    }

    /// Counts what happens and answers the faults that hit it. `path` is empty for what has none.
    pub(crate) fn hits(&self, concern: Concern, path: &str) -> Vec<FaultKind> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let concerned = entries.iter_mut().filter(|entry| entry.fault.kind.concern() == concern);
        concerned.filter_map(|entry| entry.hits(path).then(|| entry.fault.kind.clone())).collect()
    }

    /// True while a fault of this kind is on, whatever it counted.
    pub(crate) fn has(&self, kind: &FaultKind) -> bool {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|entry| entry.fault.kind == *kind)
    }
}

impl Entry {
    fn hits(&mut self, path: &str) -> bool {
        let Fault { path: prefix, every, times, skip, .. } = &self.fault;
        if prefix.as_deref().is_some_and(|prefix| !path.starts_with(prefix)) {
            return false;
        }
        self.concerned = self.concerned.saturating_add(1);
        let behind = self.concerned.saturating_sub(*skip);
        let happens = behind > 0 && behind.is_multiple_of(*every) && times.is_none_or(|times| self.happened < times);
        self.happened += u32::from(happens);
        happens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_reads_as_it_is_written() {
        for text in [
            "lose-answer",
            "lose-answer,every=2,times=3,skip=1",
            "commit-late=1500",
            "stage-part=40",
            "refuse=429",
            "html,path=/api/now/import",
            "hibernate",
            "expire-tokens,every=2",
            "slow-transform=200",
            "newest-first",
            "stick",
        ] {
            let fault: Result<Fault, _> = text.parse();
            assert_eq!(fault.map(|fault| fault.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "typo", "commit-late", "stage-part=101", "refuse=200", "lose-answer,often", "stick=1"] {
            assert_eq!(text.parse::<Fault>(), Err(UnknownFault(text.to_owned())));
        }
    }

    #[test]
    fn every_times_skip_and_path() {
        let misbehaviour = Misbehaviour::default();
        let fault = "html,every=2,times=2,skip=1,path=/api/now/import".parse().expect("a fault");
        misbehaviour.set(vec![fault]).expect("one is not too many");
        assert!(misbehaviour.hits(Concern::Request, "/api/now/table/sys_user").is_empty());
        assert!(misbehaviour.hits(Concern::Batch, "/api/now/import/u").is_empty());
        let pattern: Vec<usize> =
            (0..8).map(|_| misbehaviour.hits(Concern::Request, "/api/now/import/u").len()).collect();
        assert_eq!(pattern, [0, 0, 1, 0, 1, 0, 0, 0]);
    }
}
