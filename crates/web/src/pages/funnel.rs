//! Rows on their way, as a funnel: read, staged, to send, each as wide as its share of what was read; then what became
//! of those that were planned. Every part stands beside its name and number, so the pictures add and never replace.

use maud::{Markup, html};

use super::words::grouped;
use flow::Accounts;

/// Width of a bar in its own units; the page stretches it.
const WIDTH: u64 = 1000;
/// Width of the least part that is not nothing.
const PART_MIN: u64 = 6;
/// Space between two parts.
const GAP: u64 = 3;

/// A part of a bar: its class, its words, its rows.
type Part = (&'static str, &'static str, u64);

/// The funnel of one pipeline.
pub(super) fn funnel(accounts: &Accounts, id: &str) -> Markup {
    let whole = accounts.read + accounts.retire;
    let left_out: [Part; 3] = [
        ("", "duplicate", accounts.duplicate),
        ("", "rejected", accounts.rejected),
        ("", "out of scope", accounts.out_of_scope),
    ];
    let kept: [Part; 2] = [("", "unchanged", accounts.unchanged), ("", "waiting", accounts.waiting)];
    html! {
        div.funnel id={ (id) "-funnel" } {
            (stage("Read", accounts.read, whole, &[("", "to retire beside them", accounts.retire)]))
            (stage("Staging rows", accounts.staging_rows, whole, &left_out))
            (stage("Planned", accounts.planned, whole, &kept))
            @if accounts.planned > 0 { (outcomes(accounts)) }
        }
    }
}

/// One stage: its rows as a share of all, and what did not come so far.
fn stage(name: &str, rows: u64, whole: u64, beside: &[Part]) -> Markup {
    html! {
        div.stage {
            div.stage-name { (name) }
            div.stage-rows { (grouped(rows)) }
            (bar(&[("passed", "", rows)], whole))
            ul.beside {
                @for (_, words, rows) in beside.iter().filter(|(_, _, rows)| *rows > 0) {
                    li { b { (grouped(*rows)) } " " (words) }
                }
            }
        }
    }
}

/// What became of the planned rows.
fn outcomes(accounts: &Accounts) -> Markup {
    let parts: [Part; 7] = [
        ("inserted", "inserted", accounts.inserted),
        ("updated", "updated", accounts.updated),
        ("same", "already so", accounts.ignored),
        ("skipped", "skipped", accounts.skipped),
        ("refused", "errors", accounts.error),
        ("open", "unresolved", accounts.unresolved),
        ("held-back", "not sent", accounts.not_sent),
    ];
    let parts: Vec<Part> = parts.into_iter().filter(|(_, _, rows)| *rows > 0).collect();
    html! {
        div.stage.outcomes {
            div.stage-name { "Outcomes" }
            (bar(&parts, accounts.planned))
            ul.legend {
                @for (class, words, rows) in &parts { li { span class={ "key " (class) } {} b { (grouped(*rows)) } " " (words) } }
            }
        }
    }
}

/// A bar of parts from left to right. The words beside it say the same: it is drawn for the eye alone.
fn bar(parts: &[Part], whole: u64) -> Markup {
    let mut at = 0;
    let placed: Vec<(&str, u64, u64)> = parts
        .iter()
        .filter(|(_, _, rows)| *rows > 0)
        .map(|(class, _, rows)| {
            let begin = at;
            let width = width(*rows, whole);
            at += width + GAP;
            (*class, begin, width)
        })
        .collect();
    // Parts that are never nothing may come to more than the whole: then the picture holds them all.
    let wide = WIDTH.max(at.saturating_sub(GAP));
    html! {
        svg.bar viewBox={ "0 0 " (wide) " 12" } preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.track width=(wide) height="12" {}
            @for (class, x, width) in placed { rect class=(class) x=(x) width=(width) height="12" {} }
        }
    }
}

fn width(rows: u64, whole: u64) -> u64 {
    let share = u128::from(rows) * u128::from(WIDTH) / u128::from(whole.max(1));
    u64::try_from(share).unwrap_or(WIDTH).clamp(PART_MIN, WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_of_a_million_is_seen() {
        assert_eq!(width(1, 1_000_000), PART_MIN);
        assert_eq!(width(500_000, 1_000_000), 500);
        assert_eq!(width(u64::MAX, u64::MAX), WIDTH);
        assert_eq!(width(5, 0), WIDTH);
    }

    #[test]
    fn parts_never_reach_beyond_the_picture() {
        let parts = [("inserted", "", 999_990), ("updated", "", 4), ("refused", "", 3), ("open", "", 3)];
        let drawn = bar(&parts, 1_000_000).into_string();
        assert!(drawn.contains("viewBox=\"0 0 1026 12\""), "{drawn}");
        assert!(drawn.contains("x=\"1020\" width=\"6\""), "{drawn}");
    }
}
