//! How many requests the instance takes: rate-limit rules, semaphores, and sessions. Apart from what a request asks for,
//! because it is decided before anybody looks at that. Sources are ServiceNow's documentation on inbound REST rate
//! limiting, KB0635398 and KB3046852 (semaphores), and reports on sessions that share a cookie.
//!
//! ```text
//!  request ─▶ rule spent? 429, Retry-After ─▶ session busy? waits, 202 ─▶ semaphores taken? waits, 429 ─▶ handler
//! ```
//!
//! Simplified: a rule counts at once and on one node, where the platform adds up its nodes' counts every 30 seconds.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rusqlite::Connection;
use serde_json::json;
use tokio::sync::{Mutex, Semaphore};

use super::blocking;
use super::caller;
use super::refusal::Refusal;
use crate::error::Error;
use crate::instance::Shared;
use crate::limits::{SECONDS_AN_HOUR, SEMAPHORE_QUEUE, SEMAPHORES, SESSION_QUEUE};
use crate::shipped;

/// The cookie that holds a session.
const SESSION: &str = "JSESSIONID";

/// What is under way, and what the rules have counted.
#[derive(Debug)]
pub(crate) struct Traffic {
    semaphores: Semaphore,
    queued: AtomicUsize,
    sessions: Lock<HashMap<String, Arc<Session>>>,
    counts: Lock<HashMap<(String, String), Window>>,
}

#[derive(Debug, Default)]
struct Session {
    busy: Mutex<()>,
    queued: AtomicUsize,
}

/// An hour of one rule and whom it counts.
#[derive(Clone, Copy, Debug)]
struct Window {
    ends: u64,
    requests: u64,
}

/// A rule that a request falls under.
struct Rule {
    id: String,
    limit: u64,
    /// Whom it counts: a user, or everybody together.
    counted: String,
}

/// Where a request stands with its rule.
struct Standing {
    rule: Rule,
    window: Window,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            semaphores: Semaphore::new(SEMAPHORES),
            queued: AtomicUsize::new(0),
            sessions: Lock::default(),
            counts: Lock::default(),
        }
    }
}

/// Counts itself in a queue for as long as it waits there.
struct Place<'q>(&'q AtomicUsize);

impl<'q> Place<'q> {
    /// None where the queue is full.
    fn take(queue: &'q AtomicUsize, places: usize) -> Option<Self> {
        if queue.fetch_add(1, Ordering::AcqRel) < places {
            return Some(Self(queue));
        }
        queue.fetch_sub(1, Ordering::AcqRel);
        None
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The method that a header says (`X-HTTP-Method-Override` on a POST), before the request is routed.
pub(crate) fn overridden<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    let said = request.headers().get("x-http-method-override").and_then(|value| value.to_str().ok());
    let method = said.and_then(|said| Method::from_bytes(said.to_ascii_uppercase().as_bytes()).ok());
    if request.method() == Method::POST
        && let Some(method) = method
    {
        *request.method_mut() = method;
    }
    request
}

/// Lets a request through when its turn has come.
pub(super) async fn control(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let user = caller::user_of(&shared, request.headers()).unwrap_or_default();
    let path = request.uri().path().to_owned();
    let standing = match standing(Arc::clone(&shared), user, path.clone()).await {
        Ok(standing) => standing,
        Err(refusal) => return refusal.into_response(),
    };
    if let Some(spent) = standing.as_ref().filter(|standing| standing.window.requests > standing.rule.limit) {
        return with_headers(refused(&path, spent), standing.as_ref());
    }
    let wants_no_body = request.headers().get("x-no-response-body").is_some_and(|value| value == "true");
    let session = session_of(request.headers());
    let is_new = session.is_none();
    let mut response = match session {
        None => take_turn(&shared.traffic, request, next).await,
        Some(id) => in_session(&shared.traffic, &id, request, next).await,
    };
    if is_new
        && let Ok(cookie) = HeaderValue::from_str(&format!("{SESSION}={}; Path=/; HttpOnly", crate::sys_id::fresh()))
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    if wants_no_body {
        *response.body_mut() = axum::body::Body::empty();
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    with_headers(response, standing.as_ref())
}

/// Requests that share a session are worked on one after the other; what would wait behind too many is dropped, with a
/// success that did nothing.
async fn in_session(traffic: &Traffic, id: &str, request: Request, next: Next) -> Response {
    let session = {
        let mut sessions = traffic.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        // What nobody works in is forgotten.
        sessions.retain(|_, session| Arc::strong_count(session) > 1);
        Arc::clone(sessions.entry(id.to_owned()).or_default())
    };
    let Some(place) = Place::take(&session.queued, SESSION_QUEUE + 1) else {
        return StatusCode::ACCEPTED.into_response();
    };
    let _turn = session.busy.lock().await;
    let response = take_turn(traffic, request, next).await;
    drop(place);
    response
}

/// The semaphores of the interface, and the queue in front of them.
async fn take_turn(traffic: &Traffic, request: Request, next: Next) -> Response {
    let permit = match traffic.semaphores.try_acquire() {
        Ok(permit) => permit,
        Err(_) => {
            let Some(place) = Place::take(&traffic.queued, SEMAPHORE_QUEUE) else {
                let body = json!({ "error": { "message": "Too Many Requests", "detail": null }, "status": "failure" });
                return (StatusCode::TOO_MANY_REQUESTS, Json(body)).into_response();
            };
            let Ok(permit) = traffic.semaphores.acquire().await else { return Refusal::internal().into_response() };
            drop(place);
            permit
        }
    };
    let response = next.run(request).await;
    drop(permit);
    response
}

/// Counts a request under its rule; none where no rule is for it, as on an instance that nobody has set up.
async fn standing(shared: Arc<Shared>, user: String, path: String) -> Result<Option<Standing>, Refusal> {
    blocking(move || {
        let Some(rule) = shared.database.read(|connection| rule(connection, &user, &path))? else { return Ok(None) };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut counts = shared.traffic.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.retain(|_, window| window.ends > now);
        let ends = (now / SECONDS_AN_HOUR + 1) * SECONDS_AN_HOUR;
        let key = (rule.id.clone(), rule.counted.clone());
        let window = counts.entry(key).or_insert(Window { ends, requests: 0 });
        window.requests += 1;
        Ok(Some(Standing { window: *window, rule }))
    })
    .await
}

/// The rule for a request: one for its user before one for a role of the user's before one for all.
fn rule(connection: &Connection, user: &str, path: &str) -> Result<Option<Rule>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT r.sys_id, r.request_limit, r.user, r.role FROM sys_rate_limit_rules r \
         WHERE r.active = 'true' AND (r.resource = '' OR instr(?2, r.resource) > 0) AND ( \
           r.user = ?1 OR (r.user = '' AND r.role = '') OR (r.user = '' AND EXISTS ( \
             SELECT 1 FROM sys_user_has_role h WHERE h.\"user\" = ?1 AND h.role = r.role))) \
         ORDER BY r.user = '', r.role = '' LIMIT 1",
    )?;
    let user = shipped::user_id(user);
    let mut rows = statement.query([user.as_str(), path])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let limit: String = row.get(1)?;
    Ok(Some(Rule { id: row.get(0)?, limit: limit.parse().unwrap_or_default(), counted: user }))
}

fn refused(path: &str, standing: &Standing) -> Response {
    let interface = match path.trim_start_matches("/api/now").trim_start_matches(['/', 'v', '1', '2']).split('/').next()
    {
        Some("table") => "Table API",
        Some("import") => "Import Set API",
        Some("stats") => "Aggregate API",
        Some("attachment") => "Attachment API",
        Some("batch") => "Batch API",
        _ => "API",
    };
    let detail = format!("Rate limit of {} requests per hour for {interface} exceeded", standing.rule.limit);
    let body = json!({ "error": { "message": "Rate limit exceeded", "detail": detail }, "status": "failure" });
    let mut response = (StatusCode::TOO_MANY_REQUESTS, Json(body)).into_response();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(standing.window.ends.saturating_sub(now)));
    response
}

fn with_headers(mut response: Response, standing: Option<&Standing>) -> Response {
    if let Some(Standing { rule, window }) = standing {
        let headers = response.headers_mut();
        headers.insert(HeaderName::from_static("x-ratelimit-limit"), HeaderValue::from(rule.limit));
        headers.insert(HeaderName::from_static("x-ratelimit-reset"), HeaderValue::from(window.ends));
        if let Ok(id) = HeaderValue::from_str(&rule.id) {
            headers.insert(HeaderName::from_static("x-ratelimit-rule"), id);
        }
    }
    response
}

/// The session that a request belongs to.
fn session_of(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == SESSION).map(|(_, value)| value.to_owned())
}
