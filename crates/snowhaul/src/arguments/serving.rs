//! The two ends that the program serves itself: the simulated tenant and the embedded instance.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::share;

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
