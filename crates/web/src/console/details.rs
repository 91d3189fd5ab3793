//! The list of integrations, and one of them with everything that is known of it.

use axum::extract::State;
use axum::response::Response;
use integration::Name;
use service::{EndsTold, Error, StatusTold};

use super::{Console, Named, Signed, answer, reading, told};
use crate::pages::{self, BrakeWaiting, Details, Home, HomeRow, NextRun};

pub(super) async fn list(State(console): State<Console>, Signed(frame): Signed) -> Response {
    let desk = console.desk.clone();
    let all = reading(move || -> Result<Vec<(Name, StatusTold)>, Error> {
        Ok(desk.names()?.into_iter().map(|name| (name.clone(), desk.status(&name))).collect())
    });
    let page = all.await.map(|all| {
        let integrations = all.iter().map(|(name, status)| row(&console, name, status)).collect();
        pages::home(&frame, &Home { integrations })
    });
    answer(&frame, page)
}

fn row(console: &Console, name: &Name, status: &StatusTold) -> HomeRow {
    let end = |of: fn(&EndsTold) -> &str| status.ends.as_ref().map(|ends| of(ends).to_owned()).unwrap_or_default();
    HomeRow {
        name: name.to_string(),
        standing: told::standing(status.state),
        reason: status.reason.clone(),
        tenant: end(|ends| &ends.tenant),
        instance: end(|ends| &ends.instance),
        last_run: status.last_run.as_ref().map(told::run_line),
        next_run: console.scheduler.next(name).map(|next| next.to_string()),
        live_run: live_run(console, name, status),
        brakes_waiting: status.brakes_waiting.len() as u64,
    }
}

/// The number of the run that works now. While the tenant is read the ledger has none yet: then it is the next one.
pub(super) fn live_run(console: &Console, name: &Name, status: &StatusTold) -> Option<u64> {
    let live = console.live.run(name)?;
    let newest = status.runs.first();
    // One that was killed has no end either, and began before.
    let is_it = |begun: &str| begun.parse::<jiff::Timestamp>().is_ok_and(|begun| begun >= live.began);
    Some(match newest {
        Some(run) if run.ended_at.is_empty() && is_it(&run.begun_at) => told::number(run.run),
        _ => console.desk.next_run(name).map(told::number).unwrap_or(1),
    })
}

pub(super) async fn page(State(console): State<Console>, Signed(frame): Signed, Named(name): Named) -> Response {
    let page = view(&console, &name).await.map(|view| pages::details(&frame, &view));
    answer(&frame, page)
}

async fn view(console: &Console, name: &Name) -> Result<Details, Error> {
    let connected = console.desk.connected(name)?;
    let (desk, asked) = (console.desk.clone(), name.clone());
    let status = reading(move || desk.status(&asked)).await;
    let settings = &connected.settings;
    let schedules = settings.schedules();
    let next_run = console.scheduler.next(name).filter(|_| settings.is_sync_on()).map(|next| NextRun {
        at: next.to_string(),
        what: if settings.sends_apps() { "devices; applications nightly" } else { "devices" }.to_owned(),
    });
    let waiting = status.brakes_waiting.iter().map(|reason| BrakeWaiting {
        run: status.last_run.as_ref().map(|run| told::number(run.run)).unwrap_or_default(),
        reason: reason.clone(),
    });
    let ends = status.ends.as_ref();
    Ok(Details {
        name: name.to_string(),
        standing: told::standing(status.state),
        reason: status.reason.clone(),
        tenant: settings.tenant_url().to_owned(),
        instance: settings.instance_url().to_owned(),
        client_id: settings.client_id().to_owned(),
        grant: told::grant(settings.grant()),
        service_account: settings.service_account().map(str::to_owned),
        connected_at: settings.created_at().to_string(),
        credentials_at: settings.credentials_at().to_string(),
        credentials_age_days: ends.and_then(|ends| u64::try_from(ends.credentials_age_days).ok()).unwrap_or_default(),
        send_apps: settings.sends_apps(),
        scope: told::scope(&settings.scope(), settings.to_raw().scope.pinned.len()),
        sync: settings.is_sync_on(),
        devices_schedule: schedules.devices.clone(),
        apps_schedule: schedules.apps.clone(),
        time_zone: schedules.time_zone.clone(),
        runs: status.runs.iter().map(told::run_line).collect(),
        next_run,
        live_run: live_run(console, name, &status),
        brakes_waiting: waiting.collect(),
    })
}
