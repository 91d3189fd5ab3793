//! A file behind an address that signs itself, on another host than the one that gave it. Apart from the client
//! because nothing of it may be used here: no credential, no budget, no retry (such an address soon ends, so whoever
//! wants it again asks for a new one), and a body that is given away by chunks and never kept.
//!
//! What must hold: what is secret in the address is its query, which stands in no error and no log.

mod reach;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reach::Reach;
use reqwest::header::ACCEPT_ENCODING;
use tokio::time::{Instant, timeout};
use url::Url;

use crate::inflate::{Caps, Inflater};
use crate::{Endpoint, Error, Headers, Method, config, limits, transport};

/// What a download may be. The defaults are those of [`limits`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownloadConfig {
    /// Accepts addresses of this machine as well, also in clear: for tests and demonstrations.
    pub allow_loopback: bool,
    /// Largest file, before and after inflation, in bytes.
    pub bytes_max: u64,
    /// How many times larger than its compressed form a file may be.
    pub inflation_ratio_max: u32,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest silence, before the answer begins as well as within it.
    pub read_idle_timeout: Duration,
    /// Longest time in all.
    pub total_timeout: Duration,
}

impl Default for DownloadConfig {
    fn default() -> Self {
        Self {
            allow_loopback: false,
            bytes_max: limits::DOWNLOAD_BYTES_MAX,
            inflation_ratio_max: limits::INFLATION_RATIO_MAX,
            connect_timeout: limits::CONNECT_TIMEOUT,
            read_idle_timeout: limits::READ_IDLE_TIMEOUT,
            total_timeout: limits::DOWNLOAD_TIMEOUT,
        }
    }
}

/// A file that is on its way.
pub struct Download {
    endpoint: Endpoint,
    response: reqwest::Response,
    read_idle_timeout: Duration,
    total_timeout: Duration,
    caps: Caps,
    body: Inflater,
    /// Bytes that came and are not yet inflated.
    waiting: Bytes,
    progress: Progress,
    /// Bytes that were given away.
    bytes: u64,
    began: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Running,
    /// The last byte has come; not all of it may have been given away.
    Received,
    Over,
    /// An error was given; whatever followed in the body would follow a gap.
    Broken,
}

impl Download {
    /// Asks for the file at `url`, which is a whole address, and waits until it begins to come.
    ///
    /// # Errors
    /// [`Error::NoAddress`] and [`Error::Refused`] for an address that is none, is not https, carries credentials or
    /// leads into a network; [`Error::NoFile`] for any status but a success, which a redirect is not either; those
    /// of the way.
    pub async fn open(url: &str, policy: &DownloadConfig) -> Result<Self, Error> {
        let address = Url::parse(url).map_err(|source| Error::NoAddress { source })?;
        let host = config::host_of(&address);
        let reach = Reach::of(&address, policy.allow_loopback)
            .map_err(|reason| Error::Refused { host: host.clone(), reason })?;
        let endpoint = Endpoint { method: Method::GET, host, path: address.path().to_owned() };
        let began = Instant::now();
        let opened = Self::begin(address, reach, endpoint.clone(), policy, began).await;
        if let Err(error) = &opened {
            report_failure(&endpoint, error, began);
        }
        opened
    }

    /// The next bytes of the file, inflated; none at its end. After an error the download is over.
    ///
    /// # Errors
    /// [`Error::Ambiguous`] where the rest is lost, [`Error::TooLarge`] and [`Error::Bomb`] where a cap is reached.
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>, Error> {
        match self.progress {
            Progress::Over => return Ok(None),
            Progress::Broken => return Err(self.lost("it broke off before".into())),
            Progress::Running | Progress::Received => {}
        }
        let chunk = self.chunk().await;
        match &chunk {
            Ok(Some(chunk)) => self.bytes += chunk.len() as u64,
            Ok(None) => {
                self.progress = Progress::Over;
                self.report();
            }
            Err(error) => {
                self.progress = Progress::Broken;
                report_failure(&self.endpoint, error, self.began);
            }
        }
        chunk
    }

    async fn begin(
        address: Url,
        reach: Reach,
        endpoint: Endpoint,
        policy: &DownloadConfig,
        began: Instant,
    ) -> Result<Self, Error> {
        let http = transport::builder(&address, policy.connect_timeout)
            .dns_resolver(reach)
            .build()
            .map_err(|source| Error::Setup { host: endpoint.host.clone(), source: source.without_url() })?;
        let asking = http.get(address).header(ACCEPT_ENCODING, "gzip").send();
        let mut response = timeout(policy.connect_timeout.saturating_add(policy.read_idle_timeout), asking)
            .await
            .map_err(|silence| Error::Ambiguous { endpoint: endpoint.clone(), source: silence.into() })?
            .map_err(|source| failed(&endpoint, source))?;
        if !response.status().is_success() {
            return Err(Error::NoFile { endpoint, status: response.status().as_u16() });
        }
        let headers = Headers::new(std::mem::take(response.headers_mut()));
        let caps = Caps { bytes_max: policy.bytes_max, ratio_max: policy.inflation_ratio_max };
        let body = Inflater::new(&headers, caps, response.content_length())
            .map_err(|refusal| caps.error(refusal, &endpoint))?;
        Ok(Self {
            endpoint,
            response,
            read_idle_timeout: policy.read_idle_timeout,
            total_timeout: policy.total_timeout,
            caps,
            body,
            waiting: Bytes::new(),
            progress: Progress::Running,
            bytes: 0,
            began,
        })
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let inflated = self.body.take();
            if !inflated.is_empty() {
                return Ok(Some(inflated.into()));
            }
            if self.progress == Progress::Received {
                return Ok(None);
            }
            self.advance().await?;
        }
    }

    /// Inflates a little of what has come, or waits for more.
    async fn advance(&mut self) -> Result<(), Error> {
        if !self.waiting.is_empty() {
            let step_bytes = if self.body.is_gzip() { limits::INFLATE_STEP_BYTES } else { usize::MAX };
            let step = self.waiting.split_to(self.waiting.len().min(step_bytes));
            return self.body.feed(&step).map_err(|refusal| self.caps.error(refusal, &self.endpoint));
        }
        match self.receive().await? {
            Some(bytes) => self.waiting = bytes,
            None => {
                self.body.finish().map_err(|refusal| self.caps.error(refusal, &self.endpoint))?;
                self.progress = Progress::Received;
            }
        }
        Ok(())
    }

    async fn receive(&mut self) -> Result<Option<Bytes>, Error> {
        let left = self.total_timeout.saturating_sub(self.began.elapsed());
        if left.is_zero() {
            return Err(self.lost("it took too long in all".into()));
        }
        match timeout(self.read_idle_timeout.min(left), self.response.chunk()).await {
            Ok(received) => received.map_err(|source| Error::lost(&self.endpoint, source)),
            Err(silence) => Err(self.lost(silence.into())),
        }
    }

    fn lost(&self, source: Box<dyn std::error::Error + Send + Sync>) -> Error {
        Error::Ambiguous { endpoint: self.endpoint.clone(), source }
    }

    fn report(&self) {
        let (endpoint, status, bytes) = (&self.endpoint, self.response.status().as_u16(), self.bytes);
        let milliseconds = milliseconds_since(self.began);
        tracing::debug!(%endpoint, status, bytes, milliseconds, attempt = 1, "downloaded");
    }
}

/// Shows neither the address, whose query is secret, nor a byte of the file.
impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("endpoint", &self.endpoint)
            .field("progress", &self.progress)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

fn failed(endpoint: &Endpoint, source: reqwest::Error) -> Error {
    if reach::is_inside(&source) {
        Error::Refused { host: endpoint.host.clone(), reason: reach::INSIDE }
    } else {
        Error::lost(endpoint, source)
    }
}

fn report_failure(endpoint: &Endpoint, error: &Error, began: Instant) {
    let milliseconds = milliseconds_since(began);
    tracing::debug!(%endpoint, %error, milliseconds, attempt = 1, "no download");
}

fn milliseconds_since(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
