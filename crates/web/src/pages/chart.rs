//! What became of the rows of the last runs, a bar each, the newest at the right. Apart because nothing here knows the
//! pages but by the names of their classes.
//!
//! A first run carries the whole fleet and the next ones a handful of rows, so a bar's height grows by powers of ten;
//! its parts share that height as the rows are shared. What plotters draws has fixed colours: each is a mark that
//! becomes a class, whose colour the style knows for light and dark. The table under it says the same in figures.

use maud::{Markup, PreEscaped, html};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Rectangle, Text};
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontFamily, IntoFont, RGBColor};

use super::limits::RUNS_CHARTED;
use super::runs::RunLine;
use super::words::grouped;

/// Width of the picture in its own units: those of a telephone, so that its letters are never smaller than meant.
const WIDTH: i32 = 360;
/// From the top to the foot of the bars.
const FOOT: i32 = 124;
/// Height with the numbers under the bars.
const HEIGHT: i32 = 146;
/// Room at the left for the figures of the lines.
const LEFT: i32 = 46;
/// The highest bar, below the top.
const TOP: i32 = 10;
/// Places for bars where there are fewer runs.
const SLOTS_MIN: usize = 8;
/// The widest bar.
const BAR_WIDTH: i32 = 22;
/// The least part of a bar that is not nothing.
const PART_MIN: i32 = 3;
/// Space between two parts, which tells them apart for whoever does not see their colours.
const GAP: i32 = 1;
/// Size of letters; plotters divides it by 1.24 before it writes it down.
const LETTERS: f64 = 11.0 * 1.24;

/// Where plotters draws: a text.
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Fault = DrawingAreaErrorKind<std::io::Error>;

/// What a shape is, by which the style colours it.
#[derive(Clone, Copy)]
enum Paint {
    Letters,
    Line,
    Written,
    Same,
    Refused,
    Open,
    Nothing,
}

impl Paint {
    const ALL: [Self; 7] =
        [Self::Letters, Self::Line, Self::Written, Self::Same, Self::Refused, Self::Open, Self::Nothing];

    /// Parts of a bar from its foot to its top, with their words.
    const PARTS: [(Self, &'static str); 4] = [
        (Self::Written, "inserted or updated"),
        (Self::Same, "already so"),
        (Self::Open, "open"),
        (Self::Refused, "refused"),
    ];

    fn mark(self) -> RGBColor {
        RGBColor(0xFE, 0xED, self as u8)
    }

    fn class(self) -> &'static str {
        match self {
            Self::Letters => "letters",
            Self::Line => "line",
            Self::Written => "written",
            Self::Same => "same",
            Self::Refused => "refused",
            Self::Open => "open",
            Self::Nothing => "nothing",
        }
    }

    fn of(self, run: &RunLine) -> u64 {
        match self {
            Self::Written => run.inserted + run.updated,
            Self::Same => run.ignored,
            Self::Refused => run.refused(),
            Self::Open => run.open(),
            Self::Letters | Self::Line | Self::Nothing => 0,
        }
    }
}

/// The chart of runs, which come the newest first; nothing where it cannot be drawn, since the table says the same.
pub(super) fn outcomes(runs: &[RunLine]) -> Markup {
    let shown: Vec<&RunLine> = runs.iter().take(RUNS_CHARTED).rev().collect();
    let Ok(Some(shapes)) = shapes(&shown) else { return html! {} };
    html! {
        figure.chart-card #runs-chart {
            figcaption {
                h2.lesser { "Rows by run" }
                ul.legend { @for (paint, words) in Paint::PARTS { li { span class={ "key " (paint.class()) } {} (words) } } }
            }
            svg.chart role="img" aria-labelledby="runs-chart-words" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } {
                title #runs-chart-words { (words(&shown)) }
                (PreEscaped(shapes))
            }
            p.hint { "Height grows by powers of ten. The table has the figures." }
        }
    }
}

/// The picture in words.
fn words(runs: &[&RunLine]) -> String {
    let one = |run: &&RunLine| {
        let parts = Paint::PARTS.iter().filter(|(paint, _)| paint.of(run) > 0);
        let parts: Vec<String> = parts.map(|(paint, words)| format!("{} {words}", grouped(paint.of(run)))).collect();
        format!("run {}: {}", run.run, if parts.is_empty() { "no rows".to_owned() } else { parts.join(", ") })
    };
    format!("Rows by run. {}", runs.iter().map(one).collect::<Vec<_>>().join("; "))
}

fn shapes(runs: &[&RunLine]) -> Result<Option<String>, Fault> {
    let mut written = String::new();
    let area = SVGBackend::with_string(&mut written, (WIDTH.unsigned_abs(), HEIGHT.unsigned_abs())).into_drawing_area();
    let most = runs.iter().map(|run| total(run)).max().unwrap_or_default();
    // One power of ten at least, so that a few rows do not fill the picture.
    let powers = most.max(1).ilog10() + 1;
    lines(&area, powers)?;
    bars(&area, runs, powers)?;
    area.present()?;
    drop(area);
    let shapes = Paint::ALL.into_iter().fold(written, |written, paint| {
        let RGBColor(r, g, b) = paint.mark();
        written.replace(&format!("fill=\"#{r:02X}{g:02X}{b:02X}\""), &format!("class=\"{}\"", paint.class()))
    });
    let inside = shapes.split_once('>').and_then(|(_, inside)| inside.rsplit_once("</svg>"));
    Ok(inside.map(|(inside, _)| inside.trim().to_owned()))
}

/// The foot and a line for each power of ten.
fn lines(area: &Area<'_>, powers: u32) -> Result<(), Fault> {
    for power in 0..=powers {
        let at = FOOT - (FOOT - TOP) * power.cast_signed() / powers.cast_signed();
        area.draw(&Rectangle::new([(LEFT, at), (WIDTH, at + 1)], Paint::Line.mark().filled()))?;
        let figure = if power == 0 { "0".to_owned() } else { grouped(10_u64.saturating_pow(power)) };
        // A picture of many powers has no room for all of their figures.
        if powers < 5 || (powers - power).is_multiple_of(2) {
            letters(area, &figure, (LEFT - 6, at), Pos::new(HPos::Right, VPos::Center))?;
        }
    }
    Ok(())
}

fn bars(area: &Area<'_>, runs: &[&RunLine], powers: u32) -> Result<(), Fault> {
    let slots = runs.len().max(SLOTS_MIN) as i32;
    let slot = (WIDTH - LEFT) / slots;
    let wide = (slot - 6).min(BAR_WIDTH);
    let last = slots - 1;
    let first = slots - runs.len() as i32;
    // Long numbers do not fit under each bar: then the first and the last tell where one is.
    let is_tight = slot < 26 && runs.iter().any(|run| run.run > 99) || runs.iter().any(|run| run.run > 9_999);
    for (at, run) in (first..).zip(runs) {
        let middle = LEFT + at * slot + slot / 2;
        let (left, right) = (middle - wide / 2, middle + wide - wide / 2);
        bar(area, run, (left, right), powers)?;
        let (place, side) = match is_tight {
            true if at == last => (right, HPos::Right),
            true => (left, HPos::Left),
            false => (middle, HPos::Center),
        };
        if !is_tight || at == first || at == last {
            letters(area, &run.run.to_string(), (place, FOOT + 8), Pos::new(side, VPos::Top))?;
        }
    }
    Ok(())
}

fn bar(area: &Area<'_>, run: &RunLine, (left, right): (i32, i32), powers: u32) -> Result<(), Fault> {
    let total = total(run);
    if total == 0 {
        return area.draw(&Rectangle::new([(left, FOOT - 2), (right, FOOT)], Paint::Nothing.mark().filled()));
    }
    let share = ((total + 1) as f64).log10() / f64::from(powers);
    let height = f64::from(FOOT - TOP) * share.min(1.0);
    let mut foot = FOOT;
    for (paint, _) in Paint::PARTS {
        let rows = paint.of(run);
        if rows == 0 {
            continue;
        }
        let part = (height * rows as f64 / total as f64).round() as i32;
        let top = (foot - part.max(PART_MIN)).max(0);
        area.draw(&Rectangle::new([(left, top), (right, foot)], paint.mark().filled()))?;
        foot = top - GAP;
    }
    Ok(())
}

fn letters(area: &Area<'_>, text: &str, at: (i32, i32), place: Pos) -> Result<(), Fault> {
    let font = (FontFamily::SansSerif, LETTERS).into_font().color(&Paint::Letters.mark());
    area.draw(&Text::new(text, at, font.pos(place)))
}

fn total(run: &RunLine) -> u64 {
    Paint::PARTS.iter().map(|(paint, _)| paint.of(run)).sum()
}
