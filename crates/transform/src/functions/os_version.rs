//! `os_version`: a version with the letter of its rapid security response, which the vendor keeps in another field.

use engine::{Answer, TextFunction};

use super::argument::trimmed;
use super::text::push_clean;

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "os_version",
    arguments: &["version", "extra"],
    doc: "A version of an operating system with its supplement in parentheses, whether or not the supplement has its \
          own. `14.4.1` and `a` give `14.4.1 (a)`; without a supplement the version stays.",
    apply,
};

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    push_clean(trimmed(arguments, 0), out);
    if out.is_empty() {
        return Answer::Nothing;
    }
    let extra = without_parentheses(trimmed(arguments, 1));
    if !extra.is_empty() && !already_ends_in(out, extra) {
        out.push_str(" (");
        push_clean(extra, out);
        out.push(')');
    }
    Answer::Value
}

fn without_parentheses(extra: &str) -> &str {
    extra.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(extra).trim()
}

/// Some data sets show the supplement in the version as well; it is not said twice.
fn already_ends_in(version: &str, extra: &str) -> bool {
    let before = version.strip_suffix(')').and_then(|version| version.strip_suffix(extra));
    before.is_some_and(|before| before.ends_with('('))
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing};
    use super::super::check::check;
    use super::FUNCTION;

    #[test]
    fn a_supplement_follows_in_parentheses() {
        check(
            &FUNCTION,
            &[
                (&[Some("14.4.1"), Some("(a)")], Is("14.4.1 (a)")),
                (&[Some("14.4.1"), Some("a")], Is("14.4.1 (a)")),
                (&[Some(" 14.4.1 "), Some(" a ")], Is("14.4.1 (a)")),
                (&[Some("14.4.1"), Some("( a )")], Is("14.4.1 (a)")),
                (&[Some("14.4.1 (a)"), Some("a")], Is("14.4.1 (a)")),
                (&[Some("14.4.1 (a)"), Some("(a)")], Is("14.4.1 (a)")),
                (&[Some("14.4.1 (a)"), None], Is("14.4.1 (a)")),
                (&[Some("14.4.1 (a)"), Some("b")], Is("14.4.1 (a) (b)")),
                (&[Some("14.4.1"), Some("")], Is("14.4.1")),
                (&[Some("14.4.1"), Some("()")], Is("14.4.1")),
                (&[Some("14.4.1"), Some("  ")], Is("14.4.1")),
                (&[Some("14.4.1"), None], Is("14.4.1")),
                (&[Some("14.4.1")], Is("14.4.1")),
                (&[Some("17.5.1"), Some("é")], Is("17.5.1 (é)")),
                (&[Some(""), Some("a")], Nothing),
                (&[None, Some("a")], Nothing),
                (&[None, None], Nothing),
                (&[], Nothing),
            ],
        );
    }
}
