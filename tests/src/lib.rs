//! The harness of whole runs: a state folder, an embedded instance behind a real socket, a fleet, and eyes on the
//! target tables. It decides nothing; it only stands things up and takes them down.

pub mod browser;
mod desk;
mod reading;
mod records;
mod service;
mod small;
mod terminal;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use flow::Clock;
use instance::{Config, Instance};
use load::{Grant, Login, Patience, Target};
use pipeline::{
    ApplyOptions, Body, Destination, Events, Pipeline, PipelineSet, Recorded, RunOptions, RunReport, SavedPlan,
};
use rest::{Answer, Client, ClientConfig, Method, Request};
use snapshot::{Completeness, Sealed, Source, Store};
use tenant::{Endpoint, Fleet, FleetConfig, Page};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use self::service::{Answered, FORM, Service, ask, wait, wait_for};
pub use desk::{Desk, WRONG_SECRET, WRONG_TOKEN, copy_folder};
pub use reading::{ServedTenant, reading_fleet, settings_of, told_data_sets};
pub use records::{sealed_records, texts};
pub use small::{SMALL, listed, small};
pub use terminal::{Said, command};

/// The repository's own folder.
pub fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the member stands in the repository").to_owned()
}

/// The nightly pipelines of the repository.
pub fn nightly() -> Vec<Pipeline> {
    PipelineSet::read(&repository().join("pipelines")).expect("the repository's pipelines hold").nightly()
}

/// A fleet small enough for a debug build, with every kind of device in it.
pub fn small_fleet() -> Fleet {
    Fleet::new(FleetConfig { devices: 60, apps_per_mac: 12, ..FleetConfig::demonstration() })
}

/// Waits that suit an instance which answers at once: a quiet period of half a second, lest a test take minutes.
pub fn brief() -> Patience {
    Patience { quiet_period: Duration::from_millis(500), ..Patience::default() }
}

/// Events that nobody looks at.
pub fn silence() -> Events {
    Arc::new(|_| {})
}

/// A page of the simulated tenant as a body of the reading end.
pub fn body_of(page: Page) -> Body {
    let data_set = match page.endpoint {
        Endpoint::Devices => extract::DataSet::Devices,
        Endpoint::DeviceDetails => extract::DataSet::DeviceDetails,
        Endpoint::PrismDeviceInformation => extract::DataSet::DeviceInformation,
        Endpoint::PrismApps => extract::DataSet::Apps,
        Endpoint::Users => extract::DataSet::Users,
        Endpoint::Blueprints => extract::DataSet::Blueprints,
        Endpoint::Tags => extract::DataSet::Tags,
    };
    Body { data_set, name: page.path, bytes: page.body }
}

/// Seals bodies into a snapshot.
pub fn record(store: &Store, bodies: impl Iterator<Item = Body>) -> Result<Sealed, pipeline::Error> {
    let recorded = Recorded {
        source: Source { kind: "test".to_owned(), identity: "a test".to_owned() },
        completeness: Completeness::Full,
        left_out: Vec::new(),
    };
    pipeline::record(store, recorded, bodies.map(Ok), &silence())
}

/// An integration's folder.
pub struct State {
    folder: tempfile::TempDir,
}

impl State {
    /// An empty one.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Its snapshots.
    pub fn snapshots(&self) -> Store {
        Store::open(&self.path().join("snapshots")).expect("the snapshots' folder")
    }

    /// Seals bodies into a snapshot.
    pub fn record(&self, bodies: impl Iterator<Item = Body>) -> Result<Sealed, pipeline::Error> {
        record(&self.snapshots(), bodies)
    }

    /// Seals a whole fleet.
    pub fn record_fleet(&self, fleet: &Fleet) -> Sealed {
        self.record(fleet.pages().map(body_of)).expect("the simulated tenant's pages are read")
    }

    /// Carries a snapshot through the nightly pipelines.
    pub async fn run(&self, snapshot: &Sealed, to: &Served, older: bool) -> Result<RunReport, pipeline::Error> {
        self.carry(snapshot, to, Night { older, ..Night::default() }).await
    }

    /// Carries a snapshot as a night says.
    pub async fn carry(&self, snapshot: &Sealed, to: &Served, night: Night) -> Result<RunReport, pipeline::Error> {
        let options = RunOptions {
            integration: "test",
            folder: self.path(),
            command: "run",
            pipelines: &night.pipelines,
            snapshot,
            may_retire: true,
            older: night.older,
            retry_refused: night.retry_refused,
            clock: night.clock,
            events: night.events,
        };
        pipeline::run(options, Destination { patience: night.patience, ..to.destination() }).await
    }

    /// Plans a snapshot as a night says, against an instance or offline.
    pub async fn plan(
        &self,
        snapshot: &Sealed,
        to: Option<&Served>,
        night: Night,
    ) -> Result<(SavedPlan, RunReport), pipeline::Error> {
        let options = RunOptions {
            integration: "test",
            folder: self.path(),
            command: "plan",
            pipelines: &night.pipelines,
            snapshot,
            may_retire: true,
            older: night.older,
            retry_refused: night.retry_refused,
            clock: night.clock,
            events: night.events,
        };
        pipeline::plan(options, to.map(Served::destination)).await
    }

    /// The folder of a plan that was made here.
    pub fn plan_folder(&self, plan: &SavedPlan) -> PathBuf {
        pipeline::plan_folder(self.path(), &plan.run.to_string())
    }

    /// Sends a plan.
    pub async fn apply(&self, plan: &SavedPlan, to: &Served, night: Night) -> Result<RunReport, pipeline::Error> {
        let folder = self.plan_folder(plan);
        let options = ApplyOptions {
            integration: "test",
            folder: self.path(),
            command: "apply",
            pipelines: &night.pipelines,
            plan: &folder,
            clock: night.clock,
            events: night.events,
        };
        pipeline::apply(options, to.destination()).await
    }
}

/// What may differ from night to night.
pub struct Night {
    /// The pipelines, in order.
    pub pipelines: Vec<Pipeline>,
    /// Send a snapshot that is older than what is held.
    pub older: bool,
    /// Send rows again that the target refused.
    pub retry_refused: bool,
    /// How long answers are waited for.
    pub patience: Patience,
    /// What time it is.
    pub clock: Clock,
    /// Where events go.
    pub events: Events,
}

impl Default for Night {
    /// The nightly pipelines, and nothing out of the ordinary.
    fn default() -> Self {
        Self {
            pipelines: nightly(),
            older: false,
            retry_refused: false,
            patience: brief(),
            clock: Clock::default(),
            events: silence(),
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

/// An instance that is being served on a loopback port of its own.
pub struct Served {
    /// The instance.
    pub instance: Instance,
    /// What it was opened with, its made-up secrets among it.
    pub config: Config,
    /// Its address.
    pub address: String,
    login: Login,
    _stop: oneshot::Sender<()>,
}

impl Served {
    /// Opens one, in memory or in a folder, with the nightly pipelines installed.
    pub async fn open(data: Option<PathBuf>) -> Self {
        Self::with(data, &nightly()).await
    }

    /// Opens one with these pipelines installed.
    pub async fn with(data: Option<PathBuf>, pipelines: &[Pipeline]) -> Self {
        let config = Config { data, ..Config::with_made_up_secrets() };
        let login = Login {
            client_id: config.client_id.clone(),
            client_secret: config.client_secret.clone().into(),
            grant: Grant::Password {
                service_account: config.service_account.clone(),
                service_password: config.service_password.clone().into(),
            },
        };
        let instance = Instance::open(config.clone()).expect("the instance opens");
        instance.install_update_set(&pipeline::update_set(pipelines)).expect("it takes our update set");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let address = format!("http://{}", listener.local_addr().expect("its port"));
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(instance.clone().serve(listener, async move {
            drop(stopped.await);
        }));
        Self { instance, config, address, login, _stop: stop }
    }

    /// Where rows go.
    pub fn destination(&self) -> Destination {
        Destination { base_url: self.address.clone(), login: self.login.clone(), patience: brief() }
    }

    /// What an administrator asks of it: the records of a table that match, by their ids.
    pub async fn ids(&self, table: &str, query: &str) -> Vec<String> {
        let request = Request::get(format!("/api/now/table/{table}")).query("sysparm_query", query);
        let answer = self.administer(request.query("sysparm_fields", "sys_id")).await;
        let rows: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        let rows = rows["result"].as_array().expect("a list").iter();
        rows.filter_map(|row| row["sys_id"].as_str().map(str::to_owned)).collect()
    }

    /// Removes the records of a table that match, as an administrator; some must.
    pub async fn remove(&self, table: &str, query: &str) {
        let ids = self.ids(table, query).await;
        assert!(!ids.is_empty(), "no record of `{table}` matches `{query}`");
        for id in ids {
            let answer = self.administer(Request::new(Method::DELETE, format!("/api/now/table/{table}/{id}"))).await;
            assert_eq!(answer.status, 204, "{table}/{id}");
        }
    }

    /// Changes the records of a table that match, as an administrator; some must.
    pub async fn change(&self, table: &str, query: &str, values: serde_json::Value) {
        let ids = self.ids(table, query).await;
        assert!(!ids.is_empty(), "no record of `{table}` matches `{query}`");
        for id in ids {
            let mut request = Request::new(Method::PATCH, format!("/api/now/table/{table}/{id}"));
            request.content_type = Some("application/json".to_owned());
            request.body = Some(values.to_string().into_bytes());
            assert_eq!(self.administer(request).await.status, 200, "{table}/{id}");
        }
    }

    async fn administer(&self, request: Request) -> Answer {
        let client = Client::new(ClientConfig::new(&self.address)).expect("a loopback address");
        let password = self.config.admin_password.clone().into();
        client.send(request.basic("admin", password)).await.expect("an answer")
    }

    /// The token that its client has now, as whoever knows the client's secret gets it.
    pub async fn token(&self) -> String {
        let (id, secret) = (self.config.client_id.as_str(), self.config.client_secret.as_str());
        let fields = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        let client = Client::new(ClientConfig::new(&self.address)).expect("a loopback address");
        let answer = client.send(Request::form("/oauth_token.do", &fields)).await.expect("an answer");
        let granted: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        granted["access_token"].as_str().expect("a token").to_owned()
    }

    /// What it answers whoever has this token.
    pub async fn status_for(&self, token: &str) -> u16 {
        let client = Client::new(ClientConfig::new(&self.address)).expect("a loopback address");
        let request = Request::get("/api/now/table/sys_user").query("sysparm_limit", "1");
        client.send(request.bearer(token.to_owned().into())).await.expect("an answer").status
    }

    /// Eyes on its tables, as its service account.
    pub async fn target(&self) -> Target {
        Target::connect(&self.address, self.login.clone()).await.expect("the service account logs in")
    }
}
