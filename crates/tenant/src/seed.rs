//! Randomness that can be asked for again. Every topic of every machine has its own stream, so a page of applications is made
//! without having made the pages before it, and a new choice in one topic leaves all others as they were.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream is drawn for. The numbers are part of the bytes that a seed gives: add, never renumber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    People = 1,
    Groups = 2,
    Catalogue = 3,
    Device = 4,
    FormerEnrolment = 5,
    Details = 6,
    Installs = 7,
}

/// The source of all streams of one fleet.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    base: ChaCha8Rng,
}

impl Seed {
    pub(crate) fn new(seed: u64) -> Self {
        Self { base: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// The stream of one machine (or of one person, or 0 for a whole table) in one topic.
    pub(crate) fn stream(&self, topic: Topic, number: u32) -> ChaCha8Rng {
        let mut stream = self.base.clone();
        stream.set_stream(((topic as u64) << 32) | u64::from(number));
        stream
    }
}

/// A version 4 UUID as the API writes it: lower case, with hyphens.
pub(crate) fn uuid(rng: &mut impl Rng) -> String {
    let bits = (u128::from(rng.next_u64()) << 64) | u128::from(rng.next_u64());
    let versioned = (bits & !(0xf000_u128 << 64)) | (0x4000_u128 << 64);
    let id = (versioned & !(0xc000_u128 << 48)) | (0x8000_u128 << 48);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        (id >> 96) as u32,
        (id >> 80) as u16,
        (id >> 64) as u16,
        (id >> 48) as u16,
        id & 0xffff_ffff_ffff,
    )
}

/// `length` characters out of an ASCII alphabet: serial numbers, team identifiers, codes.
pub(crate) fn characters(rng: &mut impl Rng, alphabet: &str, length: usize) -> String {
    let letters = alphabet.as_bytes();
    (0..length).map(|_| char::from(letters[rng.next_u32() as usize % letters.len()])).collect()
}

/// One entry of a table that is never empty.
pub(crate) fn one_of<T: Copy>(rng: &mut impl Rng, table: &[T]) -> T {
    table[rng.next_u32() as usize % table.len()]
}
