//! `megabytes`: the memory of a device as a whole number of megabytes, in powers of two as memory is made.

use std::fmt::Write as _;

use engine::{Answer, TextFunction};

use super::argument::trimmed;
use super::quantity::{self, Quantity, rounded};

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "megabytes",
    arguments: &["text"],
    doc: "The size of memory in megabytes, where 1 GB is 1024 MB; what follows the unit is ignored. \
          `8 GB LPDDR4` gives `8192`.",
    apply,
};

/// More than this is a misread number and no memory: an exabyte.
const MEGABYTES_MAX: u128 = 1 << 40;

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    let text = trimmed(arguments, 0);
    if text.is_empty() {
        return Answer::Nothing;
    }
    let megabytes = quantity::read(text).and_then(|size| megabytes(&size));
    let Some(megabytes) = megabytes.filter(|megabytes| *megabytes <= MEGABYTES_MAX) else {
        out.push_str("is not a size of memory, such as `8 GB`");
        return Answer::Refused;
    };
    write!(out, "{megabytes}").expect("writing to a String cannot fail");
    Answer::Value
}

/// A number without a unit is refused: `8` would be gigabytes and `8192` megabytes, and nothing says which.
fn megabytes(size: &Quantity<'_>) -> Option<u128> {
    const UNITS: [(&str, u128); 4] = [("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30), ("TB", 1 << 40)];
    let bytes = UNITS.iter().find(|(name, _)| size.unit.eq_ignore_ascii_case(name))?.1;
    Some(rounded(size.millionths * bytes, 1_000_000 << 20))
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing, Refused};
    use super::super::check::check_text;
    use super::FUNCTION;

    #[test]
    fn memory_is_binary() {
        check_text(
            &FUNCTION,
            &[
                ("8 GB LPDDR4", Is("8192")),
                ("8 GB", Is("8192")),
                ("16 GB", Is("16384")),
                ("16 GB 2667 MHz DDR4", Is("16384")),
                ("1.5 GB", Is("1536")),
                ("1,5 GB", Is("1536")),
                ("512 MB", Is("512")),
                ("1 TB", Is("1048576")),
                ("1.5 TB", Is("1572864")),
                ("64GB", Is("65536")),
                ("8 gb", Is("8192")),
                ("2048 KB", Is("2")),
                ("0 GB", Is("0")),
                (" 18 GB LPDDR5 ", Is("18432")),
                ("", Nothing),
                ("   ", Nothing),
            ],
        );
    }

    #[test]
    fn what_is_no_memory_is_refused() {
        check_text(
            &FUNCTION,
            &[
                ("8", Refused),
                ("8192", Refused),
                ("LPDDR4", Refused),
                ("8 LPDDR4", Refused),
                ("8 GBLPDDR4", Refused),
                ("8 GiB", Refused),
                ("-8 GB", Refused),
                ("1,024 MB", Refused),
                ("eight GB", Refused),
                ("999999999999999 TB", Refused),
                ("99999999999999999999 GB", Refused),
            ],
        );
    }
}
