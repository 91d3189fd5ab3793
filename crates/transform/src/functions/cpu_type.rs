//! `cpu_type`: the family of a processor. Apart because two fields say it, and either may be absent.

use engine::{Answer, TextFunction};

use super::argument::{begins_in_any_case, contains_in_any_case, trimmed};
use super::truth::{self, Truth};

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "cpu_type",
    arguments: &["processor_name", "apple_silicon"],
    doc: "`Apple silicon` or `Intel` from the processor's name, else from whether the Mac is said to have Apple \
          silicon. `Apple M1` gives `Apple silicon`.",
    apply,
};

const APPLE: &str = "Apple silicon";
const INTEL: &str = "Intel";

fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    if let Some(family) = by_name(trimmed(arguments, 0)) {
        out.push_str(family);
        return Answer::Value;
    }
    match truth::read(trimmed(arguments, 1)) {
        // `false` is Intel because the field is one of Macs, which have had no third family since 2006.
        Truth::Known(apple) => {
            out.push_str(if apple { APPLE } else { INTEL });
            Answer::Value
        }
        Truth::Unknown => Answer::Nothing,
        Truth::Unreadable => {
            out.push_str("does not say whether it is Apple silicon");
            Answer::Refused
        }
    }
}

fn by_name(name: &str) -> Option<&'static str> {
    if contains_in_any_case(name, "Intel") { Some(INTEL) } else { begins_in_any_case(name, "Apple").then_some(APPLE) }
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing, Refused};
    use super::super::check::check;
    use super::FUNCTION;

    #[test]
    fn the_name_decides_and_else_the_truth() {
        check(
            &FUNCTION,
            &[
                (&[Some("Apple M1"), None], Is("Apple silicon")),
                (&[Some("Apple M3 Max"), Some("")], Is("Apple silicon")),
                (&[Some("apple m1"), None], Is("Apple silicon")),
                (&[Some("Apple processor"), None], Is("Apple silicon")),
                (&[Some("Quad-Core Intel Core i7"), None], Is("Intel")),
                (&[Some("Intel Core i5"), None], Is("Intel")),
                (&[Some("8-Core Intel Xeon W"), None], Is("Intel")),
                (&[Some("Apple M1"), Some("false")], Is("Apple silicon")),
                (&[Some("Intel Core i5"), Some("True")], Is("Intel")),
                (&[Some("Apple M1"), Some("perhaps")], Is("Apple silicon")),
                (&[Some(""), Some("true")], Is("Apple silicon")),
                (&[None, Some("True")], Is("Apple silicon")),
                (&[None, Some("false")], Is("Intel")),
                (&[Some(" "), Some("0")], Is("Intel")),
                (&[Some("Unknown"), Some("true")], Is("Apple silicon")),
                (&[Some("Unknown"), None], Nothing),
                (&[None, Some("unknown")], Nothing),
                (&[None, None], Nothing),
                (&[Some("")], Nothing),
                (&[], Nothing),
                (&[None, Some("perhaps")], Refused),
            ],
        );
    }
}
