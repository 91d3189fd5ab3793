//! One tenant, with its token: questions go out, answers come back sorted into data, "you may not", and trouble. Apart
//! because what a status means is decided here once, for every endpoint.
//!
//! What must hold: the token is in no error, no log and no address; an address that an answer names is never followed
//! with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
        Ok(Self { client, token: Arc::new(token), requests: Arc::default() })
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

    /// True where the tenant is on this machine, so that addresses which it names may be as well.
    pub(crate) fn is_local(&self) -> bool {
        let host = self.client.host();
        host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]")
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
        sorted(endpoint, path, answer)
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
