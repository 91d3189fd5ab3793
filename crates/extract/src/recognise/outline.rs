//! The keys of a body and of its first record. Apart because it alone reads, and stops at the first record.

use crate::body;
use crate::column::kind_of;
use crate::json::{Keys, Reader, Scan};

/// The keys that shape is told by.
pub(super) enum Outline {
    /// A list, and the keys of its first item; none when it is empty.
    Bare(Option<Vec<String>>),
    /// An object; with a list under one of the known keys, the reading ended there.
    Object {
        /// The object's keys, as far as they were read.
        keys: Vec<String>,
        /// The list's key, and the keys of its first item; none when it is empty.
        list: Option<(String, Option<Vec<String>>)>,
    },
}

impl Outline {
    /// Reads as much of the body as is needed; the error is a sentence.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, String> {
        let text = body::checked("the body", bytes).map_err(|error| error.to_string())?;
        let mut reader = Reader::new(text);
        let outline = match reader.peek() {
            Ok(b'[') => first_item(&mut reader).map(Self::Bare),
            Ok(b'{') => object(&mut reader),
            Ok(first) => {
                let found = reader.skip().map_or("text that is not JSON", |()| kind_of(first));
                return Err(format!("neither a list nor an object but {found}"));
            }
            Err(flaw) => Err(flaw),
        };
        outline.map_err(|flaw| format!("not JSON at byte {}: {}", flaw.offset, flaw.flaw))
    }
}

fn object(reader: &mut Reader<'_>) -> Scan<Outline> {
    let mut keys = Vec::new();
    let mut seen = Keys::default();
    let mut more = reader.open(b'}')?;
    while more {
        let key = reader.new_key(&mut seen)?.into_owned();
        if matches!(key.as_str(), "data" | "results" | "apps") && reader.peek()? == b'[' {
            let first = first_item(reader)?;
            return Ok(Outline::Object { keys, list: Some((key, first)) });
        }
        keys.push(key);
        reader.skip()?;
        more = reader.more(b'}')?;
    }
    Ok(Outline::Object { keys, list: None })
}

/// The keys of a list's first item; an item that is no object has none.
fn first_item(reader: &mut Reader<'_>) -> Scan<Option<Vec<String>>> {
    if !reader.open(b']')? {
        return Ok(None);
    }
    let mut keys = Vec::new();
    if reader.peek()? != b'{' {
        reader.skip()?;
        return Ok(Some(keys));
    }
    let mut seen = Keys::default();
    let mut more = reader.open(b'}')?;
    while more {
        keys.push(reader.new_key(&mut seen)?.into_owned());
        reader.skip()?;
        more = reader.more(b'}')?;
    }
    Ok(Some(keys))
}
