//! How far a run has come: its four steps, and in each the data sets or pipelines that pass through it. Two fragments:
//! the figures, which change all the time, and one sentence, which a screen reader says when it changes.

use maud::{Markup, html};

use super::parts::{Tone, badge};
use super::words::{grouped, plain, prose};

/// Where a run is.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// What it does now, in a sentence.
    pub said: String,
    /// Data sets and pipelines by step, in the order in which they began.
    pub flows: Vec<FlowProgress>,
    /// What a person should read, in sentences, the newest last.
    pub notes: Vec<String>,
}

/// One data set or pipeline in one step.
#[derive(Clone, Debug)]
pub struct FlowProgress {
    /// The data set or pipeline.
    pub flow: String,
    /// The step.
    pub step: Step,
    /// Rows so far.
    pub rows: u64,
    /// Rows expected, where that is known.
    pub total: Option<u64>,
    /// It is over.
    pub ended: bool,
    /// Requests and what is left of the budget, in words; empty where nothing is asked.
    pub detail: String,
}

/// The steps of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Pages are read and sealed into a snapshot.
    Extract,
    /// Staging rows are made and compared with what is held.
    Plan,
    /// Batches leave for the instance.
    Load,
    /// Outcomes are read back.
    Confirm,
}

impl Step {
    const ALL: [Self; 4] = [Self::Extract, Self::Plan, Self::Load, Self::Confirm];

    fn id(self) -> &'static str {
        match self {
            Self::Extract => "extract",
            Self::Plan => "plan",
            Self::Load => "load",
            Self::Confirm => "confirm",
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Extract => ("Extract", "Pages are read from the tenant"),
            Self::Plan => ("Plan", "Rows are compared with what is held"),
            Self::Load => ("Load", "Batches leave for the instance"),
            Self::Confirm => ("Confirm", "Outcomes are read back"),
        }
    }
}

/// What a run does now, for whoever does not see its figures.
pub fn run_said(progress: &Progress) -> Markup {
    html! { span #run-said { @if progress.said.is_empty() { "It begins." } @else { (prose(&progress.said)) } } }
}

/// The figures.
pub fn run_progress(progress: &Progress) -> Markup {
    html! {
        div.progress #run-progress {
            ol.steps { @for step in Step::ALL { (self::step(progress, step)) } }
            @if !progress.notes.is_empty() {
                ul.notes { @for note in &progress.notes { li.sentence { (prose(note)) } } }
            }
        }
    }
}

fn step(progress: &Progress, step: Step) -> Markup {
    let flows: Vec<&FlowProgress> = progress.flows.iter().filter(|flow| flow.step == step).collect();
    let (name, does) = step.words();
    let (tone, state) = match flows.as_slice() {
        [] => (Tone::Quiet, "Not begun"),
        flows if flows.iter().all(|flow| flow.ended) => (Tone::Good, "Done"),
        _ => (Tone::Busy, "At work"),
    };
    html! {
        li class={ "step card " (tone.class()) } id={ "step-" (step.id()) } {
            div.check-head { h3 { (name) } (badge(tone, state)) }
            p.hint { (does) "." }
            @for (at, flow) in flows.iter().enumerate() { (self::flow(flow, &format!("{}-{}", step.id(), at + 1))) }
        }
    }
}

fn flow(flow: &FlowProgress, id: &str) -> Markup {
    let figures = match flow.total {
        Some(total) => format!("{} of {} rows", grouped(flow.rows), grouped(total)),
        None => format!("{} rows", grouped(flow.rows)),
    };
    // Nothing to do is done; a bar needs something that it is a part of.
    let (value, max) = match (flow.ended, flow.total) {
        (true, _) => (Some(1), 1),
        (false, Some(total)) => (Some(flow.rows.min(total)), total.max(1)),
        (false, None) => (None, 1),
    };
    html! {
        div.flow id={ "flow-" (id) } {
            label for={ "bar-" (id) } { (plain(&flow.flow)) }
            span.figures { (figures) }
            progress id={ "bar-" (id) } value=[value] max=(max) { (figures) }
            @if !flow.detail.is_empty() { p.hint { (plain(&flow.detail)) } }
        }
    }
}
