//! The escapes of a JSON string (RFC 8259, 7), byte for byte as serde_json writes them. Apart because it is the
//! innermost loop.
//!
//! Text is copied in runs: eight bytes are tested at once, and nearly all text has nothing to escape.

const HEX: &[u8; 16] = b"0123456789abcdef";

/// 0x01 in each byte of a word; times a byte, it repeats that byte.
const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
/// The high bit of each byte of a word.
const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

/// Appends `text` as the inside of a JSON string.
pub(super) fn escape(text: &str, body: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    while let Some(at) = first_special(rest) {
        body.extend_from_slice(&rest[..at]);
        push_escape(rest[at], body);
        rest = &rest[at + 1..];
    }
    body.extend_from_slice(rest);
}

/// How many bytes [`escape`] appends.
pub(super) fn escaped_bytes(text: &str) -> usize {
    let mut rest = text.as_bytes();
    let mut bytes = rest.len();
    while let Some(at) = first_special(rest) {
        bytes += escape_bytes(rest[at]) - 1;
        rest = &rest[at + 1..];
    }
    bytes
}

fn push_escape(byte: u8, body: &mut Vec<u8>) {
    match short(byte) {
        Some(letter) => body.extend_from_slice(&[b'\\', letter]),
        None => {
            let digits = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 0xf)]];
            body.extend_from_slice(b"\\u00");
            body.extend_from_slice(&digits);
        }
    }
}

fn escape_bytes(byte: u8) -> usize {
    if short(byte).is_some() { 2 } else { 6 }
}

fn short(byte: u8) -> Option<u8> {
    match byte {
        b'"' | b'\\' => Some(byte),
        0x08 => Some(b'b'),
        b'\t' => Some(b't'),
        b'\n' => Some(b'n'),
        0x0c => Some(b'f'),
        b'\r' => Some(b'r'),
        _ => None,
    }
}

fn first_special(bytes: &[u8]) -> Option<usize> {
    let (words, tail) = bytes.as_chunks::<8>();
    let word = words.iter().position(|word| has_special(u64::from_ne_bytes(*word)));
    let from = word.unwrap_or(words.len()) * 8;
    let within = if word.is_some() { &bytes[from..] } else { tail };
    within.iter().position(|byte| is_special(*byte)).map(|at| from + at)
}

fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// True if any of eight bytes is special. Subtracting borrows into the high bit of a byte that is too small, and `!`
/// leaves out bytes whose high bit was set before; a borrow can only come from a byte that is itself special, so the
/// answer is exact.
fn has_special(word: u64) -> bool {
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & HIGHS;
    let equals = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, 0x20) | equals(b'"') | equals(b'\\')) != 0
}
