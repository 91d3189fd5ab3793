//! `platform`: one name for a device's platform. Apart because the vendor has two names for an Apple TV, one a data
//! set, and the names of others come and go: an unknown one is kept, never refused.

use engine::{Answer, TextFunction};

use super::argument::as_given;
use super::text::push_clean;

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "platform",
    arguments: &["text"],
    doc: "The platform's one name: `Mac`, `iPhone`, `iPad`, `iPod`, `Apple TV`, `Apple Vision`, `Android` or `Windows`; \
          an unknown one is kept as it is. `AppleTV` and `tvOS` give `Apple TV`.",
    apply,
};

/// What the vendor writes, and the one name for it. `iOS` is missing on purpose: it is the system of two platforms.
const NAMES: [(&str, &str); 16] = [
    ("Mac", "Mac"),
    ("macOS", "Mac"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("iPadOS", "iPad"),
    ("iPod", "iPod"),
    ("Apple TV", "Apple TV"),
    ("AppleTV", "Apple TV"),
    ("tvOS", "Apple TV"),
    ("Apple Vision", "Apple Vision"),
    ("AppleVision", "Apple Vision"),
    ("Apple Vision Pro", "Apple Vision"),
    ("Vision", "Apple Vision"),
    ("visionOS", "Apple Vision"),
    ("Android", "Android"),
    ("Windows", "Windows"),
];

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    push_clean(as_given(arguments, 0), out);
    if out.is_empty() {
        return Answer::Nothing;
    }
    if let Some(name) = known(out) {
        out.clear();
        out.push_str(name);
    }
    Answer::Value
}

/// The one name of a platform that is known, from any of its names in any case.
pub(super) fn known(text: &str) -> Option<&'static str> {
    NAMES.iter().find(|(written, _)| text.eq_ignore_ascii_case(written)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing};
    use super::super::check::check_text;
    use super::FUNCTION;

    #[test]
    fn every_platform_has_one_name() {
        check_text(
            &FUNCTION,
            &[
                ("Mac", Is("Mac")),
                ("mac", Is("Mac")),
                ("macOS", Is("Mac")),
                ("iPhone", Is("iPhone")),
                ("iphone", Is("iPhone")),
                ("iPad", Is("iPad")),
                ("iPadOS", Is("iPad")),
                ("iPod", Is("iPod")),
                ("AppleTV", Is("Apple TV")),
                ("Apple TV", Is("Apple TV")),
                ("tvOS", Is("Apple TV")),
                ("TVOS", Is("Apple TV")),
                ("Vision", Is("Apple Vision")),
                ("visionOS", Is("Apple Vision")),
                ("Apple Vision Pro", Is("Apple Vision")),
                ("Android", Is("Android")),
                ("Windows", Is("Windows")),
                (" Mac ", Is("Mac")),
                ("M\u{0}ac", Is("Mac")),
                ("iOS", Is("iOS")),
                ("ChromeOS", Is("ChromeOS")),
                (" Apple Watch ", Is("Apple Watch")),
                ("", Nothing),
                ("  ", Nothing),
            ],
        );
    }
}
