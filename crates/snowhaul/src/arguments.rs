//! The command line, as a person types it.

mod judging;
mod life;
mod reading;
mod service;
mod serving;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use judging::{
    ApplyArguments, ApproveArguments, ExplainArguments, PlanArguments, ReconcileArguments, UndoArguments,
};
pub(crate) use life::{
    ConnectArguments, DeleteArguments, DoctorArguments, EditArguments, GrantWord, KeysCommand, ReauthenticateArguments,
    SecretArguments, StatusArguments, Switch,
};
pub(crate) use reading::{ReadingArguments, Region, ScopeArguments, SourceArguments, Way};
pub(crate) use service::ServiceArguments;
pub(crate) use serving::{InstanceCommand, ServeArguments, TenantCommand, TenantServeArguments};

/// Carries Apple device and application inventory from Iru Endpoint into ServiceNow, with proof.
#[derive(Debug, Parser)]
#[command(name = "snowhaul", version, about, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command knows.
#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// Folder of everything that is remembered
    #[arg(long, global = true, default_value = ".snowhaul", value_name = "DIR")]
    pub(crate) state: PathBuf,
    /// Folder of the keys that open credentials, never inside the state folder; SNOWHAUL_KEYS, else
    /// ~/.local/share/snowhaul/keys
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) keys: Option<PathBuf>,
    /// Folder of the pipelines; ./pipelines where it is there, else those built in
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) pipelines: Option<PathBuf>,
    /// The integration: one tenant joined to one instance
    #[arg(long, global = true, default_value = "demo", value_name = "NAME")]
    pub(crate) integration: String,
    /// The form of what is printed
    #[arg(long, global = true, value_enum, default_value_t = Form::Text)]
    pub(crate) output: Form,
}

/// The form of what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people
    Text,
    /// One document, for programs
    Json,
    /// A table for spreadsheets, where a command has one
    Csv,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Carry a night's inventory into the target tables and account for every row
    Run(NightArguments),
    /// Say what a run would change, row by row and field by field; nothing is sent
    Plan(PlanArguments),
    /// Let a plan through that a brake stops: once, within 24 hours
    Approve(ApproveArguments),
    /// Send a plan exactly as it was made
    Apply(ApplyArguments),
    /// Plan to put back what a run changed; `apply` sends it
    Undo(UndoArguments),
    /// Say why a device, or an application on it, is in ServiceNow as it is, or is not
    Explain(ExplainArguments),
    /// Compare the tenant with the target tables, and list what is otherwise; exit code 2 where anything is
    Reconcile(ReconcileArguments),
    /// Read a tenant into a sealed snapshot; nothing is sent
    Extract(ExtractArguments),
    /// Carry a snapshot that is there already
    Replay(ReplayArguments),
    /// Make a snapshot of recorded response bodies
    Snapshot {
        #[command(subcommand)]
        command: SnapshotCommand,
    },
    /// Look at snapshots
    Snapshots {
        #[command(subcommand)]
        command: SnapshotsCommand,
    },
    /// Look at runs
    Runs {
        #[command(subcommand)]
        command: RunsCommand,
    },
    /// Join a tenant and an instance: both are checked before anything is kept
    Connect(ConnectArguments),
    /// Check both ends, and say for each thing that is wrong how to mend it; nothing is changed
    Doctor(DoctorArguments),
    /// Say how integrations stand: both ends, age of credentials, last runs, brakes that wait
    Status(StatusArguments),
    /// Change what an integration sends, of which devices, and when
    Edit(EditArguments),
    /// Give new credentials; the old ones stay in force until the new ones are accepted
    Reauthenticate(ReauthenticateArguments),
    /// End an integration: revoke its tokens, and destroy its credentials and their key
    Delete(DeleteArguments),
    /// Change the master key that wraps every integration's own key
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Run integrations by their schedules, and serve the console in which they are connected, watched and changed
    Serve(ServiceArguments),
    /// Try every pipeline's declaration and its checks; sends nothing
    Check,
    /// Write what ServiceNow imports
    Export {
        #[command(subcommand)]
        command: ExportCommand,
    },
    /// The embedded ServiceNow-compatible instance
    Instance {
        #[command(subcommand)]
        command: InstanceCommand,
    },
    /// The simulated Iru Endpoint tenant
    Tenant {
        #[command(subcommand)]
        command: TenantCommand,
    },
    /// Measure this machine, each figure beside its bound
    Bench(BenchArguments),
    /// The functions that pipelines may use
    Functions,
    /// Completions for a shell
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// A whole night: what is read, and where it goes.
#[derive(Clone, Debug, Args)]
pub(crate) struct NightArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
    #[command(flatten)]
    pub(crate) run: RunArguments,
    /// Run every connected integration, a few side by side; where one fails, the others run all the same
    #[arg(long, conflicts_with_all = ["subdomain", "base_url", "instance_url", "age", "nights"])]
    pub(crate) all: bool,
    /// Nights that the simulated tenant ages before it is read
    #[arg(long, value_name = "NIGHTS", default_value_t = 0, conflicts_with_all = ["subdomain", "base_url"])]
    pub(crate) age: u32,
    /// Let the simulated tenant age so many nights, from where it was read last, and run after each; for trying and testing
    #[arg(long, value_name = "K", conflicts_with_all = ["subdomain", "base_url", "age"])]
    pub(crate) nights: Option<u32>,
    /// Share of devices and applications of the simulated tenant that change in a night
    #[arg(long, value_name = "SHARE", default_value = "1%", value_parser = share, requires = "nights")]
    pub(crate) churn: u32,
}

#[derive(Debug, Args)]
pub(crate) struct ExtractArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
    /// Data sets to read beside those that the pipelines need; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) data_set: Vec<String>,
    /// Say what would be read, how and why, and read nothing
    #[arg(long)]
    pub(crate) explain: bool,
    /// Go on with the newest snapshot that is not sealed, or with this one, as it was begun
    #[arg(long, value_name = "SNAPSHOT", num_args = 0..=1, default_missing_value = "",
        conflicts_with_all = ["explain", "data_set", "serial", "tag", "blueprint", "platform", "limit", "details", "apps", "mobile_apps", "whole"])]
    pub(crate) resume: Option<String>,
}

/// Where rows go, and how.
#[derive(Clone, Debug, Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) destination: DestinationArguments,
    /// Send rows again that the target refused and that have not changed
    #[arg(long)]
    pub(crate) retry_refused: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArguments {
    /// The snapshot's id
    pub(crate) snapshot: String,
    /// Send it even where the target holds newer values
    #[arg(long)]
    pub(crate) older: bool,
    #[command(flatten)]
    pub(crate) run: RunArguments,
}

/// Another instance than the embedded one. Secrets come from the environment, never from arguments.
#[derive(Clone, Debug, Args)]
pub(crate) struct DestinationArguments {
    /// Address of a ServiceNow instance; that of a connected integration otherwise, else the embedded one
    #[arg(long, value_name = "URL", requires = "client_id")]
    pub(crate) instance_url: Option<String>,
    /// OAuth client; its secret in SNOWHAUL_CLIENT_SECRET
    #[arg(long, value_name = "ID", requires = "instance_url")]
    pub(crate) client_id: Option<String>,
    /// Service account; its password in SNOWHAUL_SERVICE_PASSWORD
    #[arg(long, value_name = "NAME", requires = "instance_url")]
    pub(crate) service_account: Option<String>,
    #[command(flatten)]
    pub(crate) waits: WaitArguments,
}

/// How long an instance's answers are waited for.
#[derive(Clone, Debug, Args)]
pub(crate) struct WaitArguments {
    /// Seconds after a lost answer until the instance is asked what became of its batch: longer than its quota for imports
    #[arg(long, value_name = "SECONDS", default_value = "75", value_parser = seconds)]
    pub(crate) quiet_period: Duration,
    /// Hours for which a batch that was not there is asked for again
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    pub(crate) late_answers: u32,
    /// Seconds that one answer to a batch should take at most: batches become smaller beyond it
    #[arg(long, value_name = "SECONDS", default_value = "15", value_parser = seconds)]
    pub(crate) answer_within: Duration,
    /// Seconds that one import set may take to be transformed before its rows count as unresolved
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds)]
    pub(crate) confirm_within: Duration,
}

/// A number of seconds, with or without a fraction.
fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| format!("`{text}` is no number of seconds"))?;
    Duration::try_from_secs_f64(number).map_err(|error| error.to_string())
}

#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotCommand {
    /// Make a sealed snapshot of a folder of response bodies, one body a file
    Import {
        /// The folder
        folder: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotsCommand {
    /// Snapshots, oldest first
    List,
    /// One snapshot's manifest
    Show {
        /// The snapshot's id
        snapshot: String,
    },
    /// Check every file of a snapshot against its digest
    Verify {
        /// The snapshot's id
        snapshot: String,
    },
    /// Throw away what a reading that was broken off has read
    Discard {
        /// The snapshot's id
        snapshot: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// Runs, oldest first
    List,
    /// Who let which plan through, and what brakes stopped: the audit trail, checked
    Audit,
    /// One run with everything that was left out
    Show {
        /// The run's number
        run: i64,
        /// Only rows that are not in the target as they were sent: each with the instance's words, their cause and remedy
        #[arg(long, conflicts_with = "rows")]
        errors: bool,
        /// Every row that was sent: its page, batch, import set, target record and outcome
        #[arg(long)]
        rows: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ExportCommand {
    /// Staging tables, transform maps and the loader's role, as an update set
    UpdateSet {
        /// The file to write; standard output otherwise
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bench {
    /// Each step of the road over application rows
    Road,
    /// Sending application rows, and their promotion
    Load,
    /// Reading a tenant that serves prepared pages from a process of its own
    Extract,
    /// Comparing staging rows with as many held ones, of which 1 % say something else
    Compare,
    /// Explaining devices and applications after many nights of a fleet
    Explain,
    /// A hundred integrations under one service, one of them dead and one slow
    Service,
}

#[derive(Debug, Args)]
pub(crate) struct BenchArguments {
    /// What is measured
    #[arg(value_enum, default_value_t = Bench::Road)]
    pub(crate) what: Bench,
    /// Application rows to measure with
    #[arg(long, default_value_t = 60_000, value_name = "ROWS")]
    pub(crate) rows: u64,
    /// Times that each figure is taken; the median is printed
    #[arg(long, default_value_t = 5, value_name = "TIMES")]
    pub(crate) times: usize,
    /// Nights that pass before anything is explained
    #[arg(long, default_value_t = 3, value_name = "NIGHTS")]
    pub(crate) nights: u32,
}

/// Parses `1%`, `0.5%` or a number of thousandths, into thousandths.
fn share(text: &str) -> Result<u32, String> {
    let wrong = || format!("`{text}` is no share: write 1% or 0.5%");
    let percent: f64 = text.trim().strip_suffix('%').ok_or_else(wrong)?.trim().parse().map_err(|_| wrong())?;
    if !(0.0..=100.0).contains(&percent) {
        return Err(wrong());
    }
    Ok((percent * 10.0).round() as u32)
}
