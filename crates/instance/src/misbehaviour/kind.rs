//! The kinds of faults and what each concerns.

use std::fmt;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A batch is staged, and its connection ends without an answer.
    LoseAnswer,
    /// A batch's connection ends without an answer; the batch is staged so many milliseconds later.
    CommitLate(u32),
    /// So many per cent of a batch's rows are staged, and its connection ends without an answer.
    StagePart(u8),
    /// The request is not begun: 429 or 503 with `Retry-After: 1`.
    Refuse(u16),
    /// The request is not begun: a sign-on page with status 200.
    Html,
    /// The request is not begun: the page of an instance that hibernates, with status 200.
    Hibernate,
    /// Every access token ends just before the request is looked at.
    ExpireTokens,
    /// An import set waits so many milliseconds before it is transformed.
    SlowTransform(u32),
    /// Of the import sets that wait, the newest is transformed first, whatever it should run after.
    NewestFirst,
    /// An import set's run stays Running until this fault is taken back.
    Stick,
}

/// What a fault is counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Concern {
    /// Requests of any API.
    Request,
    /// Batches of `insertMultiple`.
    Batch,
    /// Import sets that are transformed.
    Transform,
}

impl FaultKind {
    pub(crate) fn concern(&self) -> Concern {
        match self {
            Self::LoseAnswer | Self::CommitLate(_) | Self::StagePart(_) => Concern::Batch,
            Self::Refuse(_) | Self::Html | Self::Hibernate | Self::ExpireTokens => Concern::Request,
            Self::SlowTransform(_) | Self::NewestFirst | Self::Stick => Concern::Transform,
        }
    }

    pub(super) fn read(name: &str, value: &str) -> Option<Self> {
        let number = value.parse::<u32>().ok();
        let plain = |kind| value.is_empty().then_some(kind);
        match name {
            "lose-answer" => plain(Self::LoseAnswer),
            "commit-late" => number.map(Self::CommitLate),
            "stage-part" => value.parse().ok().filter(|percent| *percent <= 100).map(Self::StagePart),
            "refuse" => value.parse().ok().filter(|status| matches!(status, 429 | 503)).map(Self::Refuse),
            "html" => plain(Self::Html),
            "hibernate" => plain(Self::Hibernate),
            "expire-tokens" => plain(Self::ExpireTokens),
            "slow-transform" => number.map(Self::SlowTransform),
            "newest-first" => plain(Self::NewestFirst),
            "stick" => plain(Self::Stick),
            _ => None,
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LoseAnswer => write!(formatter, "lose-answer"),
            Self::CommitLate(milliseconds) => write!(formatter, "commit-late={milliseconds}"),
            Self::StagePart(percent) => write!(formatter, "stage-part={percent}"),
            Self::Refuse(status) => write!(formatter, "refuse={status}"),
            Self::Html => write!(formatter, "html"),
            Self::Hibernate => write!(formatter, "hibernate"),
            Self::ExpireTokens => write!(formatter, "expire-tokens"),
            Self::SlowTransform(milliseconds) => write!(formatter, "slow-transform={milliseconds}"),
            Self::NewestFirst => write!(formatter, "newest-first"),
            Self::Stick => write!(formatter, "stick"),
        }
    }
}
