//! Functions over whole arrays: hashes over many columns, lists, comparisons. Apart from `functions`, whose members
//! see one text at a time.

mod adjusted;
mod boot_volume;
mod content;
mod fingerprint;
mod joined;
mod staged;

use engine::Function;

pub(crate) use adjusted::{Adjustment, adjustments};

/// All of them, for registration.
pub(crate) fn all() -> Vec<Function> {
    vec![
        Function::Text(staged::FUNCTION),
        Function::Array(adjusted::function()),
        Function::Array(boot_volume::function()),
        Function::Array(content::function()),
        Function::Array(fingerprint::function()),
        Function::Array(joined::function()),
    ]
}
