//! Functions over whole arrays: hashes over many columns, lists, comparisons, and what must see a value that another
//! function did not understand. Apart from `functions`, whose members see one text at a time and never such a value.

mod adjusted;
mod argument;
mod boot_volume;
mod content;
mod fingerprint;
mod fresher;
mod joined;
mod newest;
mod readable;
mod refused;
mod staged;
mod tie;

use engine::{ArrayFunction, Function};

pub(crate) use adjusted::{Adjustment, adjustments};
pub(crate) use fingerprint::fingerprints;

/// Those that declarations may call, each with how it is called, in the order of the reference.
pub(crate) fn documented() -> Vec<(&'static str, ArrayFunction)> {
    vec![
        (newest::SIGNATURE, newest::function()),
        (readable::SIGNATURE, readable::function()),
        (fresher::SIGNATURE, fresher::function()),
        (boot_volume::SIGNATURE, boot_volume::function()),
        (joined::SIGNATURE, joined::function()),
    ]
}

/// All of them, for registration.
pub(crate) fn all() -> Vec<Function> {
    let internal = [
        Function::Text(staged::FUNCTION),
        Function::Array(adjusted::function()),
        Function::Array(content::function()),
        Function::Array(fingerprint::function()),
        Function::Array(refused::function()),
        Function::Array(tie::function()),
    ];
    internal.into_iter().chain(documented().into_iter().map(|(_, function)| Function::Array(function))).collect()
}
