//! New credentials: whoever gives them sees first where they go, and the old ones stay in force until both ends have
//! accepted the new.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use integration::Grant;
use serde::Deserialize;
use service::{Connected, Error, Renewed};

use super::hidden::Hidden;
use super::{Console, Named, Signed, failure, told, working};
use crate::guard::Posted;
use crate::pages::{self, FieldError, ReauthenticateEnds, ReauthenticateForm, WorkKind};
use crate::works::Begun;

/// Which of the two steps.
#[derive(Deserialize)]
pub(super) struct Step {
    #[serde(default)]
    step: String,
}

pub(super) async fn page(
    State(console): State<Console>,
    Signed(frame): Signed,
    Named(name): Named,
    Query(step): Query<Step>,
) -> Response {
    let connected = match console.desk.connected(&name) {
        Ok(connected) => connected,
        Err(error) => return failure(&frame, &error),
    };
    match step.step.as_str() {
        "credentials" => pages::reauthenticate(&frame, &form(&console, &connected)).into_response(),
        _ => pages::reauthenticate_confirm(&frame, &ends(&connected)).into_response(),
    }
}

fn ends(connected: &Connected) -> ReauthenticateEnds {
    let settings = &connected.settings;
    let age = jiff::Timestamp::now().duration_since(settings.credentials_at()).as_hours() / 24;
    ReauthenticateEnds {
        name: connected.name.to_string(),
        tenant: settings.tenant_url().to_owned(),
        instance: settings.instance_url().to_owned(),
        client_id: settings.client_id().to_owned(),
        grant: told::grant(settings.grant()),
        service_account: settings.service_account().map(str::to_owned),
        credentials_at: settings.credentials_at().to_string(),
        credentials_age_days: u64::try_from(age).unwrap_or_default(),
    }
}

fn form(console: &Console, connected: &Connected) -> ReauthenticateForm {
    let is_there = console.desk.vault().is_ok_and(|vault| vault.has(&connected.name));
    ReauthenticateForm { ends: ends(connected), all_needed: !is_there, errors: Vec::new() }
}

/// What was typed; what is empty stays as it was.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    iru_token: Hidden,
    client_secret: Hidden,
    service_password: Hidden,
}

pub(super) async fn reauthenticate(
    State(console): State<Console>,
    Signed(frame): Signed,
    Named(name): Named,
    Posted(typed): Posted<Typed>,
) -> Response {
    let connected = match console.desk.connected(&name) {
        Ok(connected) => connected,
        Err(error) => return failure(&frame, &error),
    };
    let mut view = form(&console, &connected);
    let with_password = connected.settings.grant() == Grant::Password;
    let renewed = Renewed {
        iru_token: typed.iru_token.given(),
        client_secret: typed.client_secret.given(),
        service_password: typed.service_password.given().filter(|_| with_password),
    };
    let mut wrong = |field: &str, message: &str| {
        view.errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    };
    if view.all_needed {
        let missing = [
            ("iru_token", renewed.iru_token.is_none()),
            ("client_secret", renewed.client_secret.is_none()),
            ("service_password", with_password && renewed.service_password.is_none()),
        ];
        for (field, _) in missing.into_iter().filter(|(_, is_missing)| *is_missing) {
            wrong(field, "The present credentials cannot be opened any more, so this one is needed as well.");
        }
    } else if renewed.is_nothing() {
        wrong("", "Nothing new was typed. Type at least one new credential; what stays empty stays as it is.");
    }
    if !view.errors.is_empty() {
        return pages::reauthenticate(&frame, &view).into_response();
    }
    let begun = Begun {
        kind: WorkKind::Reauthenticate,
        integration: name.clone(),
        tenant: connected.settings.tenant_url().to_owned(),
        instance: connected.settings.instance_url().to_owned(),
        form: None,
    };
    let desk = console.desk.clone();
    working::begin(&console, begun, |work| async move {
        let credentials = desk.renewed(&name, renewed)?;
        let credentials =
            credentials.ok_or_else(|| Error::from(integration::Error::NoCredentials { name: name.clone() }))?;
        let became = desk.reauthenticate(&name, &credentials, &mut |check| work.check(check)).await?;
        Ok(became.is_accepted())
    })
}
