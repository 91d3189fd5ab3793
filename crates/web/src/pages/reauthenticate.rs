//! New credentials, in two steps: a person sees first where they go, then types them. The old ones stay in force until
//! both ends have accepted the new.

use maud::{Markup, html};

use super::connect::Grant;
use super::fields::{FieldError, Input, summary};
use super::frame::{Frame, Place, Sheet, document, post};
use super::links;
use super::parts::{facts, head, host};
use super::words::{days_ago, moment, plain};

/// Where new credentials go.
#[derive(Clone, Debug)]
pub struct ReauthenticateEnds {
    /// The integration's name.
    pub name: String,
    /// The tenant's address.
    pub tenant: String,
    /// The instance's address.
    pub instance: String,
    /// The OAuth client's id.
    pub client_id: String,
    /// How tokens are asked for: the password is asked for with one of them alone.
    pub grant: Grant,
    /// The account that rows are sent as.
    pub service_account: Option<String>,
    /// When the present ones were accepted, RFC 3339 in UTC.
    pub credentials_at: String,
    /// How many days ago that was.
    pub credentials_age_days: u64,
}

/// The second step.
#[derive(Clone, Debug)]
pub struct ReauthenticateForm {
    /// Where they go.
    pub ends: ReauthenticateEnds,
    /// The present ones cannot be opened any more, so all are needed.
    pub all_needed: bool,
    /// What is wrong, by field: `iru_token`, `client_secret`, `service_password`.
    pub errors: Vec<FieldError>,
}

const FIELDS: [(&str, &str); 3] =
    [("iru_token", "API token"), ("client_secret", "Client secret"), ("service_password", "Service account password")];

/// The first step: are these the right ends?
pub fn reauthenticate_confirm(frame: &Frame, view: &ReauthenticateEnds) -> Markup {
    let inside = html! {
        div.form-page {
            (head(html! { "Re-authenticate" }, None, Some(html! { "Step 1 of 2. Are these the right ends?" }), None))
            section.card aria-labelledby="ends" {
                h2 #ends { (plain(&view.name)) }
                (ends(view))
                // What is only looked at is asked for by GET: nothing changes by it.
                form #confirm method="get" action=(links::reauthenticate(&view.name)) {
                    input type="hidden" name="step" value="credentials";
                    div.actions {
                        button.button.primary type="submit" { "Yes, give new credentials" }
                        a.button href=(links::integration(&view.name)) { "No, go back" }
                    }
                }
            }
        }
    };
    framed(frame, view, &inside)
}

/// The second step: the new credentials.
pub fn reauthenticate(frame: &Frame, view: &ReauthenticateForm) -> Markup {
    let name = &view.ends.name;
    let lead =
        html! { "Step 2 of 2. Both ends are asked first; until they accept, the old credentials stay in force." };
    let inside = html! {
        div.form-page {
            (head(html! { "Re-authenticate" }, None, Some(lead), None))
            (summary(&view.errors, &FIELDS))
            (post(frame, &links::reauthenticate(name), "reauthenticate-form", html! {
                section.card aria-labelledby="credentials" {
                    h2 #credentials { "New credentials for " (plain(name)) }
                    (ends(&view.ends))
                    (secrets(view))
                }
                div.actions {
                    button.button.primary #re-authenticate type="submit" { "Re-authenticate" }
                    a.button href=(links::integration(name)) { "Cancel" }
                }
            }))
        }
    };
    framed(frame, &view.ends, &inside)
}

fn framed(frame: &Frame, view: &ReauthenticateEnds, inside: &Markup) -> Markup {
    let name = view.name.as_str();
    let above = [("Integrations", links::HOME.to_owned()), (name, links::integration(name))];
    document(
        frame,
        &Sheet { title: "Re-authenticate", place: Place::Integrations, above: &above, events: None },
        inside,
    )
}

fn ends(view: &ReauthenticateEnds) -> Markup {
    let account = view.service_account.as_deref().map(plain);
    facts(&[
        ("Tenant domain", html! { code { (host(&view.tenant)) } }),
        ("Instance", html! { code { (host(&view.instance)) } }),
        ("Client ID", html! { code { (plain(&view.client_id)) } }),
        ("Service account", html! { (account.as_deref().unwrap_or("the one that the client's own record names")) }),
        ("Accepted", html! { (days_ago(view.credentials_age_days)) span.when { (moment(&view.credentials_at)) } }),
    ])
}

fn secrets(view: &ReauthenticateForm) -> Markup {
    let field = |name, label, help: [&'static str; 2]| {
        let input = Input::secret(name, label, &view.errors);
        if view.all_needed { input.required().help(help[0]) } else { input.depends().help(help[1]) }
    };
    html! {
        @if view.all_needed { p.hint #all-needed { "The present credentials cannot be opened any more: all of them are needed." } }
        @else { p.hint { "A field that is left blank keeps what it has." } }
        (field("iru_token", "API token of the tenant", [
            "From Settings > Access > API tokens in Iru Endpoint.",
            "From Settings > Access > API tokens in Iru Endpoint. Blank keeps the old one.",
        ]))
        (field("client_secret", "Client secret", [
            "From System OAuth > Application Registry in ServiceNow.",
            "From System OAuth > Application Registry in ServiceNow. Blank keeps the old one.",
        ]))
        @if view.ends.grant == Grant::Password {
            (field("service_password", "Service account password", [
                "Of the service account named above.",
                "Of the service account named above. Blank keeps the old one.",
            ]))
        }
    }
}
