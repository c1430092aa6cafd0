//! A queue that serves clients in turn: a client that has many items waiting delays its own, not
//! those of others.

use std::collections::VecDeque;
use std::sync::Arc;

/// The items that wait, by client.
#[derive(Debug)]
pub(super) struct RoundRobin<T> {
    /// The client whose turn is next comes first. No client is listed without an item.
    clients: VecDeque<(Arc<str>, VecDeque<T>)>,
}

impl<T> RoundRobin<T> {
    pub(super) const fn new() -> Self {
        Self {
            clients: VecDeque::new(),
        }
    }

    /// Returns the number of items that wait.
    pub(super) fn len(&self) -> usize {
        self.clients.iter().map(|(_, items)| items.len()).sum()
    }

    /// Adds an item behind the client's other ones. A client that had none comes last.
    pub(super) fn push(&mut self, client: &Arc<str>, item: T) {
        match self.clients.iter_mut().find(|(other, _)| other == client) {
            Some((_, items)) => items.push_back(item),
            None => self
                .clients
                .push_back((client.clone(), VecDeque::from([item]))),
        }
    }

    /// Drops the items that fail the test.
    pub(super) fn retain(&mut self, is_wanted: impl Fn(&T) -> bool) {
        for (_, items) in &mut self.clients {
            items.retain(&is_wanted);
        }
        self.clients.retain(|(_, items)| !items.is_empty());
    }

    /// Takes the item whose turn it is, and up to `max` items in all of the same size: one of each
    /// client in turn, until no client's next item has that size. An item without a size is taken
    /// alone.
    pub(super) fn take_batch(&mut self, max: usize, size: impl Fn(&T) -> Option<u32>) -> Vec<T> {
        let mut batch: Vec<T> = Vec::new();
        let mut at = 0;
        while batch.len() < max
            && let Some((_, items)) = self.clients.get(at)
        {
            let is_alike = batch
                .first()
                .map(&size)
                .is_none_or(|first| first.is_some() && items.front().and_then(&size) == first);
            if is_alike && let Some((client, mut items)) = self.clients.remove(at) {
                batch.extend(items.pop_front());
                if !items.is_empty() {
                    self.clients.push_back((client, items));
                }
            } else {
                at += 1;
            }
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Items are a client's name and a size.
    fn queue(items: &[(&'static str, u32)]) -> RoundRobin<(&'static str, u32)> {
        let mut queue = RoundRobin::new();
        for item in items {
            queue.push(&Arc::from(item.0), *item);
        }
        queue
    }

    fn batch(queue: &mut RoundRobin<(&'static str, u32)>, max: usize) -> Vec<(&'static str, u32)> {
        queue.take_batch(max, |item| Some(item.1).filter(|size| *size > 0))
    }

    #[test]
    fn clients_are_served_in_turn_whatever_they_queued() {
        let mut queue = queue(&[("a", 4), ("a", 4), ("a", 4), ("b", 4), ("c", 4), ("c", 4)]);
        assert_eq!(
            batch(&mut queue, 4),
            [("a", 4), ("b", 4), ("c", 4), ("a", 4)]
        );
        assert_eq!(batch(&mut queue, 4), [("c", 4), ("a", 4)]);
        assert_eq!((batch(&mut queue, 4), queue.len()), (vec![], 0));
    }

    #[test]
    fn turn_is_kept_between_batches_of_one() {
        let mut queue = queue(&[("a", 4), ("a", 4), ("b", 4), ("b", 4)]);
        let order: Vec<_> = (0..4).flat_map(|_| batch(&mut queue, 1)).collect();
        assert_eq!(order, [("a", 4), ("b", 4), ("a", 4), ("b", 4)]);
    }

    #[test]
    fn batch_holds_items_of_one_size_only() {
        let mut queue = queue(&[("a", 4), ("b", 12), ("c", 4), ("a", 12), ("b", 12)]);
        assert_eq!(batch(&mut queue, 6), [("a", 4), ("c", 4)]);
        assert_eq!(batch(&mut queue, 6), [("b", 12), ("a", 12), ("b", 12)]);
    }

    #[test]
    fn item_without_a_size_is_taken_alone() {
        let mut queue = queue(&[("a", 0), ("b", 4), ("a", 0), ("c", 4)]);
        assert_eq!(batch(&mut queue, 6), [("a", 0)]);
        assert_eq!(batch(&mut queue, 6), [("b", 4), ("c", 4)]);
        assert_eq!(batch(&mut queue, 6), [("a", 0)]);
    }

    #[test]
    fn unwanted_items_leave_with_their_clients() {
        let mut queue = queue(&[("a", 4), ("b", 5), ("c", 4)]);
        queue.retain(|item| item.0 != "a");
        assert_eq!(queue.len(), 2);
        assert_eq!(batch(&mut queue, 6), [("b", 5)]);
    }
}
