//! Bodies as they came over the wire, inflated by chunks. Apart because this is where bombs are refused: a gibibyte
//! of spaces travels as one megabyte.
//!
//! What must hold: neither form of a body grows past the cap, the inflated one is not out of proportion to the other,
//! and exactly one layer is taken off, whatever is beneath it. Memory is what was inflated and not yet taken, and
//! the caps are asked before it grows.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;

use crate::{Endpoint, Error, Headers, limits};

/// What a body may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caps {
    /// In either form.
    pub(crate) bytes_max: u64,
    /// Inflated bytes for a compressed one, above [`limits::INFLATION_FLOOR_BYTES`].
    pub(crate) ratio_max: u32,
}

/// Why a body is not read on.
#[derive(Debug)]
pub(crate) enum Refusal {
    TooLarge,
    Bomb,
    Coding,
    /// What came is not gzip, or not all of it.
    Corrupt(io::Error),
}

/// A body on its way.
pub(crate) enum Inflater {
    Plain(Sink),
    Gzip(Box<MultiGzDecoder<Sink>>),
}

/// Where inflated bytes go, as far as they are allowed to.
pub(crate) struct Sink {
    caps: Caps,
    received: u64,
    inflated: u64,
    kept: Vec<u8>,
    refusal: Option<Refusal>,
}

impl Inflater {
    /// For a body with these headers. `announced` is its length as the server says; what is reserved for it is little,
    /// because a server may announce much and send nothing.
    pub(crate) fn new(headers: &Headers, caps: Caps, announced: Option<u64>) -> Result<Self, Refusal> {
        let announced = announced.unwrap_or(0);
        if announced > caps.bytes_max {
            return Err(Refusal::TooLarge);
        }
        let mut sink = Sink { caps, received: 0, inflated: 0, kept: Vec::new(), refusal: None };
        let codings = headers.codings().ok_or(Refusal::Coding)?;
        match codings.as_slice() {
            [] => {
                let reserved = usize::try_from(announced).unwrap_or(usize::MAX).min(limits::BODY_BYTES_RESERVED);
                sink.kept.reserve_exact(reserved);
                Ok(Self::Plain(sink))
            }
            [coding] if coding == "gzip" || coding == "x-gzip" => Ok(Self::Gzip(Box::new(MultiGzDecoder::new(sink)))),
            _ => Err(Refusal::Coding),
        }
    }

    /// Takes in bytes as they came.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let decoder = match self {
            Self::Plain(sink) => {
                sink.receive(bytes)?;
                return sink.keep(bytes);
            }
            Self::Gzip(decoder) => decoder,
        };
        for step in bytes.chunks(limits::INFLATE_STEP_BYTES) {
            decoder.get_mut().receive(step)?;
            decoder.write_all(step).map_err(|error| refusal(decoder, error))?;
        }
        Ok(())
    }

    /// What was inflated since this was last asked.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let sink = match self {
            Self::Plain(sink) => sink,
            Self::Gzip(decoder) => decoder.get_mut(),
        };
        std::mem::take(&mut sink.kept)
    }

    /// The body has ended: what is still held back comes out, and a body that was cut off is refused. A body without
    /// a byte in it is one, whatever its headers say.
    pub(crate) fn finish(&mut self) -> Result<(), Refusal> {
        match self {
            Self::Gzip(decoder) if decoder.get_ref().received > 0 => {
                decoder.try_finish().map_err(|error| refusal(decoder, error))
            }
            Self::Gzip(_) | Self::Plain(_) => Ok(()),
        }
    }

    pub(crate) fn is_gzip(&self) -> bool {
        matches!(self, Self::Gzip(_))
    }
}

/// The sink's own reason where it had one: the decoder only passes on that writing failed.
fn refusal(decoder: &mut MultiGzDecoder<Sink>, error: io::Error) -> Refusal {
    decoder.get_mut().refusal.take().unwrap_or(Refusal::Corrupt(error))
}

impl Sink {
    fn receive(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.received += bytes.len() as u64;
        if self.received > self.caps.bytes_max { Err(Refusal::TooLarge) } else { Ok(()) }
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let inflated = self.inflated + bytes.len() as u64;
        if inflated > self.caps.bytes_max {
            return Err(Refusal::TooLarge);
        }
        let proportionate = self.received.saturating_mul(u64::from(self.caps.ratio_max.max(1)));
        if inflated > proportionate.max(limits::INFLATION_FLOOR_BYTES) {
            return Err(Refusal::Bomb);
        }
        self.inflated = inflated;
        self.kept.extend_from_slice(bytes);
        Ok(())
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.keep(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(refusal) => {
                self.refusal = Some(refusal);
                Err(io::Error::other("the cap of an inflated body"))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Caps {
    /// A refusal as the caller of a request is told.
    pub(crate) fn error(self, refusal: Refusal, endpoint: &Endpoint) -> Error {
        let endpoint = endpoint.clone();
        match refusal {
            Refusal::TooLarge => Error::TooLarge { endpoint, bytes_max: self.bytes_max },
            Refusal::Bomb => Error::Bomb { endpoint, ratio_max: self.ratio_max },
            Refusal::Coding => Error::Coding { endpoint },
            Refusal::Corrupt(source) => Error::Ambiguous { endpoint, source: source.into() },
        }
    }
}

#[cfg(test)]
mod tests;
