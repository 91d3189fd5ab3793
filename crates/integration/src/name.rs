//! What an integration is called. Apart because the name is a folder's and a file's name, and a part of what its
//! credentials are sealed with: whoever holds a `Name` need not look at it again.

use std::fmt;
use std::str::FromStr;

use flow::Rejected;

use crate::error::Error;
use crate::limits::NAME_BYTES_MAX;

/// The master key's file is `master.key`, and a data key's is `<name>.key` in the same folder; what is spent of each
/// tenant's hour is kept in `budgets`, beside the integrations' folders.
const TAKEN: [&str; 2] = ["master", "budgets"];

/// The name of an integration: a to z, 0 to 9 and hyphens, 1 to 63 of them, the first no hyphen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = Error;

    fn from_str(typed: &str) -> Result<Self, Error> {
        match fault(typed) {
            None => Ok(Self(typed.to_owned())),
            Some(reason) => Err(Error::Mistyped {
                what: "name of an integration",
                typed: format!("`{}`", Rejected::shown(typed)),
                reason,
                instead: "choose one of a to z, 0 to 9 and hyphens, as `acme` or `acme-test`".to_owned(),
            }),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn fault(typed: &str) -> Option<&'static str> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    match typed {
        "" => Some("it is empty"),
        _ if TAKEN.contains(&typed) => Some("files of another kind have that name"),
        _ if typed.len() > NAME_BYTES_MAX => Some("it is longer than 63 characters"),
        _ if !typed.bytes().all(is_plain) => Some("it has a to z, 0 to 9 and hyphens only"),
        // On a command line it would be taken for a flag.
        _ if typed.starts_with('-') => Some("it begins with a hyphen"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_are_names() {
        for typed in ["a", "0", "acme", "acme-test-2", "a-", &"n".repeat(63)] {
            assert_eq!(typed.parse::<Name>().expect(typed).as_str(), typed);
        }
    }

    #[test]
    fn what_could_leave_the_folder_or_take_anothers_place_is_no_name() {
        let long = "n".repeat(64);
        for typed in [
            "", "master", ".", "..", "a/b", "a\\b", "../a", "a.b", "A", "é", "a b", "a\0", "a\n", "-a", "a_b", "~",
            &long,
        ] {
            let error = typed.parse::<Name>().expect_err(typed);
            assert!(error.hint().is_some(), "{typed}");
            assert!(!error.to_string().contains(['\n', '\0']), "{typed:?}");
        }
    }
}
