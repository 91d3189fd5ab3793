//! Whether words can be read: each pair of colours that carries words is 4.5 to 1 or better, each that carries a shape
//! 3 to 1, in light and in dark. The colours are those of the style itself.

use std::collections::BTreeMap;

use super::STYLE;

/// Words and the ground that they stand on.
const WORDS: [(&str, &str); 34] = [
    ("ink", "ground"),
    ("ink", "sky"),
    ("ink", "panel"),
    ("ink", "sunken"),
    ("ink", "good-soft"),
    ("ink", "busy-soft"),
    ("ink", "warning-soft"),
    ("ink", "bad-soft"),
    ("quiet", "ground"),
    ("quiet", "sky"),
    ("quiet", "panel"),
    ("quiet", "sunken"),
    ("quiet", "good-soft"),
    ("quiet", "busy-soft"),
    ("quiet", "warning-soft"),
    ("quiet", "bad-soft"),
    ("accent", "ground"),
    ("accent", "sky"),
    ("accent", "panel"),
    ("accent", "sunken"),
    ("accent", "good-soft"),
    ("accent", "warning-soft"),
    ("accent-strong", "panel"),
    ("accent-strong", "sky"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("good", "good-soft"),
    ("busy", "busy-soft"),
    ("warning", "warning-soft"),
    ("warning", "panel"),
    ("bad", "bad-soft"),
    ("bad", "panel"),
    ("bad", "sunken"),
    ("on-bad", "bad"),
];

/// Shapes and their ground: edges of fields, bars, the outline of what has the focus.
const SHAPES: [(&str, &str); 16] = [
    ("edge", "panel"),
    ("edge", "sunken"),
    ("accent", "ground"),
    ("accent", "panel"),
    ("good", "panel"),
    ("busy", "panel"),
    ("warning", "sunken"),
    ("bad", "ground"),
    ("bar-written", "panel"),
    ("bar-updated", "panel"),
    ("bar-same", "panel"),
    ("bar-open", "panel"),
    ("bar-refused", "panel"),
    ("bar-skipped", "panel"),
    ("quiet", "panel"),
    ("bar-written", "bar-track"),
];

type Colours = BTreeMap<String, [u8; 3]>;

/// The colours of the first block, and those of the dark one over them.
fn schemes() -> [(&'static str, Colours); 2] {
    let (light, rest) = STYLE.split_once("@media (prefers-color-scheme: dark)").expect("there is a dark block");
    let (dark, _) = rest.split_once("/* ----").expect("the rest follows");
    let light = colours(light);
    let dark = light.clone().into_iter().chain(colours(dark)).collect();
    [("light", light), ("dark", dark)]
}

fn colours(block: &str) -> Colours {
    let one = |line: &str| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
        let number = u32::from_str_radix(value.strip_suffix(';')?, 16).ok()?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some((name.to_owned(), [red, green, blue]))
    };
    block.lines().filter_map(one).collect()
}

/// The relative luminance of WCAG 2.2.
fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn black_on_white_is_the_most_there_is() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast([0x76; 3], [255; 3]) - 4.54).abs() < 0.01);
}

#[test]
fn every_pair_can_be_read_in_light_and_dark() {
    let mut faults = Vec::new();
    for (scheme, colours) in schemes() {
        let wanted = WORDS.iter().map(|pair| (pair, 4.5)).chain(SHAPES.iter().map(|pair| (pair, 3.0)));
        for ((front, ground), least) in wanted {
            let is = contrast(colours[*front], colours[*ground]);
            if is < least {
                faults.push(format!("{scheme}: {front} on {ground} is {is:.2}, and {least} is wanted"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_colour_has_a_dark_side_and_no_other_colour_is_used() {
    let [(_, light), _] = schemes();
    let (_, rest) = STYLE.split_once("@media (prefers-color-scheme: dark)").expect("there is a dark block");
    let (dark, rules) = rest.split_once("/* ----").expect("the rest follows");
    let dark = colours(dark);
    assert_eq!(light.keys().collect::<Vec<_>>(), dark.keys().collect::<Vec<_>>());
    for name in light.keys() {
        assert!(rules.contains(&format!("var(--{name})")), "{name} is not used");
    }
    let hex = rules.split('#').skip(1).filter(|after| {
        let digits = after.chars().take_while(char::is_ascii_hexdigit).count();
        matches!(digits, 3 | 6) && !after[digits..].starts_with(|c: char| c.is_alphanumeric() || c == '-')
    });
    assert_eq!(hex.count(), 0, "a colour stands outside the two blocks");
}
