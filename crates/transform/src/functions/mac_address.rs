//! `mac_address`: one form for a network card's address, whoever wrote it.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use engine::{Answer, TextFunction};

use super::argument::trimmed;

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "mac_address",
    arguments: &["text"],
    doc: "A MAC address in lower case with colons and leading zeros, from colons, hyphens, dotted groups of four or \
          twelve digits; all zeros and all ones are no value. `FC-E2-6C-27-1B-E4` gives `fc:e2:6c:27:1b:e4`.",
    apply,
};

const ALL_ONES: u64 = 0xffff_ffff_ffff;

/// What iOS answers to whoever may not know the address: it is one value for all devices, thus of none.
const WITHHELD: u64 = 0x0200_0000_0000;

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    let text = trimmed(arguments, 0);
    if text.is_empty() {
        return Answer::Nothing;
    }
    match read(text) {
        None => {
            out.push_str("is not a MAC address");
            Answer::Refused
        }
        Some(0 | ALL_ONES | WITHHELD) => Answer::Nothing,
        Some(address) => {
            push(address, out);
            Answer::Value
        }
    }
}

fn read(text: &str) -> Option<u64> {
    if text.contains(':') {
        joined(text.split(':'), 6, 1..=2)
    } else if text.contains('-') {
        joined(text.split('-'), 6, 1..=2)
    } else if text.contains('.') {
        joined(text.split('.'), 3, 4..=4)
    } else {
        joined(std::iter::once(text), 1, 12..=12)
    }
}

/// Joins a number of groups of hexadecimal digits to 48 bits; `None` when a group is missing, too many or no group.
fn joined<'a>(groups: impl Iterator<Item = &'a str>, count: u32, digits: RangeInclusive<usize>) -> Option<u64> {
    let mut address: u64 = 0;
    let mut seen = 0;
    for group in groups {
        let is_group = digits.contains(&group.len()) && group.bytes().all(|c| c.is_ascii_hexdigit());
        if !is_group || seen == count {
            return None;
        }
        address = (address << (48 / count)) | u64::from_str_radix(group, 16).ok()?;
        seen += 1;
    }
    (seen == count).then_some(address)
}

fn push(address: u64, out: &mut String) {
    let [_, _, a, b, c, d, e, f] = address.to_be_bytes();
    write!(out, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}").expect("writing to a String cannot fail");
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing, Refused};
    use super::super::check::check_text;
    use super::FUNCTION;

    #[test]
    fn addresses_in_any_form() {
        check_text(
            &FUNCTION,
            &[
                ("fc:e2:6c:27:1b:e4", Is("fc:e2:6c:27:1b:e4")),
                ("FC:E2:6C:27:1B:E4", Is("fc:e2:6c:27:1b:e4")),
                ("FC-E2-6C-27-1B-E4", Is("fc:e2:6c:27:1b:e4")),
                ("fce2.6c27.1be4", Is("fc:e2:6c:27:1b:e4")),
                ("FCE26C271BE4", Is("fc:e2:6c:27:1b:e4")),
                ("0:1:2:a:b:c", Is("00:01:02:0a:0b:0c")),
                ("b8:2a:a9:b0:4:2f", Is("b8:2a:a9:b0:04:2f")),
                (" b8:2a:a9:b0:04:2f ", Is("b8:2a:a9:b0:04:2f")),
                ("00:00:00:00:00:01", Is("00:00:00:00:00:01")),
                ("", Nothing),
                (" ", Nothing),
                ("00:00:00:00:00:00", Nothing),
                ("0:0:0:0:0:0", Nothing),
                ("000000000000", Nothing),
                ("ff:ff:ff:ff:ff:ff", Nothing),
                ("FF-FF-FF-FF-FF-FF", Nothing),
                ("02:00:00:00:00:00", Nothing),
            ],
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        check_text(
            &FUNCTION,
            &[
                ("fc:e2:6c:27:1b", Refused),
                ("fc:e2:6c:27:1b:e4:00", Refused),
                ("fc:e2:6c:27:1b:", Refused),
                ("fc:e2:6c:27:1b:e4:", Refused),
                ("fc:e2:6c:27:1b:0e4", Refused),
                ("fc:e2:6c:27:1b:g4", Refused),
                ("fc:e2:6c:27:1b:+4", Refused),
                ("fc:e2:6c-27-1b-e4", Refused),
                ("fce2.6c27", Refused),
                ("fce.26c.271", Refused),
                ("fce26c271be", Refused),
                ("fce26c271be4a", Refused),
                ("fc e2 6c 27 1b e4", Refused),
                ("en0", Refused),
                ("192.168.1.76", Refused),
                ("::", Refused),
                ("éé:éé:éé:éé:éé:éé", Refused),
            ],
        );
    }
}
