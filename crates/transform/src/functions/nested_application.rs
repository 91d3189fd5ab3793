//! `nested_application`: whether an application lives inside another. The inventory lists helpers within bundles,
//! which nobody installed and nobody licenses.

use engine::{Answer, TextFunction};

use super::argument::{contains_in_any_case, trimmed};

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "nested_application",
    arguments: &["path"],
    doc: "`true` when the path leads through another application's bundle, else `false`, also for an empty path. \
          `/Applications/A.app/Contents/B.app` gives `true`.",
    apply,
};

/// A path is compared in any case, as the file systems of Macs compare it.
fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    let path = trimmed(arguments, 0).trim_end_matches('/');
    out.push_str(if contains_in_any_case(path, ".app/") { "true" } else { "false" });
    Answer::Value
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::Is;
    use super::super::check::check_text;
    use super::FUNCTION;

    #[test]
    fn only_what_stands_before_the_last_component_counts() {
        check_text(
            &FUNCTION,
            &[
                ("/Applications/1Password 7.app", Is("false")),
                ("/Applications/1Password 7.app/", Is("false")),
                ("/Applications/1Password 7.app//", Is("false")),
                ("/Applications/A.app/Contents/Library/LoginItems/B.app", Is("true")),
                ("/Applications/A.app/Contents/B.app/", Is("true")),
                ("/Applications/A.APP/Contents/B.app", Is("true")),
                ("/Applications/A.app/tool", Is("true")),
                ("/System/Applications/Utilities/Activity Monitor.app", Is("false")),
                ("/Applications/A.apps/B.app", Is("false")),
                ("/Applications/A.app.bak/B.app", Is("false")),
                ("/Users/x/日本.app/Contents/y.app", Is("true")),
                ("A.app/B.app", Is("true")),
                ("A.app", Is("false")),
                ("/", Is("false")),
                ("app", Is("false")),
                ("", Is("false")),
                ("  ", Is("false")),
            ],
        );
    }
}
