//! Reads a function's arguments. Apart so that an absent argument, a missing one and an empty one are the same
//! thing in every function: the vendor writes an empty text where it means nothing.

/// The argument at a place without outer white space; empty when it is absent.
pub(super) fn trimmed<'a>(arguments: &[Option<&'a str>], place: usize) -> &'a str {
    as_given(arguments, place).trim()
}

/// The argument at a place, untouched; empty when it is absent.
pub(super) fn as_given<'a>(arguments: &[Option<&'a str>], place: usize) -> &'a str {
    arguments.get(place).copied().flatten().unwrap_or("")
}

/// Whether a text contains another, whatever the case of its ASCII letters.
pub(super) fn contains_in_any_case(text: &str, part: &str) -> bool {
    text.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

/// Whether a text begins with another, whatever the case of its ASCII letters.
pub(super) fn begins_in_any_case(text: &str, part: &str) -> bool {
    text.as_bytes().get(..part.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(part.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_missing_and_empty_are_the_same() {
        assert_eq!(trimmed(&[None], 0), "");
        assert_eq!(trimmed(&[], 0), "");
        assert_eq!(trimmed(&[Some("  ")], 0), "");
        assert_eq!(trimmed(&[None, Some(" x ")], 1), "x");
        assert_eq!(as_given(&[Some(" x ")], 0), " x ");
    }

    #[test]
    fn case_does_not_matter_and_a_short_text_is_no_error() {
        assert!(contains_in_any_case("Quad-Core INTEL Core i7", "Intel"));
        assert!(!contains_in_any_case("Int", "Intel"));
        assert!(begins_in_any_case("macbookAir10,1", "MacBook"));
        assert!(!begins_in_any_case("Mac", "MacBook"));
        assert!(!begins_in_any_case("é", "Mac"));
    }
}
