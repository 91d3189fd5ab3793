//! Reads a number and the unit behind it, as vendors write them for people: `228.27 GB`, `8 GB LPDDR4`, `2,6 GHz`.
//!
//! Apart because sizes and speeds share it. Numbers are kept in millionths as integers: binary floating point would
//! round `0.285` differently from what is on the page, and the same snapshot must give the same rows everywhere.

/// A number and what stands behind it.
pub(super) struct Quantity<'a> {
    /// The number, in millionths; what is smaller is cut.
    pub(super) millionths: u128,
    /// The word behind the number, e.g. `GB`; empty when there is none.
    pub(super) unit: &'a str,
    /// What stands behind the unit, e.g. `LPDDR4`; empty when there is nothing.
    pub(super) note: &'a str,
}

/// The longest number read, in digits before the separator: a longer one is no size of anything, and the
/// arithmetic on it stays far from the limits of `u128`.
const WHOLE_DIGITS_MAX: usize = 15;

/// How many digits behind the separator count.
const FRACTION_DIGITS_MAX: usize = 6;

/// Reads a quantity; `None` when the text does not begin with an unsigned decimal number.
pub(super) fn read(text: &str) -> Option<Quantity<'_>> {
    let text = text.trim();
    let (whole, rest) = digits(text);
    if whole.is_empty() || whole.len() > WHOLE_DIGITS_MAX {
        return None;
    }
    let (fraction, rest) = fraction(rest)?;
    let rest = rest.trim_start();
    let (unit, note) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let millionths = number(whole) * 1_000_000 + millionths(fraction);
    Some(Quantity { millionths, unit, note: note.trim() })
}

/// Splits a text behind its leading ASCII digits.
fn digits(text: &str) -> (&str, &str) {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at(end)
}

/// Reads the digits behind a decimal point or comma, when there is one.
///
/// A comma before exactly three digits is refused: `1,024` is a thousand to some and one to others.
fn fraction(rest: &str) -> Option<(&str, &str)> {
    let Some(behind) = rest.strip_prefix(['.', ',']) else {
        return Some(("", rest));
    };
    let (fraction, behind) = digits(behind);
    let ambiguous = rest.starts_with(',') && fraction.len() == 3;
    (!fraction.is_empty() && !ambiguous).then_some((fraction, behind))
}

fn number(digits: &str) -> u128 {
    digits.bytes().fold(0, |number, digit| number * 10 + u128::from(digit - b'0'))
}

fn millionths(fraction: &str) -> u128 {
    let counted = fraction.len().min(FRACTION_DIGITS_MAX);
    let missing = FRACTION_DIGITS_MAX - counted;
    (0..missing).fold(number(&fraction[..counted]), |number, _| number * 10)
}

/// Divides and rounds a half up, as people do.
pub(super) fn rounded(dividend: u128, divisor: u128) -> u128 {
    (dividend + divisor / 2) / divisor
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(u128, &str, &str)> {
        read(text).map(|quantity| (quantity.millionths, quantity.unit, quantity.note))
    }

    #[test]
    fn a_number_a_unit_and_a_note() {
        assert_eq!(parts("228.27 GB"), Some((228_270_000, "GB", "")));
        assert_eq!(parts("8 GB LPDDR4 onboard"), Some((8_000_000, "GB", "LPDDR4 onboard")));
        assert_eq!(parts("2,6 GHz"), Some((2_600_000, "GHz", "")));
        assert_eq!(parts(" 1TB "), Some((1_000_000, "TB", "")));
        assert_eq!(parts("105.93"), Some((105_930_000, "", "")));
        assert_eq!(parts("0.123456789"), Some((123_456, "", "")));
        assert_eq!(parts("2,600"), None);
        assert_eq!(parts("1. GB"), None);
        assert_eq!(parts(".5 GB"), None);
        assert_eq!(parts("-1 GB"), None);
        assert_eq!(parts("1234567890123456"), None);
        assert_eq!(parts("GB"), None);
        assert_eq!(parts(""), None);
    }

    #[test]
    fn a_half_is_rounded_up() {
        assert_eq!(rounded(5, 10), 1);
        assert_eq!(rounded(4, 10), 0);
        assert_eq!(rounded(15, 10), 2);
    }
}
