//! The kinds of fault, each with its name and its value.

use crate::limits::{BOMB_MEBIBYTES, SLOW_PAUSE_MILLISECONDS, SLOW_PIECE_BYTES};
use crate::server::route::Route;
use std::fmt;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// `latency=MS`: an answer comes later.
    Latency(u32),
    /// `too-many-requests[=RETRY]`: 429, with `Retry-After` as a number (`2`), as a date (`date:2`) or without.
    TooManyRequests(Retry),
    /// `server-error[=STATUS[:RETRY]]`: 503 unless told otherwise, perhaps with `Retry-After`.
    ServerError(u16, Retry),
    /// `reset`: the connection is reset in the middle of the body.
    Reset,
    /// `slow[=BYTES:MS]`: the body comes in pieces of so many bytes with pauses.
    Slow(usize, u32),
    /// `truncate`: half of the body, and it says that this is all.
    Truncate,
    /// `html[=STATUS]`: a page for people, 200 unless told otherwise.
    Html(u16),
    /// `bomb[=MIB]`: JSON that inflates to so many mebibytes; as it is, for who does not accept compression.
    Bomb(u32),
    /// `reorder`: the rows are in another order than for the page before.
    Reorder,
    /// `vanish`: after the page, the first device of the list is gone.
    Vanish,
    /// `enrol`: after the page, one more device heads the list.
    Enrol,
    /// `cursor-loop`: the page's cursor leads to the page itself.
    CursorLoop,
    /// `repeat-page`: the rows are those of the page before; the next page goes on as if they had been its own.
    RepeatPage,
    /// `lying-total[=BY]`: every total is wrong by so much.
    LyingTotal(i64),
    /// `short-page[=BY]`: a page that is not the last has fewer rows; the next goes on behind them.
    ShortPage(u32),
    /// `foreign-links`: all links lead to another host, as those of users always do.
    ForeignLinks,
    /// `single-object`: a list that was asked for a serial number is the device itself.
    SingleObject,
    /// `export-failed[=MESSAGE]`: a job that would be finished has failed.
    ExportFailed(String),
}

/// What an invented refusal says of when to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Nothing.
    Absent,
    /// In so many seconds.
    Seconds(u32),
    /// At the date in so many seconds.
    Date(u32),
}

impl FaultKind {
    /// The fault of a name and a value, which is empty where none was given.
    pub(super) fn read(name: &str, value: &str) -> Option<Self> {
        let number = |usual: u32| if value.is_empty() { Some(usual) } else { value.parse().ok() };
        match name {
            "latency" => value.parse().ok().map(Self::Latency),
            "too-many-requests" => Retry::read(value).map(Self::TooManyRequests),
            "server-error" => {
                let (status, retry) = value.split_once(':').unwrap_or((value, ""));
                let status = if status.is_empty() { 503 } else { status.parse().ok()? };
                (500..600).contains(&status).then_some(())?;
                Some(Self::ServerError(status, Retry::read(retry)?))
            }
            "slow" if value.is_empty() => Some(Self::Slow(SLOW_PIECE_BYTES, SLOW_PAUSE_MILLISECONDS)),
            "slow" => {
                let (bytes, pause) = value.split_once(':')?;
                Some(Self::Slow(bytes.parse().ok().filter(|bytes| *bytes > 0)?, pause.parse().ok()?))
            }
            "html" => number(200).and_then(|status| u16::try_from(status).ok()).map(Self::Html),
            "bomb" => number(BOMB_MEBIBYTES).map(Self::Bomb),
            "lying-total" if value.is_empty() => Some(Self::LyingTotal(7)),
            "lying-total" => value.parse().ok().map(Self::LyingTotal),
            "short-page" => number(1).map(Self::ShortPage),
            "export-failed" => Some(Self::ExportFailed(value.to_owned())),
            _ if value.is_empty() => Self::without_value(name),
            _ => None,
        }
    }

    fn without_value(name: &str) -> Option<Self> {
        match name {
            "reset" => Some(Self::Reset),
            "truncate" => Some(Self::Truncate),
            "reorder" => Some(Self::Reorder),
            "vanish" => Some(Self::Vanish),
            "enrol" => Some(Self::Enrol),
            "cursor-loop" => Some(Self::CursorLoop),
            "repeat-page" => Some(Self::RepeatPage),
            "foreign-links" => Some(Self::ForeignLinks),
            "single-object" => Some(Self::SingleObject),
            _ => None,
        }
    }

    /// Whether a request is one that the fault counts.
    pub(super) fn concerns(&self, route: &Route) -> bool {
        match self {
            Self::Latency(_)
            | Self::TooManyRequests(_)
            | Self::ServerError(..)
            | Self::Reset
            | Self::Slow(..)
            | Self::Truncate
            | Self::Html(_)
            | Self::Bomb(_) => true,
            Self::Reorder | Self::RepeatPage | Self::ShortPage(_) | Self::ForeignLinks => route.is_paged(),
            Self::LyingTotal(_) => route.is_paged() || *route == Route::PrismCount,
            Self::Vanish | Self::Enrol => matches!(route, Route::Devices | Route::Prism(_)),
            Self::CursorLoop => route.has_cursor(),
            Self::SingleObject => *route == Route::Devices,
            Self::ExportFailed(_) => matches!(route, Route::PollExport(_)),
        }
    }
}

impl Retry {
    fn read(value: &str) -> Option<Self> {
        match value.strip_prefix("date:") {
            Some(seconds) => seconds.parse().ok().map(Self::Date),
            None if value.is_empty() => Some(Self::Absent),
            None => value.parse().ok().map(Self::Seconds),
        }
    }
}

impl fmt::Display for Retry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => Ok(()),
            Self::Seconds(seconds) => write!(formatter, "{seconds}"),
            Self::Date(seconds) => write!(formatter, "date:{seconds}"),
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latency(milliseconds) => write!(formatter, "latency={milliseconds}"),
            Self::TooManyRequests(Retry::Absent) => formatter.write_str("too-many-requests"),
            Self::TooManyRequests(retry) => write!(formatter, "too-many-requests={retry}"),
            Self::ServerError(status, Retry::Absent) => write!(formatter, "server-error={status}"),
            Self::ServerError(status, retry) => write!(formatter, "server-error={status}:{retry}"),
            Self::Reset => formatter.write_str("reset"),
            Self::Slow(bytes, milliseconds) => write!(formatter, "slow={bytes}:{milliseconds}"),
            Self::Truncate => formatter.write_str("truncate"),
            Self::Html(status) => write!(formatter, "html={status}"),
            Self::Bomb(mebibytes) => write!(formatter, "bomb={mebibytes}"),
            Self::Reorder => formatter.write_str("reorder"),
            Self::Vanish => formatter.write_str("vanish"),
            Self::Enrol => formatter.write_str("enrol"),
            Self::CursorLoop => formatter.write_str("cursor-loop"),
            Self::RepeatPage => formatter.write_str("repeat-page"),
            Self::LyingTotal(by) => write!(formatter, "lying-total={by}"),
            Self::ShortPage(by) => write!(formatter, "short-page={by}"),
            Self::ForeignLinks => formatter.write_str("foreign-links"),
            Self::SingleObject => formatter.write_str("single-object"),
            Self::ExportFailed(message) if message.is_empty() => formatter.write_str("export-failed"),
            Self::ExportFailed(message) => write!(formatter, "export-failed={message}"),
        }
    }
}
