//! Ending an integration: what is lost and what stays is shown, and its name is typed.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use service::{Connected, Deleting, Error};

use super::{Console, Named, Signed, failure};
use crate::guard::Posted;
use crate::pages::{self, DeleteForm, Deleted, FieldError};

pub(super) async fn page(State(console): State<Console>, Signed(frame): Signed, Named(name): Named) -> Response {
    let found = console.desk.connected(&name).and_then(|connected| form(&console, &connected));
    match found {
        Ok(view) => pages::delete(&frame, &view).into_response(),
        Err(error) => failure(&frame, &error),
    }
}

fn form(console: &Console, connected: &Connected) -> Result<DeleteForm, Error> {
    Ok(DeleteForm {
        name: connected.name.to_string(),
        tenant: connected.settings.tenant_url().to_owned(),
        instance: connected.settings.instance_url().to_owned(),
        is_running: console.live.run(&connected.name).is_some(),
        shared_with: console.desk.sharing(connected)?.iter().map(ToString::to_string).collect(),
        typed: String::new(),
        purge: false,
        revoke_shared: false,
        errors: Vec::new(),
    })
}

/// What was typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    typed: String,
    purge: Option<String>,
    revoke_shared: Option<String>,
}

pub(super) async fn delete(
    State(console): State<Console>,
    Signed(frame): Signed,
    Named(name): Named,
    Posted(typed): Posted<Typed>,
) -> Response {
    let found = console.desk.connected(&name).and_then(|connected| Ok((form(&console, &connected)?, connected)));
    let (mut view, connected) = match found {
        Ok(found) => found,
        Err(error) => return failure(&frame, &error),
    };
    let deleting = Deleting { purge: typed.purge.is_some(), revoke_shared: typed.revoke_shared.is_some() };
    if typed.typed.trim() != name.as_str() {
        let message = format!("What was typed is not `{name}`. Nothing was deleted.");
        view.errors.push(FieldError { field: "typed".to_owned(), message });
        view.typed = typed.typed;
        (view.purge, view.revoke_shared) = (deleting.purge, deleting.revoke_shared);
        return pages::delete(&frame, &view).into_response();
    }
    let (at, of) = (console.clone(), name.clone());
    // It goes on where the page is closed: half an ending would be none.
    let ended = tokio::spawn(async move {
        let became = at.desk.delete(&connected, deleting, &mut || {}).await;
        at.observer.forget(&of);
        at.scheduler.look_again();
        became
    });
    let ended = ended.await.unwrap_or_else(|_| Err(Error::Asked("the deletion broke off; begin it again".to_owned())));
    match ended {
        Ok(became) => {
            let view = Deleted {
                name: name.to_string(),
                is_revoked: became.tokens == "revoked",
                tokens: became.tokens,
                history_until: became.history_until,
                is_held: became.is_held,
                rotate: became.rotate.iter().map(|what| (*what).to_owned()).collect(),
            };
            pages::deleted(&frame, &view).into_response()
        }
        Err(error) => failure(&frame, &error),
    }
}
