//! `manifest.json` on disk: written last, and refused when it is another version's or not what was written. Apart because
//! its being there is what makes a folder a snapshot.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use engine::sync_folder;
use serde::Deserialize;

use crate::error::{Error, at};
use crate::manifest::Manifest;

/// The manifest's name in a snapshot's folder.
pub(crate) const MANIFEST: &str = "manifest.json";

/// Only this is read of a manifest before its version is known.
#[derive(Deserialize)]
struct Version {
    manifest_version: u32,
}

/// Makes the manifest durable, with its own digest in it; only now is its folder a snapshot.
pub(crate) fn write(folder: &Path, manifest: &mut Manifest) -> Result<(), Error> {
    let path = folder.join(MANIFEST);
    let text = with_digest(manifest).map_err(|source| Error::Manifest { path: path.clone(), source })?;
    let temporary = folder.join("manifest.json.partial");
    let mut file = File::create(&temporary).map_err(|source| at("create", &temporary, source))?;
    file.write_all(text.as_bytes()).map_err(|source| at("write", &temporary, source))?;
    file.sync_all().map_err(|source| at("fsync", &temporary, source))?;
    std::fs::rename(&temporary, &path).map_err(|source| at("rename", &temporary, source))?;
    sync_folder(folder).map_err(|source| Error::Folder { path: folder.to_owned(), source })
}

/// Reads the manifest of a folder.
pub(crate) fn read(folder: &Path) -> Result<Manifest, Error> {
    let path = folder.join(MANIFEST);
    let text = std::fs::read(&path).map_err(|source| at("read", &path, source))?;
    let unreadable = |source| Error::Manifest { path: path.clone(), source };
    let version: Version = serde_json::from_slice(&text).map_err(unreadable)?;
    if version.manifest_version != Manifest::VERSION {
        let (found, expected) = (version.manifest_version, Manifest::VERSION);
        return Err(Error::Version { path, found, expected });
    }
    let manifest: Manifest = serde_json::from_slice(&text).map_err(unreadable)?;
    if !is_as_written(&text, &manifest.blake3) {
        return Err(Error::ManifestDamaged { path });
    }
    Ok(manifest)
}

/// True where the bytes of a document are those that were written with this digest in its last field. The bytes themselves
/// are looked at, so that a flipped bit in a space is damage as well; and not what was read of them, as a number that is
/// read and written again need not have the same digits.
pub fn is_as_written(text: &[u8], digest: &str) -> bool {
    let parts = std::str::from_utf8(text).ok().and_then(|text| text.strip_suffix('\n')?.rsplit_once(digest));
    let Some((before, behind)) = parts.filter(|_| !digest.is_empty()) else { return false };
    let mut hasher = blake3::Hasher::new();
    hasher.update(before.as_bytes());
    hasher.update(behind.as_bytes());
    hasher.finalize().to_hex().as_str() == digest
}

/// The manifest's text with its own digest in its last field, so that a changed manifest is noticed too: BLAKE3
/// of the same text with that field empty.
fn with_digest(manifest: &mut Manifest) -> Result<String, serde_json::Error> {
    manifest.blake3 = String::new();
    let bare = serde_json::to_string_pretty(manifest)?;
    manifest.blake3 = blake3::hash(bare.as_bytes()).to_hex().to_string();
    // A manifest has a line for each page: its text is not held twice.
    drop(bare);
    Ok(serde_json::to_string_pretty(manifest)? + "\n")
}
