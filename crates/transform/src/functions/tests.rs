//! What holds for all functions: none panics on any text, and normalising twice changes nothing.

use std::collections::BTreeSet;

use engine::TextFunction;
use proptest::prelude::*;

use super::check::call;
use super::{ALL, reference};
use crate::arrays::documented;

/// Functions of which the first argument may be their own answer. The others answer with something of another kind
/// (a key, a number without its unit, a name made of a signature) that is no input of theirs.
const STABLE: [&str; 12] = [
    "text",
    "utc_timestamp",
    "truth",
    "whole_number",
    "gigabytes",
    "serial",
    "mac_address",
    "email",
    "platform",
    "os_version",
    "bundle_id",
    "not_null_word",
];

/// Texts near to what functions read: random characters would hardly ever get past a first check.
fn near() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,4}[-/][0-9]{2}-[0-9]{2}[T ][0-9:]{5,8}[.0-9]{0,7} ?[-+Z0-9:]{0,6}",
        "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T[01][0-9]:[0-5][0-9]:[0-5][0-9][-+][012][0-9]:[0-5][0-9]",
        " ?[-+]?[0-9]{0,16}[.,]?[0-9]{0,8} ?(GB|TB|MB|KB|B|GHz|MHz|%)?( LPDDR4)?",
        "[0-9a-fA-F:.-]{0,20}",
        "(Developer ID Application:|Software Signing|Apple )[A-Za-z0-9 (),é\u{0}]{0,40}",
        "(Mac|MacBook|iPad|VirtualMac|VMware|tvOS)[A-Za-z0-9, ]{0,8}",
        "[ \u{0}\u{a0}\t]{0,3}(true|No|on|NULL|none|No value|unknown|0+)[ \u{0}\n]{0,3}",
        "[é日🖥/.ap(): @]{0,24}",
    ]
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    prop_oneof![1 => Just(None::<String>), 4 => any::<String>().prop_map(Some), 8 => near().prop_map(Some)]
}

fn function(name: &str) -> &'static TextFunction {
    ALL.iter().find(|function| function.name == name).expect("the name is one of a function")
}

proptest! {
    #[test]
    fn no_function_panics_and_a_refusal_has_a_reason(texts in proptest::collection::vec(any_text(), 0..5)) {
        let arguments: Vec<_> = texts.iter().map(Option::as_deref).collect();
        for function in ALL {
            if let Err(reason) = call(function, &arguments) {
                prop_assert!(!reason.is_empty(), "{}", function.name);
            }
        }
    }

    #[test]
    fn the_same_texts_give_the_same_answer(texts in proptest::collection::vec(any_text(), 0..5)) {
        let arguments: Vec<_> = texts.iter().map(Option::as_deref).collect();
        for function in ALL {
            prop_assert_eq!(call(function, &arguments), call(function, &arguments));
        }
    }

    #[test]
    fn normalising_twice_changes_nothing(text in any_text()) {
        for function in STABLE.map(function) {
            if let Ok(Some(once)) = call(function, &[text.as_deref()]) {
                let twice = call(function, &[Some(&once)]);
                prop_assert_eq!(twice, Ok(Some(once)), "{}", function.name);
            }
        }
    }

    #[test]
    fn a_value_is_never_empty(text in any_text()) {
        for function in ALL {
            if let Ok(Some(value)) = call(function, &[text.as_deref()]) {
                prop_assert!(!value.is_empty(), "{}", function.name);
            }
        }
    }
}

#[test]
fn every_function_is_named_once_and_documented() {
    let names: BTreeSet<_> = ALL.iter().map(|function| function.name).collect();
    assert_eq!(names.len(), ALL.len());
    for function in ALL {
        assert!(!function.arguments.is_empty(), "{}", function.name);
        assert!(function.doc.ends_with('.') && !function.doc.contains("  "), "{}", function.name);
    }
}

#[test]
fn the_reference_has_a_row_for_each_function() {
    let table = reference();
    assert_eq!(table.lines().count(), ALL.len() + documented().len() + 2);
    assert!(table.contains("| `key(text…)` |"));
    assert!(table.contains("| `form_factor(model_identifier, platform, model)` |"));
    assert!(table.contains("| `fresher(a_at, a, b_at, b)` |"));
    for (signature, function) in documented() {
        assert!(signature.starts_with(&format!("{}(", function.name)), "{signature}");
        assert!(function.doc.ends_with('.') && !function.doc.contains("  "), "{signature}");
        assert!(ALL.iter().all(|text| text.name != function.name), "{signature} is registered once");
    }
}
