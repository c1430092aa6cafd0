//! A bounded memory of the latest entries.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// A map that forgets its oldest entries once their weights exceed a limit.
#[derive(Debug)]
pub struct Recent<K, V> {
    entries: HashMap<K, (V, usize)>,
    in_order: VecDeque<K>,
    weight: usize,
    max_weight: usize,
}

impl<K: Copy + Eq + Hash, V> Recent<K, V> {
    /// Makes an empty memory.
    #[must_use]
    pub fn new(max_weight: usize) -> Self {
        Self {
            entries: HashMap::new(),
            in_order: VecDeque::new(),
            weight: 0,
            max_weight,
        }
    }

    /// Returns the value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|(value, _)| value)
    }

    /// Remembers a value in place of the key's earlier one, and forgets the oldest where there are
    /// too many. A value that is heavier than the limit is not kept.
    pub fn insert(&mut self, key: K, value: V, weight: usize) {
        if weight > self.max_weight {
            return;
        }
        self.weight += weight;
        match self.entries.insert(key, (value, weight)) {
            Some((_, earlier)) => self.weight -= earlier,
            None => self.in_order.push_back(key),
        }
        while self.weight > self.max_weight
            && let Some(oldest) = self.in_order.pop_front()
        {
            if let Some((_, weight)) = self.entries.remove(&oldest) {
                self.weight -= weight;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oldest_entries_are_forgotten_when_full() {
        let mut recent = Recent::new(10);
        for key in 0..=10 {
            recent.insert(key, key, 1);
        }
        assert_eq!(recent.get(&0), None);
        assert!((1..=10).all(|key| recent.get(&key) == Some(&key)));
        recent.insert(11, 11, 4);
        assert!((1..=4).all(|key| recent.get(&key).is_none()));
        assert_eq!((recent.entries.len(), recent.in_order.len()), (7, 7));
        assert_eq!(recent.weight, 10);
    }

    #[test]
    fn later_value_replaces_the_earlier_one() {
        let mut recent = Recent::new(10);
        recent.insert(1, "a", 3);
        recent.insert(1, "b", 5);
        assert_eq!((recent.get(&1), recent.weight), (Some(&"b"), 5));
        assert_eq!(recent.in_order.len(), 1);
    }

    #[test]
    fn value_beyond_the_limit_is_not_kept() {
        let mut recent = Recent::new(10);
        recent.insert(1, (), 10);
        recent.insert(2, (), 11);
        assert!(recent.get(&1).is_some() && recent.get(&2).is_none());
    }
}
