//! Values as people read them: texts from outside, numbers, moments, lengths of time.

use maud::{Markup, html};

/// A text from outside as it may stand on a page: characters that are not seen, that end a line or that turn the
/// direction of reading are written out, so that no name looks like another. HTML is escaped where the text goes in.
pub fn plain(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut plain, c| {
        if is_unseen(c) {
            plain.extend(c.escape_default())
        } else {
            plain.push(c)
        }
        plain
    })
}

/// Control characters; joiners, marks and overrides of direction; separators; fillers; tags.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// A text of ours, or from outside, whose words between backticks are code.
pub(super) fn prose(text: &str) -> Markup {
    let text = plain(text);
    // An even number of pieces has a backtick without a partner: such a text stands as it is.
    let is_whole = text.split('`').count().is_multiple_of(2);
    html! {
        @if is_whole { (text) }
        @else {
            @for (at, piece) in text.split('`').enumerate() { @if at % 2 == 1 { code { (piece) } } @else { (piece) } }
        }
    }
}

/// A number with a comma every three digits.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of something: `1 row`, `12 rows`.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// Names in a row: `a`, `a and b`, `a, b and c`.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => plain(one),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|name| plain(name)).collect();
            format!("{} and {}", first.join(", "), plain(last))
        }
    }
}

/// The beginning of a text that is too long for its place.
pub(super) fn cut(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A moment that was written as RFC 3339 in UTC, as people read it; anything else stands as it is.
pub(super) fn moment(at: &str) -> Markup {
    match readable(at) {
        Some(words) => html! { time datetime=(plain(at)) { (words) } },
        None => html! { (plain(at)) },
    }
}

fn readable(at: &str) -> Option<String> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (date, time) = at.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.split('-');
    let (year, month, day) = (date.next()?, date.next()?.parse::<usize>().ok()?, date.next()?.parse::<u8>().ok()?);
    let month = MONTHS.get(month.checked_sub(1)?)?;
    let clock = time.get(..5).filter(|clock| clock.bytes().all(|byte| byte.is_ascii_digit() || byte == b':'))?;
    (year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| format!("{day} {month} {year}, {clock} UTC"))
}

/// How long ago something was, in days.
pub(super) fn days_ago(days: u64) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        _ => format!("{} days ago", grouped(days)),
    }
}

/// A length of time in seconds.
pub(super) fn lasted(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", grouped(seconds / 3600), seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_written_out() {
        assert_eq!(plain("a\u{202e}b\u{200b}\u{1b}[2J\n"), "a\\u{202e}b\\u{200b}\\u{1b}[2J\\n");
        assert_eq!(plain("Zoë’s Mac 日本"), "Zoë’s Mac 日本");
    }

    #[test]
    fn words_between_backticks_are_code() {
        assert_eq!(prose("see `a<b` now").into_string(), "see <code>a&lt;b</code> now");
        assert_eq!(prose("one ` alone").into_string(), "one ` alone");
    }

    #[test]
    fn numbers_are_grouped_and_counted() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(counted(1, "row", "rows"), "1 row");
        assert_eq!(counted(2000, "row", "rows"), "2,000 rows");
    }

    #[test]
    fn moments_are_read_in_utc_or_stand_as_they_are() {
        assert_eq!(
            moment("2026-11-08T02:05:09Z").into_string(),
            "<time datetime=\"2026-11-08T02:05:09Z\">8 Nov 2026, 02:05 UTC</time>"
        );
        for odd in ["", "tomorrow", "2026-13-01T00:00:00Z", "2026-11-08T0", "<b>T00:00Z"] {
            assert!(!moment(odd).into_string().contains('<'), "{odd}");
        }
    }

    #[test]
    fn long_texts_are_cut_between_letters() {
        assert_eq!(cut("äöü", 2), "äö…");
        assert_eq!(cut("äöü", 3), "äöü");
    }

    #[test]
    fn lengths_of_time_have_two_parts_at_most() {
        assert_eq!([lasted(9), lasted(61), lasted(7260)], ["9 s", "1 min 1 s", "2 h 1 min"]);
    }
}
