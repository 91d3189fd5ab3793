//! How a function says "this value cannot be understood" from inside an SQL expression.
//!
//! A scalar function has one way out: its value. So a refusal travels as a marked text through whatever
//! stands around the call, and is looked for once, in the finished staging value. The mark is U+FFFF, a
//! code point that Unicode reserves for internal use and that no text in interchange may contain; a value
//! from outside that carries it is therefore refused as well, which is right.

/// Opens a refusal.
pub(crate) const MARK: char = '\u{FFFF}';

/// One value that a function did not understand.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal<'a> {
    /// The function that refused.
    pub function: &'a str,
    /// The value as the function saw it.
    pub value: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// Writes a refusal over whatever `out` holds.
pub(crate) fn write(out: &mut String, function: &str, value: &str) {
    let reason = std::mem::take(out);
    for part in [function, value, &reason] {
        out.push(MARK);
        out.push_str(part);
    }
    out.push(MARK);
}

/// Finds a refusal in a finished value, wherever an expression has put it.
pub fn refusal_in(value: &str) -> Option<Refusal<'_>> {
    let (_, rest) = value.split_once(MARK)?;
    let mut parts = rest.split(MARK);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(function), Some(value), Some(reason)) => Some(Refusal { function, value, reason }),
        _ => Some(Refusal { function: "", value: "", reason: "the value holds the reserved code point U+FFFF" }),
    }
}

/// True where a text carries a refusal, or the mark itself.
pub fn is_refused(text: &str) -> bool {
    text.contains(MARK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_found_inside_other_text() {
        let mut out = String::from("no such month");
        write(&mut out, "utc_timestamp", "2024-13-01");
        let wrapped = format!("seen {out}");
        assert!(is_refused(&wrapped));
        assert_eq!(
            refusal_in(&wrapped),
            Some(Refusal { function: "utc_timestamp", value: "2024-13-01", reason: "no such month" })
        );
        assert_eq!(refusal_in("plain"), None);
    }

    #[test]
    fn a_bare_mark_from_outside_is_refused_too() {
        assert!(refusal_in("name\u{FFFF}").is_some());
    }
}
