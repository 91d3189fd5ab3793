//! The signature of a notice. Apart because whoever checks it must do exactly the same.
//!
//! `Snowhaul-Signature: t=1796004041,v1=5257a869…`, where `v1` is the HMAC-SHA-256, in hexadecimal digits, of the time
//! `t`, a full stop and the body as it was sent, under the secret that both sides know. A receiver computes it anew,
//! compares in constant time, and refuses a `t` that is more than five minutes away, so that a notice that somebody has
//! overheard cannot be told again.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use rest::{ExposeSecret as _, Secret};
use sha2::Sha256;

/// The header.
pub const SIGNATURE: &str = "Snowhaul-Signature";

/// The header's value for a body that is sent at this time, in seconds since 1970.
pub(super) fn signature(secret: &Secret, seconds: i64, body: &[u8]) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).expect("a key of any length is accepted");
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    format!("t={seconds},v1={}", digits(&mac.finalize().into_bytes()))
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_others_compute() {
        // printf '1796004041.{"a":1}' | openssl dgst -sha256 -hmac 'a secret of some length'
        let signed = signature(&Secret::from("a secret of some length"), 1_796_004_041, br#"{"a":1}"#);
        assert_eq!(signed, "t=1796004041,v1=4c1487a1fbc3aea9215725f944f2f2adf53d558ad163cc589a278c5d425a3d75");
    }

    #[test]
    fn another_time_body_or_secret_is_another_signature() {
        let of = |secret: &str, seconds, body: &[u8]| signature(&Secret::from(secret), seconds, body);
        let signed = of("a secret of some length", 1, b"body");
        assert_ne!(signed.split_once(','), of("a secret of some length", 2, b"body").split_once(','));
        assert_ne!(signed, of("a secret of some length", 1, b"bodY"));
        assert_ne!(signed, of("a secret of some lengtH", 1, b"body"));
    }
}
