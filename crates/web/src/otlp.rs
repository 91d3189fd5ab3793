//! Traces for whoever collects them: one trace a run, one span a step of a pipeline or data set, sent by OTLP over
//! HTTP where a collector is named. Apart because it is a guest: whatever becomes of the collector, no run is slower
//! for it and none fails.
//!
//! ```text
//!   RunEvent ─► RunSpans ─► bounded queue ─► one thread ─► http.rs ─► rest::Client ─► collector
//!                            (full: dropped)  (retries, time limit)
//! ```
//!
//! It goes by the standard variables: `OTEL_EXPORTER_OTLP_ENDPOINT`, `…_HEADERS`, `…_TIMEOUT` and their `…_TRACES_…`
//! forms, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_BSP_…`, `OTEL_TRACES_SAMPLER`, `OTEL_SDK_DISABLED`,
//! `OTEL_TRACES_EXPORTER`. The body is protobuf, which every collector takes; some do not take JSON. We have neither
//! gRPC nor the exporter's own HTTP client, because every connection of this program is opened by `rest`: a collector
//! on another machine is spoken to by https only.
//!
//! What must hold: names of integrations, pipelines and data sets, ids, words and counts of ours are all that leaves.
//! What a run notes for a person does not, since it may name a device.

mod http;
mod settings;
mod spans;

use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{Key, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

use http::Http;
use settings::Settings;
pub use spans::{RunFacts, RunSpans};

use crate::limits;

/// Under which name traces are found where no other is set.
const SERVICE_NAME: &str = "snowhaul";

/// Why nothing can be exported; said when the service starts, never later.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The collector's address cannot be used.
    #[error("the collector's address in {variable} is refused: {reason}")]
    Endpoint {
        /// What named it.
        variable: &'static str,
        /// Why, as a clause; without the address, which may hold a key.
        reason: String,
    },
    /// Something else in the variables.
    #[error("traces cannot be exported as the OTEL variables say")]
    Exporter {
        /// What the exporter said.
        #[source]
        source: opentelemetry_otlp::ExporterBuildError,
    },
}

/// The export of traces.
#[derive(Debug)]
pub struct Telemetry {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Telemetry {
    /// The export that a flag or the standard variables ask for; none where neither names a collector. To be called
    /// within the runtime that requests are to be made on.
    ///
    /// # Errors
    /// [`Error::Endpoint`] and [`Error::Exporter`].
    pub fn from_environment(flag: Option<&str>, version: &str) -> Result<Option<Self>, Error> {
        Settings::found(flag, |name| std::env::var(name).ok())?.map(|settings| Self::new(settings, version)).transpose()
    }

    fn new(settings: Settings, version: &str) -> Result<Self, Error> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Http::new(&settings)?)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(settings.endpoint.as_str())
            .with_timeout(settings.timeout)
            .build()
            .map_err(|source| Error::Exporter { source })?;
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource(version)).build();
        let tracer = provider.tracer(SERVICE_NAME);
        Ok(Self { provider, tracer })
    }

    /// The trace of a run of this integration that begins now.
    pub fn run(&self, integration: &str) -> RunSpans {
        RunSpans::new(&self.tracer, integration)
    }

    /// Sends what is left, for as long as [`limits::EXPORT_SHUTDOWN`]. What ends later is not traced.
    pub async fn shutdown(&self) {
        let provider = self.provider.clone();
        // It waits on a thread of its own for the one that exports, which needs the runtime for its requests.
        let ending = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(limits::EXPORT_SHUTDOWN));
        let patience = limits::EXPORT_SHUTDOWN + Duration::from_secs(1);
        match tokio::time::timeout(patience, ending).await {
            Ok(Ok(Ok(()))) => {}
            _ => tracing::warn!("the last traces could not be exported"),
        }
    }
}

/// Who speaks. The name is ours unless a variable has another.
fn resource(version: &str) -> Resource {
    let found = Resource::builder().build();
    let name = found.get(&Key::from_static_str("service.name"));
    let is_named = name.is_some_and(|name| !name.as_str().starts_with("unknown_service"));
    let builder = Resource::builder().with_attribute(KeyValue::new("service.version", version.to_owned()));
    if is_named { builder.build() } else { builder.with_service_name(SERVICE_NAME).build() }
}

#[cfg(test)]
mod tests;
