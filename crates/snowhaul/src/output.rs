//! The one writer of data and talk. Apart so that tests read what a person would.

use std::io::{self, IsTerminal, Write};

/// Where a command's words go: data to standard output, talk to standard error.
pub struct Output {
    data: Sink,
    talk: Sink,
    terminal: bool,
}

enum Sink {
    Stdout,
    Stderr,
    Captured(Vec<u8>),
}

impl Output {
    /// The process's own streams.
    pub fn of_process() -> Self {
        Self { data: Sink::Stdout, talk: Sink::Stderr, terminal: io::stderr().is_terminal() }
    }

    /// Streams that are kept, for tests.
    pub fn captured() -> Self {
        Self { data: Sink::Captured(Vec::new()), talk: Sink::Captured(Vec::new()), terminal: false }
    }

    /// True where talk goes to a person at a terminal.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// One line of data.
    pub fn data(&mut self, line: &str) {
        self.data.line(line);
    }

    /// One line of talk.
    pub fn talk(&mut self, line: &str) {
        self.talk.line(line);
    }

    /// What was captured of the data.
    pub fn stdout(&self) -> String {
        self.data.captured()
    }

    /// What was captured of the talk.
    pub fn stderr(&self) -> String {
        self.talk.captured()
    }
}

impl Sink {
    fn line(&mut self, line: &str) {
        // A reader that went away (`snowhaul runs list | head`) ends the words, not the work.
        let written = match self {
            Self::Stdout => writeln!(io::stdout().lock(), "{line}"),
            Self::Stderr => writeln!(io::stderr().lock(), "{line}"),
            Self::Captured(kept) => writeln!(kept, "{line}"),
        };
        drop(written);
    }

    fn captured(&self) -> String {
        match self {
            Self::Captured(kept) => String::from_utf8_lossy(kept).into_owned(),
            Self::Stdout | Self::Stderr => String::new(),
        }
    }
}
