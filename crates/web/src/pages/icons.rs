//! Small drawings. Each stands beside words that say the same, so a screen reader does not hear of them.

use maud::{Markup, html};

/// A drawing.
#[derive(Clone, Copy)]
pub(super) enum Icon {
    Tick,
    Cross,
    Warning,
    Dash,
    Clock,
    Pause,
    Arrow,
    More,
    Search,
}

impl Icon {
    /// The strokes, on a square of 16.
    fn path(self) -> &'static str {
        match self {
            Self::Tick => "M3 8.5l3.2 3.2L13 4.8",
            Self::Cross => "M4 4l8 8M12 4l-8 8",
            Self::Warning => "M8 2.2L14.6 13.6H1.4zM8 6.4v3.2M8 11.6v.1",
            Self::Dash => "M4 8h8",
            Self::Clock => "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8zM8 4.6V8l2.4 1.6",
            Self::Pause => "M5.5 3.5v9M10.5 3.5v9",
            Self::Arrow => "M2.5 8h10.5M9 4l4 4-4 4",
            Self::More => "M3.4 8h.1M8 8h.1M12.6 8h.1",
            Self::Search => "M7 2.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6zM10.6 10.6L14 14",
        }
    }

    pub(super) fn draw(self) -> Markup {
        let width = if matches!(self, Self::More) { "2.8" } else { "1.75" };
        html! {
            svg.icon viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false" {
                path d=(self.path()) fill="none" stroke="currentColor" stroke-width=(width) stroke-linecap="round"
                    stroke-linejoin="round" {}
            }
        }
    }
}

/// The product's mark: a road that goes up between two slopes of snow.
pub(super) fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false" {
            rect.mark-ground width="32" height="32" rx="9" {}
            path.mark-slope d="M4.5 24.5L12.4 9.6c.5-.9 1.7-.9 2.2 0l2.3 4.3-5.6 10.6z" {}
            path.mark-slope d="M19.1 12.8c.5-.9 1.7-.9 2.2 0l6.2 11.7H16.9l-2.2-3.4z" {}
        }
    }
}

/// The road over the slopes, for a page that has nothing else to show.
pub(super) fn scene() -> Markup {
    html! {
        svg.scene viewBox="0 0 400 260" aria-hidden="true" focusable="false" {
            rect.scene-sky width="400" height="260" {}
            path.scene-far d="M0 260V172l62-58 48 40 74-92 62 74 44-34 110 92v66z" {}
            path.scene-snow d="M184 62l24 29-11 8-14-10-12 12-11-9z" {}
            path.scene-near d="M0 260v-44l86-62 70 50 60-36 72 48 112-62v106z" {}
            path.scene-road d="M46 238c60-34 92-2 138-14s54-42 96-30 46 12 76-8" {}
            circle.scene-end cx="46" cy="238" r="6" {}
            circle.scene-end cx="356" cy="186" r="6" {}
        }
    }
}
