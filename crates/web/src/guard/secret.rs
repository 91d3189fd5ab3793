//! Texts that nobody guesses, and how they are compared. Apart so that there is one way of making them and one of
//! comparing them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// Random bytes of the system, as letters, digits, hyphens and underscores.
pub(super) fn random_text<const N: usize>() -> Result<Zeroizing<String>, getrandom::Error> {
    let bytes = random_bytes::<N>()?;
    Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(&bytes[..])))
}

/// Random bytes of the system.
pub(super) fn random_bytes<const N: usize>() -> Result<Zeroizing<[u8; N]>, getrandom::Error> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut())?;
    Ok(bytes)
}

/// Whether two texts are the same, in a time that says nothing of where they differ: what is compared are hashes, and
/// blake3 compares those in constant time.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    blake3::hash(one.as_bytes()) == blake3::hash(other.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_texts_differ_and_pass_through_a_cookie() {
        let [one, other] = [(); 2].map(|()| random_text::<32>().expect("random bytes"));
        assert_ne!(one, other);
        assert_eq!(one.len(), 43);
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }

    #[test]
    fn only_the_same_text_is_the_same() {
        assert!(is_same("token", "token"));
        for other in ["", "toke", "tokem", "Token", "token "] {
            assert!(!is_same("token", other), "{other}");
        }
    }
}
