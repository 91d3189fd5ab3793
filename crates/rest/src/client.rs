//! The client: one server, one pool of connections, one loop of attempts. Apart from [`crate::retry`] and
//! [`crate::pace`], which decide, and from [`crate::transport`], which connects, so that this file only does.
//!
//! What must hold: every attempt is counted before it leaves, the head of every answer is heard before its body is
//! read, and no more than the cap is kept of any body.

use std::sync::Arc;

use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret as _;
use tokio::time::Instant;
use url::Url;

use crate::inflate::{Caps, Inflater};
use crate::pace::Pace;
use crate::retry::Policy;
use crate::{Answer, Auth, BudgetState, ClientConfig, Endpoint, Error, Headers, Request, config, limits, transport};

/// A client of one server. Clones share its connections, its budget and the pauses that the server asks for.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    host: String,
    policy: Policy,
    pace: Arc<Pace>,
    config: ClientConfig,
}

/// One attempt, as it is counted and reported.
#[derive(Clone, Copy, Debug)]
struct Attempt {
    /// From 1.
    attempt: u32,
    /// Its number among all requests of the client.
    number: u64,
    began: Instant,
}

impl Client {
    /// Checks the address and prepares TLS; nothing is sent.
    ///
    /// # Errors
    /// [`Error::NoAddress`] and [`Error::Refused`] for an address that credentials must not be sent to,
    /// [`Error::Setup`] where the machine's root certificates cannot be read.
    pub fn new(config: ClientConfig) -> Result<Self, Error> {
        let base = config::base(&config.base_url)?;
        let host = config::host_of(&base);
        let http = transport::builder(&base, config.connect_timeout)
            .timeout(config.total_timeout)
            .build()
            .map_err(|source| Error::Setup { host: host.clone(), source: source.without_url() })?;
        let pace = Arc::new(Pace::new(&config));
        Ok(Self { http, base, host, policy: Policy::new(&config), pace, config })
    }

    /// The server's host, with its port if it is unusual.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// How the budget stands; none where none was configured.
    pub fn budget(&self) -> Option<BudgetState> {
        self.pace.budget()
    }

    /// Sends one request, again where that is safe, and reads the whole answer. Any status is an answer.
    ///
    /// # Errors
    /// [`Error::NotSent`], [`Error::Invalid`], [`Error::BudgetSpent`], [`Error::Paused`] and [`Error::Withdrawn`]: the
    /// server cannot have acted. [`Error::Ambiguous`], [`Error::TooLarge`], [`Error::Bomb`] and [`Error::Coding`]: it may have.
    pub async fn send(&self, request: Request) -> Result<Answer, Error> {
        let endpoint = self.endpoint(&request);
        let (idempotent, gate) = (request.idempotent, request.gate.clone());
        let is_wanted = || gate.as_ref().is_none_or(|gate| gate());
        let prepared = self.prepare(request, &endpoint)?;
        let mut number = self.pace.admit(&endpoint).await?;
        if !is_wanted() {
            return Err(Error::Withdrawn { endpoint });
        }
        self.pace.count_request();
        let mut attempt = 1;
        loop {
            let again = prepared.try_clone().expect("a body of bytes can always be sent again");
            let this = Attempt { attempt, number, began: self.config.clock.now() };
            let result = self.attempt(again, &endpoint, this).await;
            self.report(&endpoint, &result, this);
            let Some(wait) = self.policy.wait(&result, idempotent, attempt, self.config.clock.calendar()) else {
                return result.map(|answer| Answer { attempts: attempt, ..answer });
            };
            if !self.pace.may_repeat() {
                tracing::debug!(%endpoint, attempt, "not repeated: too many requests had to be");
                return result;
            }
            self.config.clock.sleep_until(self.config.clock.now() + wait.min(limits::PAUSE_MAX)).await;
            number = match self.pace.admit(&endpoint).await {
                Ok(number) => number,
                // Nothing was done, so that what holds the next attempt back is what the caller has to know.
                Err(held) if prepared.method().is_safe() || self.policy.has_not_begun(&result) => return Err(held),
                // What this attempt did is not undone by another that may not leave, so its result stands.
                Err(_) => return result,
            };
            if !is_wanted() {
                let is_undone = prepared.method().is_safe() || self.policy.has_not_begun(&result);
                return if is_undone { Err(Error::Withdrawn { endpoint }) } else { result };
            }
            attempt += 1;
        }
    }

    /// The requests of the hour that ends now, by how long ago they left; for the [`crate::BudgetConfig::spent`] of the next
    /// client of this server. None where no budget was configured.
    pub fn spent(&self) -> Vec<(std::time::Duration, u32)> {
        self.pace.spent()
    }

    /// How long the server's own pause still lasts, where that is longer than the client waits by itself.
    pub fn paused(&self) -> Option<std::time::Duration> {
        self.pace.paused()
    }

    fn endpoint(&self, request: &Request) -> Endpoint {
        let path = if request.is_path_secret { "/…".to_owned() } else { request.path.clone() };
        Endpoint { method: request.method.clone(), host: self.host.clone(), path }
    }

    fn prepare(&self, request: Request, endpoint: &Endpoint) -> Result<reqwest::Request, Error> {
        let invalid = |reason| Error::Invalid { endpoint: endpoint.clone(), reason };
        let url = self.url(&request).ok_or_else(|| invalid("its path does not begin with `/` or climbs with `..`"))?;
        let headers = headers(&request).ok_or_else(|| invalid("a header has characters that HTTP does not allow"))?;
        let mut builder = self.http.request(request.method, url).headers(headers);
        builder = match &request.auth {
            Some(Auth::Bearer(token)) => builder.bearer_auth(token.expose_secret()),
            Some(Auth::Basic { user, password }) => builder.basic_auth(user, Some(password.expose_secret())),
            None => builder,
        };
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        builder.build().map_err(|_| invalid("its credentials have characters that HTTP does not allow"))
    }

    /// Appends path and query to the base address. A path that climbs is refused, because the table named in it may
    /// come from a file, and `..` would choose another API.
    fn url(&self, request: &Request) -> Option<Url> {
        let climbs =
            request.path.split(['/', '\\']).any(|part| part == ".." || part.to_ascii_lowercase().contains("%2e"));
        if !request.path.starts_with('/') || climbs {
            return None;
        }
        let mut url = self.base.clone();
        url.set_path(&format!("{}{}", self.base.path().trim_end_matches('/'), request.path));
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        Some(url)
    }

    /// One attempt. The head of the answer closes the gate and teaches the budget before the body has come, which may
    /// take its time while others would leave.
    async fn attempt(&self, request: reqwest::Request, endpoint: &Endpoint, this: Attempt) -> Result<Answer, Error> {
        let mut response = self.http.execute(request).await.map_err(|source| Error::lost(endpoint, source))?;
        let status = response.status().as_u16();
        let mut headers = Headers::new(std::mem::take(response.headers_mut()));
        let pause = self.policy.pause(status, &headers, this.attempt, self.config.clock.calendar());
        self.pace.heard(this.number, &headers, pause);
        let body = self.body(&mut response, &mut headers, endpoint).await?;
        Ok(Answer::new(status, headers, body))
    }

    /// Reads a body by its chunks and stops at the caps, so that a bomb costs no more memory than they allow.
    async fn body(
        &self,
        response: &mut reqwest::Response,
        headers: &mut Headers,
        endpoint: &Endpoint,
    ) -> Result<Vec<u8>, Error> {
        let caps = Caps { bytes_max: self.config.body_bytes_max as u64, ratio_max: self.config.inflation_ratio_max };
        let refused = |refusal| caps.error(refusal, endpoint);
        let mut body = Inflater::new(headers, caps, response.content_length()).map_err(refused)?;
        loop {
            let chunk = tokio::time::timeout(self.config.read_idle_timeout, response.chunk())
                .await
                .map_err(|silence| Error::Ambiguous { endpoint: endpoint.clone(), source: silence.into() })?
                .map_err(|source| Error::lost(endpoint, source))?;
            let Some(chunk) = chunk else { break };
            body.feed(&chunk).map_err(refused)?;
        }
        body.finish().map_err(refused)?;
        if body.is_gzip() {
            headers.forget_coding();
        }
        Ok(body.take())
    }

    /// One event an attempt, which is what the other side counts as a request.
    fn report(&self, endpoint: &Endpoint, result: &Result<Answer, Error>, this: Attempt) {
        let took = self.config.clock.now().saturating_duration_since(this.began);
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let remaining = self.budget().map(|budget| budget.remaining);
        let attempt = this.attempt;
        match result {
            Ok(Answer { status, body, .. }) => {
                let bytes = body.len();
                tracing::debug!(%endpoint, status, bytes, milliseconds, attempt, remaining, "answered");
            }
            Err(error) => {
                let ambiguous = error.is_ambiguous();
                tracing::debug!(%endpoint, %error, ambiguous, milliseconds, attempt, remaining, "no answer");
            }
        }
    }
}

fn headers(request: &Request) -> Option<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 2);
    for (name, value) in &request.headers {
        headers.append(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?);
    }
    if let Some(content_type) = &request.content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_str(content_type).ok()?);
    }
    // It is we who inflate, so the caller has no say in it.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    Some(headers)
}

#[cfg(test)]
mod tests;
