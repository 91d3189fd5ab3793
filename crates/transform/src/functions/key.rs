//! `key`: one short key out of several texts. Apart because the key of a row must never change: another hash or
//! another way to join the texts would make every row that the target holds a stranger.

use std::fmt::Write as _;

use engine::{Answer, TextFunction};
use xxhash_rust::xxh3::Xxh3Default;

use super::argument::as_given;

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "key",
    arguments: &["text…"],
    doc: "A key of 32 hexadecimal digits from any number of texts, which are told apart: `key('ab', 'c')` is not \
          `key('a', 'bc')`, and an absent text is not an empty one. Case and white space count.",
    apply,
};

/// Stands for the length of an absent text; no text is as long.
const ABSENT: u64 = u64::MAX;

/// The 128-bit XXH3 of the texts, each behind its length in bytes as 8 bytes, little end first. Not cryptographic: it
/// tells a tenant's own rows apart, and among a billion of them a collision has odds of one in 10²⁰.
fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    let mut hash = Xxh3Default::new();
    for (place, argument) in arguments.iter().enumerate() {
        let length = argument.map_or(ABSENT, |text| text.len() as u64);
        hash.update(&length.to_le_bytes());
        hash.update(as_given(arguments, place).as_bytes());
    }
    write!(out, "{:032x}", hash.digest128()).expect("writing to a String cannot fail");
    Answer::Value
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xxhash_rust::xxh3::xxh3_128;

    use super::super::check::Expected::Is;
    use super::super::check::{call, check};
    use super::FUNCTION;

    fn key(arguments: &[Option<&str>]) -> String {
        call(&FUNCTION, arguments).expect("it refuses nothing").expect("it always has a value")
    }

    #[test]
    fn the_hash_of_nothing_is_the_published_one() {
        check(&FUNCTION, &[(&[], Is("99aa06d3014798d86001c324468d497f"))]);
    }

    #[test]
    fn lengths_precede_texts() {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&2u64.to_le_bytes());
        bytes.extend_from_slice("é".as_bytes());
        bytes.extend_from_slice(&u64::MAX.to_le_bytes());
        bytes.extend_from_slice(&0u64.to_le_bytes());
        assert_eq!(key(&[Some("é"), None, Some("")]), format!("{:032x}", xxh3_128(&bytes)));
    }

    #[test]
    fn texts_are_told_apart() {
        let arguments: [&[Option<&str>]; 12] = [
            &[],
            &[None],
            &[Some("")],
            &[None, None],
            &[None, Some("")],
            &[Some(""), None],
            &[Some("abc")],
            &[Some("ab"), Some("c")],
            &[Some("a"), Some("bc")],
            &[Some("c"), Some("ab")],
            &[Some("ABC")],
            &[Some("abc ")],
        ];
        let keys: std::collections::BTreeSet<_> = arguments.iter().map(|arguments| key(arguments)).collect();
        assert_eq!(keys.len(), arguments.len());
        assert!(keys.iter().all(|key| key.len() == 32 && key.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))));
    }

    proptest! {
        #[test]
        fn the_same_texts_give_the_same_key_and_others_another(
            one in proptest::collection::vec(any::<Option<String>>(), 0..5),
            two in proptest::collection::vec(any::<Option<String>>(), 0..5),
        ) {
            let (a, b): (Vec<_>, Vec<_>) =
                (one.iter().map(Option::as_deref).collect(), two.iter().map(Option::as_deref).collect());
            prop_assert_eq!(key(&a), key(&a));
            prop_assert_eq!(key(&a) == key(&b), one == two);
        }
    }
}
