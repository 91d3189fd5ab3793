//! An address of the console itself, to come back to after signing in. Apart because it comes out of a link that anybody
//! may have written: whoever holds an `OwnPath` may send a browser there.

use url::form_urlencoded::byte_serialize;

use super::limits::OWN_PATH_BYTES_MAX;

/// Where the sign-in page is.
pub(super) const SIGN_IN: &str = "/sign-in";

/// A path on this host, with its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPath(String);

impl OwnPath {
    /// The path, if no browser reads another host out of it: it begins with one slash, and has no backslash, which is
    /// read as a slash, and nothing that is left out in reading, as tabs and line ends are.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
        let is_own = text.starts_with('/') && !text.starts_with("//");
        (is_own && text.len() <= OWN_PATH_BYTES_MAX && text.bytes().all(is_plain)).then(|| Self(text.to_owned()))
    }

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The sign-in page that leads back here.
    pub(super) fn by_sign_in(&self) -> String {
        format!("{SIGN_IN}?to={}", byte_serialize(self.0.as_bytes()).collect::<String>())
    }
}

impl Default for OwnPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_paths_are_taken_as_they_are() {
        for text in ["/", "/integrations/acme?run=7&show=errors", "/a//b", "/%2F%2Fevil", "/@evil", "/?to=https://evil"]
        {
            assert_eq!(OwnPath::parse(text).expect(text).as_str(), text);
        }
    }

    #[test]
    fn what_leads_elsewhere_is_no_own_path() {
        let long = format!("/{}", "a".repeat(2_000));
        for text in [
            "",
            "//evil",
            "///evil",
            "/\\evil",
            "\\\\evil",
            "\\/evil",
            "https://evil",
            "http:evil",
            "//evil/..",
            "javascript:alert(1)",
            "/\t/evil",
            "/\n/evil",
            "/\r\nSet-Cookie:a=b",
            " /",
            "/ ",
            "/\0",
            "evil",
            "@evil",
            "?to=/",
            "/é",
            &long,
        ] {
            assert_eq!(OwnPath::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_way_by_sign_in_holds_the_whole_address() {
        let path = OwnPath::parse("/runs?name=a&show=b%20c").expect("own");
        assert_eq!(path.by_sign_in(), "/sign-in?to=%2Fruns%3Fname%3Da%26show%3Db%2520c");
    }
}
