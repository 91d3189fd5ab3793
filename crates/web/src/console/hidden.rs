//! A secret as a field of a form. Apart because its text must not stay anywhere on the way: what the decoder hands over is
//! wiped when it has been taken.

use rest::{ExposeSecret, Secret};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// What was typed; nothing of it is shown.
pub(super) struct Hidden(Secret);

impl Hidden {
    /// The secret, where anything was typed.
    pub(super) fn given(self) -> Option<Secret> {
        if self.0.expose_secret().is_empty() { None } else { Some(self.0) }
    }
}

impl Default for Hidden {
    fn default() -> Self {
        Self(Secret::from(""))
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let typed = Zeroizing::new(String::deserialize(deserializer)?);
        Ok(Self(Secret::from(typed.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Form {
        secret: Hidden,
        other: Hidden,
    }

    #[test]
    fn what_is_typed_is_taken_as_it_is_and_nothing_is_none() {
        let form: Form = serde_html_form::from_str("secret=+a%26b+").expect("a form");
        assert_eq!(form.secret.given().expect("typed").expose_secret(), " a&b ");
        assert!(form.other.given().is_none());
    }
}
