//! The client: one server, one pool of connections, one loop of attempts. Apart from [`crate::retry`], which decides,
//! so that this file only does.
//!
//! What must hold: no redirect is followed (it would carry credentials elsewhere), no cookie is kept (ServiceNow runs
//! the requests of one session one after the other), no proxy of the environment is asked, and no more than the cap
//! is kept of any body.

use std::time::{Instant, SystemTime};

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret as _;
use url::Url;

use crate::{Answer, Auth, ClientConfig, Endpoint, Error, Request, config, limits, retry::Policy};

const USER_AGENT: &str = concat!("snowhaul/", env!("CARGO_PKG_VERSION"));

/// A client of one server. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    host: String,
    policy: Policy,
    config: ClientConfig,
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
        // The process has one provider; that somebody installed it before us is no failure.
        let _already_installed = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .https_only(base.scheme() == "https")
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            // Two layers of retries would multiply; ours knows which requests are idempotent.
            .retry(reqwest::retry::never())
            .gzip(true)
            .connect_timeout(config.connect_timeout)
            .timeout(config.total_timeout)
            .pool_idle_timeout(limits::CONNECTION_IDLE_MAX)
            .build()
            .map_err(|source| Error::Setup { host: host.clone(), source: source.without_url() })?;
        Ok(Self { http, base, host, policy: Policy::new(&config), config })
    }

    /// The server's host, with its port if it is unusual.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Sends one request, again where that is safe, and reads the whole answer. Any status is an answer.
    ///
    /// # Errors
    /// [`Error::NotSent`] and [`Error::Invalid`]: the server cannot have acted. [`Error::Ambiguous`] and
    /// [`Error::TooLarge`]: it may have.
    pub async fn send(&self, request: Request) -> Result<Answer, Error> {
        let endpoint = self.endpoint(&request);
        let idempotent = request.idempotent;
        let prepared = self.prepare(request, &endpoint)?;
        let mut attempt = 1;
        loop {
            let again = prepared.try_clone().expect("a body of bytes can always be sent again");
            let began = Instant::now();
            let result = self.attempt(again, &endpoint).await;
            report(&endpoint, &result, began, attempt);
            let Some(wait) = self.policy.wait(&result, idempotent, attempt, SystemTime::now()) else {
                return result;
            };
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    fn endpoint(&self, request: &Request) -> Endpoint {
        Endpoint { method: request.method.clone(), host: self.host.clone(), path: request.path.clone() }
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

    async fn attempt(&self, request: reqwest::Request, endpoint: &Endpoint) -> Result<Answer, Error> {
        let mut response = self.http.execute(request).await.map_err(|source| lost(endpoint, source))?;
        let body = self.body(&mut response, endpoint).await?;
        Ok(Answer::new(response.status().as_u16(), std::mem::take(response.headers_mut()), body))
    }

    /// Reads a body by its chunks and stops at the cap, so that a bomb costs no more memory than the cap.
    async fn body(&self, response: &mut reqwest::Response, endpoint: &Endpoint) -> Result<Vec<u8>, Error> {
        let bytes_max = self.config.body_bytes_max;
        let too_large = || Error::TooLarge { endpoint: endpoint.clone(), bytes_max };
        let announced = response.content_length().map_or(0, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        if announced > bytes_max {
            return Err(too_large());
        }
        // A server that announces much and sends little must not make us reserve it.
        let mut body = Vec::with_capacity(announced.min(limits::BODY_BYTES_RESERVED));
        loop {
            let chunk = tokio::time::timeout(self.config.read_idle_timeout, response.chunk())
                .await
                .map_err(|silence| Error::Ambiguous { endpoint: endpoint.clone(), source: silence.into() })?
                .map_err(|source| lost(endpoint, source))?;
            let Some(chunk) = chunk else { return Ok(body) };
            if chunk.len() > bytes_max - body.len() {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
    }
}

fn headers(request: &Request) -> Option<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 1);
    for (name, value) in &request.headers {
        headers.append(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?);
    }
    if let Some(content_type) = &request.content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_str(content_type).ok()?);
    }
    Some(headers)
}

/// The library names the whole URL in its errors; the query may hold a secret, so it is taken away.
fn lost(endpoint: &Endpoint, source: reqwest::Error) -> Error {
    let endpoint = endpoint.clone();
    let source = source.without_url();
    if source.is_connect() {
        Error::NotSent { endpoint, source }
    } else {
        Error::Ambiguous { endpoint, source: source.into() }
    }
}

/// One event an attempt, which is what the other side counts as a request.
fn report(endpoint: &Endpoint, result: &Result<Answer, Error>, began: Instant, attempt: u32) {
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    match result {
        Ok(Answer { status, body, .. }) => {
            let bytes = body.len();
            tracing::debug!(%endpoint, status, bytes, milliseconds, attempt, "answered");
        }
        Err(error) => {
            let ambiguous = error.is_ambiguous();
            tracing::debug!(%endpoint, %error, ambiguous, milliseconds, attempt, "no answer");
        }
    }
}

#[cfg(test)]
mod tests;
