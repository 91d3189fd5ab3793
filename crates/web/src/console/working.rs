//! Work that a person waits for: begun by a form, watched on a page of its own.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use service::Error;

use super::signing_in::Nothing;
use super::{Console, Named, Signed, failure, onwards, told};
use crate::guard::{Posted, random_id};
use crate::pages::{self, Outcome, Work, WorkKind, links};
use crate::works::{Begun, CameTo, Working};

/// A page of work, as it stands.
pub(super) async fn page(State(console): State<Console>, Signed(frame): Signed, Path(id): Path<String>) -> Response {
    match console.works.find(&id) {
        Some(work) => pages::work(&frame, &view(&console, &work)).into_response(),
        None => (StatusCode::NOT_FOUND, pages::not_found(&frame)).into_response(),
    }
}

fn view(console: &Console, work: &Working) -> Work {
    let said = work.told();
    let outcome = said.came_to.map(|came_to| Outcome {
        accepted: came_to.is_accepted,
        failure: came_to.failure,
        run: console.live.run(&work.integration).and_then(|_| {
            let status = console.desk.status(&work.integration);
            super::details::live_run(console, &work.integration, &status)
        }),
    });
    Work {
        id: work.id.clone(),
        kind: work.kind,
        integration: work.integration.to_string(),
        tenant: work.tenant.clone(),
        instance: work.instance.clone(),
        checks: told::checks(&said.checks),
        outcome,
    }
}

/// Looks at both ends of an integration.
pub(super) async fn check(
    State(console): State<Console>,
    Signed(frame): Signed,
    Named(name): Named,
    _form: Posted<Nothing>,
) -> Response {
    let connected = match console.desk.connected(&name) {
        Ok(connected) => connected,
        Err(error) => return failure(&frame, &error),
    };
    let begun = Begun {
        kind: WorkKind::Check,
        integration: name.clone(),
        tenant: connected.settings.tenant_url().to_owned(),
        instance: connected.settings.instance_url().to_owned(),
        form: None,
    };
    let desk = console.desk.clone();
    begin(&console, begun, |work| async move {
        let looked = desk.look(&name, &mut |check| work.check(check)).await?;
        Ok(looked.refused().is_none())
    })
}

/// Begins a work and leads to its page. It goes on when the page is closed.
pub(super) fn begin<F>(console: &Console, begun: Begun, doing: impl FnOnce(Arc<Working>) -> F) -> Response
where
    F: Future<Output = Result<bool, Error>> + Send + 'static,
{
    let work = random_id().and_then(|id| console.works.begin(id, begun));
    let Some(work) = work else {
        let words = "Too many connections and checks are under way. Wait until one of them is over.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, words).into_response();
    };
    let (address, scheduler) = (links::work(&work.id), Arc::clone(&console.scheduler));
    let doing = doing(Arc::clone(&work));
    tokio::spawn(async move {
        // In a task of its own, so that a panic ends the waiting as well.
        let came_to = match tokio::spawn(doing).await {
            Ok(Ok(is_accepted)) => CameTo { is_accepted, failure: String::new() },
            Ok(Err(error)) => CameTo { is_accepted: false, failure: told_with_hint(&error) },
            Err(_) => CameTo { is_accepted: false, failure: "The work ended before it was done.".to_owned() },
        };
        work.end(came_to);
        scheduler.look_again();
    });
    onwards(&address)
}

/// An error with what to do about it.
pub(super) fn told_with_hint(error: &Error) -> String {
    match error.hint() {
        Some(hint) => format!("{}; {hint}", error.told()),
        None => error.told(),
    }
}
