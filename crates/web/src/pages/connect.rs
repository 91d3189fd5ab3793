//! The form that connects a tenant and an instance. What is asked for is what the vendor's own form asks for, and the
//! tenant's side beside it; a prefix is typed, never an address, because credentials go where it leads.

use maud::{Markup, html};

use super::fields::{Choice, FieldError, Input, choices, summary};
use super::frame::{Frame, Place, Sheet, document, post};
use super::links;
use super::parts::{Tone, badge, head};

/// Which of the vendor's hosts serves the tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Region {
    /// `api.kandji.io`.
    #[default]
    Us,
    /// `api.eu.kandji.io`.
    Eu,
    /// `api.iru.com`.
    Iru,
}

/// How tokens are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grant {
    /// With the client's id and secret alone.
    #[default]
    ClientCredentials,
    /// With the service account's name and password as well.
    Password,
}

/// What was typed so far. Secrets are never in it.
#[derive(Clone, Debug, Default)]
pub struct ConnectForm {
    /// Field `name`.
    pub name: String,
    /// Field `iru_subdomain`.
    pub iru_subdomain: String,
    /// Field `region`: `us`, `eu` or `iru`.
    pub region: Region,
    /// Field `servicenow_prefix`.
    pub servicenow_prefix: String,
    /// Field `client_id`.
    pub client_id: String,
    /// Field `grant`: `password` or `client-credentials`.
    pub grant: Grant,
    /// Field `service_account`.
    pub service_account: String,
    /// Field `limit`: a trial with so many devices; empty for all.
    pub limit: String,
    /// What is wrong, by field.
    pub errors: Vec<FieldError>,
}

/// The fields, by which an error above the form leads to its place.
const FIELDS: [(&str, &str); 11] = [
    ("name", "Name"),
    ("iru_subdomain", "Tenant subdomain"),
    ("region", "Where the tenant is served"),
    ("iru_token", "API token"),
    ("servicenow_prefix", "Tenant prefix"),
    ("grant", "How Snowhaul signs in"),
    ("client_id", "Client ID"),
    ("client_secret", "Client secret"),
    ("service_account", "Service account user name"),
    ("service_password", "Service account password"),
    ("limit", "Number of devices"),
];

/// The form.
pub fn connect(frame: &Frame, view: &ConnectForm) -> Markup {
    let lead = html! { "Nothing is kept before both ends have answered and everything that a run needs is there." };
    let inside = html! {
        div.form-page {
            (head(html! { "Add ServiceNow" }, None, Some(lead), None))
            (summary(&view.errors, &FIELDS))
            (post(frame, links::CONNECT, "connect", html! {
                (named(view))
                (tenant(view))
                (instance(view))
                (trial(view))
                div.actions {
                    button.button.primary #connect-to-servicenow type="submit" { "Connect to ServiceNow" }
                    a.button href=(links::DISCOVER_SERVICENOW) { "Cancel" }
                }
            }))
        }
    };
    let above =
        [("Discover integrations", links::DISCOVER.to_owned()), ("ServiceNow", links::DISCOVER_SERVICENOW.to_owned())];
    document(frame, &Sheet { title: "Add ServiceNow", place: Place::Discover, above: &above, events: None }, &inside)
}

fn named(view: &ConnectForm) -> Markup {
    html! {
        section.card aria-labelledby="the-name" {
            h2 #the-name { "This integration" }
            (Input::text("name", "Name", &view.errors).value(&view.name).required()
                .help("What it is called here: a to z, 0 to 9 and hyphens, as `acme` or `acme-test`. It cannot be changed later."))
        }
    }
}

fn tenant(view: &ConnectForm) -> Markup {
    let errors = &view.errors;
    let host = |region, value, host: &'static str, help| Choice {
        value,
        label: html! { code { (host) } },
        help,
        is_chosen: view.region == region,
    };
    html! {
        section.card aria-labelledby="the-tenant" {
            h2 #the-tenant { "Iru Endpoint" }
            (Input::text("iru_subdomain", "Tenant subdomain", errors).value(&view.iru_subdomain).required()
                .help("Only the tenant's own part: `acme`, where its API is at `acme.api.kandji.io`."))
            (choices("region", "Where the tenant is served", "The address of the tenant's API ends like this.", errors, &[
                host(Region::Us, "us", "api.kandji.io", "United States"),
                host(Region::Eu, "eu", "api.eu.kandji.io", "European Union"),
                host(Region::Iru, "iru", "api.iru.com", "United States, under the new name"),
            ]))
            (Input::secret("iru_token", "API token", errors).required()
                .help("From Settings > Access > API tokens. It needs to read devices and applications, and nothing else."))
        }
    }
}

fn instance(view: &ConnectForm) -> Markup {
    let errors = &view.errors;
    html! {
        section.card.with-grant aria-labelledby="the-instance" {
            h2 #the-instance { "ServiceNow" }
            (Input::text("servicenow_prefix", "Tenant prefix", errors).value(&view.servicenow_prefix).required()
                .behind(".service-now.com")
                .help("Only what stands before `.service-now.com`: `acme`, not the whole address."))
            (choices("grant", "How Snowhaul signs in", "", errors, &[
                Choice {
                    value: "client-credentials",
                    label: html! { "Client credentials " (badge(Tone::Good, "Recommended")) },
                    help: "The client's ID and secret alone. No password of a person's or account's is kept; the account that rows are sent as stands in the client's OAuth Application User.",
                    is_chosen: view.grant == Grant::ClientCredentials,
                },
                Choice {
                    value: "password",
                    label: html! { "Password of a service account" },
                    help: "As the vendor's own integration does it. For instances where client credentials are not allowed.",
                    is_chosen: view.grant == Grant::Password,
                },
            ]))
            (Input::text("client_id", "Client ID", errors).value(&view.client_id).required()
                .help("From System OAuth > Application Registry, the record of the client for Snowhaul."))
            (Input::secret("client_secret", "Client secret", errors).required()
                .help("From the same record; the lock beside the field shows it."))
            (Input::text("service_account", "Service account user name", errors).value(&view.service_account).depends()
                .help("The account that rows are sent as, with the roles `snowhaul_loader`, `import_transformer` and `cmdb_read`. With a password it is needed."))
            div.only-password {
                (Input::secret("service_password", "Service account password", errors).depends()
                    .help("Needed with the password of a service account, and not used otherwise."))
            }
        }
    }
}

fn trial(view: &ConnectForm) -> Markup {
    html! {
        section.card aria-labelledby="the-trial" {
            h2 #the-trial { "Try it with a few devices first" }
            (Input::number("limit", "Number of devices", &view.errors).value(&view.limit)
                .help("The first so many stay the ones that are sent, by their serial numbers, until you edit the scope. Empty for every device."))
        }
    }
}
