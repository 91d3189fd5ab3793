//! The ways through many pages, each as a reader of that endpoint goes it. Every way ends, also where a tenant's does not.

use super::client::Served;
use crate::tests::records_in;
use serde_json::Value;
use url::Url;
use url::form_urlencoded::byte_serialize;

/// More pages than any test has.
const PAGES_MAX: usize = 1_000;

/// The rows of all pages; `next` is shown a page and answers the path of the one behind it.
fn pages(served: &Served, first: &str, next: impl Fn(&Value) -> Option<String>) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut path = Some(first.to_owned());
    for _ in 0..PAGES_MAX {
        let Some(here) = path else { return rows };
        let page = served.json(&here);
        rows.extend(records_in(&page).into_iter().cloned());
        path = next(&page);
    }
    panic!("the pages behind {first} do not end");
}

/// By offset until a page is empty. The address ends in `?` or `&`.
pub(super) fn by_offset(served: &Served, address: &str, limit: usize) -> Vec<Value> {
    let mut rows = Vec::new();
    for number in 0..PAGES_MAX {
        let page = served.json(&format!("{address}limit={limit}&offset={}", number * limit));
        let told = records_in(&page);
        if told.is_empty() {
            return rows;
        }
        rows.extend(told.into_iter().cloned());
    }
    panic!("the pages of {address} do not end");
}

/// By Prism's cursor, beginning with an empty one. The address ends in `?` or `&`.
pub(super) fn by_cursor(served: &Served, address: &str, limit: usize) -> Vec<Value> {
    let at = |cursor: &str| format!("{address}limit={limit}&cursor={}", encoded(cursor));
    pages(served, &at(""), |page| page["cursor"].as_str().map(at))
}

/// By the links of `next`, which must lead to the very tenant.
pub(super) fn by_links(served: &Served, first: &str) -> Vec<Value> {
    pages(served, first, |page| {
        let link = Url::parse(page["next"].as_str()?).expect("a link is an address");
        assert_eq!(link.port(), Some(served.address.port()), "{link}");
        Some(path_of(&link))
    })
}

/// By the cursors inside of `next`, whose host is another one and is not asked.
pub(super) fn by_cursors_of_links(served: &Served, address: &str) -> Vec<Value> {
    pages(served, address, |page| {
        let link = page["next"].as_str()?;
        Some(format!("{address}&cursor={}", encoded(&parameter(link, "cursor"))))
    })
}

/// Path and query of an address.
pub(super) fn path_of(link: &Url) -> String {
    format!("{}?{}", link.path(), link.query().unwrap_or_default())
}

/// A parameter of an address, decoded.
pub(super) fn parameter(link: &str, name: &str) -> String {
    let link = Url::parse(link).expect("a link is an address");
    let found = link.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    found.unwrap_or_else(|| panic!("{link} has no {name}"))
}

/// A text as it stands in an address.
pub(super) fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}
