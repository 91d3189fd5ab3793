//! Which addresses a download may reach. Apart because the address comes from an answer: whoever can write that could
//! otherwise make this machine ask its own network, or the service that gives a cloud's machines their credentials.
//!
//! What must hold: a name is refused if *any* address it leads to is refused, and the addresses that were looked at
//! are the ones that are connected to, so that a second look cannot find others.

use std::error::Error as StdError;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::config;

/// Why such an address is refused.
pub(super) const INSIDE: &str = "it leads into a network, not to a server of the public internet";

/// How far a download may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Public,
    PublicOrLoopback,
    Loopback,
}

/// What the resolver says of a name that leads inside.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address inside a network")]
struct Inside;

impl Reach {
    /// How far a download from this address may go, or why it is refused.
    pub(super) fn of(address: &Url, allow_loopback: bool) -> Result<Self, &'static str> {
        if !address.username().is_empty() || address.password().is_some() {
            return Err("credentials do not belong into an address");
        }
        let reach = match address.scheme() {
            "https" if allow_loopback => Self::PublicOrLoopback,
            "https" => Self::Public,
            "http" if allow_loopback && config::is_loopback(address) => Self::Loopback,
            _ => return Err("it must begin with https"),
        };
        let is_inside = match address.host() {
            None => return Err("it names no host"),
            Some(Host::Ipv4(literal)) => !reach.admits(literal.into()),
            Some(Host::Ipv6(literal)) => !reach.admits(literal.into()),
            // What a name leads to is looked at when it is resolved.
            Some(Host::Domain(_)) => false,
        };
        if is_inside { Err(INSIDE) } else { Ok(reach) }
    }

    pub(super) fn admits(self, address: IpAddr) -> bool {
        let is_public = match address {
            IpAddr::V4(address) => is_public_v4(address),
            IpAddr::V6(address) => is_public_v6(address),
        };
        match self {
            Self::Public => is_public,
            Self::PublicOrLoopback => is_public || address.is_loopback(),
            Self::Loopback => address.is_loopback(),
        }
    }
}

impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(look_up(*self, name))
    }
}

async fn look_up(reach: Reach, name: Name) -> Result<Addrs, Box<dyn StdError + Send + Sync>> {
    let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0_u16)).await?.collect();
    if found.iter().any(|address| !reach.admits(address.ip())) {
        return Err(Inside.into());
    }
    Ok(Box::new(found.into_iter()))
}

/// True where the HTTP library failed because the name leads inside.
pub(super) fn is_inside(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<Inside>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Everything but what IANA's registry of special addresses (RFC 6890) keeps for networks, machines, documents and
/// groups. 169.254.169.254 and 100.100.100.200, where clouds keep credentials, are among those.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Global unicast, less what is kept within it for protocols, documents and tunnels. An address that stands for one of
/// IPv4 behind a translator (NAT64) is judged as that one.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    if segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        let [.., a, b, c, d] = address.octets();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    let is_special =
        matches!((segments[0], segments[1]), (0x2001, 0..=0x1ff | 0xdb8) | (0x2002, _) | (0x3fff, 0..=0xfff));
    (0x2000..=0x3fff).contains(&segments[0]) && !is_special
}
