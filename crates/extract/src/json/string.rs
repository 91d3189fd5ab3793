//! Strings: eight bytes at a time while they are plain, one escape at a time where they are not.

use std::borrow::Cow;

use super::reader::{Reader, Scan};
use crate::JsonFlaw;
use crate::limits::STRING_BYTES_MAX;

/// A string as the reader holds it.
enum Quoted<'a> {
    /// Without escapes: a piece of the page.
    Plain(&'a str),
    /// With escapes: resolved in the reader's scratch space.
    Escaped,
}

impl<'a> Reader<'a> {
    /// Takes a string, whose quotation mark is next.
    #[inline]
    pub(crate) fn string(&mut self) -> Scan<&str> {
        match self.quoted()? {
            Quoted::Plain(text) => Ok(text),
            Quoted::Escaped => Ok(&self.scratch),
        }
    }

    /// Takes a string, whose quotation mark is next; it outlives the reader.
    pub(crate) fn text_value(&mut self) -> Scan<Cow<'a, str>> {
        match self.quoted()? {
            Quoted::Plain(text) => Ok(Cow::Borrowed(text)),
            Quoted::Escaped => Ok(Cow::Owned(self.scratch.clone())),
        }
    }

    #[inline]
    fn quoted(&mut self) -> Scan<Quoted<'a>> {
        let start = self.at + 1;
        let end = start + plain_len(&self.bytes[start..]);
        if self.bytes.get(end) == Some(&b'"') && end - start <= STRING_BYTES_MAX {
            self.at = end + 1;
            return Ok(Quoted::Plain(&self.text[start..end]));
        }
        self.escaped(start, end)
    }

    /// The rest of a string whose first plain run ended in something other than its closing mark.
    #[cold]
    fn escaped(&mut self, start: usize, first_end: usize) -> Scan<Quoted<'a>> {
        self.scratch.clear();
        let (mut run, mut end) = (start, first_end);
        loop {
            self.scratch.push_str(&self.text[run..end]);
            if self.scratch.len() > STRING_BYTES_MAX {
                return self.flaw(start - 1, JsonFlaw::StringTooLong);
            }
            match self.bytes.get(end) {
                Some(b'"') => {
                    self.at = end + 1;
                    return Ok(Quoted::Escaped);
                }
                Some(b'\\') => run = self.escape(end)?,
                Some(_) => return self.flaw(end, JsonFlaw::ControlCharacter),
                None => return self.flaw(end, JsonFlaw::EndsEarly),
            }
            end = run + plain_len(&self.bytes[run..]);
        }
    }

    /// Resolves the escape at `at` into the scratch space; gives the offset after it.
    fn escape(&mut self, at: usize) -> Scan<usize> {
        let character = match self.bytes.get(at + 1) {
            Some(&mark @ (b'"' | b'\\' | b'/')) => char::from(mark),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(at),
            Some(_) => return self.flaw(at, JsonFlaw::BadEscape),
            None => return self.flaw(at + 1, JsonFlaw::EndsEarly),
        };
        self.scratch.push(character);
        Ok(at + 2)
    }

    /// `\u` and four hexadecimal digits, or two of them that make one character.
    fn unicode_escape(&mut self, at: usize) -> Scan<usize> {
        let first = self.hexadecimal(at + 2)?;
        let (code, next) = match first {
            0xd800..=0xdbff if self.bytes[at + 6..].starts_with(b"\\u") => {
                let second = self.hexadecimal(at + 8)?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return self.flaw(at, JsonFlaw::LoneSurrogate);
                }
                (0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), at + 12)
            }
            _ => (first, at + 6),
        };
        let Some(character) = char::from_u32(code) else {
            return self.flaw(at, JsonFlaw::LoneSurrogate);
        };
        self.scratch.push(character);
        Ok(next)
    }

    fn hexadecimal(&self, at: usize) -> Scan<u32> {
        let Some(digits) = self.bytes.get(at..at + 4) else {
            return self.flaw(self.bytes.len(), JsonFlaw::EndsEarly);
        };
        let mut value = 0;
        for &digit in digits {
            let Some(nibble) = char::from(digit).to_digit(16) else {
                return self.flaw(at, JsonFlaw::BadEscape);
            };
            value = value * 16 + nibble;
        }
        Ok(value)
    }
}

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGH: u64 = ONES << 7;

/// The length of the run before the first quotation mark, backslash or control character.
#[inline]
fn plain_len(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return bytes.len() - rest.len() + (special.trailing_zeros() / 8) as usize;
        }
        rest = after;
    }
    let tail = rest.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\');
    bytes.len() - rest.len() + tail.unwrap_or(rest.len())
}

/// Marks the high bit of the first special byte. Later bytes may be marked falsely, as a borrow runs upwards; only the
/// lowest mark is used, and below it no borrow has begun.
#[inline]
fn special_bytes(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let slash = word ^ (ONES * b'\\' as u64);
    let quoted = quote.wrapping_sub(ONES) & !quote;
    let slashed = slash.wrapping_sub(ONES) & !slash;
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (quoted | slashed | control) & HIGH
}
