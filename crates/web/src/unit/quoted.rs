//! Words as systemd reads them. Apart because a path with a space would otherwise be two, one with a percent sign
//! would become the machine's name, and one with a line break another setting.
//!
//! The rules are those of systemd.syntax(7), "Quoting", of systemd.unit(5), "Specifiers", and of systemd.service(5),
//! "Command lines".

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

/// An argument of a command line: besides the rules of all words, a dollar sign would begin a variable.
pub(super) fn argument(word: impl AsRef<OsStr>) -> String {
    quoted(word.as_ref(), true)
}

/// A path in a setting, and the program of a command line, in which no variable is looked for.
pub(super) fn path(path: impl AsRef<Path>) -> String {
    quoted(path.as_ref().as_os_str(), false)
}

fn quoted(word: &OsStr, has_variables: bool) -> String {
    let bytes = word.as_encoded_bytes();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-:,+=@[]".contains(byte);
    if !bytes.is_empty() && bytes.iter().all(is_plain) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let mut text = String::from("\"");
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b'%' => text += "%%",
            b'$' if has_variables => text += "$$",
            b' '..=b'~' => text.push(char::from(byte)),
            // Also each byte of a letter beyond ASCII, so that what is no text at all needs no rule of its own.
            _ => {
                let _infallible = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn what_needs_no_quotes_has_none() {
        for word in ["/usr/local/bin/snowhaul", "127.0.0.1:8182", "[::1]:8182", "/var/lib/snow_haul-1.2"] {
            assert_eq!(argument(word), word);
            assert_eq!(path(word), word);
        }
    }

    #[test]
    fn what_systemd_would_read_otherwise_is_quoted() {
        for (word, expected) in [
            ("", r#""""#),
            ("/srv/snow haul", r#""/srv/snow haul""#),
            ("/srv/100%", r#""/srv/100%%""#),
            ("/srv/$HOME", r#""/srv/$$HOME""#),
            (r#"/srv/a"b\c'd"#, r#""/srv/a\"b\\c'd""#),
            ("/srv/a\nUser=root", r#""/srv/a\x0aUser=root""#),
            ("/srv/é;#", r#""/srv/\xc3\xa9;#""#),
        ] {
            assert_eq!(argument(word), expected);
        }
        assert_eq!(path("/srv/$HOME"), r#""/srv/$HOME""#);
    }

    #[test]
    fn a_path_that_is_no_text_keeps_its_bytes() {
        assert_eq!(path(OsStr::from_bytes(b"/srv/\xff")), r#""/srv/\xff""#);
    }
}
