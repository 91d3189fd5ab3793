//! Tables: a caption, heads with a scope, and rows that become small cards where the page is narrow. The roles are said
//! in words because a browser forgets them where a row is no longer laid out as one.

use maud::{Markup, html};

/// A column: its head, and whether it has numbers.
#[derive(Clone, Copy)]
pub(super) struct Column(pub(super) &'static str, pub(super) bool);

/// A column of texts.
pub(super) const fn text(name: &'static str) -> Column {
    Column(name, false)
}

/// A column of numbers.
pub(super) const fn number(name: &'static str) -> Column {
    Column(name, true)
}

/// A table whose first column names its rows. Wider than its place it scrolls by itself, also by keyboard.
pub(super) fn table(id: &str, caption: &str, columns: &[Column], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.region role="region" aria-labelledby={ (id) "-caption" } tabindex="0" {
            table.stack id=(id) role="table" {
                caption id={ (id) "-caption" } { (caption) }
                thead role="rowgroup" {
                    tr role="row" {
                        @for Column(name, is_number) in columns {
                            th role="columnheader" scope="col" class=[is_number.then_some("number")] { (name) }
                        }
                    }
                }
                tbody role="rowgroup" { @for row in rows { (self::row(columns, row)) } }
            }
        }
    }
}

fn row(columns: &[Column], cells: &[Markup]) -> Markup {
    html! {
        tr role="row" {
            @for (at, (Column(name, is_number), cell)) in columns.iter().zip(cells).enumerate() {
                @let class = is_number.then_some("number");
                @if at == 0 { th role="rowheader" scope="row" class=[class] { (cell) } }
                @else { td role="cell" data-label=(name) class=[class] { (cell) } }
            }
        }
    }
}
