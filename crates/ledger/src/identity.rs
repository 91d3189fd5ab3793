//! By what an instance is known. Apart because two identities say something only where they are of one kind: a host's
//! name is not the property that the instance keeps of itself.

/// What kind of identity it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityKind {
    /// A property that the instance keeps of itself.
    Property,
    /// The host under which it is asked.
    Host,
}

impl IdentityKind {
    /// As the ledger writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Property => "property",
            Self::Host => "host",
        }
    }
}

/// The identity of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its kind.
    pub kind: IdentityKind,
    /// Its value.
    pub value: String,
}
