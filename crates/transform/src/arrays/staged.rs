//! `staged(value, length, longer)`: the last thing that happens to every staging value. Internal to the compiled
//! query; declarations do not call it.

use engine::{Answer, TextFunction};

pub(super) const FUNCTION: TextFunction = TextFunction {
    name: "staged",
    arguments: &["value", "length", "longer"],
    doc: "Removes control characters, drops empty values, refuses the word NULL, holds the column's length.",
    apply,
};

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    let (Some(value), Some(length), Some(longer)) = (arguments[0], arguments[1], arguments[2]) else {
        return Answer::Nothing;
    };
    if value == "NULL" {
        out.push_str("the word NULL would clear the field");
        return Answer::Refused;
    }
    let length: usize = length.parse().unwrap_or(usize::MAX);
    if value.bytes().any(is_control_byte) || value.contains(is_high_control) {
        out.extend(value.chars().filter(|&c| !c.is_control() || c == '\t' || c == '\n'));
    } else {
        out.push_str(value);
    }
    if out.is_empty() {
        return Answer::Nothing;
    }
    // Bytes are never fewer than characters, so most values need no counting.
    if out.len() > length
        && let Some((end, _)) = out.char_indices().nth(length)
    {
        if longer == "cut" {
            out.truncate(end);
        } else {
            let characters = out.chars().count();
            out.clear();
            out.push_str(&format!("it has {characters} characters, and the column holds {length}"));
            return Answer::Refused;
        }
    }
    Answer::Value
}

fn is_control_byte(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t' && byte != b'\n') || byte == 0x7F
}

/// C1 controls, which are two bytes in UTF-8.
fn is_high_control(c: char) -> bool {
    ('\u{80}'..='\u{9F}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn staged(value: &str, length: &str, longer: &str) -> (Answer, String) {
        let mut out = String::new();
        let answer = apply(&[Some(value), Some(length), Some(longer)], &mut out);
        (answer, out)
    }

    #[test]
    fn values_that_fit_pass_as_they_are() {
        assert_eq!(staged("Zoë’s Mac 💻", "40", "reject"), (Answer::Value, "Zoë’s Mac 💻".to_owned()));
        assert_eq!(staged("a\tb\nc", "40", "reject"), (Answer::Value, "a\tb\nc".to_owned()));
    }

    #[test]
    fn control_characters_go_and_what_is_empty_then_is_nothing() {
        assert_eq!(staged("a\u{1b}[0m\u{85}b", "40", "reject"), (Answer::Value, "a[0mb".to_owned()));
        assert_eq!(staged("\u{1}", "40", "reject").0, Answer::Nothing);
    }

    #[test]
    fn the_reserved_word_is_refused_and_its_likenesses_pass() {
        assert_eq!(staged("NULL", "40", "reject").0, Answer::Refused);
        assert_eq!(staged("null", "40", "reject").0, Answer::Value);
        assert_eq!(staged("NULLs", "40", "reject").0, Answer::Value);
    }

    #[test]
    fn lengths_count_characters_and_not_bytes() {
        assert_eq!(staged("ééé", "3", "reject").0, Answer::Value);
        assert_eq!(staged("éééé", "3", "cut"), (Answer::Value, "ééé".to_owned()));
        let (answer, reason) = staged("éééé", "3", "reject");
        assert_eq!(answer, Answer::Refused);
        assert_eq!(reason, "it has 4 characters, and the column holds 3");
    }
}
