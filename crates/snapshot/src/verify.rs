//! Whether a file's bytes are those that were written. Apart because nothing opens a Parquet file before this has looked
//! at it: most single flipped bits in one come back as values, not as errors.

use std::path::Path;

use engine::digest_of;

use crate::error::Error;

/// Compares a file's length and digest with what was written.
pub(crate) fn intact(path: &Path, bytes: u64, blake3: &str) -> Result<(), Error> {
    let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
    let (digest, found) = digest_of(path).map_err(unreadable)?;
    if found == bytes && digest == blake3 {
        return Ok(());
    }
    let first_digits = |digest: &str| digest.chars().take(12).collect();
    Err(Error::Damaged {
        path: path.to_owned(),
        found,
        sealed: bytes,
        found_digest: first_digits(&digest),
        sealed_digest: first_digits(blake3),
    })
}
