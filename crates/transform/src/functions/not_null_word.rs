//! `not_null_word`: keeps a text that would be taken for a command out. Apart because the one word is harmless
//! everywhere but at the end of the road, where nobody would see what it did.

use engine::{Answer, TextFunction};

use super::argument::as_given;

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "not_null_word",
    arguments: &["text"],
    doc: "The text as it is, unless it is exactly the word `NULL`, which is refused because it would clear a field; \
          an empty text is no value. `Null` and `NULLS` pass.",
    apply,
};

/// White space around the word does not make it another: whoever reads it next may trim.
fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    let text = as_given(arguments, 0);
    match text.trim() {
        "" => Answer::Nothing,
        "NULL" => {
            out.push_str("the word NULL is reserved by the target and would clear the field");
            Answer::Refused
        }
        _ => {
            out.push_str(text);
            Answer::Value
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing, Refused};
    use super::super::check::check_text;
    use super::FUNCTION;

    #[test]
    fn only_the_word_itself_is_refused() {
        check_text(
            &FUNCTION,
            &[
                ("NULL", Refused),
                (" NULL ", Refused),
                ("NULL\n", Refused),
                ("Null", Is("Null")),
                ("null", Is("null")),
                ("NULLS", Is("NULLS")),
                ("NULL NULL", Is("NULL NULL")),
                ("(NULL)", Is("(NULL)")),
                ("Anna Null", Is("Anna Null")),
                (" kept as it is ", Is(" kept as it is ")),
                ("日本語", Is("日本語")),
                ("", Nothing),
                ("  ", Nothing),
            ],
        );
    }
}
