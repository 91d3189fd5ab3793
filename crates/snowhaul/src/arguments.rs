//! The command line, as a person types it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

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
#[derive(Debug, Args)]
pub(crate) struct NightArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
    #[command(flatten)]
    pub(crate) run: RunArguments,
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

/// Which tenant is read; its token in SNOWHAUL_IRU_TOKEN. The simulated one where none is named.
#[derive(Clone, Debug, Args)]
pub(crate) struct SourceArguments {
    /// What stands before `.api.` in the address of the tenant's API, as `acme`
    #[arg(long, value_name = "NAME", conflicts_with = "base_url")]
    pub(crate) subdomain: Option<String>,
    /// Which of the vendor's hosts serves it; api.kandji.io otherwise
    #[arg(long, value_enum, requires = "subdomain")]
    pub(crate) region: Option<Region>,
    /// Address of the tenant's API, where it is another one
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
}

/// Which of the vendor's hosts serves a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Region {
    /// api.kandji.io
    Us,
    /// api.eu.kandji.io
    Eu,
    /// api.iru.com
    Iru,
}

/// What is read of a tenant, and how.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReadingArguments {
    /// Only devices with this serial number; may be repeated
    #[arg(long, value_name = "SERIAL")]
    pub(crate) serial: Vec<String>,
    /// Only devices with this tag; may be repeated
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
    /// Only devices under this blueprint, by name or id; may be repeated
    #[arg(long, value_name = "BLUEPRINT")]
    pub(crate) blueprint: Vec<String>,
    /// Only devices of this platform; may be repeated
    #[arg(long, value_enum, ignore_case = true, value_name = "PLATFORM")]
    pub(crate) platform: Vec<Platform>,
    /// Only this many devices, the first by device id: a small set to try with
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    /// The way to details; chosen by cost otherwise
    #[arg(long, value_enum)]
    pub(crate) details: Option<Way>,
    /// The way to applications; chosen by cost otherwise
    #[arg(long, value_enum)]
    pub(crate) apps: Option<Way>,
    /// Applications of iPhones and iPads too, where each device is asked for them
    #[arg(long)]
    pub(crate) mobile_apps: bool,
    /// Read everything afresh and carry nothing over from the snapshot before
    #[arg(long)]
    pub(crate) whole: bool,
    /// Wait when the hour's request budget is spent, instead of ending with exit code 6
    #[arg(long)]
    pub(crate) wait: bool,
    /// Seconds that what was read may wait to become durable, which is what a crash costs; 0 for every page
    #[arg(long, value_name = "SECONDS", default_value_t = snapshot::limits::CHECKPOINT_EVERY.as_secs())]
    pub(crate) checkpoint: u64,
}

/// A platform, as the tenant's list of devices names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "verbatim")]
pub(crate) enum Platform {
    Mac,
    #[value(name = "iPhone")]
    IPhone,
    #[value(name = "iPad")]
    IPad,
    AppleTV,
    Android,
    Windows,
}

/// A way to details or applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// A device at a time
    Device,
    /// Pages of Prism
    Pages,
    /// Prism's export
    Export,
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

#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Serve until interrupted
    Serve(TenantServeArguments),
}

/// A seeded fleet behind the API's own endpoints.
#[derive(Debug, Args)]
pub(crate) struct TenantServeArguments {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:8180", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// Machines of the fleet
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    pub(crate) devices: u32,
    /// Applications on a Mac, on average
    #[arg(long, default_value_t = 165, value_name = "N")]
    pub(crate) apps_per_mac: u32,
    /// Where every random choice begins
    #[arg(long, default_value_t = 7, value_name = "NUMBER")]
    pub(crate) seed: u64,
    /// The API token, a UUID; from SNOWHAUL_IRU_TOKEN, else made up and printed once
    #[arg(long, value_name = "UUID")]
    pub(crate) token: Option<String>,
    /// Nights that the fleet has aged
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) nights: u32,
    /// Share of devices and applications that change in a night
    #[arg(long, default_value = "1%", value_name = "SHARE", value_parser = share)]
    pub(crate) churn: u32,
    /// Machines with Android or Windows, whose shapes are uncertain
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) uncertain_platforms: u32,
    /// Answer without the vendor's limits of 50 requests a second and 10,000 an hour
    #[arg(long)]
    pub(crate) no_limits: bool,
    /// Make every page of applications beforehand: a static page server, for measurements
    #[arg(long)]
    pub(crate) prepared: bool,
    /// Compress bodies for who accepts it
    #[arg(long)]
    pub(crate) gzip: bool,
    /// A fault on request, as `latency=250`, `reset,every=7` or `html,path=/api/v1/prism,times=1`; may be repeated
    #[arg(long, value_name = "FAULT")]
    pub(crate) fault: Vec<String>,
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
    /// Seconds after a lost answer until the instance is asked what became of its batch: longer than its quota for imports
    #[arg(long, value_name = "SECONDS", default_value = "75", value_parser = seconds, requires = "instance_url")]
    pub(crate) quiet_period: Duration,
    /// Hours for which a batch that was not there is asked for again
    #[arg(long, value_name = "HOURS", default_value_t = 24, requires = "instance_url")]
    pub(crate) late_answers: u32,
    /// Seconds that one answer to a batch should take at most: batches become smaller beyond it
    #[arg(long, value_name = "SECONDS", default_value = "15", value_parser = seconds, requires = "instance_url")]
    pub(crate) answer_within: Duration,
    /// Seconds that one import set may take to be transformed before its rows count as unresolved
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds, requires = "instance_url")]
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
    /// Password of admin; or SNOWHAUL_INSTANCE_ADMIN_PASSWORD, which other users of the machine do not see
    #[arg(long, value_name = "PASSWORD")]
    pub(crate) admin_password: Option<String>,
    /// OAuth client; or SNOWHAUL_INSTANCE_CLIENT_ID
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// Its secret; or SNOWHAUL_INSTANCE_CLIENT_SECRET
    #[arg(long, value_name = "SECRET")]
    pub(crate) client_secret: Option<String>,
    /// Account that loads; or SNOWHAUL_INSTANCE_SERVICE_ACCOUNT
    #[arg(long, value_name = "NAME")]
    pub(crate) service_account: Option<String>,
    /// Its password; or SNOWHAUL_INSTANCE_SERVICE_PASSWORD
    #[arg(long, value_name = "PASSWORD")]
    pub(crate) service_password: Option<String>,
    /// What it does wrong, and when: lose-answer, commit-late=MS, stage-part=PERCENT, refuse=429|503, html, hibernate,
    /// expire-tokens, slow-transform=MS, newest-first or stick, with ,every=N ,times=N ,skip=N ,path=PREFIX
    #[arg(long, value_name = "FAULT")]
    pub(crate) fault: Vec<String>,
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
}
