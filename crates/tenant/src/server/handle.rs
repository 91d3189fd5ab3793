//! The way of a request: what a gateway in front of the API does with it, and in which order.
//!
//! ```text
//!  control ── witness ── no such address? ── rate ── latency ── invented refusal ── respond ── transport
//! ```

use super::answer::{Answer, HTML, Payload};
use super::call::Call;
use super::door::Peer;
use super::error_shape::Complaint;
use super::fault::{FaultKind, Hits, Retry};
use super::rate::{RetryAfter, whole_seconds};
use super::route::Route;
use super::shared::{Shared, locked};
use super::transport::Receiver;
use super::witness::{Arrival, Notice};
use super::{control, respond, transport};
use crate::limits::REQUEST_BYTES_MAX;
use crate::moment::Moment;
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Answers every request.
pub(super) async fn handle(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, REQUEST_BYTES_MAX).await else {
        let complaint = Complaint::of_gateway(StatusCode::PAYLOAD_TOO_LARGE, "Request size limit exceeded");
        let receiver = Receiver { peer: &peer, accepts_gzip: false };
        return transport::send(&shared, &receiver, complaint.into(), Notice::default(), &Hits::default());
    };
    let call = Call::of(&parts, body, peer);
    if control::is_control(&call) {
        return control::answer(shared, call).await;
    }
    let route = Route::of(&call.method, &call.path);
    witness(&shared, &call, route.as_ref());
    let Some(route) = route else {
        let complaint = Complaint::of_gateway(StatusCode::NOT_FOUND, "no Route matched with those values");
        let receiver = Receiver { peer: &call.peer, accepts_gzip: call.accepts_gzip };
        return transport::send(&shared, &receiver, complaint.into(), Notice::default(), &Hits::default());
    };
    let hits = locked(&shared.faults).hits(&call.path, &route);
    pause(&shared, &hits).await;
    let (peer, accepts_gzip) = (call.peer.clone(), call.accepts_gzip);
    let (answer, notice) = answer(&shared, call, route, &hits).await;
    drift(&shared, &hits).await;
    transport::send(&shared, &Receiver { peer: &peer, accepts_gzip }, answer, notice, &hits)
}

fn witness(shared: &Shared, call: &Call, route: Option<&Route>) {
    let is_download = route.is_some_and(Route::is_download);
    let endpoint = route.map_or_else(|| "unknown".to_owned(), Route::name);
    locked(&shared.watch).arrived(&Arrival {
        endpoint: &endpoint,
        path: &call.path,
        has_token: call.authorization.is_some(),
        is_download,
        at: shared.now(),
    });
}

async fn pause(shared: &Shared, hits: &Hits) {
    for kind in &hits.kinds {
        if let FaultKind::Latency(milliseconds) = kind {
            shared.clock.pause(*milliseconds).await;
        }
    }
}

/// What is answered, and what that tells of when to ask again.
async fn answer(shared: &Arc<Shared>, call: Call, route: Route, hits: &Hits) -> (Answer, Notice) {
    let mut notice = Notice::default();
    let mut headers = vec![("date", shared.date(shared.now()).for_http())];
    // Finished exports lie elsewhere, where the tenant's limits do not reach.
    if !route.is_download() {
        let limits = shared.limits();
        let now = shared.now();
        let admission = locked(&shared.gauge).admit(&limits, now);
        notice.empty_until = admission.empty_until;
        headers.extend(admission.headers);
        if let Some(until) = admission.refused_until {
            let retry = match limits.retry_after {
                RetryAfter::Absent => Retry::Absent,
                RetryAfter::Seconds => Retry::Seconds(whole_seconds(until - now) as u32),
                RetryAfter::Date => Retry::Date(whole_seconds(until - now) as u32),
            };
            let answer = refusal(StatusCode::TOO_MANY_REQUESTS, "API rate limit exceeded");
            return (with_headers(with_retry(answer, retry, shared, &mut notice), &headers), notice);
        }
    }
    let answer = match invented(shared, hits, &mut notice) {
        Some(answer) => answer,
        None => respond::respond(shared, call, route, hits).await,
    };
    (with_headers(answer, &headers), notice)
}

/// A refusal that nothing but a fault is the reason for.
fn invented(shared: &Shared, hits: &Hits, notice: &mut Notice) -> Option<Answer> {
    hits.kinds.iter().find_map(|kind| match kind {
        FaultKind::TooManyRequests(retry) => {
            let answer = refusal(StatusCode::TOO_MANY_REQUESTS, "API rate limit exceeded");
            Some(with_retry(answer, *retry, shared, notice))
        }
        FaultKind::ServerError(status, retry) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            let answer = refusal(status, "An unexpected error occurred");
            Some(with_retry(answer, *retry, shared, notice))
        }
        FaultKind::Html(status) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::OK);
            let page =
                "<!DOCTYPE html><html><head><title>Please wait</title></head><body><h1>Please wait</h1></body></html>";
            Some(Answer::new(HTML, Payload::Whole(page.into())).with_status(status))
        }
        _ => None,
    })
}

fn refusal(status: StatusCode, words: &str) -> Answer {
    Complaint::of_gateway(status, words).into()
}

fn with_headers(answer: Answer, headers: &[(&'static str, String)]) -> Answer {
    headers.iter().fold(answer, |answer, (name, value)| answer.with_header(name, value))
}

/// Says when to come again, in either form, and notes it.
fn with_retry(answer: Answer, retry: Retry, shared: &Shared, notice: &mut Notice) -> Answer {
    let now = shared.now();
    match retry {
        Retry::Absent => answer,
        Retry::Seconds(seconds) => {
            notice.retry_at = Some(now + i64::from(seconds) * 1_000);
            answer.with_header("retry-after", &seconds.to_string())
        }
        Retry::Date(seconds) => {
            // A date has no parts of seconds, so it is the next whole one.
            let earliest = shared.date(now + i64::from(seconds) * 1_000).milliseconds();
            let date = whole_seconds(earliest) * 1_000;
            notice.retry_at = Some(now + i64::from(seconds) * 1_000 + (date - earliest));
            answer.with_header("retry-after", &Moment::of_milliseconds(date).for_http())
        }
    }
}

/// Lets devices vanish and enrol behind the page that was just made.
async fn drift(shared: &Arc<Shared>, hits: &Hits) {
    let (vanishes, enrols) = (hits.has(&FaultKind::Vanish), hits.has(&FaultKind::Enrol));
    if !vanishes && !enrols {
        return;
    }
    let shared = Arc::clone(shared);
    let drifted = tokio::task::spawn_blocking(move || {
        if vanishes {
            shared.vanish();
        }
        if enrols {
            shared.enrol();
        }
    });
    if let Err(error) = drifted.await {
        tracing::error!(%error, "the fleet could not drift");
    }
}
