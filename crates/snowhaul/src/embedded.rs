//! The embedded instance of an integration: its database in the state folder, its secrets made up for each process,
//! served on a loopback port for as long as the command works.

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use instance::{Config, Instance};
use load::{Grant, Login, Patience};
use pipeline::{Destination, Pipeline, update_set};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// An embedded instance that is being served.
pub(crate) struct Embedded {
    address: String,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
    login: Login,
}

impl Embedded {
    /// Opens the instance in `folder`, installs what the pipelines declare, and serves it.
    pub(crate) async fn serve(folder: &Path, pipelines: &[Pipeline], seed: &str) -> Result<Self> {
        let config = Config { data: Some(folder.to_owned()), ..Config::with_made_up_secrets() };
        let login = login_of(&config);
        let instance = Instance::open(config).context("could not open the embedded instance")?;
        instance
            .install_update_set(&update_set(pipelines))
            .context("the embedded instance refused the pipelines' update set")?;
        instance.seed(seed).context("the embedded instance refused its first records")?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("could not listen on loopback")?;
        let address = format!("http://{}", listener.local_addr().context("could not learn the port")?);
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(instance.serve(listener, async move {
            // A dropped sender stops it as well.
            drop(stopped.await);
        }));
        Ok(Self { address, stop, served, login })
    }

    /// Where its rows go.
    pub(crate) fn destination(&self) -> Destination {
        // It ends with this process: no batch of an earlier one can still be at work in it.
        let patience = Patience { quiet_period: Duration::ZERO, ..Patience::default() };
        Destination { base_url: self.address.clone(), login: self.login.clone(), patience }
    }

    /// Stops serving and closes the database.
    pub(crate) async fn stop(self) -> Result<()> {
        drop(self.stop);
        self.served.await.context("the embedded instance panicked")?.context("the embedded instance failed")
    }
}

/// The login that belongs to a configuration.
pub(crate) fn login_of(config: &Config) -> Login {
    Login {
        client_id: config.client_id.clone(),
        client_secret: config.client_secret.clone().into(),
        grant: Grant::Password {
            service_account: config.service_account.clone(),
            service_password: config.service_password.clone().into(),
        },
    }
}

/// The people of the demonstration's tenant that its instance knows; the others stay unknown, as in life.
pub(crate) fn people_of(fleet: &tenant::Fleet) -> String {
    let mut seed = String::new();
    for user in fleet.users().iter().filter(|user| user.known_downstream) {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        seed.push_str(&format!(
            "[[record]]\ntable = \"sys_user\"\n[record.values]\nemail = {}\nname = {}\nuser_name = {}\n",
            quoted(&user.email),
            quoted(&user.name),
            quoted(&user.user_name)
        ));
    }
    seed
}
