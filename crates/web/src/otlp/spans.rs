//! The spans of one run, made of the events that the run tells. Apart because it is the only place that decides what
//! of a run leaves the machine.

use std::collections::HashMap;

use flow::{Accounts, RunEvent, Step};
use opentelemetry::trace::{Span as _, SpanKind, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SdkTracer, Span};

use crate::limits;

/// What is known when a run has ended.
#[derive(Clone, Copy, Debug)]
pub struct RunFacts<'a> {
    /// The run's id.
    pub run: &'a str,
    /// The snapshot that it read or carried; none where it read none to its end.
    pub snapshot: Option<&'a str>,
    /// Rows that left for the instance.
    pub rows_sent: u64,
    /// Whether it failed.
    pub failed: bool,
}

/// The trace of a run that works.
#[derive(Debug)]
pub struct RunSpans {
    tracer: SdkTracer,
    /// The run's own span, under which those of its steps are.
    run: Context,
    open: HashMap<(String, Step), Open>,
    spans: usize,
}

/// A step that has not ended.
#[derive(Debug)]
struct Open {
    span: Span,
    rows: u64,
    /// Pages, and requests for them.
    read: Option<(u64, u64)>,
}

impl RunSpans {
    pub(super) fn new(tracer: &SdkTracer, integration: &str) -> Self {
        let builder = tracer.span_builder("run").with_kind(SpanKind::Internal);
        let builder = builder.with_attributes([KeyValue::new("snowhaul.integration", integration.to_owned())]);
        // A trace of its own, whatever else the caller is in.
        let span = tracer.build_with_context(builder, &Context::new());
        Self { tracer: tracer.clone(), run: Context::new().with_span(span), open: HashMap::new(), spans: 0 }
    }

    /// The run's trace, in hexadecimal digits, for logs and pages that point to it.
    pub fn trace_id(&self) -> String {
        self.run.span().span_context().trace_id().to_string()
    }

    /// Something happened.
    pub fn event(&mut self, event: &RunEvent) {
        match event {
            RunEvent::StepStarted { flow, step, rows } => self.started(flow, *step, *rows),
            RunEvent::RowsPassed { flow, step, rows } => {
                if let Some(open) = self.open.get_mut(&(flow.clone(), *step)) {
                    open.rows = open.rows.saturating_add(*rows);
                }
            }
            RunEvent::PagesRead { flow, pages, requests, .. } => {
                if let Some(open) = self.open.get_mut(&(flow.clone(), Step::Extract)) {
                    open.read = Some((*pages, *requests));
                }
            }
            RunEvent::StepEnded { flow, step } => {
                if let Some(open) = self.open.remove(&(flow.clone(), *step)) {
                    open.end();
                }
            }
            RunEvent::PipelineEnded { flow, accounts } => self.accounted(flow, accounts),
            // It is a sentence for a person and may name a device.
            RunEvent::Noted { .. } => {}
        }
    }

    /// The run ended in this state. Steps that are still open end with it.
    pub fn end(mut self, state: &str, facts: RunFacts<'_>) {
        for (_, open) in self.open.drain() {
            open.end();
        }
        let span = self.run.span();
        span.set_attribute(KeyValue::new("snowhaul.run", facts.run.to_owned()));
        span.set_attribute(KeyValue::new("snowhaul.state", state.to_owned()));
        span.set_attribute(KeyValue::new("snowhaul.rows_sent", whole(facts.rows_sent)));
        if let Some(snapshot) = facts.snapshot {
            span.set_attribute(KeyValue::new("snowhaul.snapshot", snapshot.to_owned()));
        }
        span.set_status(if facts.failed { Status::error(state.to_owned()) } else { Status::Ok });
        span.end();
    }

    fn started(&mut self, flow: &str, step: Step, expected: Option<u64>) {
        if self.spans >= limits::SPANS_PER_RUN_MAX {
            return;
        }
        self.spans += 1;
        let what = if step == Step::Extract { "snowhaul.data_set" } else { "snowhaul.pipeline" };
        let mut attributes = vec![KeyValue::new(what, flow.to_owned())];
        attributes.extend(expected.map(|rows| KeyValue::new("snowhaul.rows_expected", whole(rows))));
        let builder = self.tracer.span_builder(step.as_str()).with_attributes(attributes);
        let span = self.tracer.build_with_context(builder, &self.run);
        if let Some(before) = self.open.insert((flow.to_owned(), step), Open { span, rows: 0, read: None }) {
            before.end();
        }
    }

    /// A pipeline's accounts, as an event of the run.
    fn accounted(&self, flow: &str, accounts: &Accounts) {
        let mut attributes = vec![KeyValue::new("snowhaul.pipeline", flow.to_owned())];
        attributes.extend(counts(accounts).map(|(name, rows)| KeyValue::new(name, whole(rows))));
        self.run.span().add_event("accounts", attributes);
    }
}

impl Open {
    fn end(mut self) {
        self.span.set_attribute(KeyValue::new("snowhaul.rows", whole(self.rows)));
        if let Some((pages, requests)) = self.read {
            self.span.set_attribute(KeyValue::new("snowhaul.pages", whole(pages)));
            self.span.set_attribute(KeyValue::new("snowhaul.requests", whole(requests)));
        }
        self.span.end();
    }
}

/// Taken apart by name, so that a count that is added later is not forgotten here.
fn counts(accounts: &Accounts) -> [(&'static str, u64); 16] {
    let Accounts {
        read,
        retire,
        duplicate,
        rejected,
        out_of_scope,
        staging_rows,
        unchanged,
        waiting,
        planned,
        not_sent,
        unresolved,
        inserted,
        updated,
        ignored,
        skipped,
        error,
    } = *accounts;
    [
        ("snowhaul.rows.read", read),
        ("snowhaul.rows.retire", retire),
        ("snowhaul.rows.duplicate", duplicate),
        ("snowhaul.rows.rejected", rejected),
        ("snowhaul.rows.out_of_scope", out_of_scope),
        ("snowhaul.rows.staging_rows", staging_rows),
        ("snowhaul.rows.unchanged", unchanged),
        ("snowhaul.rows.waiting", waiting),
        ("snowhaul.rows.planned", planned),
        ("snowhaul.rows.not_sent", not_sent),
        ("snowhaul.rows.unresolved", unresolved),
        ("snowhaul.rows.inserted", inserted),
        ("snowhaul.rows.updated", updated),
        ("snowhaul.rows.ignored", ignored),
        ("snowhaul.rows.skipped", skipped),
        ("snowhaul.rows.error", error),
    ]
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
