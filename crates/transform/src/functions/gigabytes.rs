//! `gigabytes`: the size of a disk as a decimal number of gigabytes. Apart from `megabytes` because disks are sold
//! in powers of ten and memory in powers of two.

use std::fmt::Write as _;

use engine::{Answer, TextFunction};

use super::argument::trimmed;
use super::quantity::{self, Quantity, rounded};

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "gigabytes",
    arguments: &["text"],
    doc: "The size of a disk in decimal gigabytes with at most two decimals; 1 TB is 1000 GB, and a number without a \
          unit is gigabytes. `228.27 GB` gives `228.27`, `128.0 GB` gives `128`, `512 MB` gives `0.51`.",
    apply,
};

/// More than this is a misread number and no disk; it also keeps the answer readable by this function itself.
const GIGABYTES_MAX: u128 = 1_000_000_000_000;

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    let text = trimmed(arguments, 0);
    if text.is_empty() {
        return Answer::Nothing;
    }
    let Some(hundredths) = quantity::read(text).and_then(|size| hundredths(&size)) else {
        out.push_str("is not a size in bytes, such as `228.27 GB`");
        return Answer::Refused;
    };
    if hundredths > GIGABYTES_MAX * 100 {
        out.push_str("is larger than any disk");
        return Answer::Refused;
    }
    write_hundredths(hundredths, out);
    Answer::Value
}

/// A size in hundredths of a gigabyte; `None` when its unit is none of bytes or a note follows it.
fn hundredths(size: &Quantity<'_>) -> Option<u128> {
    let bytes = bytes_of_unit(size.unit).filter(|_| size.note.is_empty())?;
    // Millionths of bytes, by the ten million bytes of a hundredth.
    Some(rounded(size.millionths * bytes, 1_000_000 * 10_000_000))
}

/// The vendor's decimal units. A binary unit (`GiB`) is none of them and is refused rather than read as its
/// decimal neighbour, which is 7 % smaller.
fn bytes_of_unit(unit: &str) -> Option<u128> {
    const UNITS: [(&str, u128); 8] = [
        ("", 1_000_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("MB", 1_000_000),
        ("KB", 1_000),
        ("B", 1),
        ("bytes", 1),
        ("PB", 1_000_000_000_000_000),
    ];
    UNITS.iter().find(|(name, _)| unit.eq_ignore_ascii_case(name)).map(|(_, bytes)| *bytes)
}

/// Writes without zeros behind the last digit that counts: `128`, `926.3`, `0.51`.
fn write_hundredths(hundredths: u128, out: &mut String) {
    let (whole, fraction) = (hundredths / 100, hundredths % 100);
    match (fraction, fraction % 10) {
        (0, _) => write!(out, "{whole}"),
        (_, 0) => write!(out, "{whole}.{}", fraction / 10),
        _ => write!(out, "{whole}.{fraction:02}"),
    }
    .expect("writing to a String cannot fail");
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing, Refused};
    use super::super::check::check_text;
    use super::FUNCTION;

    #[test]
    fn sizes_in_any_unit_are_gigabytes() {
        check_text(
            &FUNCTION,
            &[
                ("228.27 GB", Is("228.27")),
                ("926.3 GB", Is("926.3")),
                ("128.0 GB", Is("128")),
                ("182.66 GB", Is("182.66")),
                ("1 TB", Is("1000")),
                ("1.5 TB", Is("1500")),
                ("2TB", Is("2000")),
                ("512 MB", Is("0.51")),
                ("515 MB", Is("0.52")),
                ("5 MB", Is("0.01")),
                ("4 MB", Is("0")),
                ("250000 KB", Is("0.25")),
                ("500107862016 bytes", Is("500.11")),
                ("500107862016 B", Is("500.11")),
                ("1 PB", Is("1000000")),
                ("105.93", Is("105.93")),
                ("49.0", Is("49")),
                ("49", Is("49")),
                ("0", Is("0")),
                ("0.05 GB", Is("0.05")),
                ("0.005 GB", Is("0.01")),
                ("99.995", Is("100")),
                ("228,27 GB", Is("228.27")),
                ("228.27 gb", Is("228.27")),
                (" 228.27  GB ", Is("228.27")),
                ("007 GB", Is("7")),
                ("", Nothing),
                ("  ", Nothing),
            ],
        );
    }

    #[test]
    fn what_is_no_size_is_refused() {
        check_text(
            &FUNCTION,
            &[
                ("-1 GB", Refused),
                ("+1 GB", Refused),
                ("GB", Refused),
                ("large", Refused),
                ("19%", Refused),
                ("1 GiB", Refused),
                ("8 GB LPDDR4", Refused),
                ("1,024 GB", Refused),
                ("1.2.3 GB", Refused),
                ("1. GB", Refused),
                (".5 GB", Refused),
                ("1e3 GB", Refused),
                ("NaN", Refused),
                ("inf", Refused),
                ("999999999999999 TB", Refused),
                ("9999999999999999999999999999 GB", Refused),
                ("１ GB", Refused),
            ],
        );
    }
}
