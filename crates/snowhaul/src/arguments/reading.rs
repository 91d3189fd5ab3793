//! What is read of a tenant, and how.

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};
use extract::Scope;

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

/// The devices that are wanted; all of them where nothing is said.
#[derive(Clone, Debug, Args)]
pub(crate) struct ScopeArguments {
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
}

impl ScopeArguments {
    /// The devices that were named.
    pub(crate) fn to_scope(&self) -> Scope {
        let set = |values: &[String]| -> BTreeSet<String> { values.iter().cloned().collect() };
        let platform = |platform: &Platform| {
            let value = platform.to_possible_value().expect("no platform is hidden");
            value.get_name().to_owned()
        };
        Scope {
            serials: set(&self.serial),
            tags: set(&self.tag),
            blueprints: set(&self.blueprint),
            platforms: self.platform.iter().map(platform).collect(),
            devices_max: self.limit,
        }
    }
}

/// What is read of a tenant, and how.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReadingArguments {
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,
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
