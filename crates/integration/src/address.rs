//! Whole addresses, for those whose instance or tenant has a domain of its own and for loopback. Apart from prefixes
//! because they come from the command line only: whoever types in a browser never chooses a host.

use std::net::{Ipv4Addr, Ipv6Addr};

use flow::Rejected;
use url::{Host, Url};

use crate::error::Error;
use crate::limits::ADDRESS_BYTES_MAX;

/// The address of an instance, as `https://servicenow.example.com`, without a slash at its end.
///
/// # Errors
/// [`Error::Mistyped`] unless it is https with a domain, or http or https with an address of this machine, and nothing
/// but a port follows. It must be written as it is read: an address that a parser would mend is refused.
pub fn instance_url(typed: &str) -> Result<String, Error> {
    address(typed, "address of an instance", "https://servicenow.example.com")
}

/// The address of a tenant's API, by the same rule as [`instance_url`].
///
/// # Errors
/// [`Error::Mistyped`], as there.
pub fn tenant_url(typed: &str) -> Result<String, Error> {
    address(typed, "address of a tenant", "https://acme.api.kandji.io")
}

fn address(typed: &str, what: &'static str, example: &str) -> Result<String, Error> {
    let mistyped = |reason: &'static str| Error::Mistyped {
        what,
        typed: quoted(typed),
        reason,
        instead: format!("type scheme and host, and a port where there is one, as `{example}`"),
    };
    if typed.len() > ADDRESS_BYTES_MAX {
        return Err(mistyped("it is longer than an address is"));
    }
    let url = Url::parse(typed).map_err(|_| mistyped("it cannot be read as an address"))?;
    if let Some(reason) = fault(&url).or_else(|| host_fault(&url)) {
        return Err(mistyped(reason));
    }
    let read = url.origin().ascii_serialization();
    // A parser decodes percent signs, folds other scripts' dots and letters, drops line breaks and turns numbers into
    // addresses. What a person sees must be what is connected to.
    if typed.strip_suffix('/').unwrap_or(typed) != read {
        return Err(mistyped("it is written otherwise than it would be read"));
    }
    Ok(read)
}

fn fault(url: &Url) -> Option<&'static str> {
    if !url.username().is_empty() || url.password().is_some() {
        return Some("a user name or password does not belong into it");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Some("it has a `?` or `#` in it");
    }
    if !matches!(url.path(), "" | "/") {
        return Some("it has a path");
    }
    match url.scheme() {
        "https" => None,
        "http" if is_loopback(url) => None,
        "http" => Some("only an address of this machine may be spoken to in clear, so it must begin with https"),
        _ => Some("it must begin with https"),
    }
}

fn host_fault(url: &Url) -> Option<&'static str> {
    let is_domain =
        |name: &str| name.contains('.') && !name.starts_with('.') && !name.ends_with('.') && !name.contains("..");
    match url.host() {
        None => Some("it names no host"),
        Some(_) if is_loopback(url) => None,
        Some(Host::Domain(name)) if is_domain(name) => None,
        Some(Host::Domain(_)) => Some("its host is no full domain name"),
        // An instance has a name; a bare address is a router's, a neighbour's or a cloud's own metadata service.
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => Some("its host is an IP address, and not of this machine"),
    }
}

/// The two addresses of this machine that everybody means, and the name that is never asked of a name service.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address == Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// What was typed, but not where a password may be in it.
fn quoted(typed: &str) -> String {
    let may_be_secret = typed.contains(['@', '?', '#']) || typed.len() > Rejected::VALUE_CHARS_MAX;
    if may_be_secret { "what was typed".to_owned() } else { format!("`{}`", Rejected::shown(typed)) }
}

#[cfg(test)]
mod tests;
