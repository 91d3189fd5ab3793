//! A file that hashes what passes, so that the digest costs no second reading. Apart because encoding knows only
//! something to write to.

use std::fs::File;
use std::io::{self, BufWriter, Write};

/// What one call to the system writes.
const BUFFER_BYTES: usize = 256 * 1024;

/// A buffered file, the digest and the length of what was written to it.
pub(super) struct Hashing {
    file: BufWriter<File>,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Hashing {
    pub(super) fn new(file: File) -> Self {
        Self { file: BufWriter::with_capacity(BUFFER_BYTES, file), hasher: blake3::Hasher::new(), bytes: 0 }
    }

    /// The file with everything handed to the system, its length, and BLAKE3 of its bytes in hexadecimal digits.
    pub(super) fn end(self) -> io::Result<(File, u64, String)> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok((file, self.bytes, self.hasher.finalize().to_hex().to_string()))
    }
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
