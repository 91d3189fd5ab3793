//! What can be connected, and connecting it.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use integration::{Credentials, Error as Wrong, Grant, Name, RawSettings, ServiceNowEnd, TenantEnd};
use serde::Deserialize;
use service::Error;

use super::hidden::Hidden;
use super::{Console, Signed, answer, working};
use crate::guard::Posted;
use crate::pages::{self, ConnectForm, FieldError, Region, WorkKind};
use crate::works::Begun;

pub(super) async fn discover(Signed(frame): Signed) -> Response {
    pages::discover(&frame).into_response()
}

pub(super) async fn about(State(console): State<Console>, Signed(frame): Signed) -> Response {
    let names = console.desk.names().map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>());
    answer(&frame, names.map(|names| pages::discover_servicenow(&frame, &names)))
}

/// Where what was typed before is found.
#[derive(Deserialize)]
pub(super) struct Again {
    work: Option<String>,
}

pub(super) async fn page(
    State(console): State<Console>,
    Signed(frame): Signed,
    Query(again): Query<Again>,
) -> Response {
    let work = again.work.and_then(|id| console.works.find(&id));
    let form = work.and_then(|work| work.form.clone()).unwrap_or_default();
    pages::connect(&frame, &form).into_response()
}

/// What was typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    name: String,
    iru_subdomain: String,
    region: String,
    iru_token: Hidden,
    servicenow_prefix: String,
    client_id: String,
    client_secret: Hidden,
    grant: String,
    service_account: String,
    service_password: Hidden,
    limit: String,
}

pub(super) async fn connect(
    State(console): State<Console>,
    Signed(frame): Signed,
    Posted(typed): Posted<Typed>,
) -> Response {
    let mut form = typed.form();
    let (name, raw, credentials) = match typed.judged(&console, &mut form) {
        Some(judged) => judged,
        None => return pages::connect(&frame, &form).into_response(),
    };
    // Whatever can be refused without a secret's leaving is refused on the form.
    let connecting = match console.desk.connecting(name.clone(), raw.clone()) {
        Ok(connecting) => connecting,
        Err(error) => {
            form.errors.push(at_field(&error));
            return pages::connect(&frame, &form).into_response();
        }
    };
    let settings = connecting.settings();
    let begun = Begun {
        kind: WorkKind::Connect,
        integration: name,
        tenant: settings.tenant_url().to_owned(),
        instance: settings.instance_url().to_owned(),
        form: Some(form),
    };
    working::begin(&console, begun, |work| async move {
        let looked = connecting.connect(&credentials, &mut |check| work.check(check)).await?;
        Ok(looked.refused().is_none())
    })
}

impl Typed {
    /// What was typed, without its secrets.
    fn form(&self) -> ConnectForm {
        let trimmed = |text: &str| text.trim().to_owned();
        ConnectForm {
            name: trimmed(&self.name),
            iru_subdomain: trimmed(&self.iru_subdomain),
            region: match self.region.as_str() {
                "eu" => Region::Eu,
                "iru" => Region::Iru,
                _ => Region::Us,
            },
            servicenow_prefix: trimmed(&self.servicenow_prefix),
            client_id: trimmed(&self.client_id),
            grant: if self.grant == "password" { pages::Grant::Password } else { pages::Grant::ClientCredentials },
            service_account: trimmed(&self.service_account),
            limit: trimmed(&self.limit),
            errors: Vec::new(),
        }
    }

    /// Settings and secrets, where every field holds; what is wrong is noted in the form.
    fn judged(self, console: &Console, form: &mut ConnectForm) -> Option<(Name, RawSettings, Credentials)> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: String| errors.push(FieldError { field: field.to_owned(), message });
        let name = form.name.parse::<Name>().map_err(|error| wrong("name", said(&error))).ok();
        let iru = tenant_end(console, form).map_err(|error| wrong("iru_subdomain", said(&error))).ok();
        let servicenow = instance_end(console, form).map_err(|error| wrong("servicenow_prefix", said(&error))).ok();
        let grant = match form.grant {
            pages::Grant::Password => Grant::Password,
            pages::Grant::ClientCredentials => Grant::ClientCredentials,
        };
        let with_password = grant == Grant::Password;
        for (field, text, what) in
            [("client_id", &form.client_id, "client ID"), ("service_account", &form.service_account, "user name")]
        {
            if text.is_empty() && (field == "client_id" || with_password) {
                wrong(field, format!("The {what} is needed."));
            }
        }
        let mut secret = |field: &str, typed: Hidden, what: &str| {
            let given = typed.given();
            if given.is_none() {
                wrong(field, format!("The {what} is needed. What was typed before is never kept, so type it again."));
            }
            given
        };
        let iru_token = secret("iru_token", self.iru_token, "API token");
        let client_secret = secret("client_secret", self.client_secret, "client secret");
        let service_password = match with_password {
            true => secret("service_password", self.service_password, "password"),
            false => None,
        };
        let limit = super::editing::limit(&form.limit).map_err(|message| wrong("limit", message)).ok();
        form.errors = errors;
        if !form.errors.is_empty() {
            return None;
        }
        let conditions = extract::Scope { devices_max: limit?, ..extract::Scope::default() };
        let account = Some(form.service_account.clone()).filter(|account| !account.is_empty());
        let raw = RawSettings::new(iru?, servicenow?, form.client_id.clone(), (grant, account), conditions);
        Some((name?, raw, Credentials { iru_token: iru_token?, client_secret: client_secret?, service_password }))
    }
}

/// A subdomain, or the address that the operator has given it.
fn tenant_end(console: &Console, form: &ConnectForm) -> Result<TenantEnd, Wrong> {
    let subdomain = integration::iru_subdomain(&form.iru_subdomain)?;
    if let Some(url) = console.aliases.tenants.get(&subdomain) {
        return Ok(TenantEnd::Url(integration::tenant_url(url)?));
    }
    let region = match form.region {
        Region::Us => "us",
        Region::Eu => "eu",
        Region::Iru => "iru",
    };
    Ok(TenantEnd::Subdomain { subdomain, region: region.to_owned() })
}

/// A prefix, or the address that the operator has given it.
fn instance_end(console: &Console, form: &ConnectForm) -> Result<ServiceNowEnd, Wrong> {
    let prefix = integration::servicenow_prefix(&form.servicenow_prefix)?;
    match console.aliases.instances.get(&prefix) {
        Some(url) => Ok(ServiceNowEnd::Url(integration::instance_url(url)?)),
        None => Ok(ServiceNowEnd::Prefix(prefix)),
    }
}

/// What is wrong and what to type instead, as a sentence.
pub(super) fn said(error: &Wrong) -> String {
    let what = error.to_string();
    match error.hint() {
        Some(hint) => format!("{what}; {hint}"),
        None => what,
    }
}

/// An error at the field that it is of; above the form where it is of none.
pub(super) fn at_field(error: &Error) -> FieldError {
    let field = match error {
        Error::Integration(Wrong::Setting { field, .. }) => match *field {
            "devices" => "devices_schedule",
            "apps" => "apps_schedule",
            "devices_max" => "limit",
            other => other,
        },
        Error::Taken { .. } => "name",
        Error::Schedule { field, .. } => match *field {
            "devices" => "devices_schedule",
            "apps" => "apps_schedule",
            other => other,
        },
        _ => "",
    };
    FieldError { field: field.to_owned(), message: working::told_with_hint(error) }
}
