//! Whether the token may ask for a data set: tried, with one record, because a tenant tells a token's permissions to
//! nobody. Apart because a missing one costs as much as the pipelines need the data set.
//!
//! Exports are not tried: asking for one makes it, and pages give the same rows.

use extract::{DataSet, Error, Probed, Tenant};

use super::expected::NeededDataSet;
use super::finding::{Finding, told};

/// Where permissions are given, endpoint by endpoint.
const SETTINGS: &str = "in Iru, open Settings > Access > API tokens > the token and allow it";

/// What the list of devices said.
pub(super) struct Devices {
    listed: Result<Probed, Error>,
}

impl Devices {
    pub(super) fn of(listed: Result<Probed, Error>) -> Self {
        Self { listed }
    }

    fn first(&self) -> Option<&str> {
        self.listed.as_ref().ok()?.device.as_deref()
    }
}

/// The name of the check of a data set.
pub(super) fn name(data_set: DataSet) -> &'static str {
    match data_set {
        DataSet::Devices => "read devices",
        DataSet::DeviceDetails => "read device details",
        DataSet::DeviceInformation => "read device information",
        DataSet::Apps => "read applications",
        DataSet::Users => "read users",
        DataSet::Blueprints => "read blueprints",
        DataSet::Tags => "read tags",
        DataSet::ActivationLock => "read activation lock",
        DataSet::ApplicationFirewall => "read application firewall",
        DataSet::Cellular => "read cellular",
        DataSet::Certificates => "read certificates",
        DataSet::DesktopAndScreensaver => "read desktop and screensaver",
        DataSet::Filevault => "read FileVault",
        DataSet::GatekeeperAndXprotect => "read Gatekeeper and XProtect",
        DataSet::InstalledProfiles => "read installed profiles",
        DataSet::KernelExtensions => "read kernel extensions",
        DataSet::LaunchAgentsAndDaemons => "read launch agents and daemons",
        DataSet::LocalUsers => "read local users",
        DataSet::StartupSettings => "read startup settings",
        DataSet::SystemExtensions => "read system extensions",
        DataSet::TransparencyDatabase => "read transparency database",
        DataSet::AdeDevices => "read ADE devices",
        DataSet::AuditEvents => "read audit events",
    }
}

/// Tries to read a data set.
pub(super) async fn permission(tenant: &Tenant, needed: NeededDataSet, devices: &Devices) -> Finding {
    let finding = match needed.data_set {
        DataSet::Devices => listed(&devices.listed),
        DataSet::DeviceDetails => match devices.first() {
            Some(device) => plain(&tenant.probe(DataSet::DeviceDetails, device).await),
            None => no_device(),
        },
        DataSet::Apps => applications(tenant, devices).await,
        data_set => plain(&tenant.probe(data_set, "").await),
    };
    // What only completes rows costs itself: the run goes on without.
    if needed.drives { finding } else { finding.softened() }
}

fn listed(listed: &Result<Probed, Error>) -> Finding {
    match listed {
        Ok(Probed { device: None, .. }) => Finding::warning(
            "the tenant lists no device",
            "check that this is the right tenant: the subdomain is what stands before `.api.`",
        ),
        Ok(Probed { total: Some(total), .. }) => Finding::passed(format!("the tenant lists {total} devices")),
        other => plain(other),
    }
}

/// Applications come from Prism or from each device; one way is enough.
async fn applications(tenant: &Tenant, devices: &Devices) -> Finding {
    let prism = tenant.probe(DataSet::Apps, "").await;
    let Err(refused @ Error::NotAllowed { .. }) = &prism else { return plain(&prism) };
    let Some(device) = devices.first() else { return no_device() };
    match tenant.probe(DataSet::Apps, device).await {
        Ok(_) => Finding::warning(
            format!("{}; they can be read a device at a time, which takes a request for each Mac", told(refused)),
            format!("{SETTINGS} `Prism`, if the subscription includes it"),
        ),
        Err(Error::NotAllowed { .. }) => Finding::failed(
            format!("{}; nor may they be read a device at a time", told(refused)),
            format!("{SETTINGS} `Prism` or, for a request a Mac, `Application list`"),
        ),
        other => plain(&other),
    }
}

fn no_device() -> Finding {
    Finding::skipped("not looked at, because the list of devices gives none to try it with")
}

fn plain(probed: &Result<Probed, Error>) -> Finding {
    let error = match probed {
        Ok(_) => return Finding::passed("one record was asked for and came"),
        Err(error) => error,
    };
    let remedy = match error {
        Error::NotAllowed { permission, .. } => format!("{SETTINGS} `{permission}`"),
        Error::Page(_) => {
            "an answer that is no data comes from a proxy: let HTTPS to this host pass without it".to_owned()
        }
        _ => "try again later; if it stays so, look at Iru's status page".to_owned(),
    };
    Finding::failed(told(error), remedy)
}
