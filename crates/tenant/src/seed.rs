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
    Ageing = 8,
    AppChanges = 9,
    Bought = 10,
    Audit = 11,
    Uncertain = 12,
    Network = 13,
}

/// Words of a stream that belong to one night. A night draws a few for each device, so this is enough for millions of them.
const NIGHT_WORDS: u128 = 1 << 24;

/// The source of all streams of one fleet.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    number: u64,
    base: ChaCha8Rng,
}

impl Seed {
    pub(crate) fn new(seed: u64) -> Self {
        Self { number: seed, base: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// The stream of one machine (or of one person, or 0 for a whole table) in one topic.
    pub(crate) fn stream(&self, topic: Topic, number: u32) -> ChaCha8Rng {
        let mut stream = self.base.clone();
        stream.set_stream(((topic as u64) << 32) | u64::from(number));
        stream
    }

    /// The part of such a stream that belongs to one night. What a night draws depends on no other night.
    pub(crate) fn stream_of_night(&self, topic: Topic, number: u32, night: u16) -> ChaCha8Rng {
        let mut stream = self.stream(topic, number);
        stream.set_word_pos(u128::from(night) * NIGHT_WORDS);
        stream
    }

    /// A well-mixed number that only the seed, a machine and an item decide: for choices that are made too often to begin a
    /// stream for each (the finaliser of SplitMix64).
    pub(crate) fn mix(&self, machine: u32, item: u32) -> u64 {
        let place = (u64::from(machine) << 32) | u64::from(item);
        let mut mixed = self.number.wrapping_add(place.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A version 4 UUID out of two such numbers.
    pub(crate) fn mixed_uuid(&self, machine: u32, item: u32) -> String {
        let high = self.mix(machine, item);
        uuid_of((u128::from(high) << 64) | u128::from(self.mix(machine, item ^ 0x8000_0000)))
    }
}

/// A version 4 UUID as the API writes it: lower case, with hyphens.
pub(crate) fn uuid(rng: &mut impl Rng) -> String {
    uuid_of((u128::from(rng.next_u64()) << 64) | u128::from(rng.next_u64()))
}

fn uuid_of(bits: u128) -> String {
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

/// The characters of a ULID: Crockford's base 32.
const ULID_CHARACTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A ULID: 48 bits of time in milliseconds, then 80 random ones, so that ids sort by their time.
pub(crate) fn ulid(milliseconds: i64, rng: &mut impl Rng) -> String {
    let time = (milliseconds.max(0) as u128) & 0xffff_ffff_ffff;
    let random = (u128::from(rng.next_u64()) << 16) | u128::from(rng.next_u32() & 0xffff);
    let bits = (time << 80) | random;
    (0..26_u32).rev().map(|place| char::from(ULID_CHARACTERS[((bits >> (place * 5)) as usize) & 31])).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nights_of_a_stream_are_apart() {
        let seed = Seed::new(7);
        let drawn = |night| seed.stream_of_night(Topic::Ageing, 3, night).next_u64();
        assert_eq!(drawn(0), seed.stream(Topic::Ageing, 3).next_u64());
        assert_eq!(drawn(5), drawn(5));
        assert_ne!(drawn(5), drawn(6));
        assert_ne!(seed.mix(1, 2), seed.mix(2, 1));
        assert_ne!(seed.mixed_uuid(1, 2), seed.mixed_uuid(1, 3));
    }

    #[test]
    fn ulids_sort_by_their_time() {
        let mut rng = Seed::new(7).stream(Topic::Audit, 0);
        let (early, late) = (ulid(1_741_105_766_000, &mut rng), ulid(1_741_105_767_000, &mut rng));
        assert!(early < late);
        assert_eq!((early.len(), &early[..6]), (26, "01JNGZ"));
    }
}
