//! The addresses that more than one row has.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use super::row::Row;
use crate::model::Email;

/// Email addresses, as digests: a million of them take little memory.
pub(super) struct Addresses {
    hashers: [RandomState; 2],
    digests: HashSet<[u64; 2]>,
}

impl Addresses {
    /// Returns the addresses that more than one row has, in canonical form.
    pub(super) fn repeated(rows: impl Iterator<Item = Row>) -> Self {
        let hashers = [RandomState::new(), RandomState::new()];
        let (mut seen, mut repeated) = (HashSet::new(), HashSet::new());
        for email in rows.filter_map(|row| Email::parse(&row.user.ok()?.email).ok()) {
            let digest = hashers
                .each_ref()
                .map(|hasher| hasher.hash_one(email.as_str()));
            if !seen.insert(digest) {
                repeated.insert(digest);
            }
        }
        Self {
            hashers,
            digests: repeated,
        }
    }

    pub(super) fn contains(&self, typed: &str) -> bool {
        !self.digests.is_empty()
            && Email::parse(typed).is_ok_and(|email| {
                let hash = |hasher: &RandomState| hasher.hash_one(email.as_str());
                self.digests.contains(&self.hashers.each_ref().map(hash))
            })
    }
}
