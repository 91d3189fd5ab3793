//! What is due and has no place yet, in the order in which it became due; what a person asked for comes first.

use std::collections::VecDeque;

use integration::Name;
use service::Sends;

/// Integrations that are to run.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<(Name, Sends)>,
}

impl Queue {
    /// Puts an integration behind the others, or before them where a person waits for it. One that waits already keeps its
    /// place, and sends the more of the two.
    pub(super) fn put(&mut self, name: &Name, sends: Sends, is_asked: bool) {
        let known = self.waiting.iter().position(|(waiting, _)| waiting == name);
        let (place, sends) = match known {
            Some(place) => {
                let known = self.waiting.remove(place).map(|(_, known)| known);
                (place, more(Some(sends), known).unwrap_or(sends))
            }
            None => (self.waiting.len(), sends),
        };
        self.waiting.insert(if is_asked { 0 } else { place }, (name.clone(), sends));
    }

    /// The next one.
    pub(super) fn take(&mut self) -> Option<(Name, Sends)> {
        self.waiting.pop_front()
    }

    /// Forgets an integration.
    pub(super) fn forget(&mut self, name: &Name) {
        self.waiting.retain(|(waiting, _)| waiting != name);
    }

    /// Forgets all but these.
    pub(super) fn retain(&mut self, names: &[Name]) {
        self.waiting.retain(|(waiting, _)| names.contains(waiting));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// The more of two.
pub(super) fn more(one: Option<Sends>, other: Option<Sends>) -> Option<Sends> {
    match (one, other) {
        (Some(Sends::Everything), _) | (_, Some(Sends::Everything)) => Some(Sends::Everything),
        (Some(Sends::Devices), _) | (_, Some(Sends::Devices)) => Some(Sends::Devices),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        text.parse().expect("a name")
    }

    #[test]
    fn what_a_person_waits_for_comes_first_and_nothing_comes_twice() {
        let mut queue = Queue::default();
        queue.put(&name("a"), Sends::Devices, false);
        queue.put(&name("b"), Sends::Devices, false);
        queue.put(&name("a"), Sends::Everything, false);
        queue.put(&name("c"), Sends::Everything, true);
        queue.put(&name("a"), Sends::Devices, false);
        let mut taken = Vec::new();
        while let Some((name, sends)) = queue.take() {
            taken.push((name.to_string(), sends));
        }
        let expected = [("c", Sends::Everything), ("a", Sends::Everything), ("b", Sends::Devices)];
        assert_eq!(taken, expected.map(|(name, sends)| (name.to_owned(), sends)));
    }

    #[test]
    fn one_that_is_not_there_any_more_is_forgotten() {
        let mut queue = Queue::default();
        for one in ["a", "b", "c"] {
            queue.put(&name(one), Sends::Devices, false);
        }
        queue.retain(&[name("b"), name("c")]);
        queue.forget(&name("c"));
        assert_eq!(queue.take(), Some((name("b"), Sends::Devices)));
        assert!(queue.is_empty());
    }
}
