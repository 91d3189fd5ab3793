//! Why there was no answer, in words for a person. Apart from the client's own message, which names the path: the path of
//! a webhook, and of some collectors, is a secret.

/// A clause, as in "it was not taken: …".
pub(crate) fn unanswered(error: &rest::Error) -> &'static str {
    if error.is_network() {
        "it could not be reached"
    } else if error.wait().is_some() {
        "it has asked for a pause"
    } else if error.is_ambiguous() {
        "its answer was lost"
    } else {
        "it could not be asked"
    }
}
