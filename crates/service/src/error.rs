//! Why something that was asked of an integration was not done. The crates below say what went wrong; what is said here is
//! only what lies between them.

use std::path::PathBuf;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is one of this name already.
    #[error("`{name}` is connected already; `snowhaul edit`, `reauthenticate` or `delete` changes it")]
    Taken {
        /// Its name.
        name: integration::Name,
    },
    /// What was asked for does not hold; the words say what to ask for instead.
    #[error("{0}")]
    Asked(String),
    /// Its name, its settings or its credentials.
    #[error(transparent)]
    Integration(#[from] integration::Error),
    /// Its pipelines, its reading or its run.
    #[error(transparent)]
    Pipeline(#[from] pipeline::Error),
    /// Its memory.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// Its snapshots.
    #[error(transparent)]
    Snapshot(#[from] snapshot::Error),
    /// The instance's end.
    #[error(transparent)]
    Target(Box<load::Error>),
    /// A schedule cannot be kept.
    #[error("the schedule of {field} cannot be kept")]
    Schedule {
        /// `devices`, `apps` or `time_zone`.
        field: &'static str,
        /// What is wrong with it, and what to write instead.
        #[source]
        source: crate::schedule::Error,
    },
    /// A file or folder could not be read or written.
    #[error("could not {attempt} `{}`", path.display())]
    File {
        /// What was attempted.
        attempt: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A file of ours does not say what it must.
    #[error("`{}` is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the decoder said.
        #[source]
        source: serde_json::Error,
    },
    /// A fault of ours. What had been acknowledged stays, and the next run goes on from there.
    #[error("the run of `{name}` panicked; what it had acknowledged stays")]
    Panicked {
        /// The integration.
        name: integration::Name,
    },
    /// Somebody else is at it, and did not come to an end.
    #[error("`{name}` is at work: {doing}")]
    Busy {
        /// The integration.
        name: integration::Name,
        /// What is being done.
        doing: &'static str,
    },
}

impl From<load::Error> for Error {
    fn from(error: load::Error) -> Self {
        Self::Target(Box::new(error))
    }
}

/// What a person can do about an error, as a caller tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Ask for something else.
    Asked,
    /// Give other credentials or permissions.
    Credentials,
    /// Look at a brake.
    Stopped,
    /// Wait for the hour's budget.
    BudgetSpent,
    /// Run again: something is missing.
    Incomplete,
    /// Somebody ended it.
    Cancelled,
    /// Anything else.
    Failed,
}

impl Error {
    /// What can be done about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Asked(_) | Self::Taken { .. } | Self::Schedule { .. } => Kind::Asked,
            Self::Integration(error) => error.into(),
            Self::Pipeline(error) => error.into(),
            Self::Busy { .. } => Kind::Incomplete,
            _ => Kind::Failed,
        }
    }

    /// True where another process is at work with the integration, which is no failure of this one.
    pub fn is_elsewhere(&self) -> bool {
        let is_locked = |error: &ledger::Error| matches!(error, ledger::Error::Locked { .. });
        match self {
            Self::Busy { .. } => true,
            Self::Ledger(error) => is_locked(error),
            Self::Pipeline(pipeline::Error::Ledger(error)) => is_locked(error),
            _ => false,
        }
    }

    /// What to do, where more is to be said than what went wrong.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Integration(error) => error.hint(),
            Self::Pipeline(error) => error.hint(),
            Self::Ledger(error) => error.hint(),
            Self::Snapshot(error) => error.hint(),
            Self::Busy { .. } => Some("try again when it has ended".to_owned()),
            _ => None,
        }
    }

    /// The error with its causes, in one line.
    pub fn told(&self) -> String {
        let mut words = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(source) = cause {
            words.push_str(": ");
            words.push_str(&source.to_string());
            cause = source.source();
        }
        words
    }
}

impl From<&integration::Error> for Kind {
    fn from(error: &integration::Error) -> Self {
        use integration::Error;
        match error {
            Error::Mistyped { .. } | Error::Setting { .. } | Error::Secret { .. } | Error::Unknown { .. } => {
                Self::Asked
            }
            // New credentials mend it.
            Error::NoCredentials { .. } | Error::KeyGone { .. } => Self::Credentials,
            _ => Self::Failed,
        }
    }
}

impl From<&pipeline::Error> for Kind {
    fn from(error: &pipeline::Error) -> Self {
        if matches!(error, pipeline::Error::Cancelled { .. }) {
            Self::Cancelled
        } else if error.is_credentials() {
            Self::Credentials
        } else if error.is_stopped() {
            Self::Stopped
        } else if error.budget_wait().is_some() {
            Self::BudgetSpent
        } else if error.is_incomplete() {
            Self::Incomplete
        } else {
            Self::Failed
        }
    }
}
