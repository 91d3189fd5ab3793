//! What is planned, let through, taken back, explained and compared.

use std::path::PathBuf;

use clap::Args;

use super::{DestinationArguments, ReadingArguments, RunArguments, SourceArguments};

#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
    #[command(flatten)]
    pub(crate) run: RunArguments,
    /// Plan this snapshot instead of reading the tenant
    #[arg(long, value_name = "SNAPSHOT", conflicts_with_all = ["subdomain", "base_url"])]
    pub(crate) snapshot: Option<String>,
    /// Ask no instance: compare with what is held, and foretell nothing
    #[arg(long, conflicts_with = "instance_url")]
    pub(crate) offline: bool,
    /// Keep the plan in this folder too
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Rows that are listed for each reason
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) rows: usize,
    /// End with exit code 2 where there are changes
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ApproveArguments {
    /// The plan's folder, or the run that made it
    pub(crate) plan: String,
    /// Who says so
    #[arg(long, value_name = "NAME")]
    pub(crate) by: String,
    /// Why it is meant
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

#[derive(Debug, Args)]
pub(crate) struct ApplyArguments {
    /// The plan's folder, or the run that made it
    pub(crate) plan: String,
    #[command(flatten)]
    pub(crate) destination: DestinationArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// Its serial number, device id or host name
    pub(crate) wanted: String,
    /// An application on it: its name, bundle id or path
    #[arg(long, value_name = "NAME")]
    pub(crate) app: Option<String>,
    /// Ask no instance
    #[arg(long, conflicts_with = "instance_url")]
    pub(crate) offline: bool,
    #[command(flatten)]
    pub(crate) destination: DestinationArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ReconcileArguments {
    /// The snapshot to compare with; the newest that is all of the tenant otherwise
    #[arg(long, value_name = "SNAPSHOT")]
    pub(crate) snapshot: Option<String>,
    /// Findings of each kind that are listed
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) rows: usize,
    /// Write the report as a page for a browser, too
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) destination: DestinationArguments,
}

#[derive(Debug, Args)]
pub(crate) struct UndoArguments {
    /// The run whose changes are to be put back
    pub(crate) run: i64,
    /// Keep the plan in this folder too
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Rows that are listed for each reason
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) rows: usize,
    #[command(flatten)]
    pub(crate) destination: DestinationArguments,
}
