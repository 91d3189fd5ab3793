//! What the tenant says when it does not answer the question. Its errors have five shapes, and none says which; a person
//! gets the words whatever the shape.

use serde_json::Value;

/// Longer words are cut: they are shown, not kept.
const WORDS_CHARS_MAX: usize = 200;

/// The words of an error's body: `{"detail": …}`, a bare list, a map of fields, `{"error": …}`, or the gateway's
/// `{"message": …}`. Empty where there are none to show.
pub(crate) fn words(body: &[u8]) -> String {
    if body.trim_ascii_start().starts_with(b"<") {
        return "a web page".to_owned();
    }
    let words = serde_json::from_slice::<Value>(body).ok().and_then(|value| of(&value)).unwrap_or_default();
    let shown: String = words.chars().take(WORDS_CHARS_MAX).collect();
    flow::Rejected::shown(&shown)
}

/// True for the gateway's own 404: the host serves no such tenant, or no such path.
pub(crate) fn is_no_route(body: &[u8]) -> bool {
    words(body).contains("no Route matched")
}

fn of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => {
            let texts: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            (!texts.is_empty()).then(|| texts.join("; "))
        }
        Value::Object(fields) => {
            let plain = ["detail", "error", "message"].iter().find_map(|key| fields.get(*key)?.as_str());
            plain.map(str::to_owned).or_else(|| {
                let faults = fields.iter().filter_map(|(field, value)| Some(format!("{field}: {}", of(value)?)));
                let faults: Vec<String> = faults.collect();
                (!faults.is_empty()).then(|| faults.join("; "))
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_shape_gives_its_words() {
        for (body, expected) in [
            (r#"{"detail": "Invalid category: application_firewal"}"#, "Invalid category: application_firewal"),
            (r#"["Device is not in lost mode."]"#, "Device is not in lost mode."),
            (r#"{"dep_account": ["Enter a valid UUID."]}"#, "dep_account: Enter a valid UUID."),
            (r#"{"error": "Bad Request"}"#, "Bad Request"),
            (
                r#"{"message": "no Route matched with those values", "request_id": "1"}"#,
                "no Route matched with those values",
            ),
            ("<html><body>oops", "a web page"),
            ("", ""),
            ("7", ""),
        ] {
            assert_eq!(words(body.as_bytes()), expected);
        }
        assert!(is_no_route(br#"{"message": "no Route matched with those values"}"#));
        assert!(words(format!(r#"{{"detail": "{}"}}"#, "x".repeat(5_000)).as_bytes()).len() <= WORDS_CHARS_MAX + 4);
    }
}
