//! `text`: a text as a person would have typed it. Apart because the other functions clean by the same rule.

use engine::{Answer, TextFunction};

use super::argument::as_given;

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "text",
    arguments: &["text"],
    doc: "Trims outer white space and removes control characters other than tab and newline; \
          an empty text is no value. `' Anna’s Mac '` gives `Anna’s Mac`.",
    apply,
};

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    push_clean(as_given(arguments, 0), out);
    if out.is_empty() { Answer::Nothing } else { Answer::Value }
}

/// Appends a text without outer white space and without control characters.
///
/// What is removed is also trimmed, else a control character at an end would shelter the white space behind it,
/// and cleaning twice would give another text than cleaning once.
pub(super) fn push_clean(text: &str, out: &mut String) {
    let text = text.trim_matches(|c: char| c.is_whitespace() || is_removed(c));
    if text.contains(is_removed) {
        out.extend(text.chars().filter(|c| !is_removed(*c)));
    } else {
        out.push_str(text);
    }
}

/// A carriage return goes as well, so that a line ends in a newline, whichever system wrote it.
fn is_removed(c: char) -> bool {
    c.is_control() && c != '\t' && c != '\n'
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing};
    use super::super::check::check_text;
    use super::FUNCTION;

    #[test]
    fn text_is_trimmed_and_free_of_control_characters() {
        check_text(
            &FUNCTION,
            &[
                ("MacBook Air", Is("MacBook Air")),
                (" MacBook Air\n", Is("MacBook Air")),
                ("testuser’s MacBook Air", Is("testuser’s MacBook Air")),
                ("\u{a0}no-break\u{a0}", Is("no-break")),
                ("two  spaces", Is("two  spaces")),
                ("a\tb", Is("a\tb")),
                ("a\nb", Is("a\nb")),
                ("a\r\nb", Is("a\nb")),
                ("a\rb", Is("ab")),
                ("a\u{0}b", Is("ab")),
                ("\u{1b}[31mred\u{1b}[0m", Is("[31mred[0m")),
                ("\u{7f}x\u{9f}", Is("x")),
                ("\u{0} x \u{0} ", Is("x")),
                (" \u{0} \u{0}", Nothing),
                ("日本語の Mac", Is("日本語の Mac")),
                ("🖥️", Is("🖥️")),
                ("NULL", Is("NULL")),
                ("0", Is("0")),
                ("false", Is("false")),
                ("", Nothing),
                ("   ", Nothing),
                ("\t\n", Nothing),
                ("\u{0}", Nothing),
                ("\u{2003}", Nothing),
            ],
        );
    }
}
