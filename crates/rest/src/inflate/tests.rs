//! Bodies in both forms, whole, cut, false and hostile.

use proptest::prelude::*;
use reqwest::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};

use super::*;
use crate::scripted::gzip;

const CAPS: Caps = Caps { bytes_max: 64 * 1024 * 1024, ratio_max: limits::INFLATION_RATIO_MAX };

fn headers(codings: &[&'static str]) -> Headers {
    let lines = codings.iter().map(|&coding| (CONTENT_ENCODING, HeaderValue::from_static(coding)));
    Headers::new(lines.collect::<HeaderMap>())
}

fn inflater(codings: &[&'static str], caps: Caps) -> Result<Inflater, Refusal> {
    Inflater::new(&headers(codings), caps, None)
}

/// What becomes of a body that comes in pieces of this size.
fn inflated(codings: &[&'static str], wire: &[u8], piece: usize, caps: Caps) -> Result<Vec<u8>, Refusal> {
    let mut body = inflater(codings, caps)?;
    wire.chunks(piece).try_for_each(|piece| body.feed(piece))?;
    body.finish()?;
    Ok(body.take())
}

proptest! {
    #[test]
    fn a_body_is_the_same_in_whatever_pieces_it_comes(
        body in proptest::collection::vec(any::<u8>(), 0..5_000),
        repeat in 1_usize..20,
        piece in 1_usize..3_000,
    ) {
        let body = body.repeat(repeat);
        prop_assert_eq!(&inflated(&["gzip"], &gzip(&body), piece, CAPS).expect("whole"), &body);
        prop_assert_eq!(&inflated(&[], &body, piece, CAPS).expect("whole"), &body);
    }
}

#[test]
fn one_coding_is_taken_off_and_no_other_is_known() {
    let body = b"{}".as_slice();
    for codings in [&["gzip"][..], &["x-gzip"], &["identity, GZip"], &["", "gzip"]] {
        assert_eq!(inflated(codings, &gzip(body), 7, CAPS).expect("gzip, once"), body, "{codings:?}");
    }
    for codings in [&["identity"][..], &[], &[""]] {
        assert_eq!(inflated(codings, body, 7, CAPS).expect("plain"), body, "{codings:?}");
    }
    for codings in [&["gzip, gzip"][..], &["gzip", "gzip"], &["br"], &["deflate"], &["gzip, br"], &["gzip;q=1"]] {
        assert!(matches!(inflater(codings, CAPS), Err(Refusal::Coding)), "{codings:?}");
    }
    let not_text = HeaderValue::from_bytes(b"gzip\xff").expect("HTTP allows it");
    let not_text = Headers::new(HeaderMap::from_iter([(CONTENT_ENCODING, not_text)]));
    assert!(matches!(Inflater::new(&not_text, CAPS, None), Err(Refusal::Coding)));
    // What is beneath the one layer is the body.
    assert_eq!(inflated(&["gzip"], &gzip(&gzip(body)), 7, CAPS).expect("one layer"), gzip(body));
}

#[test]
fn members_follow_each_other_and_nothing_else_may() {
    let two = [gzip(b"one,"), gzip(b"two")].concat();
    assert_eq!(inflated(&["gzip"], &two, 5, CAPS).expect("two members"), b"one,two");
    let followed = [gzip(b"one"), b"garbage behind it".to_vec()].concat();
    assert!(matches!(inflated(&["gzip"], &followed, 5, CAPS), Err(Refusal::Corrupt(_))));
    assert!(matches!(inflated(&["gzip"], b"not gzip at all", 5, CAPS), Err(Refusal::Corrupt(_))));
}

#[test]
fn a_body_that_was_cut_off_is_refused_wherever_it_was_cut() {
    let whole = gzip(b"a body of some length, and of some more");
    for cut in 1..whole.len() {
        assert!(matches!(inflated(&["gzip"], &whole[..cut], 3, CAPS), Err(Refusal::Corrupt(_))), "at {cut}");
    }
    assert_eq!(inflated(&["gzip"], &[], 3, CAPS).expect("no body, as after HEAD"), b"");
}

#[test]
fn a_bomb_costs_little_and_a_small_one_is_none() {
    let bomb = gzip(&vec![0; 8 * 1024 * 1024]);
    let mut body = inflater(&["gzip"], CAPS).expect("gzip");
    assert!(matches!(body.feed(&bomb), Err(Refusal::Bomb)));
    let kept = body.take().len();
    assert!(kept <= limits::INFLATE_STEP_BYTES * 200, "{kept} bytes were kept");
    let small = vec![0; 1024 * 1024];
    assert_eq!(inflated(&["gzip"], &gzip(&small), 100, CAPS).expect("it is small"), small);
}

#[test]
fn no_form_of_a_body_grows_past_the_cap() {
    let caps = Caps { bytes_max: 1_000, ..CAPS };
    let body = [b'x'; 1_001];
    assert!(matches!(inflated(&[], &body, 100, caps), Err(Refusal::TooLarge)));
    assert!(matches!(inflated(&["gzip"], &gzip(&body), 100, caps), Err(Refusal::TooLarge)));
    assert!(matches!(Inflater::new(&headers(&[]), caps, Some(1_001)), Err(Refusal::TooLarge)));
    assert!(matches!(Inflater::new(&headers(&["gzip"]), caps, Some(1_001)), Err(Refusal::TooLarge)));
    assert_eq!(inflated(&[], &body[..1_000], 100, caps).expect("as large as allowed").len(), 1_000);
    assert_eq!(inflated(&["gzip"], &gzip(&body[..1_000]), 100, caps).expect("as large as allowed").len(), 1_000);
}
