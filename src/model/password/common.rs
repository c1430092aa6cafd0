//! Recognises the most common and breached passwords: an offline filter, one binary search.
//!
//! `common.bin` holds the first four bytes of the SHA-256 of 475,768 lower-case passwords, sorted,
//! as LEB128 differences. `common.py` generates it and names its sources. A password outside the
//! list is refused once in 9,027 times.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};

static FILTER: LazyLock<Vec<u32>> = LazyLock::new(|| decode(include_bytes!("common.bin")));

/// Returns whether a password, in any case, is one that attackers try first.
pub(super) fn contains(password: &str) -> bool {
    let hash = digest(&SHA256, password.to_lowercase().as_bytes());
    hash.as_ref()
        .first_chunk()
        .is_some_and(|bytes| FILTER.binary_search(&u32::from_be_bytes(*bytes)).is_ok())
}

fn decode(bytes: &[u8]) -> Vec<u32> {
    let (mut hashes, mut last, mut difference, mut shift) =
        (Vec::with_capacity(500_000), 0_u32, 0_u32, 0);
    for byte in bytes {
        difference |= u32::from(byte & 127) << shift;
        shift += 7;
        if byte & 128 == 0 {
            last = last.wrapping_add(difference);
            hashes.push(last);
            (difference, shift) = (0, 0);
        }
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filter_contains_all_hashes_in_sorted_order() {
        assert_eq!(FILTER.len(), 475_768);
        assert!(FILTER.is_sorted());
    }

    #[test]
    fn filter_refuses_few_passwords_outside_the_list() {
        let refused = (0..100_000)
            .filter(|number| contains(&format!("a good password {number} of ours")))
            .count();
        assert!(
            refused < 30,
            "{refused} of 100,000, where 11 are to be expected"
        );
    }
}
