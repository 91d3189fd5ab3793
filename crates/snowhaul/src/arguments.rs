//! The command line, as a person types it.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Folder of everything that is remembered
    #[arg(long, global = true, default_value = ".snowhaul", value_name = "DIR")]
    pub(crate) state: PathBuf,
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
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Carry a night's inventory into the target tables and account for every row
    Run(RunArguments),
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

/// Where rows go, and how.
#[derive(Debug, Args)]
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
#[derive(Debug, Args)]
pub(crate) struct DestinationArguments {
    /// Address of a ServiceNow instance; the embedded one otherwise
    #[arg(long, value_name = "URL", requires = "client_id")]
    pub(crate) instance_url: Option<String>,
    /// OAuth client; its secret in SNOWHAUL_CLIENT_SECRET
    #[arg(long, value_name = "ID", requires = "instance_url")]
    pub(crate) client_id: Option<String>,
    /// Service account; its password in SNOWHAUL_SERVICE_PASSWORD
    #[arg(long, value_name = "NAME", requires = "instance_url")]
    pub(crate) service_account: Option<String>,
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
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// Runs, oldest first
    List,
    /// One run with everything that was left out
    Show {
        /// The run's number
        run: i64,
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

#[derive(Debug, Subcommand)]
pub(crate) enum InstanceCommand {
    /// Serve until interrupted
    Serve(ServeArguments),
}

/// Credentials may come from the environment; what is not given is made up and printed once.
#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:8181", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// Folder of its database; a temporary one otherwise
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Update sets to install beside those of the pipelines
    #[arg(long, value_name = "FILE")]
    pub(crate) install: Vec<PathBuf>,
    /// Records that are there already, as TOML
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct BenchArguments {
    /// Application rows to measure with
    #[arg(long, default_value_t = 60_000, value_name = "ROWS")]
    pub(crate) rows: u64,
    /// Times that each figure is taken; the median is printed
    #[arg(long, default_value_t = 5, value_name = "TIMES")]
    pub(crate) times: usize,
}
