//! `serve`: the service, which runs integrations by their schedules and answers the console.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::{Context, Result};
use integration::{instance_url, iru_subdomain, servicenow_prefix, tenant_url};
use jiff::SignedDuration;
use rest::Secret;
use service::Night;
use tokio::net::TcpListener;
use web::unit::UnitConfig;
use web::{Aliases, Serving};

use super::{interrupted, life, run};
use crate::arguments::{Common, ServiceArguments};
use crate::exit::{self, Usage};
use crate::output::Output;

/// Where notices go, and what signs them.
const WEBHOOK: (&str, &str) = ("SNOWHAUL_WEBHOOK_URL", "SNOWHAUL_WEBHOOK_SECRET");

/// Serves until the process is told to stop, and then brings to an end what works; told twice, it ends at once, which
/// loses nothing that was acknowledged.
pub(super) async fn serve(common: &Common, arguments: ServiceArguments, output: &mut Output) -> Result<u8> {
    if arguments.print_unit {
        // What would not start is not printed either.
        hosts(&arguments)?;
        return print_unit(common, &arguments, output);
    }
    let desk = life::desk(common);
    let alone = desk.serving()?;
    let hosts = hosts(&arguments)?;
    let aliases = aliases(&arguments)?;
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("could not listen on {}; another --listen may be free", arguments.listen))?;
    let at = listener.local_addr().context("could not learn the port")?;
    let mut hosts = hosts.unwrap_or_default();
    // Measurements are asked for on this machine, also where the console is reached from elsewhere.
    hosts.extend(own_hosts(at));
    let secure = arguments.external_host.is_some();
    let scheme = if secure { "https" } else { "http" };
    output.talk(&format!("the console is at {scheme}://{}/", hosts[0]));
    let patience = run::patience(&arguments.waits);
    let serving = Serving {
        desk,
        alone,
        nights: Box::new(move |sends| Night { sends, patience, ..Night::default() }),
        listener,
        hosts,
        secure,
        announce: Arc::new(|code| say(&format!("one-time code to sign in: {code}"))),
        aliases,
        webhook: webhook(),
        silent_after: SignedDuration::from_hours(i64::from(arguments.silent_after)),
        otlp_endpoint: arguments.otlp_endpoint.clone(),
        drain: web::limits::DRAINED_WITHIN,
    };
    let (told, stop) = tokio::sync::oneshot::channel::<()>();
    let stop = async {
        // A sender that is gone has said all that it will.
        drop(stop.await);
    };
    let signals = async {
        interrupted().await;
        say("what works is brought to an end; interrupt once more to end at once");
        drop(told);
        interrupted().await;
    };
    tokio::select! {
        served = Box::pin(web::serve(serving, stop)) => {
            served?;
            Ok(exit::DONE)
        }
        () = signals => Err(exit::Interrupted.into()),
    }
}

/// The code is for whoever sees the terminal or the journal.
fn say(line: &str) {
    // Nobody may be reading; the work goes on.
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// The values of `Host` that the console is reached under; none where the port is not known yet.
fn hosts(arguments: &ServiceArguments) -> Result<Option<Vec<String>>> {
    match &arguments.external_host {
        Some(host) => Ok(Some(vec![host.clone()])),
        None if arguments.listen.ip().is_loopback() => Ok(None),
        None => Err(Usage(format!(
            "the console on {} would be served to a network without TLS: put a proxy before it, and name it with \
             --external-host",
            arguments.listen
        ))
        .into()),
    }
}

fn own_hosts(at: std::net::SocketAddr) -> Vec<String> {
    let port = at.port();
    let mut hosts = if at.ip().is_loopback() { vec![at.to_string()] } else { Vec::new() };
    hosts.extend(["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}:{port}")));
    hosts.dedup();
    hosts
}

fn aliases(arguments: &ServiceArguments) -> Result<Aliases> {
    let mut aliases = Aliases::default();
    for (name, url) in &arguments.tenant_at {
        aliases.tenants.insert(iru_subdomain(name)?, tenant_url(url)?);
    }
    for (name, url) in &arguments.instance_at {
        aliases.instances.insert(servicenow_prefix(name)?, instance_url(url)?);
    }
    Ok(aliases)
}

fn webhook() -> Option<(Secret, Option<Secret>)> {
    let of = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty()).map(Secret::from);
    Some((of(WEBHOOK.0)?, of(WEBHOOK.1)))
}

/// What else a service was told that is to be told to the unit's.
fn more(common: &Common, arguments: &ServiceArguments) -> Result<Vec<String>> {
    let mut more = Vec::new();
    let mut add = |flag: &str, value: String| more.extend([flag.to_owned(), value]);
    if let Some(host) = &arguments.external_host {
        add("--external-host", host.clone());
    }
    for (name, url) in &arguments.tenant_at {
        add("--tenant-at", format!("{name}={url}"));
    }
    for (name, url) in &arguments.instance_at {
        add("--instance-at", format!("{name}={url}"));
    }
    add("--silent-after", arguments.silent_after.to_string());
    if let Some(url) = &arguments.otlp_endpoint {
        add("--otlp-endpoint", url.clone());
    }
    if let Some(pipelines) = &common.pipelines {
        let pipelines = std::path::absolute(pipelines).context("the working folder is gone")?;
        add("--pipelines", pipelines.display().to_string());
    }
    Ok(more)
}

fn print_unit(common: &Common, arguments: &ServiceArguments, output: &mut Output) -> Result<u8> {
    let here = |path: &std::path::Path| std::path::absolute(path).context("the working folder is gone");
    let program = match &arguments.program {
        Some(program) => here(program)?,
        None => std::env::current_exe().context("could not learn where this program is")?,
    };
    let keys = common.keys.as_deref().map(here).transpose()?;
    let config = UnitConfig {
        program,
        listen: arguments.listen.to_string(),
        state: here(&common.state)?,
        keys,
        user: None,
        more: more(common, arguments)?,
        drain: web::limits::DRAINED_WITHIN,
    };
    let parts = [web::unit::unit(&config), web::unit::nightly_service(&config), web::unit::nightly_timer()];
    output.data(parts.join("\n").trim_end());
    Ok(exit::DONE)
}
