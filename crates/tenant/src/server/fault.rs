//! What can go wrong, said in words: `NAME[=VALUE][,every=N][,times=N][,skip=N][,path=PREFIX]`, the same in an argument and in the
//! control endpoint's JSON.
//!
//! ```text
//!  latency=250,path=/api/v1/prism     every answer under that path comes 250 ms later
//!  too-many-requests=date:2,every=7   every seventh request is refused, Retry-After as a date in 2 s
//!  reset,times=1,skip=3               the fourth answer breaks off, once
//! ```
//!
//! Only requests that a fault concerns are counted: a fault of pages counts pages.

mod kind;
mod plan;

pub use kind::{FaultKind, Retry};
pub(crate) use plan::{FaultPlan, Hits, Twist};

use crate::limits::FAULTS_MAX;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What goes wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    /// All of it; where two meet in one answer, both happen as far as they can.
    pub faults: Vec<Fault>,
}

impl Faults {
    /// Reads the texts of a list, `--fault latency=50 --fault reset,every=7`.
    pub fn read<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Result<Self, UnknownFault> {
        let faults: Vec<Fault> = texts.into_iter().map(|text| text.as_ref().parse()).collect::<Result<_, _>>()?;
        if faults.len() > FAULTS_MAX {
            return Err(UnknownFault(format!("{} faults at once", faults.len())));
        }
        Ok(Self { faults })
    }
}

/// One thing that goes wrong, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// Only under paths that begin so, `/api/v1/prism`.
    pub path: Option<String>,
    /// At each so manieth request that it concerns; 1 is each.
    pub every: u32,
    /// So often at most.
    pub times: Option<u32>,
    /// Not at the first so many requests that it concerns.
    pub skip: u32,
}

/// A text that means no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no fault `{0}`")]
pub struct UnknownFault(pub String);

impl From<FaultKind> for Fault {
    /// At each request, for ever.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_reads_as_it_is_written() {
        for text in [
            "latency=250,path=/api/v1/prism",
            "too-many-requests",
            "too-many-requests=2,every=7",
            "too-many-requests=date:2",
            "server-error=500",
            "server-error=503:2,times=1,skip=3",
            "reset,every=4",
            "slow=64:10",
            "truncate",
            "html=200",
            "bomb=64",
            "reorder",
            "vanish,times=1",
            "enrol,times=2",
            "cursor-loop",
            "repeat-page,skip=1",
            "lying-total=-3",
            "short-page=10",
            "foreign-links",
            "single-object",
            "export-failed=disk full",
        ] {
            let fault: Result<Fault, _> = text.parse();
            assert_eq!(fault.map(|fault| fault.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_is_no_fault() {
        for text in
            ["", "typo", "latency", "latency=soon", "reset,often", "reset,every=x", "server-error=200", "bomb=x"]
        {
            assert_eq!(text.parse::<Fault>(), Err(UnknownFault(text.to_owned())));
        }
        assert!(Faults::read(["reset", "typo"]).is_err());
        assert_eq!(Faults::read(["reset"]).map(|faults| faults.faults.len()), Ok(1));
    }

    #[test]
    fn they_are_read_from_json() {
        let faults: Faults = serde_json::from_str(r#"{"faults":["reset,every=7"]}"#).expect("it is read");
        assert_eq!(faults.faults, [Fault { every: 7, ..Fault::from(FaultKind::Reset) }]);
        assert_eq!(serde_json::to_string(&faults).ok().as_deref(), Some(r#"{"faults":["reset,every=7"]}"#));
        assert!(serde_json::from_str::<Faults>(r#"{"faults":["typo"]}"#).is_err());
    }
}
