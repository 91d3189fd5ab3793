//! The one-time code that is printed where only the owner looks, and typed into the sign-in page.
//!
//! It is written in Crockford's base 32 (<https://www.crockford.com/base32.html>), which has no letter that is taken for
//! a digit, and read as generously as that allows: capitals or not, hyphens or not, O for 0, I and L for 1. We do not
//! print an address that holds the code, because addresses stay in histories and logs.

use zeroize::Zeroizing;

use super::limits::{CODE_BYTES, CODE_GROUP, CODE_TYPED_BYTES_MAX};
use super::secret::{is_same, random_bytes};

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Bits that one digit carries.
const DIGIT_BITS: usize = 5;

/// A code without its hyphens.
pub(super) struct Code(Zeroizing<String>);

impl Code {
    pub(super) fn make() -> Result<Self, getrandom::Error> {
        let bytes = random_bytes::<CODE_BYTES>()?;
        let number = bytes.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
        let places = (0..CODE_BYTES * 8 / DIGIT_BITS).rev();
        let digit = |place: usize| char::from(DIGITS[(number >> (place * DIGIT_BITS)) as usize % DIGITS.len()]);
        Ok(Self(Zeroizing::new(places.map(digit).collect())))
    }

    /// As it is printed.
    pub(super) fn shown(&self) -> String {
        let groups = self.0.as_bytes().chunks(CODE_GROUP);
        groups.map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
    }

    /// Whether this was typed.
    pub(super) fn is(&self, typed: &str) -> bool {
        typed.len() <= CODE_TYPED_BYTES_MAX && is_same(&self.0, &read(typed))
    }
}

fn read(typed: &str) -> Zeroizing<String> {
    let digits = typed.chars().filter(|sign| *sign != '-' && !sign.is_whitespace());
    let digits = digits.map(|sign| match sign.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        sign => sign,
    });
    Zeroizing::new(digits.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_eighty_bits_in_four_groups() {
        let shown = Code::make().expect("random bytes").shown();
        assert_eq!(shown.split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4, 4], "{shown}");
        assert!(shown.bytes().all(|byte| byte == b'-' || DIGITS.contains(&byte)), "{shown}");
    }

    #[test]
    fn every_digit_comes_up_in_every_place() {
        let codes: Vec<_> = (0..1_000).map(|_| Code::make().expect("random bytes")).collect();
        for place in 0..16 {
            let seen = DIGITS.iter().filter(|digit| codes.iter().any(|code| code.0.as_bytes()[place] == **digit));
            assert_eq!(seen.count(), DIGITS.len(), "in place {place}");
        }
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = Code(Zeroizing::new("K01M2XPD9RTVH3WN".to_owned()));
        for typed in [
            "K01M-2XPD-9RTV-H3WN",
            "k01m2xpd9rtvh3wn",
            " koim-2xpd 9rtv-h3wn\n",
            "KOLM2XPD9RTVH3WN",
            "k-0-1-m2xpd9rtvh3wn",
        ] {
            assert!(code.is(typed), "{typed}");
        }
        for typed in ["", "K01M-2XPD-9RTV-H3W", "K01M-2XPD-9RTV-H3WNN", "K01M-2XPD-9RTV-H3WM", &"-".repeat(100)] {
            assert!(!code.is(typed), "{typed}");
        }
        assert!(!code.is(&format!("K01M2XPD9RTVH3WN{}", "-".repeat(64))));
    }
}
