//! `os_name`: the operating system that a platform runs. The vendor's data has the version and rarely the name.

use engine::{Answer, TextFunction};

use super::argument::trimmed;
use super::platform;

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "os_name",
    arguments: &["platform"],
    doc: "The operating system of a platform, under any of the platform's names; of an unknown one there is no value. \
          `Mac` gives `macOS`, `AppleTV` gives `tvOS`.",
    apply,
};

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    let name = match platform::known(trimmed(arguments, 0)) {
        Some("Mac") => "macOS",
        Some("iPhone" | "iPod") => "iOS",
        Some("iPad") => "iPadOS",
        Some("Apple TV") => "tvOS",
        Some("Apple Vision") => "visionOS",
        Some("Android") => "Android",
        Some("Windows") => "Windows",
        _ => return Answer::Nothing,
    };
    out.push_str(name);
    Answer::Value
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing};
    use super::super::check::check_text;
    use super::FUNCTION;

    #[test]
    fn every_known_platform_has_an_operating_system() {
        check_text(
            &FUNCTION,
            &[
                ("Mac", Is("macOS")),
                ("mac", Is("macOS")),
                ("macOS", Is("macOS")),
                ("iPhone", Is("iOS")),
                ("iPod", Is("iOS")),
                ("iPad", Is("iPadOS")),
                ("AppleTV", Is("tvOS")),
                ("Apple TV", Is("tvOS")),
                ("tvOS", Is("tvOS")),
                ("Apple Vision", Is("visionOS")),
                ("Vision", Is("visionOS")),
                ("Android", Is("Android")),
                ("Windows", Is("Windows")),
                (" iPad ", Is("iPadOS")),
                ("iOS", Nothing),
                ("ChromeOS", Nothing),
                ("Macintosh", Nothing),
                ("", Nothing),
                ("  ", Nothing),
            ],
        );
    }

    #[test]
    fn every_name_of_a_platform_leads_to_one() {
        for name in ["Mac", "iPhone", "iPad", "iPod", "Apple TV", "Apple Vision", "Android", "Windows"] {
            assert!(matches!(super::super::check::call(&FUNCTION, &[Some(name)]), Ok(Some(_))), "{name}");
        }
    }
}
