//! What can be connected: the categories, and what the one integration does and needs before it is added.

use maud::{Markup, html};

use super::frame::{Frame, Place, Sheet, document};
use super::links;
use super::parts::{Tone, head, notice};
use super::words::prose;

/// What both ends need before they are joined: what, and where it is done.
const NEEDED: [(&str, &[&str]); 2] = [
    (
        "In Iru Endpoint",
        &[
            "An API token: Settings > Access > API tokens > Add API token. Allow it to read devices, their details and their applications, and nothing else.",
            "The subdomain of the tenant, as `acme` of `acme.api.kandji.io`; it stands on the same page.",
        ],
    ),
    (
        "In ServiceNow",
        &[
            "The update set with the staging tables, transform maps and the role `snowhaul_loader`: `snowhaul export update-set` writes it; retrieve, preview and commit it under System Update Sets.",
            "A service account of its own with the roles `snowhaul_loader`, `import_transformer` and `cmdb_read`.",
            "An OAuth client: System OAuth > Application Registry > New > Create an OAuth API endpoint for external clients. Take its Client ID and Client Secret.",
            "From the release Zurich on: the client's Scope Restriction set to Broadly scoped.",
            "`Kandji` as a choice of Discovery source, which the update set brings; users in `sys_user`, so that devices find whom they are assigned to.",
        ],
    ),
];

/// The categories.
pub fn discover(frame: &Frame) -> Markup {
    let inside = html! {
        (head(html! { "Discover integrations" }, None, Some(html! { "What Iru Endpoint can be joined to." }), None))
        section aria-labelledby="asset-management" {
            h2 #asset-management { "Asset management" }
            ul.tiles {
                li {
                    article.card.tile #servicenow {
                        div.tile-mark aria-hidden="true" { "SN" }
                        h3 { a href=(links::DISCOVER_SERVICENOW) { "ServiceNow" } }
                        p {
                            "Devices, applications and their use in the CMDB and in Software Asset Management, \
                             planned before they are sent and proven afterwards."
                        }
                    }
                }
            }
        }
    };
    document(
        frame,
        &Sheet { title: "Discover integrations", place: Place::Discover, above: &[], events: None },
        &inside,
    )
}

/// What the integration is, and what it needs; `connected` are the names of those that there are.
pub fn discover_servicenow(frame: &Frame, connected: &[String]) -> Markup {
    let add = html! { a.button.primary #add-and-configure href=(links::CONNECT) { "Add and configure" } };
    let lead = html! { "Asset management. Carries the inventory of Apple devices and applications into the CMDB." };
    let inside = html! {
        (head(html! { "ServiceNow" }, None, Some(lead), Some(add)))
        @if !connected.is_empty() {
            (notice(Tone::Quiet, html! {
                p { "Connected already: "
                    @for (at, name) in connected.iter().enumerate() {
                        @if at > 0 { ", " }
                        a href=(links::integration(name)) { (super::words::plain(name)) }
                    }
                    ". Another pair of tenant and instance is an integration of its own."
                }
            }))
        }
        div.columns {
            section.card aria-labelledby="about" {
                h2 #about { "What it does" }
                ul.prose {
                    li { "Reads Mac, iPhone, iPad and Apple TV from the tenant, and what is installed on each Mac." }
                    li { "Sends changed rows alone, to staging tables; transform maps write " code { "cmdb_ci_computer" }
                        ", and with Software Asset Management " code { "cmdb_sam_sw_install" } " and " code { "samp_sw_usage" } "." }
                    li { "Shows what will change before it changes, and stops before it retires or creates too much." }
                    li { "Proves what became of every row, and explains any one device." }
                    li { "Goes one way, from Iru Endpoint to ServiceNow. Nothing in the tenant is ever changed." }
                }
            }
            section.card aria-labelledby="steps" {
                h2 #steps { "What happens next" }
                ol.way-in {
                    li { b { "Add and configure" } " asks for both ends and their credentials." }
                    li { b { "Connect to ServiceNow" } " looks at both ends; each check says what it saw and how to mend it." }
                    li { "When all pass, credentials are sealed and devices are sent at once, then every 15 minutes." }
                    li { "Applications and their use are turned on under " b { "Edit" } ", and go nightly." }
                }
            }
        }
        section.card aria-labelledby="needed" {
            h2 #needed { "Have ready" }
            div.columns.inner {
                @for (place, needs) in NEEDED {
                    div { h3 { (place) } ul.prose { @for need in needs { li { (prose(need)) } } } }
                }
            }
        }
    };
    let above = [("Discover integrations", links::DISCOVER.to_owned())];
    document(frame, &Sheet { title: "ServiceNow", place: Place::Discover, above: &above, events: None }, &inside)
}
