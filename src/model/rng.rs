//! Randomness, injected.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

/// The cryptographic generator of keys, codes, tickets and ids.
#[derive(Clone, Debug)]
pub struct Rng(SystemRandom);

impl Rng {
    /// Returns the operating system's generator.
    #[must_use]
    pub fn system() -> Self {
        Self(SystemRandom::new())
    }

    /// Returns fresh random bytes.
    ///
    /// # Panics
    /// Panics if the operating system has no randomness: nothing can be done safely without it.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0
            .fill(&mut bytes)
            .expect("the operating system gives random bytes");
        bytes
    }

    /// Returns a number of `count` decimal digits, each value equally likely.
    #[must_use]
    pub fn digits(&self, count: usize) -> String {
        let mut digits = String::with_capacity(count);
        while digits.len() < count {
            let [byte] = self.bytes();
            // 250 is the largest multiple of ten in a byte: the six values above would favour low
            // digits.
            if byte < 250 {
                digits.push(char::from(b'0' + byte % 10));
            }
        }
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_decimal_and_of_the_requested_length() {
        let digits = Rng::system().digits(200);
        assert_eq!(digits.len(), 200);
        assert!(
            ('0'..='9').all(|digit| digits.contains(digit)),
            "200 draws show every digit: {digits}"
        );
    }
}
