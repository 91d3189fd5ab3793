//! The one cipher: XChaCha20-Poly1305 with random nonces of 24 bytes, which do not repeat however often one key is used
//! (<https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03>). Apart so that no other file touches raw keys.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroizing;

use super::hex;
use crate::error::Error;
use crate::limits::KEY_DISTINCT_BYTES_MIN;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// 32 bytes that seal and open. Its memory is wiped when it is dropped.
pub(super) struct Key(Zeroizing<[u8; KEY_BYTES]>);

/// A sealed text, as it is written: nonce, and ciphertext with its tag, in hexadecimal digits.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sealed {
    nonce: String,
    sealed: String,
}

impl Key {
    /// A new one.
    pub(super) fn random() -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(bytes.as_mut()).map_err(Error::Random)?;
        Ok(Self(bytes))
    }

    /// A key from 64 hexadecimal digits, or what is wrong with them, as a clause.
    pub(super) fn from_digits(digits: &str) -> Result<Self, &'static str> {
        if digits.len() != 2 * KEY_BYTES {
            return Err("it has not 64 digits");
        }
        let bytes = hex::decode(digits).ok_or("it has a character that is none of 0 to 9 and a to f")?;
        let key = Self::from_bytes(&bytes).ok_or("it has not 32 bytes")?;
        key.is_random().then_some(key).ok_or("it was not made at random")
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        (bytes.len() == KEY_BYTES).then(|| key.copy_from_slice(bytes))?;
        Some(Self(key))
    }

    /// Its bytes, to wrap it.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// Its digits, wiped when they are dropped.
    pub(super) fn digits(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.0.as_ref()))
    }

    /// A name for it that says nothing of it: the start of a digest.
    pub(super) fn id(&self) -> String {
        let digest = Zeroizing::new(blake3::derive_key("snowhaul 2026 name of a master key", self.0.as_ref()));
        hex::encode(&digest[..8])
    }

    /// Seals a text for one place only: it opens with the same `place` again and with no other.
    pub(super) fn seal(&self, place: &str, text: &[u8]) -> Result<Sealed, Error> {
        let nonce = random::<NONCE_BYTES>()?;
        let payload = Payload { msg: text, aad: place.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("the cipher takes texts of up to 256 GiB, and secrets have a limit");
        Ok(Sealed { nonce: hex::encode(&nonce), sealed: hex::encode(&sealed) })
    }

    /// Opens what was sealed for this place; none where anything is otherwise.
    pub(super) fn open(&self, place: &str, sealed: &Sealed) -> Option<Zeroizing<Vec<u8>>> {
        let nonce: [u8; NONCE_BYTES] = hex::decode(&sealed.nonce)?.as_slice().try_into().ok()?;
        let bytes = hex::decode(&sealed.sealed)?;
        let payload = Payload { msg: &bytes, aad: place.as_bytes() };
        self.cipher().decrypt(&XNonce::from(nonce), payload).ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }

    /// False for what people type where a key is wanted: zeros, one byte, a few in turn, counting.
    fn is_random(&self) -> bool {
        let distinct: std::collections::BTreeSet<u8> = self.0.iter().copied().collect();
        let steps: std::collections::BTreeSet<u8> =
            self.0.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
        distinct.len() >= KEY_DISTINCT_BYTES_MIN && steps.len() >= KEY_DISTINCT_BYTES_MIN
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// Random bytes from the system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(bytes)
}
