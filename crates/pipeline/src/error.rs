//! What can stop a run, a check or an import. A bad row never does.

use std::path::PathBuf;

/// Why a command could not do what was asked. [`Error::hint`] says what to do about it, [`Error::is_credentials`]
/// whether it was refused for who asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A declaration is not TOML of the known form.
    #[error("`{file}` cannot be read")]
    Toml {
        /// The file.
        file: String,
        /// Where and why, with line and column.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// A declaration says something that does not hold.
    #[error("`{file}`: {reason}")]
    Declaration {
        /// The file.
        file: String,
        /// What is wrong, and what to write instead.
        reason: String,
    },
    /// A mapping could not be compiled or evaluated.
    #[error("the mapping does not hold")]
    Mapping(#[source] Box<transform::Error>),
    /// The folder of declarations could not be read.
    #[error("could not read the pipelines in `{}`", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A recorded body could not be read.
    #[error("could not read `{}`", path.display())]
    Body {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A page could not be decoded; nothing of it is used.
    #[error("a page of the tenant cannot be read")]
    Page(#[source] Box<extract::DecodeError>),
    /// The tenant could not be read to the end.
    #[error("the tenant could not be read{}", kept(snapshot))]
    Reading {
        /// The snapshot that holds what was read; empty where none was begun.
        snapshot: String,
        /// Why.
        #[source]
        source: Box<extract::Error>,
    },
    /// Something is missing of what was read.
    #[error("snapshot `{snapshot}` is not complete and was not sealed: {}", reasons.join("; "))]
    Incomplete {
        /// The snapshot.
        snapshot: String,
        /// What is missing, by data set.
        reasons: Vec<String>,
    },
    /// No reading was broken off.
    #[error("there is no snapshot of this tenant that is not sealed")]
    NothingToResume,
    /// A snapshot of another tenant.
    #[error("snapshot `{snapshot}` is of another tenant: {tenant}")]
    OtherTenant {
        /// The snapshot.
        snapshot: String,
        /// The tenant that it is of.
        tenant: String,
    },
    /// A snapshot that was not begun by reading a tenant.
    #[error("snapshot `{snapshot}` was not begun by reading a tenant, so there is nothing to go on from")]
    NotResumable {
        /// The snapshot.
        snapshot: String,
    },
    /// The folder holds nothing that is inventory.
    #[error("`{}` holds no inventory: none of its {files} files was recognised", folder.display())]
    NothingRecognised {
        /// The folder.
        folder: PathBuf,
        /// Files looked at.
        files: usize,
    },
    /// The snapshot could not be written or believed.
    #[error("the snapshot cannot be used")]
    Snapshot(#[source] Box<snapshot::Error>),
    /// The ledger could not be written or believed.
    #[error("the ledger cannot be used")]
    Ledger(#[source] Box<ledger::Error>),
    /// The engine could not be set up, or a query failed.
    #[error("the engine failed")]
    Engine(#[source] Box<engine::Error>),
    /// Nothing may be sent any more.
    #[error("the integration was told to send nothing more")]
    Cancelled {
        /// The integration's folder.
        folder: PathBuf,
    },
    /// The instance refused, or could not be asked.
    #[error("the instance did not do what was asked: {doing}")]
    Target {
        /// What was attempted.
        doing: String,
        /// Its answer.
        #[source]
        source: Box<load::Error>,
    },
    /// Rows could not be encoded for the instance.
    #[error("rows for `{staging_table}` cannot be encoded")]
    Encode {
        /// The staging table.
        staging_table: String,
        /// Why.
        #[source]
        source: Box<load::EncodeError>,
    },
    /// The ledger was built with another instance.
    #[error(
        "this is another instance: the ledger of `{integration}` was built with {built_with}, and this one is {found}"
    )]
    OtherInstance {
        /// The integration.
        integration: String,
        /// The instance's identity in the ledger.
        built_with: String,
        /// The identity found.
        found: String,
    },
    /// The ledger knows the instance by a property that cannot be read now.
    #[error("the instance does not show its identity, by which the ledger of `{integration}` knows it as {built_with}")]
    IdentityHidden {
        /// The integration.
        integration: String,
        /// The instance's identity in the ledger.
        built_with: String,
    },
    /// The instance no longer has what the ledger proved it to hold.
    #[error(
        "the instance was emptied: of {looked_for} records in `{table}` that it was proven to hold, it has {found}"
    )]
    Emptied {
        /// The target table.
        table: String,
        /// Records looked for.
        looked_for: usize,
        /// Records found.
        found: u64,
    },
    /// The instance lacks tables or columns that a pipeline needs.
    #[error("the instance is not ready for pipeline `{pipeline}`: {lacks}")]
    NotReady {
        /// The pipeline.
        pipeline: String,
        /// What is missing.
        lacks: String,
    },
    /// Nobody kept what became of a run's rows.
    #[error("the outcomes of run {run} are not kept")]
    NoOutcomes {
        /// The run.
        run: i64,
    },
    /// Nobody kept the plan of a run.
    #[error("the plan of run {run} is not kept: it is too old, or planned nothing")]
    NoPlan {
        /// The run.
        run: i64,
    },
    /// A plan's file could not be read or written.
    #[error("could not read or write `{}` of a plan", path.display())]
    PlanFile {
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A plan is not what was written.
    #[error("the plan is damaged: `{}` is not what was written", path.display())]
    PlanDamaged {
        /// The file.
        path: PathBuf,
    },
    /// What a plan was made by has changed since.
    #[error("the plan no longer holds: {reason}{}", listed(examples))]
    PlanStale {
        /// What has changed, as a sentence without a full stop.
        reason: String,
        /// Some of what has changed.
        examples: Vec<String>,
    },
    /// A brake stops a plan that nobody let through.
    #[error("a brake stops the plan, and {was}: {}", brakes.join("; "))]
    PlanStopped {
        /// The plan's folder.
        plan: PathBuf,
        /// What the brakes say.
        brakes: Vec<String>,
        /// What is wrong with its approval.
        was: &'static str,
    },
    /// A replay of a snapshot that is older than what the target holds.
    #[error("snapshot `{snapshot}` was read at {read_at}, and the target holds what was read at {held_at}")]
    Older {
        /// The snapshot.
        snapshot: String,
        /// When it was read.
        read_at: String,
        /// When what is held was read.
        held_at: String,
    },
}

impl Error {
    /// What the person who reads the error can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Snapshot(source) => source.hint(),
            Self::Reading { source, .. } => source.hint(),
            Self::Incomplete { .. } => Some("`snowhaul extract --resume` reads again what is missing".to_owned()),
            Self::NothingToResume => Some("begin a new reading without --resume".to_owned()),
            Self::OtherTenant { .. } => Some("name the tenant that it is of, or begin a new reading".to_owned()),
            Self::Ledger(source) => source.hint(),
            Self::Target { source, .. } => source.hint().map(str::to_owned),
            Self::OtherInstance { .. } => {
                Some("run against the instance that this integration belongs to, or name another with --integration".to_owned())
            }
            Self::IdentityHidden { .. } => Some(
                "let the service account read the property `instance_id` in sys_properties, as it could before; nothing was sent"
                    .to_owned(),
            ),
            Self::Emptied { .. } => Some(
                "if the instance was reset on purpose, begin anew under another --integration name; nothing was sent".to_owned(),
            ),
            Self::NotReady { .. } => Some(
                "import the file that `snowhaul export update-set` writes (Retrieved Update Sets, Import Update Set from XML), then run again"
                    .to_owned(),
            ),
            Self::PlanFile { .. } => Some("a plan is a folder with `plan.json` in it, or the number of the run that made it".to_owned()),
            Self::PlanDamaged { .. } | Self::PlanStale { .. } => {
                Some("plan anew with `snowhaul plan`; nothing was sent".to_owned())
            }
            Self::PlanStopped { plan, .. } => Some(format!(
                "if it is meant: snowhaul approve {} --by NAME --reason \"…\"; nothing was sent",
                plan.display()
            )),
            Self::Older { .. } => Some("to send the older values all the same, say --older".to_owned()),
            Self::NothingRecognised { .. } => {
                Some("the folder should hold response bodies of the API as *.json files, one body a file".to_owned())
            }
            Self::Cancelled { .. } => {
                Some("its deletion was begun: `snowhaul delete NAME` ends it; then `snowhaul connect` sets it up anew".to_owned())
            }
            Self::NoPlan { .. } => Some(format!(
                "plans are kept of the last {} runs; `snowhaul runs list` names the runs",
                ledger::limits::PLANS_KEPT
            )),
            Self::NoOutcomes { .. } => Some(format!(
                "the run sent nothing, or is older than the last {} that sent something",
                ledger::limits::OUTCOMES_KEPT
            )),
            Self::Page(_) => Some("the snapshot was not sealed and nothing was sent; read the page again".to_owned()),
            Self::Mapping(_) | Self::Toml { .. } | Self::Declaration { .. } => {
                Some("`snowhaul check` tries every declaration without sending anything".to_owned())
            }
            _ => None,
        }
    }

    /// True where credentials or permissions are the cause.
    pub fn is_credentials(&self) -> bool {
        match self {
            Self::Target { source, .. } => source.is_credentials(),
            Self::Reading { source, .. } => source.is_credentials(),
            _ => false,
        }
    }

    /// True where a brake stopped it: another instance, or a plan that nobody let through.
    pub fn is_stopped(&self) -> bool {
        matches!(self, Self::OtherInstance { .. } | Self::PlanStopped { .. })
    }

    /// True where something is missing that a later reading may find.
    pub fn is_incomplete(&self) -> bool {
        matches!(self, Self::Incomplete { .. })
    }

    /// How long to wait for the tenant's request budget, where that is what ended a reading.
    pub fn budget_wait(&self) -> Option<std::time::Duration> {
        match self {
            Self::Reading { source, .. } => source.budget_wait(),
            _ => None,
        }
    }

    /// An error of the tenant before anything was begun.
    pub fn from_tenant(source: extract::Error) -> Self {
        Self::Reading { snapshot: String::new(), source: Box::new(source) }
    }

    pub(crate) fn target(doing: impl Into<String>) -> impl FnOnce(load::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Target { doing, source: Box::new(source) }
    }
}

/// Examples behind a sentence.
fn listed(examples: &[String]) -> String {
    if examples.is_empty() { String::new() } else { format!(": {}", examples.join("; ")) }
}

/// Where what was read is kept, as an error says it.
fn kept(snapshot: &str) -> String {
    if snapshot.is_empty() { String::new() } else { format!("; what was read is kept in snapshot `{snapshot}`") }
}

impl From<snapshot::Error> for Error {
    fn from(source: snapshot::Error) -> Self {
        Self::Snapshot(Box::new(source))
    }
}

impl From<ledger::Error> for Error {
    fn from(source: ledger::Error) -> Self {
        Self::Ledger(Box::new(source))
    }
}

impl From<engine::Error> for Error {
    fn from(source: engine::Error) -> Self {
        Self::Engine(Box::new(source))
    }
}

impl From<transform::Error> for Error {
    fn from(source: transform::Error) -> Self {
        Self::Mapping(Box::new(source))
    }
}
