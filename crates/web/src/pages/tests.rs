//! What must hold on every page, whatever it shows: looked for in all of them, drawn with ordinary, with empty and with
//! hostile values.

use std::collections::BTreeSet;

use super::samples::{HOSTILE, Sample, samples};
use super::{SCRIPT, STYLE, links};

fn each(look: impl Fn(&Sample)) {
    let all = samples();
    assert!(all.len() > 40, "only {} pages are looked at", all.len());
    all.iter().for_each(look);
}

/// The tags of a page with this name, each without its brackets.
fn tags<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let begins = html.match_indices('<').filter_map(|(at, _)| html.get(at + 1..));
    let tags = begins.filter_map(|rest| rest.find('>').map(|end| &rest[..end]));
    tags.filter(|tag| tag.split([' ', '/']).next() == Some(name)).collect()
}

fn all_tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

#[test]
fn a_page_is_a_whole_document_with_one_heading_and_a_way_past_the_navigation() {
    each(|Sample { name, html }| {
        assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{name}");
        for (tag, count) in [("h1", 1), ("main", 1), ("header", 1), ("footer", 1), ("title", 1)] {
            // A picture has a title of its own.
            let own = if tag == "title" { html.matches("<title id=").count() } else { 0 };
            assert_eq!(tags(html, tag).len() - own, count, "{tag} of {name}");
        }
        assert!(html.contains("<a class=\"skip\" href=\"#main\">"), "{name}");
    });
}

#[test]
fn hostile_text_stays_inert() {
    each(|Sample { name, html }| {
        assert_eq!(tags(html, "script"), [format!("script src=\"{}\" defer", links::SCRIPT)], "{name}");
        for tag in ["img", "iframe", "object", "embed", "base"] {
            assert!(tags(html, tag).is_empty(), "{tag} on {name}");
        }
        for c in ['\u{202e}', '\u{1b}', '\u{200b}', '\0'] {
            assert!(!html.contains(c), "{c:?} on {name}");
        }
    });
    let hostile: Vec<Sample> = samples().into_iter().filter(|sample| sample.name.contains("hostile")).collect();
    assert!(hostile.len() > 15);
    for Sample { name, html } in hostile {
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{name} shows it as text");
    }
    assert!(HOSTILE.contains("<script>"));
}

#[test]
fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
    each(|Sample { name, html }| {
        for tag in all_tags(html) {
            let names = attribute_names(tag);
            assert!(!names.iter().any(|one| *one == "style" || one.starts_with("on")), "`{tag}` of {name}");
            for address in ["src", "href", "action", "data-events"] {
                let Some(value) = attribute(tag, address) else { continue };
                let is_own = value.starts_with('/') && !value.starts_with("//");
                let is_icon = tag.starts_with("link rel=\"icon\"") && value.starts_with("data:image/svg+xml,");
                assert!(is_own || is_icon || value.starts_with('#'), "`{tag}` of {name}");
            }
        }
        assert!(tags(html, "style").is_empty(), "{name}");
    });
    for reach in ["http:", "https:", "@import", "url("] {
        assert!(!STYLE.contains(reach), "{reach}");
        assert!(!SCRIPT.contains(reach), "{reach}");
    }
    assert!(SCRIPT.lines().count() < 80);
}

/// The names of a tag's attributes, values left out.
fn attribute_names(tag: &str) -> Vec<&str> {
    let outside: Vec<&str> = tag.split('"').step_by(2).collect();
    outside.iter().flat_map(|piece| piece.split_whitespace()).map(|one| one.trim_end_matches('=')).skip(1).collect()
}

#[test]
fn every_form_that_changes_something_carries_the_token() {
    let mut count = 0;
    for Sample { name, html } in samples() {
        for form in html.split("<form").skip(1) {
            let (form, _) = form.split_once("</form>").expect("a form ends");
            let (head, _) = form.split_once('>').expect("a tag ends");
            match attribute(head, "method") {
                Some("post") => {
                    count += 1;
                    assert!(
                        form.contains("<input type=\"hidden\" name=\"csrf\" value=\"token-of-the-session\">"),
                        "{name}"
                    );
                }
                other => {
                    assert_eq!(other, Some("get"), "{name}");
                    assert!(!form.contains("csrf"), "the token is in no address: {name}");
                }
            }
        }
    }
    assert!(count > 60, "{count}");
}

#[test]
fn every_field_has_a_label_and_what_describes_it_is_there() {
    each(|Sample { name, html }| {
        let ids: Vec<&str> = all_tags(html).iter().filter_map(|tag| attribute(tag, "id")).collect();
        let labels: BTreeSet<&str> = tags(html, "label").iter().filter_map(|tag| attribute(tag, "for")).collect();
        for kind in ["input", "textarea", "select", "progress"] {
            for tag in tags(html, kind).into_iter().filter(|tag| attribute(tag, "type") != Some("hidden")) {
                let id = attribute(tag, "id").unwrap_or_else(|| panic!("`{tag}` of {name} has no id"));
                assert!(labels.contains(id), "`{tag}` of {name} has no label");
            }
        }
        for tag in all_tags(html) {
            for by in ["aria-describedby", "aria-labelledby", "for"] {
                for id in attribute(tag, by).unwrap_or_default().split_whitespace() {
                    assert!(ids.contains(&id), "`{tag}` of {name} names `{id}`, which is not there");
                }
            }
        }
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "an id is there twice on {name}: {ids:?}");
    });
}

#[test]
fn an_invalid_field_says_so_and_why() {
    let pages = samples();
    let page = &pages.iter().find(|sample| sample.name == "connect-errors").expect("a sample").html;
    let tag = tags(page, "input").into_iter().find(|tag| attribute(tag, "id") == Some("servicenow_prefix"));
    let tag = tag.expect("the field is there");
    assert_eq!(attribute(tag, "aria-invalid"), Some("true"));
    assert_eq!(attribute(tag, "aria-describedby"), Some("servicenow_prefix-help servicenow_prefix-error"));
    assert_eq!(attribute(tag, "value"), Some("https://acme.service-now.com/"), "what was typed is kept");
    assert!(page.contains("href=\"#servicenow_prefix\""), "and the summary leads to it");
}

#[test]
fn a_secret_never_comes_back() {
    each(|Sample { name, html }| {
        for tag in tags(html, "input").into_iter().filter(|tag| attribute(tag, "type") == Some("password")) {
            assert_eq!(attribute(tag, "value"), None, "`{tag}` of {name}");
        }
    });
}

#[test]
fn work_is_followed_with_the_script_and_without() {
    let live = ["work-begun", "work-checks", "run-live", "run-live-begun", "run-live-hostile"];
    each(|Sample { name, html }| {
        let is_live = live.contains(name);
        assert_eq!(
            html.contains("<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>"),
            is_live,
            "{name}"
        );
        assert_eq!(html.contains(" data-events=\"/"), is_live, "{name}");
        assert!(!is_live || html.contains("aria-live=\"polite\""), "{name}");
    });
}

#[test]
fn every_table_has_a_caption_and_heads_with_a_scope() {
    each(|Sample { name, html }| {
        assert_eq!(tags(html, "table").len(), tags(html, "caption").len(), "{name}");
        for tag in tags(html, "th") {
            assert!(matches!(attribute(tag, "scope"), Some("col" | "row")), "`{tag}` of {name}");
        }
    });
}

#[test]
fn links_lead_where_the_console_answers() {
    let known = |address: &str| {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        match parts.as_slice() {
            [""] | ["sign-in" | "sign-out" | "discover"] | ["checks", _] | ["checks", _, "events"] => true,
            ["assets", "style.css" | "script.js"] => true,
            ["discover", "asset-management", "servicenow"] | ["discover", "asset-management", "servicenow", "add"] => {
                true
            }
            ["integrations", _] => true,
            ["integrations", _, "run" | "check" | "edit" | "reauthenticate" | "delete" | "runs" | "devices"] => true,
            ["integrations", _, "runs", run] => is_number(run),
            ["integrations", _, "runs", run, "plan" | "approve" | "events"] => is_number(run),
            _ => false,
        }
    };
    each(|Sample { name, html }| {
        for tag in all_tags(html) {
            for of in ["href", "action", "data-events", "src"] {
                if let Some(address) = attribute(tag, of).filter(|address| address.starts_with('/')) {
                    assert!(known(address), "`{address}` of {name}");
                }
            }
        }
    });
}
