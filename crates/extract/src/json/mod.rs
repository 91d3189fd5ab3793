//! A strict JSON reader over one page. We do not use a general parser because three things decide here that none gives
//! together: a byte offset for every fault, numbers kept as they were written, and a key that is checked against the
//! one expected next without being parsed. It borrows from the page, and allocates only for escaped strings.

mod keys;
mod reader;
mod string;

pub(crate) use keys::Keys;
pub(crate) use reader::{Reader, Scan};

#[cfg(test)]
mod tests;
