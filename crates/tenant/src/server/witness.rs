//! What the tenant saw of who asked it: how much, and what was impolite. Apart from the rate, because this refuses nothing; it is what
//! a test of a polite client reads.
//!
//! A request may have been under way when a refusal was written, on any connection: a client that asks several things at once decides
//! to ask before it knows which of its connections will be free first. So for a moment a request is taken to have been under way.

use crate::limits::{IN_FLIGHT_MILLISECONDS, VIOLATIONS_HELD_MAX};
use serde::Serialize;
use std::collections::BTreeMap;

/// What the tenant saw.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Witness {
    /// Requests, refused ones included; those of the control endpoint are not counted anywhere here.
    pub requests: u64,
    /// Requests by endpoint, `devices/{id}/details`.
    pub by_endpoint: BTreeMap<String, u64>,
    /// Answers by status.
    pub by_status: BTreeMap<u16, u64>,
    /// Bytes of bodies that were handed over to be sent, compressed if they were.
    pub bytes_sent: u64,
    /// Requests that a polite client would not have sent: all of them.
    pub violations_count: u64,
    /// The first of them.
    pub violations: Vec<Violation>,
}

/// A request that a polite client would not have sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Violation {
    /// What was wrong with it.
    pub kind: ViolationKind,
    /// Its path.
    pub path: String,
    /// When it came, in milliseconds since 1970.
    pub at_milliseconds: i64,
    /// By how much it came too early, in milliseconds; 0 where time is not what was wrong.
    pub early_milliseconds: i64,
}

/// What is wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ViolationKind {
    /// It came before the time that a `Retry-After` had told was over.
    BeforeRetryAfter,
    /// It came in a window of which the headers had told that nothing remains.
    BeyondWindow,
    /// It brought a token to the download address, which carries its own signature.
    TokenOnDownload,
    /// It brought no token to the API.
    WithoutToken,
}

/// A request as it comes in.
pub(crate) struct Arrival<'a> {
    pub(crate) endpoint: &'a str,
    pub(crate) path: &'a str,
    pub(crate) has_token: bool,
    pub(crate) is_download: bool,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
}

/// What an answer tells about when to ask again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Notice {
    pub(crate) retry_at: Option<i64>,
    pub(crate) empty_until: Option<i64>,
}

/// Keeps watch.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    witness: Witness,
    retry: Option<Deadline>,
    window: Option<Deadline>,
}

/// Until when nothing should come, and who was told so when.
#[derive(Clone, Copy, Debug)]
struct Deadline {
    until: i64,
    told_at: i64,
}

impl Deadline {
    /// By how much a request comes too early.
    fn early(&self, arrival: &Arrival<'_>) -> Option<i64> {
        let knew = arrival.at - self.told_at > IN_FLIGHT_MILLISECONDS;
        (knew && arrival.at < self.until).then_some(self.until - arrival.at)
    }

    /// The later of two. Of equal ones the one that was told first, or every refusal would excuse the next request.
    fn later(before: Option<Self>, now: Option<Self>) -> Option<Self> {
        match (before, now) {
            (Some(before), Some(now)) if now.until > before.until => Some(now),
            (Some(before), _) => Some(before),
            (None, now) => now,
        }
    }
}

impl Watch {
    pub(crate) fn witness(&self) -> Witness {
        self.witness.clone()
    }

    /// Forgets what was seen, and what was told.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Forgets what was told of windows, which are others from now on.
    pub(crate) fn forget_deadlines(&mut self) {
        (self.retry, self.window) = (None, None);
    }

    pub(crate) fn arrived(&mut self, arrival: &Arrival<'_>) {
        self.witness.requests += 1;
        *self.witness.by_endpoint.entry(arrival.endpoint.to_owned()).or_default() += 1;
        if let Some(early) = self.retry.and_then(|deadline| deadline.early(arrival)) {
            self.violate(ViolationKind::BeforeRetryAfter, arrival, early);
        }
        if let Some(early) = self.window.and_then(|deadline| deadline.early(arrival)) {
            self.violate(ViolationKind::BeyondWindow, arrival, early);
        }
        match (arrival.is_download, arrival.has_token) {
            (true, true) => self.violate(ViolationKind::TokenOnDownload, arrival, 0),
            (false, false) => self.violate(ViolationKind::WithoutToken, arrival, 0),
            _ => {}
        }
    }

    pub(crate) fn answered(&mut self, status: u16, at: i64, notice: Notice) {
        *self.witness.by_status.entry(status).or_default() += 1;
        let deadline = |until: i64| Deadline { until, told_at: at };
        self.retry = Deadline::later(self.retry, notice.retry_at.map(deadline));
        self.window = Deadline::later(self.window, notice.empty_until.map(deadline));
    }

    pub(crate) fn sent(&mut self, bytes: usize) {
        self.witness.bytes_sent += bytes as u64;
    }

    fn violate(&mut self, kind: ViolationKind, arrival: &Arrival<'_>, early_milliseconds: i64) {
        self.witness.violations_count += 1;
        if self.witness.violations.len() < VIOLATIONS_HELD_MAX {
            let path = arrival.path.to_owned();
            self.witness.violations.push(Violation { kind, path, at_milliseconds: arrival.at, early_milliseconds });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(at: i64) -> Arrival<'static> {
        Arrival { endpoint: "devices", path: "/api/v1/devices", has_token: true, is_download: false, at }
    }

    fn kinds(watch: &Watch) -> Vec<ViolationKind> {
        watch.witness.violations.iter().map(|violation| violation.kind).collect()
    }

    #[test]
    fn too_early_is_told_by_time() {
        let mut watch = Watch::default();
        watch.answered(429, 1_000, Notice { retry_at: Some(3_000), empty_until: None });
        watch.arrived(&arrival(1_050));
        assert!(kinds(&watch).is_empty(), "it was under way");
        watch.arrived(&arrival(2_000));
        watch.arrived(&arrival(3_000));
        assert_eq!(kinds(&watch), [ViolationKind::BeforeRetryAfter]);
        assert_eq!(watch.witness.violations[0].early_milliseconds, 1_000);
        assert_eq!((watch.witness.requests, watch.witness.by_status[&429]), (3, 1));
    }

    #[test]
    fn a_repeated_refusal_excuses_nothing() {
        let mut watch = Watch::default();
        for at in [1_000, 1_200] {
            watch.answered(429, at, Notice { retry_at: Some(3_000), empty_until: None });
        }
        watch.arrived(&arrival(1_250));
        assert_eq!(kinds(&watch), [ViolationKind::BeforeRetryAfter]);
    }

    #[test]
    fn a_window_that_was_told_to_be_empty() {
        let mut watch = Watch::default();
        watch.answered(200, 1_000, Notice { retry_at: None, empty_until: Some(2_000) });
        watch.arrived(&arrival(1_999));
        watch.arrived(&arrival(2_000));
        assert_eq!(kinds(&watch), [ViolationKind::BeyondWindow]);
        watch.forget_deadlines();
        watch.arrived(&arrival(1_500));
        assert_eq!(watch.witness.violations_count, 1);
    }

    #[test]
    fn tokens_where_they_do_not_belong() {
        let mut watch = Watch::default();
        watch.arrived(&Arrival { is_download: true, ..arrival(0) });
        watch.arrived(&Arrival { is_download: true, has_token: false, ..arrival(0) });
        watch.arrived(&Arrival { has_token: false, ..arrival(0) });
        assert_eq!(kinds(&watch), [ViolationKind::TokenOnDownload, ViolationKind::WithoutToken]);
    }
}
