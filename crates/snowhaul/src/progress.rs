//! Progress: bars on a terminal, one plain line at intervals elsewhere. It consumes events and never steers.

use std::collections::HashMap;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flow::{RunEvent, Step};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use pipeline::Events;

use crate::arguments::{Common, Form};

/// How often a plain line is written while a step works.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Events that nobody looks at.
pub(crate) fn silent() -> Events {
    Arc::new(|_| {})
}

/// Progress, unless a program reads what is printed.
pub(crate) fn for_command(common: &Common) -> Events {
    if common.output == Form::Text { of_process() } else { silent() }
}

/// Progress on standard error: bars where it is a terminal, plain lines elsewhere.
pub(crate) fn of_process() -> Events {
    if std::io::stderr().is_terminal() { bars() } else { lines() }
}

fn bars() -> Events {
    let all = MultiProgress::new();
    let known: Mutex<HashMap<(String, Step), ProgressBar>> = Mutex::new(HashMap::new());
    Arc::new(move |event| {
        // A reporter that panicked elsewhere must not end the run.
        let mut known = known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match event {
            RunEvent::StepStarted { flow, step, rows } => {
                let bar = all.add(bar(&flow, step, rows));
                known.insert((flow, step), bar);
            }
            RunEvent::RowsPassed { flow, step, rows } => {
                if let Some(bar) = known.get(&(flow, step)) {
                    bar.inc(rows);
                }
            }
            RunEvent::PagesRead { flow, pages, requests, budget_left } => {
                if let Some(bar) = known.get(&(flow, Step::Extract)) {
                    bar.set_message(asked(pages, requests, budget_left));
                }
            }
            RunEvent::StepEnded { flow, step } => {
                if let Some(bar) = known.remove(&(flow, step)) {
                    bar.finish();
                }
            }
            RunEvent::Noted { text } => drop(all.println(text)),
            RunEvent::PipelineEnded { .. } => {}
        }
    })
}

fn bar(flow: &str, step: Step, rows: Option<u64>) -> ProgressBar {
    let (bar, template) = match rows {
        Some(rows) => (
            ProgressBar::new(rows),
            "{prefix:28} {bar:30} {human_pos:>9} of {human_len:9} {per_sec:>14} {eta:>5} {msg}",
        ),
        None => (ProgressBar::new_spinner(), "{prefix:28} {spinner} {human_pos:>9} rows {per_sec:>14} {msg}"),
    };
    bar.set_style(ProgressStyle::with_template(template).expect("the template is a constant"));
    bar.set_prefix(format!("{} {flow}", step.as_str()));
    bar
}

struct Passing {
    asked: String,
    rows: u64,
    total: Option<u64>,
    began: Instant,
    said: Instant,
}

fn lines() -> Events {
    let known: Mutex<HashMap<(String, Step), Passing>> = Mutex::new(HashMap::new());
    Arc::new(move |event| {
        let mut known = known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = Instant::now();
        match event {
            RunEvent::StepStarted { flow, step, rows } => {
                known.insert(
                    (flow, step),
                    Passing { asked: String::new(), rows: 0, total: rows, began: now, said: now },
                );
            }
            RunEvent::RowsPassed { flow, step, rows } => {
                if let Some(passing) = known.get_mut(&(flow.clone(), step)) {
                    passing.rows += rows;
                    if now.duration_since(passing.said) >= LINE_EVERY {
                        passing.said = now;
                        let (rows, total, asked) = (passing.rows, of(passing.total), &passing.asked);
                        let left = to_go(passing, now).unwrap_or_default();
                        say(&format!("{} {flow}: {rows}{total} rows{left}{asked}", step.as_str()));
                    }
                }
            }
            RunEvent::PagesRead { flow, pages, requests, budget_left } => {
                if let Some(passing) = known.get_mut(&(flow, Step::Extract)) {
                    passing.asked = format!(", {}", asked(pages, requests, budget_left));
                }
            }
            RunEvent::StepEnded { flow, step } => {
                if let Some(passing) = known.remove(&(flow.clone(), step)) {
                    let seconds = now.duration_since(passing.began).as_secs_f64();
                    say(&format!("{} {flow}: {} rows in {seconds:.1} s", step.as_str(), passing.rows));
                }
            }
            RunEvent::Noted { text } => say(&text),
            RunEvent::PipelineEnded { .. } => {}
        }
    })
}

/// What a reading has asked for so far.
fn asked(pages: u64, requests: u64, budget_left: Option<u64>) -> String {
    let left = budget_left.map(|left| format!(", {left} left in the hour")).unwrap_or_default();
    format!("{pages} pages, {requests} requests{left}")
}

/// How long the rest will take at the pace so far.
fn to_go(passing: &Passing, now: Instant) -> Option<String> {
    let left = passing.total?.checked_sub(passing.rows)?;
    let seconds = now.duration_since(passing.began).as_secs_f64() * left as f64 / passing.rows.max(1) as f64;
    Some(format!(", {seconds:.0} s to go"))
}

fn of(total: Option<u64>) -> String {
    total.map_or_else(String::new, |total| format!(" of {total}"))
}

fn say(line: &str) {
    // Nobody may be reading; the work goes on.
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}
