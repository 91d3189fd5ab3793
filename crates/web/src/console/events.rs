//! What is sent to an open page while something works: fragments of that page, as server-sent events. The session is
//! looked at again and again, because a stream outlives the request that began it.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use maud::Markup;

use super::{Console, Named, told};
use crate::guard::Session;
use crate::limits;
use crate::pages;

/// What a work tells.
pub(super) async fn of_work(State(console): State<Console>, session: Session, Path(id): Path<String>) -> Response {
    let Some(work) = console.works.find(&id) else { return StatusCode::NOT_FOUND.into_response() };
    let changed = work.subscribe();
    let mut seen = 0;
    let frames = move || {
        let said = work.told();
        let mut events: Vec<Event> = said
            .checks
            .iter()
            .skip(seen)
            .enumerate()
            .map(|(at, one)| part(&pages::check_line(seen + at + 1, &told::check(one))))
            .collect();
        seen = said.checks.len();
        if !events.is_empty() {
            events.push(part(&pages::checks_tally(&told::checks(&said.checks))));
        }
        (events, said.came_to.is_some())
    };
    streamed(console, session, changed, frames)
}

/// What a run tells.
pub(super) async fn of_run(State(console): State<Console>, session: Session, Named(name): Named) -> Response {
    let (changed, live, of) = (console.live.subscribe(), console.live.clone(), name);
    let began = live.run(&of).map(|run| run.began);
    let mut told = String::new();
    // Another run of the same integration is another page's.
    let frames = move || match live.run(&of).filter(|run| Some(run.began) == began) {
        Some(run) => {
            let progress = told::progress(&run);
            let (figures, words) = (pages::run_progress(&progress), pages::run_said(&progress));
            // Every run wakes every page.
            let now = format!("{}{}", figures.0, words.0);
            let is_new = std::mem::replace(&mut told, now.clone()) != now;
            (if is_new { vec![part(&figures), part(&words)] } else { Vec::new() }, false)
        }
        None => (Vec::new(), true),
    };
    streamed(console, session, changed, frames)
}

fn part(fragment: &Markup) -> Event {
    Event::default().event("part").data(fragment.0.replace(['\n', '\r'], " "))
}

/// A stream that tells what changed, not more often than a person can read, until it is over or nobody is signed in.
fn streamed<T: Send + Sync + 'static>(
    console: Console,
    session: Session,
    changed: tokio::sync::watch::Receiver<T>,
    frames: impl FnMut() -> (Vec<Event>, bool) + Send + 'static,
) -> Response {
    struct State<T, F> {
        console: Console,
        session: Session,
        changed: tokio::sync::watch::Receiver<T>,
        frames: F,
        ready: std::collections::VecDeque<Event>,
        is_first: bool,
        is_over: bool,
    }
    let state = State {
        console,
        session,
        changed,
        frames,
        ready: std::collections::VecDeque::new(),
        is_first: true,
        is_over: false,
    };
    let events = stream::unfold(state, |mut state| async move {
        loop {
            if let Some(event) = state.ready.pop_front() {
                return Some((Ok::<Event, Infallible>(event), state));
            }
            if state.is_over {
                return None;
            }
            if !state.is_first {
                // Whoever tells may be gone, and a session may end while nothing is told.
                let told = tokio::time::timeout(limits::SESSION_LOOKED_AT_EVERY, state.changed.changed());
                let mut stopped = state.console.stopped.clone();
                tokio::select! {
                    told = told => drop(told),
                    // The service ends, and a stream would hold it up.
                    _ = stopped.changed() => return None,
                }
                tokio::time::sleep(limits::EVENTS_EVERY).await;
            }
            state.is_first = false;
            state.changed.borrow_and_update();
            if !state.console.guard.is_live(&state.session) {
                return None;
            }
            let (events, is_over) = (state.frames)();
            state.ready.extend(events);
            if is_over {
                state.ready.push_back(Event::default().event("end").data("over"));
                state.is_over = true;
            }
        }
    });
    kept_alive(events)
}

fn kept_alive(events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response()
}
