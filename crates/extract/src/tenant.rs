//! One tenant, with its token: questions go out, answers come back sorted into data, "you may not", and trouble. Apart
//! because what a status means is decided here once, for every endpoint.
//!
//! What must hold: the token is in no error, no log and no address; an address that an answer names is never followed
//! with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use flow::Clock;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use rest::{Answer, BudgetState, Client, ClientConfig, Request, Secret};

use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::refusal;

/// One tenant. Clones share its connections, its request budget and its count of requests.
#[derive(Clone, Debug)]
pub struct Tenant {
    client: Client,
    token: Arc<Secret>,
    requests: Arc<AtomicU64>,
    /// Milliseconds by which the tenant's clock is ahead of ours, as its newest answer tells.
    ahead: Arc<AtomicI64>,
    clock: Clock,
}

/// An answer with data in it.
pub(crate) struct Got {
    pub(crate) body: Vec<u8>,
    /// Rows of the whole list, where the answer's headers say so.
    pub(crate) total: Option<u64>,
}

impl Tenant {
    /// Prepares to ask a tenant; nothing is sent.
    ///
    /// # Errors
    /// An address that a token must not be sent to.
    pub fn new(config: ClientConfig, token: Secret) -> Result<Self, Error> {
        let client = Client::new(config)
            .map_err(|source| Error::Http { doing: "prepare to ask the tenant".to_owned(), source })?;
        Ok(Self {
            client,
            token: Arc::new(token),
            requests: Arc::default(),
            ahead: Arc::default(),
            clock: Clock::default(),
        })
    }

    /// The same tenant, read by another clock than the machine's.
    pub fn by_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Our own clock.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// What time it is, by our own clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The tenant's host, with its port if it is unusual.
    pub fn host(&self) -> &str {
        self.client.host()
    }

    /// Questions asked so far, by this tenant and its clones.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// What is left of the request budget; `None` where none was set.
    pub fn budget(&self) -> Option<BudgetState> {
        self.client.budget()
    }

    /// The requests of the hour that ends now, by how long ago they left, for whoever asks this tenant next.
    pub fn spent(&self) -> Vec<(std::time::Duration, u32)> {
        self.client.spent()
    }

    /// What a moment of our clock is on the tenant's, to the second. Whatever the tenant is asked for by time is asked for
    /// by its own: a clock of ours that is fast would never see what changed meanwhile.
    pub fn moment(&self, ours: Timestamp) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead.load(Ordering::Relaxed));
        ours.saturating_add(ahead).unwrap_or(ours)
    }

    fn note_clock(&self, answer: &Answer) {
        let theirs = answer.header("date").and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
        if let Some(theirs) = theirs {
            let ahead = theirs.duration_since(self.clock.now()).as_millis();
            self.ahead.store(i64::try_from(ahead).unwrap_or_default(), Ordering::Relaxed);
        }
    }

    /// True where the tenant is on this machine, so that addresses which it names may be as well.
    pub(crate) fn is_local(&self) -> bool {
        let host = self.client.host();
        let name = host.rsplit_once(':').filter(|_| !host.ends_with(']')).map_or(host, |(name, _)| name);
        let name = name.trim_matches(['[', ']']);
        name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Another count over the same connections, for one data set.
    pub(crate) fn counted(&self) -> Self {
        Self { requests: Arc::default(), ..self.clone() }
    }

    /// Asks an endpoint and returns the body of its answer.
    ///
    /// # Errors
    /// [`Error::is_refusal`] where the token may not ask this, [`Error::budget_wait`] where the budget is spent.
    pub(crate) async fn get(&self, endpoint: Endpoint, id: &str, query: &[(&str, String)]) -> Result<Got, Error> {
        let mut request = Request::get(endpoint.path(id)).header("accept", "application/json");
        for (name, value) in query {
            request = request.query(*name, value);
        }
        self.ask(endpoint, request).await
    }

    /// Asks with a body.
    pub(crate) async fn post(&self, endpoint: Endpoint, body: Vec<u8>) -> Result<Got, Error> {
        // An export that is asked for twice is made twice and costs nobody anything.
        let request = Request::post(endpoint.path(""), "application/json", body).idempotent(true);
        self.ask(endpoint, request.header("accept", "application/json")).await
    }

    async fn ask(&self, endpoint: Endpoint, request: Request) -> Result<Got, Error> {
        let path = request.path.clone();
        self.requests.fetch_add(1, Ordering::Relaxed);
        let answer = self.client.send(request.bearer((*self.token).clone())).await;
        let answer = answer.map_err(|source| Error::Http { doing: format!("ask for {path}"), source })?;
        self.note_clock(&answer);
        // A pause that was too long to wait for is no trouble of the tenant: it says when to come again.
        if let (429 | 503, Some(wait)) = (answer.status, self.client.paused()) {
            let endpoint =
                rest::Endpoint { method: rest::Method::GET, host: self.host().to_owned(), path: path.clone() };
            let source = rest::Error::Paused { endpoint, wait };
            return Err(Error::Http { doing: format!("ask for {path}"), source });
        }
        match sorted(endpoint, path, answer) {
            Err(Error::NotAllowed { status: 401, path, words, .. }) if self.is_token_refused().await? => {
                Err(Error::Token { path, words })
            }
            sorted => sorted,
        }
    }

    /// True where the token is refused as such. A 401 may mean that, or that one permission is missing; the list of
    /// devices, without which nothing was ever read, tells them apart.
    async fn is_token_refused(&self) -> Result<bool, Error> {
        let endpoint = Endpoint::Devices;
        let path = endpoint.path("");
        self.requests.fetch_add(1, Ordering::Relaxed);
        let request = Request::get(path.clone()).query("limit", "1").bearer((*self.token).clone());
        let answer = self.client.send(request).await;
        let answer = answer.map_err(|source| Error::Http { doing: format!("ask for {path}"), source })?;
        Ok(matches!(sorted(endpoint, path, answer), Err(Error::Token { .. })))
    }
}

fn sorted(endpoint: Endpoint, path: String, answer: Answer) -> Result<Got, Error> {
    let total = answer.header("x-total-count").and_then(|total| total.trim().parse().ok());
    let Answer { status, body, .. } = answer;
    if (200..300).contains(&status) {
        return Ok(Got { body, total });
    }
    let words = refusal::words(&body);
    match status {
        404 if refusal::is_no_route(&body) => Err(Error::NoSuchTenant { path, words }),
        401 if endpoint == Endpoint::Devices => Err(Error::Token { path, words }),
        401 | 403 | 404 => Err(Error::NotAllowed { path, permission: endpoint.permission(), status, words }),
        429 | 500..=599 => Err(Error::Unavailable { path, status, words }),
        _ => Err(Error::Unexpected { path, status, words }),
    }
}
