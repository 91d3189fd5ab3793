//! Every address that a page leads to, in one place: whoever answers requests and whoever draws links must agree.

use std::fmt::Write as _;

/// The list of integrations.
pub const HOME: &str = "/";
/// Where a person signs in.
pub const SIGN_IN: &str = "/sign-in";
/// Where a person signs out; by POST alone.
pub const SIGN_OUT: &str = "/sign-out";
/// What can be connected.
pub const DISCOVER: &str = "/discover";
/// What the one integration is, and what it needs.
pub const DISCOVER_SERVICENOW: &str = "/discover/asset-management/servicenow";
/// The form that connects.
pub const CONNECT: &str = "/discover/asset-management/servicenow/add";
/// The look.
pub const STYLE: &str = "/assets/style.css";
/// The script.
pub const SCRIPT: &str = "/assets/script.js";

/// The form that connects, with what was typed before the work of this id.
pub fn connect_again(work: &str) -> String {
    format!("{CONNECT}?work={}", encoded(work))
}

/// Work that goes on: a connection, a check, new credentials.
pub fn work(id: &str) -> String {
    format!("/checks/{}", encoded(id))
}

/// Its events.
pub fn work_events(id: &str) -> String {
    format!("{}/events", work(id))
}

/// An integration's details.
pub fn integration(name: &str) -> String {
    format!("/integrations/{}", encoded(name))
}

/// Looks at both ends.
pub fn check(name: &str) -> String {
    format!("{}/check", integration(name))
}

/// Begins a run.
pub fn sync(name: &str) -> String {
    format!("{}/run", integration(name))
}

/// What it sends, and when.
pub fn edit(name: &str) -> String {
    format!("{}/edit", integration(name))
}

/// New credentials: the first step, and where they are sent to.
pub fn reauthenticate(name: &str) -> String {
    format!("{}/reauthenticate", integration(name))
}

/// New credentials: the second step.
pub fn reauthenticate_credentials(name: &str) -> String {
    format!("{}?step=credentials", reauthenticate(name))
}

/// Its end.
pub fn delete(name: &str) -> String {
    format!("{}/delete", integration(name))
}

/// Its runs.
pub fn runs(name: &str) -> String {
    format!("{}/runs", integration(name))
}

/// Its runs before this one.
pub fn runs_before(name: &str, run: u64) -> String {
    format!("{}?before={run}", runs(name))
}

/// One run.
pub fn run(name: &str, run: u64) -> String {
    format!("{}/{run}", runs(name))
}

/// Its events.
pub fn run_events(name: &str, run: u64) -> String {
    format!("{}/events", self::run(name, run))
}

/// What it would change, or has changed.
pub fn plan(name: &str, run: u64) -> String {
    format!("{}/plan", self::run(name, run))
}

/// A page of it; the first is 1.
pub fn plan_page(name: &str, run: u64, page: u64) -> String {
    format!("{}?page={page}", plan(name, run))
}

/// Where a person's word is given.
pub fn approve(name: &str, run: u64) -> String {
    format!("{}/approve", self::run(name, run))
}

/// The search for a device.
pub fn devices(name: &str) -> String {
    format!("{}/devices", integration(name))
}

/// What is known of a device.
pub fn device(name: &str, wanted: &str) -> String {
    format!("{}?q={}", devices(name), encoded(wanted))
}

/// A text as one piece of an address: whatever it is, it leads nowhere else.
fn encoded(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' => safe.push(char::from(byte)),
            // Writing to a text cannot fail.
            _ => drop(write!(safe, "%{byte:02X}")),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_piece_of_an_address() {
        assert_eq!(integration("acme-1"), "/integrations/acme-1");
        assert_eq!(run("../x?y#z", 3), "/integrations/%2E%2E%2Fx%3Fy%23z/runs/3");
        assert_eq!(device("acme", "a&b \"é"), "/integrations/acme/devices?q=a%26b%20%22%C3%A9");
    }
}
