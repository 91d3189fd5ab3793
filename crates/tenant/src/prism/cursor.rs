//! The cursor of Prism: opaque to clients, and only good for the query that it was given for. As in the published sample it is base 64
//! of a device's id and a number; the number is how many rows were told so far. A query that asks for anything but whole pages of
//! everything leaves its fingerprint behind them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// A place in a query's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) told: u64,
    /// The fingerprint of the query; 0 for the one that asks for everything.
    pub(crate) query: u64,
}

impl Cursor {
    /// As it is told, behind a row of this device.
    pub(crate) fn text(self, device_id: &str) -> String {
        let Self { told, query } = self;
        let plain = if query == 0 { format!("{device_id}|{told}") } else { format!("{device_id}|{told}|{query:x}") };
        BASE64_STANDARD.encode(plain)
    }

    /// Reads one back; the device's id is for people only.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let plain = String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok()?;
        let mut parts = plain.split('|').skip(1);
        let told = parts.next()?.parse().ok()?;
        let query = parts.next().map_or(Some(0), |query| u64::from_str_radix(query, 16).ok())?;
        Some(Self { told, query })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back() {
        for cursor in [Cursor { told: 300, query: 0 }, Cursor { told: 7, query: 0xfeed }] {
            let text = cursor.text("782f4054-b971-4bec-850b-7bf13ce806fe");
            assert_eq!(Cursor::read(&text), Some(cursor));
        }
        assert_eq!(
            Cursor::read("NzgyZjQwNTQtYjk3MS00YmVjLTg1MGItN2JmMTNjZTgwNmZlfDc4"),
            Some(Cursor { told: 78, query: 0 })
        );
        for wrong in ["", "x", "bm9wZQ==", "fHg="] {
            assert_eq!(Cursor::read(wrong), None, "{wrong}");
        }
    }
}
