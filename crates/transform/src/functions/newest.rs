//! `newest`: the latest of several times. Apart because a device checks in by more than one road.

use engine::{Answer, TextFunction};

pub(crate) const FUNCTION: TextFunction = TextFunction {
    name: "newest",
    arguments: &["timestamp…"],
    doc: "The latest of any number of times as `utc_timestamp` writes them; absent ones do not count. \
          `newest(utc_timestamp(a), utc_timestamp(b))` is the later of the two.",
    apply,
};

/// How a normalised time looks, with `0` for any digit.
const SHAPE: &[u8] = b"0000-00-00 00:00:00";

/// Times of one shape are in the order of their texts, so nothing is parsed; the shape is checked, because a raw
/// time among normalised ones would win or lose by its spelling.
fn apply(arguments: &[Option<&str>], out: &mut String) -> Answer {
    let mut newest = "";
    for time in arguments.iter().flatten().map(|time| time.trim()).filter(|time| !time.is_empty()) {
        if !is_normalised(time) {
            out.push_str("is not a time as `utc_timestamp` writes it");
            return Answer::Refused;
        }
        newest = newest.max(time);
    }
    out.push_str(newest);
    if newest.is_empty() { Answer::Nothing } else { Answer::Value }
}

fn is_normalised(time: &str) -> bool {
    let fits = |(byte, shape): (u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == *shape };
    time.len() == SHAPE.len() && time.bytes().zip(SHAPE).all(fits)
}

#[cfg(test)]
mod tests {
    use super::super::check::Expected::{Is, Nothing, Refused};
    use super::super::check::check;
    use super::FUNCTION;

    const EARLY: &str = "2024-07-23 12:43:15";
    const LATE: &str = "2024-07-23 14:26:49";

    #[test]
    fn the_latest_wins_whatever_the_order() {
        check(
            &FUNCTION,
            &[
                (&[Some(EARLY), Some(LATE)], Is(LATE)),
                (&[Some(LATE), Some(EARLY)], Is(LATE)),
                (&[Some(EARLY), Some(EARLY)], Is(EARLY)),
                (&[Some(EARLY)], Is(EARLY)),
                (&[Some(EARLY), None], Is(EARLY)),
                (&[None, Some(EARLY), Some(LATE), None], Is(LATE)),
                (&[Some(""), Some(EARLY)], Is(EARLY)),
                (&[Some(" 2024-07-23 12:43:15 ")], Is(EARLY)),
                (&[Some("0999-12-31 23:59:59"), Some("1000-01-01 00:00:00")], Is("1000-01-01 00:00:00")),
                (&[Some("2023-12-31 23:59:59"), Some("2024-01-01 00:00:00")], Is("2024-01-01 00:00:00")),
                (&[None], Nothing),
                (&[None, None, Some("")], Nothing),
                (&[], Nothing),
            ],
        );
    }

    #[test]
    fn a_raw_time_is_refused() {
        check(
            &FUNCTION,
            &[
                (&[Some("2024-07-23T12:43:15Z")], Refused),
                (&[Some("2024-07-23T12:43:15"), Some(LATE)], Refused),
                (&[Some(LATE), Some("2024-07-23")], Refused),
                (&[Some("never")], Refused),
                (&[Some("2024-07-23 12:43:1é")], Refused),
            ],
        );
    }
}
