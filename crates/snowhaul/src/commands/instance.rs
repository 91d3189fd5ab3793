//! `instance serve`: the embedded instance by itself.

use anyhow::{Context, Result};
use instance::{Config, Fault, Instance};
use pipeline::update_set;
use tokio::net::TcpListener;

use crate::arguments::{Common, ServeArguments};
use crate::exit;
use crate::output::Output;

/// Serves until it is interrupted.
pub(super) async fn serve(common: &Common, arguments: ServeArguments, output: &mut Output) -> Result<u8> {
    let faults = arguments.fault.iter().map(|fault| fault.parse::<Fault>());
    let faults: Vec<Fault> = faults.collect::<Result<_, _>>().map_err(|unknown| exit::Usage(unknown.to_string()))?;
    let made_up = Config { data: arguments.data, ..Config::with_made_up_secrets() };
    let mut given = |flag: Option<String>, name: &str, label: &str, made_up: String| {
        flag.or_else(|| std::env::var(name).ok()).unwrap_or_else(|| {
            output.talk(&format!("{label}: {made_up}"));
            made_up
        })
    };
    let config = Config {
        admin_password: given(
            arguments.admin_password,
            "SNOWHAUL_INSTANCE_ADMIN_PASSWORD",
            "password of admin",
            made_up.admin_password,
        ),
        client_id: given(arguments.client_id, "SNOWHAUL_INSTANCE_CLIENT_ID", "client id", made_up.client_id),
        client_secret: given(
            arguments.client_secret,
            "SNOWHAUL_INSTANCE_CLIENT_SECRET",
            "client secret",
            made_up.client_secret,
        ),
        service_account: given(
            arguments.service_account,
            "SNOWHAUL_INSTANCE_SERVICE_ACCOUNT",
            "service account",
            made_up.service_account,
        ),
        service_password: given(
            arguments.service_password,
            "SNOWHAUL_INSTANCE_SERVICE_PASSWORD",
            "its password",
            made_up.service_password,
        ),
        ..made_up
    };
    let instance = Instance::open(config).context("could not open the instance")?;
    instance.misbehave(faults).map_err(|unknown| exit::Usage(unknown.to_string()))?;
    let installed = instance.install_update_set(&update_set(&common.pipelines()?.nightly()))?;
    output.talk(&format!("installed: {}", installed.tables.join(", ")));
    for path in arguments.install {
        let xml = std::fs::read_to_string(&path).with_context(|| format!("could not read `{}`", path.display()))?;
        let installed =
            instance.install_update_set(&xml).with_context(|| format!("`{}` cannot be installed", path.display()))?;
        output.talk(&format!("installed {}: {} records", installed.name, installed.records));
    }
    for path in arguments.seed {
        let toml = std::fs::read_to_string(&path).with_context(|| format!("could not read `{}`", path.display()))?;
        let records = instance.seed(&toml).with_context(|| format!("`{}` cannot be read", path.display()))?;
        output.talk(&format!("seeded {records} records"));
    }
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("could not listen on {}", arguments.listen))?;
    output.talk(&format!("serving on http://{}", listener.local_addr().context("could not learn the port")?));
    instance.serve(listener, super::interrupted()).await.context("the instance failed")?;
    Ok(exit::DONE)
}
