//! The normalising functions: how a vendor's text becomes the one form that a staging column holds.
//!
//! Each is a small pure function over texts in a file of its own, named as it is called in a declaration. They are
//! apart from SQL so that a table of inputs and outputs is all that it takes to test one; an adapter elsewhere
//! registers [`ALL`] with the engine. What must hold: no function panics on any text, none reads a clock or draws
//! a random number, and none allocates beyond the text it answers with, because they run on every row.

mod bundle_id;
mod cpu_type;
mod email;
mod form_factor;
mod gigabytes;
mod key;
mod mac_address;
mod megabytes;
mod megahertz;
mod nested_application;
mod not_null_word;
mod os_name;
mod os_version;
mod platform;
mod publisher_of;
mod serial;
mod text;
mod truth;
mod utc_timestamp;
mod whole_number;

mod argument;
mod quantity;
mod reference;

use engine::TextFunction;

pub use reference::reference;

/// Every normalising function of texts, in the order of the reference.
pub const ALL: &[TextFunction] = &[
    text::FUNCTION,
    utc_timestamp::FUNCTION,
    truth::FUNCTION,
    whole_number::FUNCTION,
    gigabytes::FUNCTION,
    megabytes::FUNCTION,
    megahertz::FUNCTION,
    serial::FUNCTION,
    mac_address::FUNCTION,
    email::FUNCTION,
    platform::FUNCTION,
    os_name::FUNCTION,
    os_version::FUNCTION,
    form_factor::FUNCTION,
    cpu_type::FUNCTION,
    publisher_of::FUNCTION,
    bundle_id::FUNCTION,
    nested_application::FUNCTION,
    key::FUNCTION,
    not_null_word::FUNCTION,
];

#[cfg(test)]
mod check;
#[cfg(test)]
mod tests;
