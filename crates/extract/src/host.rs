//! Where a tenant is asked. Apart because the token follows this address: a person types a subdomain, the host is put
//! on a constant template, and what does not look like a subdomain is refused with what to type instead.

use crate::error::Error;

/// The longest label that DNS allows.
const SUBDOMAIN_BYTES_MAX: usize = 63;

/// Which of the vendor's hosts serves a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// `{subdomain}.api.kandji.io`.
    Us,
    /// `{subdomain}.api.eu.kandji.io`.
    Eu,
    /// `{subdomain}.api.iru.com`, where tenants in the United States answer as well.
    Iru,
}

impl Region {
    /// Every region, in the order in which a person should try them.
    pub const ALL: [Self; 3] = [Self::Us, Self::Eu, Self::Iru];

    /// As the command line writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
            Self::Iru => "iru",
        }
    }

    fn domain(self) -> &'static str {
        match self {
            Self::Us => "api.kandji.io",
            Self::Eu => "api.eu.kandji.io",
            Self::Iru => "api.iru.com",
        }
    }
}

/// The address of a tenant's API.
///
/// # Errors
/// [`Error::Subdomain`] for what is no subdomain: an address, a host, a space, an upper-case letter.
pub fn base_url(subdomain: &str, region: Region) -> Result<String, Error> {
    match fault(subdomain) {
        Some(reason) => Err(Error::Subdomain { typed: flow::Rejected::shown(subdomain), reason }),
        None => Ok(format!("https://{subdomain}.{}", region.domain())),
    }
}

fn fault(subdomain: &str) -> Option<&'static str> {
    if subdomain.is_empty() {
        return Some("it is empty");
    }
    if subdomain.contains("://") || subdomain.contains('/') {
        return Some("it is an address; type only what stands before `.api.`, or the whole address as `--base-url`");
    }
    if subdomain.contains('.') {
        return Some("it is a host; type only what stands before `.api.`, as `acme` of `acme.api.kandji.io`");
    }
    if subdomain.chars().any(char::is_whitespace) {
        return Some("it has a space in it");
    }
    if !subdomain.is_ascii() {
        return Some("it has a letter that only looks like one of a to z");
    }
    if subdomain.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some("it is written in lower case");
    }
    let is_plain = subdomain.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !is_plain || subdomain.starts_with('-') || subdomain.ends_with('-') {
        return Some("it has a to z, 0 to 9 and, inside, hyphens only");
    }
    (subdomain.len() > SUBDOMAIN_BYTES_MAX).then_some("it is longer than 63 characters")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subdomain_becomes_one_of_the_vendors_hosts() {
        let of = |region| base_url("acme-1", region).expect("a subdomain");
        assert_eq!(of(Region::Us), "https://acme-1.api.kandji.io");
        assert_eq!(of(Region::Eu), "https://acme-1.api.eu.kandji.io");
        assert_eq!(of(Region::Iru), "https://acme-1.api.iru.com");
    }

    #[test]
    fn what_is_no_subdomain_is_refused_with_what_to_type() {
        for (typed, words) in [
            ("", "empty"),
            ("https://acme.api.kandji.io", "an address"),
            ("acme/x", "an address"),
            ("acme.api.kandji.io", "a host"),
            ("ac me", "a space"),
            ("Acme", "lower case"),
            ("аcme", "only looks like"),
            ("acme@evil", "hyphens only"),
            ("-acme", "hyphens only"),
            ("acme#", "hyphens only"),
            ("acme%2e", "hyphens only"),
        ] {
            let said = base_url(typed, Region::Us).expect_err(typed).to_string();
            assert!(said.contains(words), "{typed}: {said}");
        }
        assert!(base_url(&"a".repeat(64), Region::Us).is_err());
    }
}
