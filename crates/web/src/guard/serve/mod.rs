//! Connections: how many, for how long, and how they end. Apart because `axum::serve` has no such limits: a client that
//! sends one byte of a head a minute, or never reads its answer, keeps its connection there for ever.
//!
//! ```text
//!  listener ──> a place is free? ──> head within 10 s ──> answer, as long as the client reads ──> next head …
//!  shutdown ──> no more are taken; what is being answered has 10 s; the rest is cut off
//! ```
//!
//! Whoever has no place waits in the system's queue. We do not turn connections away when all places are taken, because
//! the owner is then turned away as well; a place that is held by a silent client is free again in ten seconds.

mod steady;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;

use super::limits::{CONNECTIONS_MAX, DRAIN, HEADER_BYTES_MAX, HEADER_READ, WRITE_STALL};
use steady::Steady;

/// What a client may take of the service. Tests shrink it.
#[derive(Clone, Copy, Debug)]
pub struct ServeLimits {
    /// Connections at once.
    pub connections_max: usize,
    /// How long the head of a request may take, and how long a connection may be silent between two.
    pub header_read: Duration,
    /// How long an answer waits for a client that does not read on.
    pub write_stall: Duration,
    /// How long what is being answered may take after the shutdown.
    pub drain: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self { connections_max: CONNECTIONS_MAX, header_read: HEADER_READ, write_stall: WRITE_STALL, drain: DRAIN }
    }
}

/// How serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything that was asked has been answered.
    Drained,
    /// Some connections were still open when the time was up.
    CutOff {
        /// How many.
        connections: usize,
    },
}

/// Answers requests until `shutdown`; then finishes what was asked, as long as there is time. An event stream never ends by
/// itself: its handler has to look out for the shutdown, else it is what is cut off.
pub async fn serve(
    mut listener: TcpListener,
    router: Router,
    limits: ServeLimits,
    shutdown: impl Future<Output = ()> + Send,
) -> Ended {
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, place) = tokio::select! {
            () = &mut shutdown => break,
            Some(ended) = connections.join_next() => {
                note(ended);
                continue;
            }
            next = next(&mut listener, &places) => next,
        };
        let service = TowerToHyperService::new(router.clone());
        let stream = TokioIo::new(Steady::new(stream, limits.write_stall));
        let connection = graceful.watch(protocol(limits).serve_connection(stream, service));
        connections.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    match timeout(limits.drain, graceful.shutdown()).await {
        Ok(()) => Ended::Drained,
        Err(_) => cut_off(connections).await,
    }
}

/// HTTP/1.1 only: a browser speaks HTTP/2 over TLS alone, which ends at the proxy.
fn protocol(limits: ServeLimits) -> Builder {
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.header_read).max_buf_size(HEADER_BYTES_MAX);
    builder
}

/// The next connection that has a place.
async fn next(listener: &mut TcpListener, places: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    let place = Arc::clone(places).acquire_owned().await.expect("the places are never closed");
    // This one waits and tries again where the process has too many files open.
    let (stream, _) = Listener::accept(listener).await;
    // An answer goes out when it is written; without this a small one would wait for the client's acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    (stream, place)
}

async fn cut_off(mut connections: JoinSet<()>) -> Ended {
    while let Some(ended) = connections.try_join_next() {
        note(ended);
    }
    let open = connections.len();
    connections.shutdown().await;
    match open {
        0 => Ended::Drained,
        connections => Ended::CutOff { connections },
    }
}

fn note(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a connection ended in a panic");
    }
}
