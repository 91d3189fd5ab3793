//! How an answer goes onto the wire: headers, compression, and what faults do to a body that was fine. Apart because nothing here
//! knows what is answered.

use super::answer::{Answer, JSON, Payload};
use super::clock::Clock;
use super::door::Peer;
use super::fault::{FaultKind, Hits};
use super::shared::{Shared, locked};
use super::witness::Notice;
use crate::limits::{COMPRESSED_BYTES_MIN, STREAM_CUT_BYTES};
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::stream;
use std::io::{self, Write as _};

/// How often a body that breaks lets its connection write what it has so far: otherwise not even the headers would arrive.
const YIELDS_BEFORE_BREAK: u32 = 8;

/// Bytes of one piece of a bomb.
const BOMB_PIECE_BYTES: usize = 1024 * 1024;

/// Who is answered.
pub(super) struct Receiver<'a> {
    pub(super) peer: &'a Peer,
    pub(super) accepts_gzip: bool,
}

/// Sends an answer, twisted as the faults say, and notes it.
pub(super) fn send(
    shared: &Shared,
    receiver: &Receiver<'_>,
    answer: Answer,
    notice: Notice,
    hits: &Hits,
) -> Response<Body> {
    let answer = bombed(answer, receiver, hits);
    let Answer { status, content_type, headers, payload } = answer;
    locked(&shared.watch).answered(status.as_u16(), shared.now(), notice);
    let compresses = shared.compresses && receiver.accepts_gzip;
    let (payload, is_compressed) = match payload {
        Payload::Whole(body) if compresses && body.len() >= COMPRESSED_BYTES_MIN => {
            (Payload::Whole(compressed(&body).into()), true)
        }
        Payload::Compressed(body) => (Payload::Whole(body), true),
        other => (other, false),
    };
    let (body, length) = body(shared, receiver.peer, payload, hits);
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if is_compressed {
        fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Some(length) = length {
        fields.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    for (name, value) in headers {
        fields.append(name, value);
    }
    response
}

/// Compresses a body, quickly rather than well.
pub(crate) fn compressed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 8), Compression::fast());
    let written = encoder.write_all(body).and_then(|()| encoder.finish());
    written.expect("memory takes every byte")
}

/// A body that inflates beyond what anybody means to read; as it is, for who does not accept compression.
fn bombed(answer: Answer, receiver: &Receiver<'_>, hits: &Hits) -> Answer {
    let size = hits.kinds.iter().find_map(|kind| match kind {
        FaultKind::Bomb(mebibytes) => Some(*mebibytes),
        _ => None,
    });
    let Some(mebibytes) = size else { return answer };
    let payload = if receiver.accepts_gzip { Payload::Compressed(bomb(mebibytes).into()) } else { dropped(mebibytes) };
    Answer { content_type: JSON, payload, ..answer }
}

fn bomb(mebibytes: u32) -> Vec<u8> {
    let piece = vec![b' '; BOMB_PIECE_BYTES];
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let mut write = |bytes: &[u8]| encoder.write_all(bytes).expect("memory takes every byte");
    write(b"[");
    (0..mebibytes).for_each(|_| write(&piece));
    write(b"]");
    encoder.finish().expect("memory takes every byte")
}

fn dropped(mebibytes: u32) -> Payload {
    let (sender, pieces) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        let piece = Bytes::from(vec![b' '; BOMB_PIECE_BYTES]);
        for _ in 0..mebibytes {
            if sender.send(piece.clone()).await.is_err() {
                return;
            }
        }
    });
    Payload::Streamed(pieces)
}

/// The body as it leaves, and the length that is announced, where it is known.
fn body(shared: &Shared, peer: &Peer, payload: Payload, hits: &Hits) -> (Body, Option<u64>) {
    let is_reset = hits.has(&FaultKind::Reset);
    let is_truncated = hits.has(&FaultKind::Truncate);
    let slow = hits.kinds.iter().find_map(|kind| match kind {
        FaultKind::Slow(bytes, pause) => Some((*bytes, *pause)),
        _ => None,
    });
    if is_reset {
        peer.break_connection();
    }
    match payload {
        Payload::Whole(whole) | Payload::Compressed(whole) => {
            let told = if is_truncated { whole.slice(..whole.len() / 2) } else { whole };
            let length = Some(told.len() as u64);
            let sent = if is_reset { told.slice(..told.len() / 2) } else { told };
            locked(&shared.watch).sent(sent.len());
            let piece = slow.map_or(usize::MAX, |(bytes, _)| bytes);
            let pause = slow.map_or(0, |(_, pause)| pause);
            if slow.is_none() && !is_reset {
                return (Body::from(sent), length);
            }
            (Body::from_stream(pieces(sent, piece, pause, is_reset, shared.clock.clone())), length)
        }
        Payload::Streamed(receiver) => {
            let most = if is_reset || is_truncated { STREAM_CUT_BYTES } else { usize::MAX };
            (Body::from_stream(passed_on(receiver, most, is_reset)), None)
        }
    }
}

/// A body in pieces with pauses; one that is reset ends in an error.
fn pieces(
    body: Bytes,
    piece: usize,
    pause: u32,
    is_reset: bool,
    clock: Clock,
) -> impl stream::Stream<Item = io::Result<Bytes>> {
    stream::unfold((Some(body), clock), move |(left, clock)| async move {
        let mut left = left?;
        if left.is_empty() {
            if !is_reset {
                return None;
            }
            return Some((Err(broken().await), (None, clock)));
        }
        if pause > 0 {
            clock.pause(pause).await;
        }
        let next = left.split_to(piece.min(left.len()));
        Some((Ok(next), (Some(left), clock)))
    })
}

/// A streamed body up to some bytes.
fn passed_on(
    receiver: tokio::sync::mpsc::Receiver<Bytes>,
    most: usize,
    is_reset: bool,
) -> impl stream::Stream<Item = io::Result<Bytes>> {
    stream::unfold(Some((receiver, most)), move |state| async move {
        let (mut receiver, left) = state?;
        let next = if left == 0 { None } else { receiver.recv().await };
        let Some(mut next) = next else {
            if !is_reset {
                return None;
            }
            return Some((Err(broken().await), None));
        };
        next.truncate(left);
        let left = left - next.len();
        Some((Ok(next), Some((receiver, left))))
    })
}

/// What ends a body that is to break, once what came before it had its time to leave.
async fn broken() -> io::Error {
    for _ in 0..YIELDS_BEFORE_BREAK {
        tokio::task::yield_now().await;
    }
    io::Error::from(io::ErrorKind::ConnectionReset)
}
