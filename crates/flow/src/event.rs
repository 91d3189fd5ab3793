//! What a run tells while it works: a closed enum, in one direction. Reporters consume events and never steer.

use crate::Accounts;

/// The four durable steps of a run, and the reading of pages before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Pages are read and sealed into a snapshot.
    Extract,
    /// Staging rows are made and compared with what is held.
    Plan,
    /// Batches leave for the instance.
    Load,
    /// Outcomes are read back.
    Confirm,
}

impl Step {
    /// The step's name, as people read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Extract => "extract",
            Self::Plan => "plan",
            Self::Load => "load",
            Self::Confirm => "confirm",
        }
    }
}

/// One thing that happened. `flow` is the name of a pipeline, or of a data set while extracting.
#[derive(Clone, Debug)]
pub enum RunEvent {
    /// A step began for this pipeline or data set; `rows` is the number expected, when known.
    StepStarted {
        /// Pipeline or data set.
        flow: String,
        /// Which step.
        step: Step,
        /// Rows expected, when known.
        rows: Option<u64>,
    },
    /// Rows passed since the last such event.
    RowsPassed {
        /// Pipeline or data set.
        flow: String,
        /// Which step.
        step: Step,
        /// Rows since the last event.
        rows: u64,
    },
    /// A data set's reading has come so far; after each page.
    PagesRead {
        /// Data set.
        flow: String,
        /// Pages so far.
        pages: u64,
        /// Requests so far.
        requests: u64,
        /// Requests left in the hour's budget; `None` where there is no budget.
        budget_left: Option<u64>,
    },
    /// A step ended.
    StepEnded {
        /// Pipeline or data set.
        flow: String,
        /// Which step.
        step: Step,
    },
    /// A pipeline's accounts are final.
    PipelineEnded {
        /// Pipeline.
        flow: String,
        /// Its accounts.
        accounts: Box<Accounts>,
    },
    /// Something a person should read; not an error.
    Noted {
        /// A whole sentence.
        text: String,
    },
}
