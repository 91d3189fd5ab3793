//! The checks of a tenant, in their order: it answers, it takes the token, the token may ask what is read, and its
//! clock is ours.

use extract::{DataSet, Error, Probed, Tenant};

use super::expected::{Expected, NeededDataSet};
use super::finding::{Finding, Findings, told};
use super::permission::{self, Devices, permission};
use super::{Area, Check, clock};

const REACHABLE: &str = "tenant reachable";
const TOKEN: &str = "token accepted";
const CLOCK: &str = "tenant clock";

/// Looks at a tenant and tells each finding as it is made. One request for each data set, two for applications.
pub async fn tenant(tenant: &Tenant, expected: &Expected, each: &mut (dyn FnMut(&Check) + Send)) -> Vec<Check> {
    let mut said = Findings::of(Area::Tenant, each);
    // The list of devices is what every reading begins with, so it tells whether there is a tenant at all.
    let listed = tenant.probe(DataSet::Devices, "").await;
    said.note(REACHABLE, reachable(tenant, &listed));
    said.check(TOKEN, &[REACHABLE], async { token(&listed) }).await;
    let devices = Devices::of(listed);
    for &needed in &ordered(expected) {
        let name = permission::name(needed.data_set);
        said.check(name, &[REACHABLE, TOKEN], permission(tenant, needed, &devices)).await;
    }
    said.check(CLOCK, &[REACHABLE], async {
        let now = tenant.now();
        clock::compared(tenant.moment(now), now, "the tenant's")
    })
    .await;
    said.all()
}

/// The list of devices first: what is read a device at a time is tried with one of them.
fn ordered(expected: &Expected) -> Vec<NeededDataSet> {
    let mut data_sets = vec![NeededDataSet { data_set: DataSet::Devices, drives: true }];
    data_sets.extend(expected.data_sets.iter().filter(|needed| needed.data_set != DataSet::Devices));
    data_sets
}

fn reachable(tenant: &Tenant, listed: &Result<Probed, Error>) -> Finding {
    let host = tenant.host();
    let error = match listed {
        Err(error) if is_of_the_way(error) => error,
        _ => return Finding::passed(format!("{host} answers as the API of a tenant")),
    };
    let remedy = match error {
        Error::NoSuchTenant { .. } => {
            "check the subdomain: it is what stands before `.api.` in the tenant's API address; a tenant in the EU has \
             the region `eu`, one on the new host `iru`"
        }
        Error::Http { .. } if error.budget_wait().is_some() => {
            "wait until the hour's requests are free again, or ask who else uses the tenant's API: all tokens share \
             10,000 requests an hour"
        }
        Error::Http { source, .. } if source.is_network() => {
            "check the subdomain and region, and that this machine's firewall, DNS and proxy let HTTPS through to it"
        }
        Error::Http { .. } => "check the tenant's address and what stands between this machine and it",
        Error::Page(_) => {
            "an answer that is no data comes from a proxy or a sign-on page: let HTTPS to this host pass without them"
        }
        _ => "try again later; if it stays so, look at Iru's status page",
    };
    Finding::failed(told(error), remedy)
}

/// True for trouble that says nothing of the token.
fn is_of_the_way(error: &Error) -> bool {
    !matches!(error, Error::Token { .. } | Error::NotAllowed { .. })
}

fn token(listed: &Result<Probed, Error>) -> Finding {
    match listed {
        Err(error @ Error::Token { .. }) => Finding::failed(
            told(error),
            "in Iru, open Settings > Access > API tokens, add a token with the permission `Device list` and those of \
             the checks below, and give it as SNOWHAUL_IRU_TOKEN: a token is shown once, and one that was revoked or \
             has no `Device list` is refused in the same way",
        ),
        _ => Finding::passed("the tenant takes the API token"),
    }
}
