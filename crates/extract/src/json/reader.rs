//! The reader's structure: values, lists, objects, numbers. Strings are in `string.rs`.
//!
//! The text is known to be UTF-8. `at` always stands on a character's first byte whenever a slice is cut, because cuts
//! are made beside ASCII bytes only.

use std::borrow::Cow;

use super::Keys;
use super::keys::duplicate;
use crate::JsonFlaw;
use crate::limits::{DEPTH_MAX, STRING_BYTES_MAX};

/// A flaw and the byte it stands at. Boxed in [`Scan`], so that the path without flaws moves two words.
#[derive(Debug)]
pub(crate) struct Flaw {
    pub(crate) offset: usize,
    pub(crate) flaw: JsonFlaw,
}

/// What reading gives: a value, or the first flaw.
pub(crate) type Scan<T> = Result<T, Box<Flaw>>;

/// Reads one JSON text from front to back.
pub(crate) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    depth: u32,
    pub(super) scratch: String,
}

impl<'a> Reader<'a> {
    /// Starts at the text's first byte.
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, depth: 0, scratch: String::new() }
    }

    /// The offset of the next byte.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Goes back to an offset that [`Self::at`] gave on this same level of nesting.
    pub(crate) fn back_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The text from an offset to here, as it was written.
    pub(crate) fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.at]
    }

    /// The text that is still to be read.
    pub(crate) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    #[cold]
    pub(crate) fn flaw<T>(&self, offset: usize, flaw: JsonFlaw) -> Scan<T> {
        Err(Box::new(Flaw { offset, flaw }))
    }

    /// Passes white space and shows the next byte without taking it.
    #[inline]
    pub(crate) fn peek(&mut self) -> Scan<u8> {
        while let Some(&byte) = self.bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(byte);
            }
            self.at += 1;
        }
        self.flaw(self.at, JsonFlaw::EndsEarly)
    }

    /// Takes the opening bracket, which must be next; false when the list or object is empty and thereby ended.
    #[inline]
    pub(crate) fn open(&mut self, close: u8) -> Scan<bool> {
        if self.depth == DEPTH_MAX {
            return self.flaw(self.at, JsonFlaw::TooDeep);
        }
        self.at += 1;
        if self.peek()? == close {
            self.at += 1;
            return Ok(false);
        }
        self.depth += 1;
        Ok(true)
    }

    /// After a member: true past a comma, false past the closing bracket.
    #[inline]
    pub(crate) fn more(&mut self, close: u8) -> Scan<bool> {
        let byte = self.peek()?;
        if byte == b',' {
            self.at += 1;
            return Ok(true);
        }
        if byte == close {
            self.at += 1;
            self.depth -= 1;
            return Ok(false);
        }
        self.flaw(self.at, JsonFlaw::CommaExpected)
    }

    /// Takes the next key and its colon if the key is exactly this name, written without escapes. White space must
    /// have been passed.
    #[inline]
    pub(crate) fn take_key(&mut self, name: &str) -> Scan<bool> {
        let rest = &self.bytes[self.at..];
        let end = name.len() + 1;
        let same = rest.get(end) == Some(&b'"') && rest[0] == b'"' && &rest[1..end] == name.as_bytes();
        if same {
            self.at += end + 1;
            self.colon()?;
        }
        Ok(same)
    }

    /// Takes the next key, whatever it is, and its colon.
    pub(crate) fn key(&mut self) -> Scan<Cow<'a, str>> {
        if self.peek()? != b'"' {
            return self.flaw(self.at, JsonFlaw::KeyExpected);
        }
        let key = self.text_value()?;
        self.colon()?;
        Ok(key)
    }

    #[inline]
    fn colon(&mut self) -> Scan<()> {
        if self.peek()? != b':' {
            return self.flaw(self.at, JsonFlaw::ColonExpected);
        }
        self.at += 1;
        Ok(())
    }

    /// Takes `null`, `true` or `false`, whose first byte has been seen.
    #[inline]
    pub(crate) fn word(&mut self, word: &'static str) -> Scan<&'static str> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return self.flaw(self.at, JsonFlaw::ValueExpected);
        }
        self.at += word.len();
        Ok(word)
    }

    /// Takes a number and gives it as it was written.
    pub(crate) fn number(&mut self) -> Scan<&'a str> {
        let start = self.at;
        self.at += usize::from(self.bytes[start] == b'-');
        let whole = self.digits();
        if whole == 0 || (whole > 1 && self.bytes[self.at - whole] == b'0') {
            return self.flaw(start, JsonFlaw::BadNumber);
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.some_digits(start)?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.bytes.get(self.at), Some(b'+' | b'-')));
            self.some_digits(start)?;
        }
        if self.at - start > STRING_BYTES_MAX {
            return self.flaw(start, JsonFlaw::StringTooLong);
        }
        Ok(self.since(start))
    }

    fn some_digits(&mut self, start: usize) -> Scan<()> {
        if self.digits() == 0 { self.flaw(start, JsonFlaw::BadNumber) } else { Ok(()) }
    }

    fn digits(&mut self) -> usize {
        let count = self.bytes[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    /// Passes one value of any kind, as strictly as if it were read.
    pub(crate) fn skip(&mut self) -> Scan<()> {
        match self.peek()? {
            b'"' => self.string().map(drop),
            b'{' => self.skip_object(),
            b'[' => self.skip_list(),
            b'n' => self.word("null").map(drop),
            b't' => self.word("true").map(drop),
            b'f' => self.word("false").map(drop),
            b'-' | b'0'..=b'9' => self.number().map(drop),
            _ => self.flaw(self.at, JsonFlaw::ValueExpected),
        }
    }

    fn skip_list(&mut self) -> Scan<()> {
        let mut more = self.open(b']')?;
        while more {
            self.skip()?;
            more = self.more(b']')?;
        }
        Ok(())
    }

    fn skip_object(&mut self) -> Scan<()> {
        let mut keys = Keys::default();
        let mut more = self.open(b'}')?;
        while more {
            self.new_key(&mut keys)?;
            self.skip()?;
            more = self.more(b'}')?;
        }
        Ok(())
    }

    /// Takes a key that must not be among those seen, and remembers it.
    pub(crate) fn new_key(&mut self, keys: &mut Keys<'a>) -> Scan<Cow<'a, str>> {
        self.peek()?;
        let start = self.at;
        let key = self.key()?;
        match keys.insert(key.clone()) {
            Ok(()) => Ok(key),
            Err(flaw) => self.flaw(start, flaw),
        }
    }

    /// The flaw of a key that stands twice.
    #[cold]
    pub(crate) fn duplicate_key<T>(&self, offset: usize, key: &str) -> Scan<T> {
        self.flaw(offset, duplicate(key))
    }

    /// Nothing but white space may follow.
    pub(crate) fn end(&mut self) -> Scan<()> {
        if self.peek().is_ok() { self.flaw(self.at, JsonFlaw::TrailingText) } else { Ok(()) }
    }
}
