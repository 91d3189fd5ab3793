//! `publisher_of`: who made an application. Apart because the honest source is the signature, whose first
//! certificate names the publisher in one of several ways, and not at all when a store signed in its place.

use engine::{Answer, TextFunction};

use super::argument::trimmed;
use super::text::push_clean;

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "publisher_of",
    arguments: &["signature", "developer_name"],
    doc: "The publisher of an application: the organisation of a Developer ID, `Apple` for Apple's own signature, else \
          the developer's name. `Developer ID Application: AgileBits Inc. (2BUA8C4S2C), …` gives `AgileBits Inc.`.",
    apply,
};

/// How the name of the certificate that signed a developer's own application begins.
const DEVELOPER_ID: &str = "Developer ID Application:";

/// Apple's signature of its own software. What the store signs begins with `Apple Mac OS Application Signing`
/// instead, and that is everybody's: there the developer's name is all that is known.
const APPLE_ITSELF: &str = "Software Signing";

/// The certificates that may follow the first. A name may hold commas, so the chain is cut where one of these begins.
const NEXT_IN_CHAIN: [&str; 3] =
    [", Developer ID Certification Authority", ", Apple Root CA", ", Apple Worldwide Developer Relations"];

/// Apple's identifiers of teams have ten characters.
const TEAM_ID_BYTES: usize = 10;

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    push_clean(publisher_by_signature(trimmed(arguments, 0)).unwrap_or(""), out);
    if out.is_empty() {
        push_clean(trimmed(arguments, 1), out);
    }
    if out.is_empty() { Answer::Nothing } else { Answer::Value }
}

fn publisher_by_signature(signature: &str) -> Option<&str> {
    if signature.starts_with(APPLE_ITSELF) {
        return Some("Apple");
    }
    let name = signature.strip_prefix(DEVELOPER_ID)?;
    let name = NEXT_IN_CHAIN.iter().fold(name, |name, next| name.split_once(next).map_or(name, |(name, _)| name));
    Some(without_team(name.trim()))
}

/// Takes `(TEAMID1234)` off the end. Other parentheses belong to the name: `Foo, Inc. (Bar) (ABCDE12345)`.
fn without_team(name: &str) -> &str {
    let split = name.strip_suffix(')').and_then(|name| name.rsplit_once('('));
    split.filter(|(_, team)| is_team_id(team)).map_or(name, |(name, _)| name)
}

fn is_team_id(text: &str) -> bool {
    text.len() == TEAM_ID_BYTES && text.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{self, Is, Nothing};
    use super::super::check::check;
    use super::FUNCTION;

    #[track_caller]
    fn check_signatures(table: &[(&str, &str, Expected)]) {
        for (signature, developer, expected) in table {
            check(&FUNCTION, &[(&[Some(*signature), Some(*developer)], *expected)]);
        }
    }

    #[test]
    fn a_developer_id_names_the_publisher() {
        const CHAIN: &str = "Developer ID Certification Authority, Apple Root CA";
        let table = [
            ("AgileBits Inc. (2BUA8C4S2C)", "AgileBits Inc."),
            ("Foo, Inc. (Bar) (ABCDE12345)", "Foo, Inc. (Bar)"),
            ("Foo (ABCDE12345) Labs (ZYXWV98765)", "Foo (ABCDE12345) Labs"),
            ("Société Générale (ABCDE12345)", "Société Générale"),
            ("Foo (Bar)", "Foo (Bar)"),
            ("Foo (abcde12345)", "Foo (abcde12345)"),
            ("Foo", "Foo"),
            ("  Foo   (ABCDE12345)", "Foo"),
            ("Fo\u{0}o (ABCDE12345)", "Foo"),
        ];
        for (leaf, publisher) in table {
            let signature = format!("Developer ID Application: {leaf}, {CHAIN}");
            check(&FUNCTION, &[(&[Some(&signature), Some("somebody else")], Is(publisher))]);
        }
    }

    #[test]
    fn a_chain_may_be_short() {
        check_signatures(&[
            ("Developer ID Application: Foo (ABCDE12345)", "", Is("Foo")),
            ("Developer ID Application: Foo (ABCDE12345), Apple Root CA", "", Is("Foo")),
            ("Developer ID Application:Foo (ABCDE12345)", "", Is("Foo")),
            ("Developer ID Application: (ABCDE12345)", "Foo", Is("Foo")),
            ("Developer ID Application:", "Foo", Is("Foo")),
            ("Developer ID Application:", "", Nothing),
        ]);
    }

    #[test]
    fn apple_and_its_store_are_two_signers() {
        const STORE: &str = "Apple Mac OS Application Signing, \
                             Apple Worldwide Developer Relations Certification Authority, Apple Root CA";
        check_signatures(&[
            ("Software Signing, Apple Code Signing Certification Authority, Apple Root CA", "", Is("Apple")),
            ("Software Signing", "Apple Inc.", Is("Apple")),
            (STORE, "Slack Technologies, Inc.", Is("Slack Technologies, Inc.")),
            (STORE, "Apple", Is("Apple")),
            (STORE, "", Nothing),
        ]);
    }

    #[test]
    fn else_the_developer_is_the_publisher() {
        check_signatures(&[
            ("", "AgileBits Inc.", Is("AgileBits Inc.")),
            ("adhoc", " AgileBits\u{7} Inc. ", Is("AgileBits Inc.")),
            ("Apple Development: Jane Doe (ABCDE12345)", "Foo", Is("Foo")),
            ("Apple Development: Jane Doe (ABCDE12345)", "", Nothing),
            ("", "", Nothing),
            ("  ", "  ", Nothing),
        ]);
        check(&FUNCTION, &[(&[None, None], Nothing), (&[None, Some("Foo")], Is("Foo")), (&[], Nothing)]);
    }
}
