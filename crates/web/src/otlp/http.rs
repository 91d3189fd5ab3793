//! The exporter's requests, made by our own client. Apart because two worlds meet here: the exporter has a thread
//! without a runtime, and a client of ours needs one.

use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use rest::{Client, ClientConfig};
use tokio::runtime::Handle;

use super::Error;
use super::settings::Settings;
use crate::limits;
use crate::unanswered::unanswered;

/// Headers that our client writes itself.
const OURS: [&str; 4] = ["content-type", "content-length", "host", "user-agent"];

/// A client of the collector.
#[derive(Debug)]
pub(super) struct Http {
    client: Client,
    runtime: Handle,
    /// The last request failed, which was said once.
    is_failing: AtomicBool,
}

impl Http {
    /// A client on the runtime that this is called in.
    pub(super) fn new(settings: &Settings) -> Result<Self, Error> {
        let mut base = settings.endpoint.clone();
        base.set_path("");
        base.set_query(None);
        let mut config = ClientConfig::new(base.as_str());
        config.total_timeout = settings.timeout;
        config.connect_timeout = settings.timeout.min(config.connect_timeout);
        config.retry_after_max = settings.timeout;
        config.body_bytes_max = limits::EXPORT_ANSWER_BYTES_MAX;
        // The exporter repeats by itself; two layers would multiply.
        config.attempts_max = 1;
        let refused = |reason| Error::Endpoint { variable: settings.variable, reason };
        let client = Client::new(config).map_err(|error| match error {
            rest::Error::Refused { reason, .. } => refused(reason.to_owned()),
            other => refused(other.to_string()),
        })?;
        Ok(Self { client, runtime: Handle::current(), is_failing: AtomicBool::new(false) })
    }

    /// Says once that it fails, and once that it does not any more: a collector is gone for hours, and a line for each
    /// export would hide everything else.
    fn note(&self, failure: Option<&str>) {
        let was_failing = self.is_failing.swap(failure.is_some(), Ordering::Relaxed);
        let host = self.client.host();
        match failure {
            Some(reason) if !was_failing => tracing::warn!(host, reason, "traces are not taken; runs go on without"),
            None if was_failing => tracing::info!(host, "traces are taken again"),
            _ => {}
        }
    }
}

#[async_trait::async_trait]
impl HttpClient for Http {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let request = translated(request);
        // On the runtime, because this is polled on the exporter's own thread.
        let answered = self.runtime.spawn(async move { client.send(request).await }).await;
        let answer = match answered {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                self.note(Some(unanswered(&error)));
                return Err(error.into());
            }
            // The runtime has ended.
            Err(error) => return Err(error.into()),
        };
        let refused = (!answer.is_success()).then(|| format!("status {}", answer.status));
        self.note(refused.as_deref());
        let mut response = Response::builder().status(answer.status);
        if let Some(pause) = answer.header("retry-after") {
            response = response.header("retry-after", pause);
        }
        Ok(response.body(answer.body.into())?)
    }
}

fn translated(request: Request<Bytes>) -> rest::Request {
    let (parts, body) = request.into_parts();
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut translated = rest::Request::post(parts.uri.path(), text("content-type"), body.to_vec());
    if let Some(query) = parts.uri.query() {
        translated.query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    }
    for (name, value) in &parts.headers {
        if let Ok(value) = value.to_str()
            && !OURS.contains(&name.as_str())
        {
            translated = translated.header(name.as_str(), value);
        }
    }
    translated
}
