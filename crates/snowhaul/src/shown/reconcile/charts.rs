//! The report's two pictures, as SVG that stands in its page: how many of each kind, and how much of each table agrees.
//! Apart because nothing here knows the page but by the names of its classes.
//!
//! Names stand above their bars, so that the longest of them needs no margin that would leave a telephone no room for
//! the bar. What plotters draws has fixed colours; they are put in as marks and become classes, whose colours the
//! page's own style knows for light and dark. Letters are the reader's: plotters estimates their widths here, and
//! nothing depends on it.

use anyhow::{Context, Result};
use maud::{PreEscaped, html};
use pipeline::{Reconciled, ReconciledTable};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Rectangle, Text};
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontFamily, IntoFont, RGBColor};

use super::{grouped, kinds};
use crate::shown::plain;

/// Width of a picture in its own units; the page makes it as wide as there is room.
const WIDTH: i32 = 400;
/// Height of a bar with its name and the space below.
const ROW_HEIGHT: i32 = 50;
/// From the top of a name to the top of its bar.
const BAR_TOP: i32 = 22;
/// Height of the bar alone.
const BAR_HEIGHT: i32 = 12;
/// Width of the least part of a bar that is not nothing: one row of a million is to be seen.
const PART_MIN: i32 = 4;
/// Space between two parts, which tells them apart for whoever does not see their colours.
const GAP: i32 = 2;
/// Size of letters; plotters divides it by 1.24 before it writes it down.
const LETTERS: f64 = 14.0 * 1.24;
/// Letters of a name; longer ones would run into the figures at its right.
const NAME_MAX: usize = 24;

/// What a shape is, by which the page colours it.
#[derive(Clone, Copy)]
enum Paint {
    Ink,
    Track,
    Agree,
    Otherwise,
}

impl Paint {
    const ALL: [Self; 4] = [Self::Ink, Self::Track, Self::Agree, Self::Otherwise];

    /// The mark by which it is found again in what plotters wrote.
    fn mark(self) -> RGBColor {
        RGBColor(0xFE, 0xED, self as u8)
    }

    fn class(self) -> &'static str {
        match self {
            Self::Ink => "ink",
            Self::Track => "track",
            Self::Agree => "agree",
            Self::Otherwise => "otherwise",
        }
    }
}

/// A bar: its name, its figures, and its parts from left to right, each by where it begins and ends.
struct Bar {
    name: String,
    figures: String,
    parts: Vec<(Paint, i32, i32)>,
}

/// Findings by kind, the longest bar as wide as the picture.
pub(super) fn by_kind(report: &Reconciled) -> Result<String> {
    let counts: Vec<_> = kinds(report).map(|kind| (kind, report.count(kind))).collect();
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or_default();
    let bars = counts.iter().map(|&(kind, count)| Bar {
        name: kind.heading().to_owned(),
        figures: grouped(count),
        parts: vec![(Paint::Otherwise, 0, width(count, most))],
    });
    drawn("Findings by kind", &bars.collect::<Vec<_>>())
}

/// Rows that agree and rows that do not, a bar each target table, every bar as wide as the picture.
pub(super) fn by_table(report: &Reconciled) -> Result<String> {
    let bars = report.tables.iter().map(|table| Bar {
        name: cut(&table_name(report, table)),
        figures: format!("{} of {}", grouped(table.agree), grouped(table.rows)),
        parts: parts(table),
    });
    drawn("Rows that agree by target table", &bars.collect::<Vec<_>>())
}

fn parts(table: &ReconciledTable) -> Vec<(Paint, i32, i32)> {
    let agree = table.agree.min(table.rows);
    if table.rows == 0 {
        Vec::new()
    } else if agree == table.rows {
        vec![(Paint::Agree, 0, WIDTH)]
    } else if agree == 0 {
        vec![(Paint::Otherwise, 0, WIDTH)]
    } else {
        let end = width(agree, table.rows).min(WIDTH - PART_MIN - GAP);
        vec![(Paint::Agree, 0, end), (Paint::Otherwise, end + GAP, WIDTH)]
    }
}

/// A part's width; never nothing for what is not nothing.
fn width(part: u64, whole: u64) -> i32 {
    let share = part as f64 / whole.max(1) as f64;
    ((share * f64::from(WIDTH)).round() as i32).clamp(PART_MIN, WIDTH)
}

/// A table's name, with its pipeline where another pipeline writes to the same table.
fn table_name(report: &Reconciled, table: &ReconciledTable) -> String {
    let alone = report.tables.iter().filter(|other| other.table == table.table).count() == 1;
    plain(&if alone { table.table.clone() } else { format!("{}, {}", table.table, table.pipeline) })
}

fn cut(name: &str) -> String {
    if name.chars().count() <= NAME_MAX {
        return name.to_owned();
    }
    name.chars().take(NAME_MAX - 1).chain(['…']).collect()
}

/// The picture, with its words for whoever does not see it.
fn drawn(title: &str, bars: &[Bar]) -> Result<String> {
    let rows = i32::try_from(bars.len().max(1)).context("could not draw so many bars")?;
    let height = ROW_HEIGHT * (rows - 1) + BAR_TOP + BAR_HEIGHT;
    let shapes = shapes(bars, height).with_context(|| format!("could not draw `{title}`"))?;
    let words: Vec<String> = bars.iter().map(|bar| format!("{}: {}", bar.name, bar.figures)).collect();
    let svg = html! {
        svg.chart role="img" width="100%" viewBox={ "0 0 " (WIDTH) " " (height) } {
            title { (title) ". " (words.join("; ")) }
            (PreEscaped(shapes))
        }
    };
    Ok(svg.into_string())
}

/// The shapes alone, their colours become classes. Texts are escaped by plotters, quotation marks too: none of them can
/// be taken for an attribute.
fn shapes(bars: &[Bar], height: i32) -> Result<String> {
    let mut written = String::new();
    let area = SVGBackend::with_string(&mut written, (WIDTH.unsigned_abs(), height.unsigned_abs())).into_drawing_area();
    for (bar, top) in bars.iter().zip((0..).step_by(ROW_HEIGHT.unsigned_abs() as usize)) {
        draw(&area, bar, top)?;
    }
    area.present()?;
    drop(area);
    let shapes = Paint::ALL.into_iter().fold(written, |written, paint| {
        let RGBColor(r, g, b) = paint.mark();
        written.replace(&format!("fill=\"#{r:02X}{g:02X}{b:02X}\""), &format!("class=\"{}\"", paint.class()))
    });
    let (_, inside) = shapes.split_once('>').context("the picture has no beginning")?;
    let (inside, _) = inside.rsplit_once("</svg>").context("the picture has no end")?;
    Ok(inside.trim().to_owned())
}

fn draw(area: &DrawingArea<SVGBackend<'_>, Shift>, bar: &Bar, top: i32) -> Result<()> {
    for (text, at, side) in [(&bar.name, 0, HPos::Left), (&bar.figures, WIDTH, HPos::Right)] {
        let letters = (FontFamily::SansSerif, LETTERS).into_font().color(&Paint::Ink.mark());
        area.draw(&Text::new(text.as_str(), (at, top), letters.pos(Pos::new(side, VPos::Top))))?;
    }
    let (from, to) = (top + BAR_TOP, top + BAR_TOP + BAR_HEIGHT);
    for (paint, begin, end) in std::iter::once(&(Paint::Track, 0, WIDTH)).chain(&bar.parts) {
        area.draw(&Rectangle::new([(*begin, from), (*end, to)], paint.mark().filled()))?;
    }
    Ok(())
}
