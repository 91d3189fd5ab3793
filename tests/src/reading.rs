//! A simulated tenant behind a real socket, and readings of it.

use std::collections::BTreeSet;
use std::path::Path;

use extract::{DataSet, ReadSettings};
use pipeline::{Extracted, ReadRequest, Resume};
use rest::{ClientConfig, Secret};
use snapshot::{Source, Store};
use tenant::{Faults, FleetConfig, Limits, Tenant, TenantConfig};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::silence;

/// A tenant that is being served on a loopback port of its own.
pub struct ServedTenant {
    /// The tenant.
    pub tenant: Tenant,
    /// Its address.
    pub address: String,
    /// Its token.
    pub token: String,
    _stop: oneshot::Sender<()>,
}

/// The fleet of most readings: every kind of device, and several pages of applications.
pub fn reading_fleet() -> FleetConfig {
    FleetConfig { devices: 60, apps_per_mac: 12, ..FleetConfig::demonstration() }
}

impl ServedTenant {
    /// Serves a fleet without limits and faults.
    pub async fn open(fleet: FleetConfig) -> Self {
        Self::with(TenantConfig { limits: Limits::off(), ..TenantConfig::with_made_up_token(fleet) }).await
    }

    /// Serves what a configuration says.
    pub async fn with(config: TenantConfig) -> Self {
        let token = config.token.clone();
        let tenant = Tenant::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let address = format!("http://{}", listener.local_addr().expect("its port"));
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(tenant.clone().serve(listener, async move {
            drop(stopped.await);
        }));
        Self { tenant, address, token, _stop: stop }
    }

    /// Lets these things go wrong, in the words of `tenant serve --fault`.
    pub fn fail(&self, faults: &[&str]) {
        self.tenant.set_faults(Faults::read(faults).expect("faults that the tenant knows"));
    }

    /// A reader without a budget, quick to try again.
    pub fn reader(&self) -> extract::Tenant {
        self.reader_with(|config| config)
    }

    /// A reader whose client is changed first.
    pub fn reader_with(&self, change: impl FnOnce(ClientConfig) -> ClientConfig) -> extract::Tenant {
        let millisecond = std::time::Duration::from_millis(1);
        let quick =
            ClientConfig { retry_delay: millisecond, retry_delay_max: millisecond, ..ClientConfig::new(&self.address) };
        extract::Tenant::new(change(quick), Secret::from(self.token.clone())).expect("a loopback address")
    }

    /// Reads into a folder of snapshots.
    pub async fn read(&self, folder: &Path, settings: ReadSettings) -> Result<Extracted, pipeline::Error> {
        self.read_as(&self.reader(), folder, settings, Resume::No).await
    }

    /// Reads with a reader, or goes on.
    pub async fn read_as(
        &self,
        reader: &extract::Tenant,
        folder: &Path,
        settings: ReadSettings,
        resume: Resume,
    ) -> Result<Extracted, pipeline::Error> {
        let store = Store::open(folder).expect("the snapshots' folder");
        pipeline::extract(ReadRequest {
            store: &store,
            tenant: reader,
            source: Source { kind: "tenant".to_owned(), identity: "a test".to_owned() },
            settings,
            resume,
            checkpoint_every: snapshot::limits::CHECKPOINT_EVERY,
            events: &silence(),
        })
        .await
    }
}

/// The data sets that the fleet's own pages tell of.
pub fn told_data_sets() -> BTreeSet<DataSet> {
    [
        DataSet::Devices,
        DataSet::DeviceDetails,
        DataSet::DeviceInformation,
        DataSet::Apps,
        DataSet::Users,
        DataSet::Blueprints,
        DataSet::Tags,
    ]
    .into()
}

/// Settings for these data sets.
pub fn settings_of(data_sets: BTreeSet<DataSet>) -> ReadSettings {
    ReadSettings::of(data_sets)
}
