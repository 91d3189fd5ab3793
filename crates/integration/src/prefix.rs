//! What a person types where a prefix belongs: `acme` for `acme.service-now.com`. Apart because credentials follow it:
//! what was typed is put on a constant template, and what is no plain label is refused, never mended. We do not accept
//! a pasted URL although we can tell what was meant, because then what is typed would no longer decide where a password
//! goes.

use flow::Rejected;
use url::Host;

use crate::error::Error;
use crate::limits::LABEL_BYTES_MAX;

/// What tells a ServiceNow prefix from an Iru subdomain.
struct Kind {
    what: &'static str,
    /// What stands behind the label in an address that is pasted, the longest first.
    domains: &'static [&'static str],
    /// How to say what is wanted.
    example: &'static str,
    /// For those whose address is none of the vendor's.
    otherwise: &'static str,
}

const SERVICENOW: Kind = Kind {
    what: "ServiceNow prefix",
    domains: &["service-now.com"],
    example: "only what stands before `.service-now.com`, as `acme` of `acme.service-now.com`",
    otherwise: "an instance with a domain of its own is given as --instance-url, on the command line only",
};

const IRU: Kind = Kind {
    what: "Iru subdomain",
    domains: &[
        "api.eu.kandji.io",
        "api.kandji.io",
        "eu.kandji.io",
        "kandji.io",
        "api.eu.iru.com",
        "api.iru.com",
        "iru.com",
    ],
    example: "only the tenant's own part, as `acme` of `acme.api.kandji.io`",
    otherwise: "a tenant with another address is given as --iru-url, on the command line only",
};

/// The prefix of a ServiceNow instance, `acme` for `acme.service-now.com`, exactly as it was typed.
///
/// # Errors
/// [`Error::Mistyped`] for everything that does not match `^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`, for numbers that
/// could be read as an IP address and for encoded international names; it names the prefix that was probably meant.
pub fn servicenow_prefix(typed: &str) -> Result<String, Error> {
    label(typed, &SERVICENOW)
}

/// The subdomain of an Iru tenant, `acme` for `acme.api.kandji.io`, by the same rule as [`servicenow_prefix`].
///
/// # Errors
/// [`Error::Mistyped`], as there.
pub fn iru_subdomain(typed: &str) -> Result<String, Error> {
    label(typed, &IRU)
}

fn label(typed: &str, kind: &Kind) -> Result<String, Error> {
    match fault(typed) {
        None => Ok(typed.to_owned()),
        Some(reason) => {
            Err(Error::Mistyped { what: kind.what, typed: quoted(typed), reason, instead: instead(typed, kind) })
        }
    }
}

/// What is wrong with it; the first that helps most.
fn fault(typed: &str) -> Option<&'static str> {
    address_fault(typed).or_else(|| letters_fault(typed)).or_else(|| form_fault(typed))
}

/// What a pasted address, or a part of one, looks like.
fn address_fault(typed: &str) -> Option<&'static str> {
    let has = |text: &str| typed.contains(text);
    match typed {
        "" => Some("it is empty"),
        _ if typed.chars().any(char::is_control) => Some("it has a line break or another control character in it"),
        _ if has("@") => Some("it has an `@` in it, which belongs to a mail address or to a password in an address"),
        _ if has("//") || has("\\\\") => Some("it is a whole address"),
        _ if has("%") => Some("it has a percent sign in it; nothing is decoded here"),
        _ if typed.contains(['。', '．', '｡', '․']) => Some("it has a dot of another script in it"),
        _ if !typed.is_ascii() => Some("it has a letter that is not, or only looks like, one of a to z"),
        _ if is_ip_address(typed) => Some("it is an IP address, or a number that could be read as one"),
        _ if has(":") => Some("it has a colon in it, as before a port"),
        _ if has("/") || has("\\") => Some("it has a slash in it, as an address with a path"),
        _ if has("#") || has("?") => Some("it has a `#` or `?` in it, which ends the host in an address"),
        _ if typed.trim().contains(' ') => Some("it has a space in it"),
        _ if has(" ") => Some("it has a space before or after it"),
        _ if has(".") => Some("it is a host, or has a dot in it"),
        _ => None,
    }
}

fn letters_fault(typed: &str) -> Option<&'static str> {
    if typed.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some("it has an upper-case letter in it");
    }
    if typed.starts_with("xn--") {
        return Some("it is an encoded international name, which may only look like yours");
    }
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (!typed.bytes().all(is_plain)).then_some("it has a character that is none of a to z, 0 to 9 and the hyphen")
}

fn form_fault(typed: &str) -> Option<&'static str> {
    if typed.len() > LABEL_BYTES_MAX {
        return Some("it is longer than 63 characters");
    }
    (typed.starts_with('-') || typed.ends_with('-')).then_some("it begins or ends with a hyphen")
}

/// As a browser reads numbers: decimal, hexadecimal and octal, in one to four parts, with or without brackets.
fn is_ip_address(typed: &str) -> bool {
    matches!(Host::parse(typed), Ok(Host::Ipv4(_) | Host::Ipv6(_))) || typed.starts_with('[') || typed.contains("::")
}

/// What was typed, but not where a password may be in it: an address may hold one, and so may what is as long as a
/// token.
fn quoted(typed: &str) -> String {
    let may_be_secret = typed.contains(['@', '?']) || typed.len() > Rejected::VALUE_CHARS_MAX;
    if may_be_secret { "what was typed".to_owned() } else { format!("`{}`", Rejected::shown(typed)) }
}

fn instead(typed: &str, kind: &Kind) -> String {
    match meant(typed, kind) {
        Some(label) => format!("type `{label}`: {}", kind.example),
        None => format!("type {}; {}", kind.example, kind.otherwise),
    }
}

/// The label that was probably meant: that of a vendor's host, or what was typed without what is around it.
fn meant(typed: &str, kind: &Kind) -> Option<String> {
    let typed = typed.trim().to_ascii_lowercase();
    let address = typed.split_once("://").map_or(typed.as_str(), |(_, rest)| rest).trim_start_matches('/');
    let authority = address.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.');
    let of_vendor = kind.domains.iter().find_map(|domain| host.strip_suffix(domain)?.strip_suffix('.'));
    // Without a vendor's domain the host of a whole address, or of a mail address, is anybody's.
    let is_bare = !typed.contains("//") && !typed.contains('@');
    let label = of_vendor.or_else(|| is_bare.then_some(host))?;
    fault(label).is_none().then(|| label.to_owned())
}

#[cfg(test)]
mod tests;
