//! What the reader takes for JSON is what serde_json takes, except for a key that stands twice and for our limits.

use super::Reader;
use crate::JsonFlaw;
use crate::limits::{DEPTH_MAX, OBJECT_KEYS_MAX, STRING_BYTES_MAX};

fn read(text: &str) -> Result<(), (usize, JsonFlaw)> {
    let mut reader = Reader::new(text);
    reader.skip().and_then(|()| reader.end()).map_err(|flaw| (flaw.offset, flaw.flaw))
}

fn agrees(text: &str) {
    let judged = serde_json::from_str::<serde_json::Value>(text);
    assert_eq!(read(text).is_ok(), judged.is_ok(), "{text:?}: {:?}, {judged:?}", read(text));
}

const SAMPLE: &str = r#" { "first" : [ null , true, false, -12.5e3, 0, 10.25, 1E+2 ],
    "second":{"text":"a\"b\\c\/\b\f\n\r\t\u00e9\ud83d\ude00 ’plain and long enough for words’","empty":"","none":{},
    "nothing":[]}, "third" : [[{"deep":[0.5]}],"tail"] } "#;

#[test]
fn every_beginning_of_a_text_is_judged_as_serde_json_judges_it() {
    assert_eq!(read(SAMPLE), Ok(()));
    for (end, _) in SAMPLE.char_indices() {
        agrees(&SAMPLE[..end]);
    }
}

#[test]
fn every_change_of_one_byte_is_judged_as_serde_json_judges_it() {
    for (at, _) in SAMPLE.char_indices().filter(|(_, c)| c.is_ascii()) {
        for other in "\"\\{}[],:0-.eE+ \n\r\t\u{1}\u{7f}ud/nx".chars() {
            agrees(&format!("{}{other}{}", &SAMPLE[..at], &SAMPLE[at + 1..]));
        }
    }
}

#[test]
fn small_texts_are_judged_as_serde_json_judges_them() {
    for text in [
        "",
        " ",
        "01",
        "-",
        "-0",
        "-01",
        "1.",
        ".5",
        "1e",
        "1e+",
        "+1",
        "0x1",
        "1_0",
        "nul",
        "nulll",
        "True",
        "NaN",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{,}",
        r#"{"a":1,}"#,
        r#"{"a"}"#,
        r#"{"a":}"#,
        "{a:1}",
        "{'a':1}",
        "[] []",
        "[]]",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800x\"",
        "\"\\x41\"",
        "\"\t\"",
        "\"\u{0}\"",
        "\u{feff}[]",
        "[1]//",
        "/**/[]",
        "\u{a0}[]",
        "\u{c}[]",
        "\"\u{2028}\"",
        "[1\u{b}]",
    ] {
        agrees(text);
    }
}

#[test]
fn a_flaw_is_told_with_its_byte() {
    assert_eq!(read(r#"{"a": 1, "b": {"c": 1, "c": 2}}"#), Err((23, JsonFlaw::DuplicateKey("c".to_owned()))));
    assert_eq!(read(r#"{"ab": 1, "a\u0062": 2}"#), Err((10, JsonFlaw::DuplicateKey("ab".to_owned()))));
    assert_eq!(read("[1] x"), Err((4, JsonFlaw::TrailingText)));
    assert_eq!(read("[1, 02]"), Err((4, JsonFlaw::BadNumber)));
    assert_eq!(read("[\"abcdefghij\u{1}\"]"), Err((12, JsonFlaw::ControlCharacter)));
    assert_eq!(read("[\"abc"), Err((5, JsonFlaw::EndsEarly)));
}

#[test]
fn a_key_after_many_others_is_still_known() {
    let keys: Vec<String> = (0..40).map(|number| format!("\"key{number}\":0")).collect();
    assert_eq!(read(&format!("{{{}}}", keys.join(","))), Ok(()));
    for repeated in ["key3", "key39"] {
        let text = format!("{{{},\"{repeated}\":0}}", keys.join(","));
        assert!(matches!(read(&text), Err((_, JsonFlaw::DuplicateKey(key))) if key == repeated));
    }
}

#[test]
fn what_a_hostile_text_can_cost_is_bounded() {
    let nested = |levels: usize| format!("{}0{}", "[".repeat(levels), "]".repeat(levels));
    assert_eq!(read(&nested(DEPTH_MAX as usize)), Ok(()));
    assert_eq!(read(&nested(DEPTH_MAX as usize + 1)), Err((DEPTH_MAX as usize, JsonFlaw::TooDeep)));
    assert_eq!(read(&"[".repeat(1_000_000)), Err((DEPTH_MAX as usize, JsonFlaw::TooDeep)));

    let long = "x".repeat(STRING_BYTES_MAX);
    assert_eq!(read(&format!("\"{long}\"")), Ok(()));
    assert_eq!(read(&format!("\"{long}x\"")), Err((0, JsonFlaw::StringTooLong)));
    assert_eq!(read(&format!("\"{long}\\n\"")), Err((0, JsonFlaw::StringTooLong)));
    assert_eq!(read(&"1".repeat(STRING_BYTES_MAX + 1)), Err((0, JsonFlaw::StringTooLong)));

    let keys: Vec<String> = (0..=OBJECT_KEYS_MAX).map(|number| format!("\"{number}\":0")).collect();
    assert!(matches!(read(&format!("{{{}}}", keys.join(","))), Err((_, JsonFlaw::TooManyKeys))));
}

#[test]
fn a_string_is_the_same_wherever_its_end_falls_in_a_word() {
    for length in 0..40 {
        let plain = "é".repeat(length);
        let text = format!("\"{plain}\\n{plain}\" ");
        let mut reader = Reader::new(&text);
        assert_eq!(reader.string().ok(), Some(format!("{plain}\n{plain}").as_str()));
    }
}
