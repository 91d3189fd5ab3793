//! Traces on their way, decoded as a collector does.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;

use flow::{Accounts, RunEvent, Step};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue as Pair, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{Span, status::StatusCode};
use prost::Message as _;

use super::*;
use crate::listener::{Asked, answer, nobody, serve};

/// Set for the process that a test starts, so that it exports as a service would.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

fn telemetry(address: SocketAddr, timeout: Duration) -> Telemetry {
    let endpoint = format!("http://{address}/v1/traces").parse().expect("an address");
    let settings = Settings { endpoint, variable: "--otlp", timeout };
    Telemetry::new(settings, "0.1.0").expect("an address of this machine")
}

fn facts() -> RunFacts<'static> {
    RunFacts { run: "r1", snapshot: Some("s1"), rows_sent: 2, failed: false }
}

fn a_run(telemetry: &Telemetry) {
    let flow = || "devices".to_owned();
    let mut spans = telemetry.run("acme");
    for event in [
        RunEvent::StepStarted { flow: flow(), step: Step::Extract, rows: Some(300) },
        RunEvent::PagesRead { flow: flow(), pages: 1, requests: 2, budget_left: Some(7_998) },
        RunEvent::RowsPassed { flow: flow(), step: Step::Extract, rows: 200 },
        RunEvent::RowsPassed { flow: flow(), step: Step::Extract, rows: 100 },
        RunEvent::StepEnded { flow: flow(), step: Step::Extract },
        RunEvent::StepStarted { flow: flow(), step: Step::Load, rows: None },
        RunEvent::Noted { text: "the device `Ada's Mac` has two records".to_owned() },
        RunEvent::PipelineEnded {
            flow: flow(),
            accounts: Box::new(Accounts { read: 300, inserted: 2, ..Accounts::default() }),
        },
    ] {
        spans.event(&event);
    }
    assert_eq!(spans.trace_id().len(), 32);
    spans.end("done", facts());
}

fn decoded(asked: &Asked) -> (BTreeMap<String, Value>, Vec<Span>) {
    let request = ExportTraceServiceRequest::decode(asked.body.as_slice()).expect("a request of OTLP");
    let mut resources = request.resource_spans.into_iter();
    let resource = resources.next().expect("one resource");
    assert!(resources.next().is_none());
    let attributes = pairs(&resource.resource.expect("a service has attributes").attributes);
    (attributes, resource.scope_spans.into_iter().flat_map(|scope| scope.spans).collect())
}

fn pairs(pairs: &[Pair]) -> BTreeMap<String, Value> {
    pairs.iter().filter_map(|pair| Some((pair.key.clone(), pair.value.clone()?.value?))).collect()
}

fn text(text: &str) -> Option<Value> {
    Some(Value::StringValue(text.to_owned()))
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    spans.iter().find(|span| span.name == name).expect(name)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_run_is_one_trace_with_a_span_for_each_step() {
    let (address, asked) = serve(vec![answer("200 OK", "")]);
    let telemetry = telemetry(address, limits::EXPORT_TIMEOUT);
    a_run(&telemetry);
    telemetry.shutdown().await;
    let asked = asked.recv().expect("it was exported");
    assert!(asked.head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{}", asked.head);
    assert_eq!(asked.header("content-type"), Some("application/x-protobuf"));
    let (resource, spans) = decoded(&asked);
    assert_eq!(resource.get("service.name").cloned(), text("snowhaul"));
    assert_eq!(resource.get("service.version").cloned(), text("0.1.0"));
    let (run, extract, load) = (named(&spans, "run"), named(&spans, "extract"), named(&spans, "load"));
    assert_eq!(spans.len(), 3);
    assert!(run.parent_span_id.is_empty());
    for step in [extract, load] {
        assert_eq!((&step.parent_span_id, &step.trace_id), (&run.span_id, &run.trace_id));
    }
    let (run_attributes, extract_attributes) = (pairs(&run.attributes), pairs(&extract.attributes));
    for (name, expected) in [
        ("snowhaul.integration", text("acme")),
        ("snowhaul.run", text("r1")),
        ("snowhaul.state", text("done")),
        ("snowhaul.rows_sent", Some(Value::IntValue(2))),
    ] {
        assert_eq!(run_attributes.get(name).cloned(), expected, "{name}");
    }
    for (name, expected) in [
        ("snowhaul.data_set", text("devices")),
        ("snowhaul.rows_expected", Some(Value::IntValue(300))),
        ("snowhaul.rows", Some(Value::IntValue(300))),
        ("snowhaul.requests", Some(Value::IntValue(2))),
    ] {
        assert_eq!(extract_attributes.get(name).cloned(), expected, "{name}");
    }
    assert_eq!(pairs(&load.attributes).get("snowhaul.pipeline").cloned(), text("devices"));
    let accounts = pairs(&run.events.first().expect("a pipeline's accounts").attributes);
    assert_eq!(accounts.get("snowhaul.rows.inserted"), Some(&Value::IntValue(2)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_a_run_notes_for_a_person_does_not_leave() {
    let (address, asked) = serve(vec![answer("200 OK", "")]);
    let telemetry = telemetry(address, limits::EXPORT_TIMEOUT);
    a_run(&telemetry);
    telemetry.shutdown().await;
    let body = asked.recv().expect("it was exported").body;
    let has = |text: &[u8]| body.windows(text.len()).any(|window| window == text);
    assert!(has(b"acme") && !has(b"Ada"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_run_that_failed_is_an_error() {
    let (address, asked) = serve(vec![answer("200 OK", "")]);
    let telemetry = telemetry(address, limits::EXPORT_TIMEOUT);
    telemetry.run("acme").end("failed", RunFacts { failed: true, ..facts() });
    telemetry.shutdown().await;
    let (_, spans) = decoded(&asked.recv().expect("it was exported"));
    let status = named(&spans, "run").status.clone().expect("a status");
    assert_eq!((status.code(), status.message.as_str()), (StatusCode::Error, "failed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_collector_that_is_gone_or_hangs_takes_no_run_with_it() {
    let (hanging, _asked) = serve(vec![String::new(); 4]);
    for address in [nobody(), hanging] {
        let telemetry = telemetry(address, Duration::from_millis(100));
        // More spans than the queue holds: the rest is dropped, and nothing waits.
        for _ in 0..3_000 {
            telemetry.run("acme").end("done", facts());
        }
        telemetry.shutdown().await;
    }
    // What a run does after the end is not traced, and is no error.
    let telemetry = telemetry(nobody(), Duration::from_millis(100));
    let mut spans = telemetry.run("acme");
    let trace = spans.trace_id();
    telemetry.shutdown().await;
    spans.event(&RunEvent::StepStarted { flow: "devices".to_owned(), step: Step::Plan, rows: None });
    assert_eq!(spans.trace_id(), trace);
    spans.end("done", facts());
}

#[tokio::test]
async fn a_collector_elsewhere_is_spoken_to_by_https_only() {
    let refused = Telemetry::from_environment(Some("http://collector.example:4318/?key=hidden"), "0.1.0");
    let said = refused.expect_err("no https").to_string();
    assert_eq!(
        said,
        "the collector's address in --otlp is refused: it must begin with https, because only an address of this \
         machine may be spoken to in clear"
    );
    assert!(Telemetry::from_environment(Some("https://collector.example"), "0.1.0").is_ok());
}

/// Alone it exports nothing; under [`the_standard_variables_are_honoured`] it is the process that they are set for.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_process_exports_where_its_environment_says() {
    let telemetry = Telemetry::from_environment(None, "0.1.0").expect("variables that can be used");
    assert_eq!(telemetry.is_some(), std::env::var_os(ENDPOINT).is_some());
    if let Some(telemetry) = telemetry {
        a_run(&telemetry);
        telemetry.shutdown().await;
    }
}

#[test]
fn the_standard_variables_are_honoured() {
    let (address, asked) = serve(vec![answer("200 OK", "")]);
    let status = Command::new(std::env::current_exe().expect("this very program"))
        .args(["--exact", "otlp::tests::a_process_exports_where_its_environment_says"])
        .env(ENDPOINT, format!("http://{address}/base"))
        .env("OTEL_EXPORTER_OTLP_HEADERS", "x-key=a%20b,x-other=c")
        .env("OTEL_SERVICE_NAME", "haul-of-acme")
        .env("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
        .output()
        .expect("it can be started")
        .status;
    assert!(status.success());
    let asked = asked.recv().expect("it was exported");
    assert!(asked.head.starts_with("POST /base/v1/traces HTTP/1.1\r\n"), "{}", asked.head);
    assert_eq!((asked.header("x-key"), asked.header("x-other")), (Some("a b"), Some("c")));
    let (resource, _) = decoded(&asked);
    assert_eq!(resource.get("service.name").cloned(), text("haul-of-acme"));
    assert_eq!(resource.get("deployment.environment.name").cloned(), text("test"));
}
