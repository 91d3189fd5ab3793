//! One line of a journal: a JSON object whose last field is a digest. Apart because the digest covers bytes, not
//! values: the line's own up to the digest, and the digest of the line before, so that no line can be missing.
//!
//! ```text
//! {"steps":[…],"blake3":"64 hexadecimal digits"}
//! └── covered ──┘
//! ```

const DIGEST_FIELD: &str = ",\"blake3\":\"";
const DIGITS: usize = 64;
const END: &str = "\"}\n";

/// Closes a JSON object that is not empty: its line with the line's end, and its digest.
pub(super) fn close(chain: &str, mut json: String) -> (String, String) {
    // The object's last brace comes back behind the digest.
    json.pop();
    let digest = digest(chain, json.as_bytes());
    for text in [DIGEST_FIELD, &digest, END] {
        json.push_str(text);
    }
    (json, digest)
}

/// Opens a line: the JSON object without its digest, and the digest. `None` when the line is not whole, or not the one
/// that follows.
pub(super) fn open(chain: &str, mut line: Vec<u8>) -> Option<(Vec<u8>, String)> {
    let covered = line.len().checked_sub(DIGEST_FIELD.len() + DIGITS + END.len())?;
    let digits = line[covered..].strip_prefix(DIGEST_FIELD.as_bytes())?.strip_suffix(END.as_bytes())?;
    let digest = digest(chain, &line[..covered]);
    if digits != digest.as_bytes() {
        return None;
    }
    line.truncate(covered);
    line.push(b'}');
    Some((line, digest))
}

fn digest(chain: &str, covered: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(chain.as_bytes()).update(covered);
    hasher.finalize().to_hex().to_string()
}
