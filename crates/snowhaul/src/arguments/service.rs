//! What is typed for the service: where its console listens, and who is told what. The webhook's address and secret come
//! from the environment, because with most services the address alone is a secret.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::WaitArguments;

#[derive(Debug, Args)]
pub(crate) struct ServiceArguments {
    /// Where the console listens: this machine alone, unless --external-host names a proxy
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8180")]
    pub(crate) listen: SocketAddr,
    /// The host under which a proxy serves the console over TLS, as `console.example.com`
    #[arg(long, value_name = "HOST")]
    pub(crate) external_host: Option<String>,
    /// An address that the console's form may be given by a name instead of a subdomain; may be repeated
    #[arg(long, value_name = "NAME=URL", value_parser = alias)]
    pub(crate) tenant_at: Vec<(String, String)>,
    /// An address that the console's form may be given by a name instead of a prefix; may be repeated
    #[arg(long, value_name = "NAME=URL", value_parser = alias)]
    pub(crate) instance_at: Vec<(String, String)>,
    /// Hours without a successful run after which a notice is sent; where to is in SNOWHAUL_WEBHOOK_URL, what signs it in
    /// SNOWHAUL_WEBHOOK_SECRET
    #[arg(long, value_name = "HOURS", default_value_t = 26)]
    pub(crate) silent_after: u32,
    /// Where traces go, by OTLP over HTTP; OTEL_EXPORTER_OTLP_ENDPOINT otherwise
    #[arg(long, value_name = "URL")]
    pub(crate) otlp_endpoint: Option<String>,
    /// Print a systemd unit of this service, and a timer for whoever wants none, and do nothing else
    #[arg(long)]
    pub(crate) print_unit: bool,
    /// The program that the unit starts; this one otherwise
    #[arg(long, value_name = "FILE", requires = "print_unit")]
    pub(crate) program: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) waits: WaitArguments,
}

/// Parses `NAME=URL`.
fn alias(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, url)) if !name.is_empty() && !url.is_empty() => Ok((name.to_owned(), url.to_owned())),
        _ => Err(format!("`{text}` is no name with an address: write acme=https://itsm.example.com")),
    }
}
