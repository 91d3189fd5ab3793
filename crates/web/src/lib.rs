#![doc = include_str!("../README.md")]

mod console;
mod error;
pub mod guard;
pub mod limits;
#[cfg(test)]
mod listener;
mod live;
pub mod metrics;
pub mod notice;
mod observer;
pub mod otlp;
pub mod pages;
mod scheduler;
mod unanswered;
pub mod unit;
mod works;

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use rest::Secret;
use service::{Desk, Night, Sends};
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use console::Aliases;
pub use error::Error;

use console::Console;
use guard::{Announce, Clock, Guard, GuardConfig, ServeLimits};
use live::Live;
use notice::Webhook;
use observer::{Notices, Observer};
use otlp::Telemetry;
use scheduler::Scheduler;
use works::Works;

/// How runs of the service are made.
pub type Nights = Box<dyn Fn(Sends) -> Night + Send + Sync>;

/// What the service is told when it starts.
pub struct Serving {
    /// Whose integrations.
    pub desk: Desk,
    /// That no other service works with them ([`Desk::serving`]).
    pub alone: service::Serving,
    /// How runs are made.
    pub nights: Nights,
    /// Where the console listens.
    pub listener: TcpListener,
    /// The values of `Host` that it is reached under.
    pub hosts: Vec<String>,
    /// Browsers reach it over TLS, by a proxy.
    pub secure: bool,
    /// Who prints the one-time code, the first one and each that follows.
    pub announce: Announce,
    /// Names that the console's form may be given, and what they stand for.
    pub aliases: Aliases,
    /// Where notices go, and by what they are signed.
    pub webhook: Option<(Secret, Option<Secret>)>,
    /// After how long without a success a notice is due.
    pub silent_after: SignedDuration,
    /// Where traces go; else what the standard variables say.
    pub otlp_endpoint: Option<String>,
    /// How long runs that are at work are waited for when it ends.
    pub drain: Duration,
}

/// Runs integrations when they are due and answers the console, until `stop` ends.
///
/// # Errors
/// Something that it was told does not hold. What goes wrong later is logged, and ends nothing.
pub async fn serve(serving: Serving, stop: impl Future<Output = ()>) -> Result<(), Error> {
    let _alone = serving.alone;
    let notices = notices(serving.webhook, serving.silent_after)?;
    let telemetry = Telemetry::from_environment(serving.otlp_endpoint.as_deref(), env!("CARGO_PKG_VERSION"))?;
    let observer = Observer::new(notices, telemetry);
    let live = Live::default();
    let scheduler = Arc::new(Scheduler::new(serving.desk.clone(), live.clone(), observer.clone(), serving.nights));
    let guard = Guard::new(GuardConfig {
        hosts: serving.hosts,
        secure: serving.secure,
        clock: Clock::machine(),
        announce: Arc::clone(&serving.announce),
    })?;
    (serving.announce)(&guard.code());
    let (stopping, stopped) = watch::channel(());
    let console = Console {
        desk: serving.desk,
        scheduler: Arc::clone(&scheduler),
        live,
        works: Works::default(),
        guard,
        observer: observer.clone(),
        aliases: Arc::new(serving.aliases),
        stopped: stopped.clone(),
    };
    let stopped = || {
        let mut stopped = stopped.clone();
        async move {
            // A sender that is gone has said all that it will.
            drop(stopped.changed().await);
        }
    };
    let answering = guard::serve(serving.listener, console::router(console), ServeLimits::default(), stopped());
    let working = scheduler.work(stopped(), serving.drain);
    let ending = async {
        stop.await;
        drop(stopping);
    };
    tokio::join!(answering, working, ending);
    drop(scheduler);
    observer.shutdown().await;
    Ok(())
}

fn notices(webhook: Option<(Secret, Option<Secret>)>, silent_after: SignedDuration) -> Result<Option<Notices>, Error> {
    let Some((address, secret)) = webhook else { return Ok(None) };
    let webhook = Webhook::new(&address, secret)?;
    Ok(Some(Notices { webhook, silent_after, sending: Arc::default() }))
}
