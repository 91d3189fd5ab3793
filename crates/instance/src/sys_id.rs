//! Record ids: 32 hexadecimal digits. Apart because two kinds are made, fresh ones and ones that are the same
//! in every database.

use jiff::Timestamp;

/// A new id. Its first digits rise with time, as on a real instance, so that rows created together lie together
/// in the index of the primary key; the rest is random.
pub(crate) fn fresh() -> String {
    let time = u128::from(Timestamp::now().as_millisecond().unsigned_abs()) << 80;
    let random = rand::random::<u128>() >> 48;
    format!("{:032x}", time | random)
}

/// The id of something that is the same everywhere, such as a shipped column: FNV-1a over its parts. Not a
/// defence against anybody; it only has to differ between names.
pub(crate) fn of(parts: &[&str]) -> String {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let mut hash = OFFSET;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
        }
    }
    format!("{hash:032x}")
}

/// True for 32 lower-case hexadecimal digits.
pub(crate) fn is(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_32_digits_and_differ() {
        let (first, second) = (fresh(), fresh());
        assert!(is(&first) && is(&second));
        assert_ne!(first, second);
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["ab"]));
        assert!(!is("A0000000000000000000000000000000"));
    }
}
