//! Which faults hit a request. Each counts the requests that it concerns by itself, so that one fault does not move another.

use super::{Fault, FaultKind, Faults};
use crate::server::route::Route;
use std::ops::Range;

/// The faults that are on, with their counts.
#[derive(Debug, Default)]
pub(crate) struct FaultPlan {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    fault: Fault,
    /// Requests that it concerned.
    concerned: u32,
    /// How often it happened.
    happened: u32,
}

/// The faults that hit one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hits {
    pub(crate) kinds: Vec<FaultKind>,
    /// How often an order was changed so far.
    reordered: u32,
}

impl FaultPlan {
    pub(crate) fn of(faults: Faults) -> Self {
        let entries = faults.faults.into_iter().map(|fault| Entry { fault, concerned: 0, happened: 0 });
        Self { entries: entries.collect() }
    }

    /// Counts a request and answers what hits it.
    pub(crate) fn hits(&mut self, path: &str, route: &Route) -> Hits {
        let mut hits = Hits::default();
        for entry in self.entries.iter_mut().filter(|entry| entry.fault.kind.concerns(route)) {
            if entry.hits(path) {
                hits.kinds.push(entry.fault.kind.clone());
                if entry.fault.kind == FaultKind::Reorder {
                    hits.reordered = entry.happened;
                }
            }
        }
        hits
    }
}

impl Entry {
    fn hits(&mut self, path: &str) -> bool {
        let Fault { path: prefix, every, times, skip, .. } = &self.fault;
        if prefix.as_deref().is_some_and(|prefix| !path.starts_with(prefix)) {
            return false;
        }
        self.concerned = self.concerned.saturating_add(1);
        let behind = self.concerned.saturating_sub(*skip);
        let happens = behind > 0 && behind.is_multiple_of(*every) && times.is_none_or(|times| self.happened < times);
        self.happened += u32::from(happens);
        happens
    }
}

/// How the faults of a request twist the page that answers it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Twist {
    repeats_page: bool,
    loops: bool,
    shorter_by: u64,
    rotated_by: u64,
    total_off_by: i64,
    pub(crate) has_foreign_links: bool,
    pub(crate) is_single_object: bool,
}

/// A page of numbered rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The rows on it, in their order.
    pub(crate) parts: Vec<Range<u64>>,
    /// The row at which the next page begins; none behind the last.
    pub(crate) next: Option<u64>,
}

/// A step through rows that is no whole page, so that a turned order shows on every page.
const ROTATION: u64 = 101;

impl Hits {
    pub(crate) fn twist(&self) -> Twist {
        let mut twist = Twist::default();
        for kind in &self.kinds {
            match kind {
                FaultKind::Reorder => twist.rotated_by = u64::from(self.reordered) * ROTATION,
                FaultKind::RepeatPage => twist.repeats_page = true,
                FaultKind::CursorLoop => twist.loops = true,
                FaultKind::ShortPage(by) => twist.shorter_by = u64::from(*by),
                FaultKind::LyingTotal(by) => twist.total_off_by = *by,
                FaultKind::ForeignLinks => twist.has_foreign_links = true,
                FaultKind::SingleObject => twist.is_single_object = true,
                _ => {}
            }
        }
        twist
    }

    pub(crate) fn has(&self, kind: &FaultKind) -> bool {
        self.kinds.contains(kind)
    }
}

impl Twist {
    /// Whether the page is what it should be.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// A total as it is told.
    pub(crate) fn total(&self, total: u64) -> u64 {
        total.saturating_add_signed(self.total_off_by)
    }

    /// The page of so many rows that begins at a row.
    pub(crate) fn cut(&self, start: u64, limit: usize, total: u64) -> Cut {
        let start = start.min(total);
        let mut end = start.saturating_add(limit as u64).min(total);
        if end < total {
            // At least one row stays, so that there is always a way on.
            end = end.saturating_sub(self.shorter_by).max(start + 1);
        }
        let next = if self.loops { Some(start) } else { (end < total).then_some(end) };
        let rows = if self.repeats_page && start > 0 {
            let before = start.saturating_sub(limit as u64);
            before..before + (end - start)
        } else {
            start..end
        };
        Cut { parts: self.turned(rows, total), next }
    }

    /// Rows in the turned order, whose end is followed by its beginning.
    fn turned(&self, rows: Range<u64>, total: u64) -> Vec<Range<u64>> {
        if self.rotated_by == 0 || rows.is_empty() {
            return vec![rows];
        }
        let count = rows.end - rows.start;
        let first = (rows.start + self.rotated_by) % total;
        let end = first + count;
        let (until_the_end, from_the_beginning) = (first..end.min(total), 0..end.saturating_sub(total));
        [until_the_end, from_the_beginning].into_iter().filter(|part| !part.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(texts: &[&str]) -> FaultPlan {
        FaultPlan::of(Faults::read(texts).expect("the faults are read"))
    }

    fn hits(plan: &mut FaultPlan, path: &str) -> usize {
        plan.hits(path, &Route::Devices).kinds.len()
    }

    fn twist(text: &str) -> Twist {
        plan(&[text]).hits("/api/v1/devices", &Route::Users).twist()
    }

    #[test]
    fn every_times_skip_and_path() {
        let mut plan = plan(&["reset,every=3,times=2,skip=1,path=/api/v1/devices"]);
        assert_eq!(hits(&mut plan, "/api/v1/users"), 0);
        let pattern: Vec<usize> = (0..12).map(|_| hits(&mut plan, "/api/v1/devices")).collect();
        assert_eq!(pattern, [0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn only_what_a_fault_concerns_is_counted() {
        let mut plan = plan(&["repeat-page,every=2"]);
        let mut happened = |route: Route| !plan.hits("/", &route).kinds.is_empty();
        assert!(!happened(Route::Devices));
        assert!(!happened(Route::Licensing));
        assert!(happened(Route::Users));
    }

    fn cut(parts: &[(u64, u64)], next: Option<u64>) -> Cut {
        Cut { parts: parts.iter().map(|(start, end)| *start..*end).collect(), next }
    }

    #[test]
    fn pages_as_they_should_be() {
        let twist = Twist::default();
        assert_eq!(twist.cut(0, 300, 700), cut(&[(0, 300)], Some(300)));
        assert_eq!(twist.cut(600, 300, 700), cut(&[(600, 700)], None));
        assert_eq!(twist.cut(900, 300, 700), cut(&[(700, 700)], None));
    }

    #[test]
    fn twisted_pages() {
        assert_eq!(twist("repeat-page").cut(300, 300, 700), cut(&[(0, 300)], Some(600)));
        assert_eq!(twist("repeat-page").cut(0, 300, 700), cut(&[(0, 300)], Some(300)));
        assert_eq!(twist("cursor-loop").cut(300, 300, 700), cut(&[(300, 600)], Some(300)));
        assert_eq!(twist("short-page=10").cut(0, 300, 700), cut(&[(0, 290)], Some(290)));
        assert_eq!(twist("short-page=10").cut(600, 300, 700), cut(&[(600, 700)], None));
        assert_eq!(twist("reorder").cut(600, 300, 700), cut(&[(1, 101)], None));
        assert_eq!(twist("reorder").cut(300, 300, 650), cut(&[(401, 650), (0, 51)], Some(600)));
        assert_eq!(twist("lying-total=-3").total(10), 7);
        assert_eq!(twist("lying-total=-30").total(10), 0);
    }
}
