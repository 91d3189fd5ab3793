//! `form_factor`: what a device looks like on a desk. Apart because Apple stopped saying it: since 2022 a laptop and
//! a desktop are both `Mac14,5`-like, and only a table or the marketing name tells them apart.

use engine::{Answer, TextFunction};

use super::argument::{begins_in_any_case, trimmed};
use super::platform;

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "form_factor",
    arguments: &["model_identifier", "platform", "model"],
    doc: "`Laptop`, `Desktop`, `Tablet`, `Phone` or `Set-top box`, from the model identifier, else the marketing name, \
          else the platform; of a virtual machine there is no value. `MacBookAir10,1` gives `Laptop`.",
    apply,
};

const LAPTOP: &str = "Laptop";
const DESKTOP: &str = "Desktop";
const TABLET: &str = "Tablet";
const PHONE: &str = "Phone";
const SET_TOP_BOX: &str = "Set-top box";

/// How identifiers and marketing names of a form factor begin.
const BEGINNINGS: [(&str, &str); 12] = [
    ("MacBook", LAPTOP),
    ("iMac", DESKTOP),
    ("Macmini", DESKTOP),
    ("Mac mini", DESKTOP),
    ("Mac Studio", DESKTOP),
    ("MacPro", DESKTOP),
    ("Mac Pro", DESKTOP),
    ("iPad", TABLET),
    ("iPhone", PHONE),
    ("iPod", PHONE),
    ("AppleTV", SET_TOP_BOX),
    ("Apple TV", SET_TOP_BOX),
];

/// How virtual machines call themselves: they stand on no desk.
const VIRTUAL: [&str; 6] = ["VirtualMac", "Virtual Machine", "Apple Virtual Machine", "VMware", "Parallels", "QEMU"];

/// The laptops among the identifiers that do not say it, from Apple's pages that begin with
/// "Identify your …" (support.apple.com/102869 is the one of the MacBook Air). One that is not here is no guess: the
/// marketing name decides.
const MAC_LAPTOPS: [&str; 24] = [
    "Mac14,2", "Mac14,5", "Mac14,6", "Mac14,7", "Mac14,9", "Mac14,10", "Mac14,15", "Mac15,3", "Mac15,6", "Mac15,7",
    "Mac15,8", "Mac15,9", "Mac15,10", "Mac15,11", "Mac15,12", "Mac15,13", "Mac16,1", "Mac16,5", "Mac16,6", "Mac16,7",
    "Mac16,8", "Mac16,12", "Mac16,13", "Mac17,2",
];

/// The desktops among them.
const MAC_DESKTOPS: [&str; 15] = [
    "Mac13,1", "Mac13,2", "Mac14,3", "Mac14,8", "Mac14,12", "Mac14,13", "Mac14,14", "Mac15,4", "Mac15,5", "Mac15,14",
    "Mac16,2", "Mac16,3", "Mac16,9", "Mac16,10", "Mac16,11",
];

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    let (identifier, model) = (trimmed(arguments, 0), trimmed(arguments, 2));
    if is_virtual(identifier) || is_virtual(model) {
        return Answer::Nothing;
    }
    let found = of_mac(identifier)
        .or_else(|| by_beginning(identifier))
        .or_else(|| by_beginning(model))
        .or_else(|| of_platform(trimmed(arguments, 1)));
    let Some(form_factor) = found else {
        return Answer::Nothing;
    };
    out.push_str(form_factor);
    Answer::Value
}

fn is_virtual(name: &str) -> bool {
    VIRTUAL.iter().any(|beginning| begins_in_any_case(name, beginning))
}

fn of_mac(identifier: &str) -> Option<&'static str> {
    let is_in = |list: &[&str]| list.iter().any(|known| identifier.eq_ignore_ascii_case(known));
    if is_in(&MAC_LAPTOPS) { Some(LAPTOP) } else { is_in(&MAC_DESKTOPS).then_some(DESKTOP) }
}

fn by_beginning(name: &str) -> Option<&'static str> {
    let found = BEGINNINGS.iter().find(|(beginning, _)| begins_in_any_case(name, beginning));
    found.map(|(_, form_factor)| *form_factor)
}

/// A Mac of which nothing else is known may be either, so it is neither; so is a headset, for which there is no word.
fn of_platform(name: &str) -> Option<&'static str> {
    match platform::known(name)? {
        "iPad" => Some(TABLET),
        "iPhone" | "iPod" => Some(PHONE),
        "Apple TV" => Some(SET_TOP_BOX),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{self, Is, Nothing};
    use super::super::check::check;
    use super::{FUNCTION, MAC_DESKTOPS, MAC_LAPTOPS};

    #[track_caller]
    fn check_devices(table: &[(&str, &str, &str, Expected)]) {
        for (identifier, platform, model, expected) in table {
            check(&FUNCTION, &[(&[Some(*identifier), Some(*platform), Some(*model)], *expected)]);
        }
    }

    #[test]
    fn an_identifier_says_it() {
        check_devices(&[
            ("MacBookAir10,1", "Mac", "", Is("Laptop")),
            ("MacBookPro16,1", "Mac", "", Is("Laptop")),
            ("MacBook10,1", "", "", Is("Laptop")),
            ("macbookair10,1", "Mac", "", Is("Laptop")),
            ("iMac21,1", "Mac", "", Is("Desktop")),
            ("iMacPro1,1", "Mac", "", Is("Desktop")),
            ("Macmini9,1", "Mac", "", Is("Desktop")),
            ("MacPro7,1", "Mac", "", Is("Desktop")),
            ("Mac13,1", "Mac", "", Is("Desktop")),
            ("Mac14,2", "Mac", "", Is("Laptop")),
            ("Mac14,12", "Mac", "", Is("Desktop")),
            ("Mac15,14", "Mac", "", Is("Desktop")),
            ("Mac15,13", "Mac", "", Is("Laptop")),
            ("Mac16,10", "Mac", "", Is("Desktop")),
            ("iPad11,6", "iPad", "", Is("Tablet")),
            ("iPhone14,5", "iPhone", "", Is("Phone")),
            ("AppleTV11,1", "AppleTV", "", Is("Set-top box")),
            (" Mac14,2 ", "", "", Is("Laptop")),
        ]);
    }

    #[test]
    fn the_marketing_name_and_the_platform_say_it_else() {
        check_devices(&[
            ("Mac99,1", "Mac", "MacBook Neo (2031)", Is("Laptop")),
            ("Mac99,2", "Mac", "Mac mini (2031)", Is("Desktop")),
            ("Mac99,3", "Mac", "Mac Studio (2031)", Is("Desktop")),
            ("Mac99,4", "Mac", "Mac Pro (2031)", Is("Desktop")),
            ("", "Mac", "iMac (24-inch, M1, 2021)", Is("Desktop")),
            ("", "", "MacBook Air (M1, 2020)", Is("Laptop")),
            ("", "", "Apple TV 4K", Is("Set-top box")),
            ("", "iPad", "", Is("Tablet")),
            ("", "iPhone", "", Is("Phone")),
            ("", "tvOS", "", Is("Set-top box")),
            ("Mac99,1", "Mac", "", Nothing),
            ("", "Mac", "Mac", Nothing),
            ("RealityDevice14,1", "Vision", "Apple Vision Pro", Nothing),
            ("", "Android", "Pixel", Nothing),
            ("", "", "", Nothing),
        ]);
    }

    #[test]
    fn a_virtual_machine_has_none() {
        check_devices(&[
            ("VirtualMac2,1", "Mac", "Apple Virtual Machine 1", Nothing),
            ("VMware7,1", "Mac", "", Nothing),
            ("VMware20,1", "Mac", "MacBook Pro", Nothing),
            ("Parallels-ARM", "Mac", "", Nothing),
            ("Parallels17,1", "Mac", "", Nothing),
            ("", "Mac", "Virtual Machine", Nothing),
        ]);
    }

    #[test]
    fn absent_arguments_are_no_error() {
        check(
            &FUNCTION,
            &[
                (&[None, None, None], Nothing),
                (&[], Nothing),
                (&[Some("MacBookAir10,1")], Is("Laptop")),
                (&[None, Some("iPad")], Is("Tablet")),
            ],
        );
    }

    #[test]
    fn no_identifier_is_in_both_tables() {
        assert!(MAC_LAPTOPS.iter().all(|laptop| !MAC_DESKTOPS.contains(laptop)));
    }
}
