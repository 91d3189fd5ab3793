//! The test aid of this folder: a table of inputs and expected answers, run against one function.

use engine::{Answer, TextFunction};

/// What a function is expected to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// This value.
    Is(&'static str),
    /// No value.
    Nothing,
    /// The value is refused, with whatever reason.
    Refused,
}

/// Checks a function of one text on each line of a table.
#[track_caller]
pub(super) fn check_text(function: &TextFunction, table: &[(&str, Expected)]) {
    for (text, expected) in table {
        check_one(function, &[Some(*text)], *expected);
    }
    check_one(function, &[None], absent(function));
}

/// Checks a function on each line of a table.
#[track_caller]
pub(super) fn check(function: &TextFunction, table: &[(&[Option<&str>], Expected)]) {
    for (arguments, expected) in table {
        check_one(function, arguments, *expected);
    }
}

/// Calls a function; the value, `None` for nothing, or the reason of a refusal.
pub(super) fn call(function: &TextFunction, arguments: &[Option<&str>]) -> Result<Option<String>, String> {
    let mut out = String::new();
    match (function.apply)(arguments, &mut out) {
        Answer::Value => Ok(Some(out)),
        Answer::Nothing => Ok(None),
        Answer::Refused => Err(out),
    }
}

#[track_caller]
fn check_one(function: &TextFunction, arguments: &[Option<&str>], expected: Expected) {
    let answer = call(function, arguments);
    let name = function.name;
    match expected {
        Expected::Is(value) => {
            assert_eq!(answer, Ok(Some(value.to_owned())), "{name}({arguments:?})");
        }
        Expected::Nothing => assert_eq!(answer, Ok(None), "{name}({arguments:?})"),
        Expected::Refused => check_refusal(answer, name, arguments),
    }
}

#[track_caller]
fn check_refusal(answer: Result<Option<String>, String>, name: &str, arguments: &[Option<&str>]) {
    let Err(reason) = answer else {
        panic!("{name}({arguments:?}) is to be refused and gave {answer:?}");
    };
    assert!(!reason.is_empty() && !reason.ends_with('.'), "{name}: the reason is {reason:?}");
    assert!(!reason.starts_with(char::is_uppercase), "{name}: the reason is {reason:?}");
}

/// An absent text is what an empty one is, in every function.
fn absent(function: &TextFunction) -> Expected {
    match call(function, &[Some("")]) {
        Ok(Some(value)) if value == "false" => Expected::Is("false"),
        Ok(None) => Expected::Nothing,
        other => panic!("{}(\"\") gave {other:?}", function.name),
    }
}
