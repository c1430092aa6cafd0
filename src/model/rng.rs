//! Chance, as something that is given.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

/// The cryptographic generator: of keys, codes, tickets and ids.
#[derive(Clone, Debug)]
pub struct Rng(SystemRandom);

impl Rng {
    /// The operating system's generator.
    #[must_use]
    pub fn system() -> Self {
        Self(SystemRandom::new())
    }

    /// Fresh random bytes.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: nothing safe can be done without it.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0
            .fill(&mut bytes)
            .expect("the operating system gives random bytes");
        bytes
    }

    /// A number of so many decimal digits, each value as likely as any other.
    #[must_use]
    pub fn digits(&self, count: usize) -> String {
        let mut digits = String::with_capacity(count);
        while digits.len() < count {
            let [byte] = self.bytes();
            // 250 is the largest multiple of ten that a byte holds: the six values above would favour low digits.
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
    fn digits_are_as_many_as_asked_and_all_decimal() {
        let digits = Rng::system().digits(200);
        assert_eq!(digits.len(), 200);
        assert!(
            ('0'..='9').all(|digit| digits.contains(digit)),
            "200 draws show every digit: {digits}"
        );
    }
}
